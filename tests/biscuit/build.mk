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
