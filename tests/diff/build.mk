diff_srcs := tests/diff/diff.c tests/diff/stream.c tests/ref/ref.c tests/ref/blake3.c
tests += diff-random diff-random-san
test.diff-random.srcs := $(diff_srcs)
test.diff-random.libs := core store
test.diff-random.config := host
test.diff-random.budget_s := 120
test.diff-random-san.srcs := $(diff_srcs)
test.diff-random-san.libs := core store
test.diff-random-san.budget_s := 60
test.diff-random-san.env := DIFF_TURNS=4000 DIFF_SEED=900000 DIFF_PART=1
longs += diff-million
test.diff-million.srcs := $(diff_srcs)
test.diff-million.libs := core store
test.diff-million.config := host
test.diff-million.budget_s := 1500
test.diff-million.env := DIFF_TURNS=1000000 DIFF_SEED=5000
# What a second author's model (tests/model) plays its own turns through.
progs += heart-play
prog.heart-play.srcs := tests/diff/play.c tests/diff/stream.c tests/tap_host.c
prog.heart-play.libs := core store
