tests += crypto-hash crypto-sign
test.crypto-hash.srcs := tests/crypto/hash.c tests/vectors.c
test.crypto-hash.libs := crypto
test.crypto-hash.budget_s := 10
test.crypto-sign.srcs := tests/crypto/sign.c tests/vectors.c
test.crypto-sign.libs := crypto
test.crypto-sign.budget_s := 10
