tests += biscuit-corpus
test.biscuit-corpus.srcs := tests/biscuit/corpus.c tests/vectors.c
test.biscuit-corpus.libs := biscuit biscuit_p256
test.biscuit-corpus.config := host
test.biscuit-corpus.budget_s := 40
