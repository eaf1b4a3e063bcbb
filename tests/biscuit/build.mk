tests += biscuit-corpus
test.biscuit-corpus.srcs := tests/biscuit/corpus.c tests/vectors.c
test.biscuit-corpus.libs := biscuit biscuit_p256
test.biscuit-corpus.config := host
test.biscuit-corpus.budget_s := 40
# The compiled decision against whole evaluations: a million pairs at full speed, a few under the sanitizers.
tests += biscuit-decide biscuit-decide-san
test.biscuit-decide.srcs := tests/biscuit/decide.c tests/biscuit/random_token.c
test.biscuit-decide.libs := biscuit core
test.biscuit-decide.config := host
test.biscuit-decide.budget_s := 90
test.biscuit-decide-san.srcs := tests/biscuit/decide.c tests/biscuit/random_token.c
test.biscuit-decide-san.libs := biscuit core
test.biscuit-decide-san.env := PAIRS=20000 SEED=77
test.biscuit-decide-san.budget_s := 30
tests += biscuit-profile
test.biscuit-profile.srcs := tests/biscuit/profile.c
test.biscuit-profile.libs := biscuit core
test.biscuit-profile.budget_s := 20
scripts += biscuit-shared
script.biscuit-shared.file := tests/biscuit/shared.t
script.biscuit-shared.budget_s := 20
script.biscuit-shared.needs := build/host/biscuit/libbiscuit.so.0 build/host/biscuit/libbiscuit.a
fuzzers += fuzz-biscuit-decide
fuzz.fuzz-biscuit-decide.srcs := tests/biscuit/fuzz_decide.c
fuzz.fuzz-biscuit-decide.libs := biscuit
fuzz.fuzz-biscuit-decide.seconds := 8
longs += biscuit-decide-long
test.biscuit-decide-long.srcs := tests/biscuit/decide.c tests/biscuit/random_token.c
test.biscuit-decide-long.libs := biscuit core
test.biscuit-decide-long.config := host
test.biscuit-decide-long.env := PAIRS=10000000 SEED=4242
test.biscuit-decide-long.budget_s := 600
# What the library makes, and what it must refuse.
tests += biscuit-mint
test.biscuit-mint.srcs := tests/biscuit/mint.c tests/biscuit/kit.c
test.biscuit-mint.libs := biscuit biscuit_p256
test.biscuit-mint.budget_s := 30
tests += biscuit-hostile
test.biscuit-hostile.srcs := tests/biscuit/hostile.c tests/biscuit/kit.c
test.biscuit-hostile.libs := biscuit biscuit_p256
test.biscuit-hostile.budget_s := 30
# libbiscuit behind a pipe, and biscuit-wasm in a node process: the two must say the same.
progs += biscuit-driver
prog.biscuit-driver.srcs := tests/biscuit/driver.c tests/tap_host.c
prog.biscuit-driver.libs := biscuit biscuit_p256
scripts += biscuit-interop
script.biscuit-interop.file := tests/biscuit/interop.t
script.biscuit-interop.budget_s := 20
script.biscuit-interop.needs := build/host/bin/biscuit-driver build/import/npm/stamp
scripts += biscuit-interop-fuzz
script.biscuit-interop-fuzz.file := tests/biscuit/interop_fuzz.t
script.biscuit-interop-fuzz.budget_s := 90
script.biscuit-interop-fuzz.needs := build/host/bin/biscuit-driver build/import/npm/stamp
long_scripts += biscuit-interop-fuzz-long
script.biscuit-interop-fuzz-long.file := tests/biscuit/interop_fuzz_long.t
script.biscuit-interop-fuzz-long.budget_s := 900
script.biscuit-interop-fuzz-long.needs := build/host/bin/biscuit-driver build/import/npm/stamp
# Secrets: once alone (nothing keeps them), once under valgrind (nothing branches on them).
tests += biscuit-secrets
test.biscuit-secrets.srcs := tests/biscuit/secrets.c
test.biscuit-secrets.libs := biscuit biscuit_p256
test.biscuit-secrets.config := host
test.biscuit-secrets.budget_s := 10
scripts += biscuit-secrets-valgrind
script.biscuit-secrets-valgrind.file := tests/biscuit/secrets.t
script.biscuit-secrets-valgrind.budget_s := 30
script.biscuit-secrets-valgrind.needs := build/host/test/biscuit-secrets
