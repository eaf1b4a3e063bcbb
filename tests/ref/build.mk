tests += ref-check
test.ref-check.srcs := tests/ref/check.c tests/ref/blake3.c tests/vectors.c
test.ref-check.libs := base
test.ref-check.budget_s := 5
