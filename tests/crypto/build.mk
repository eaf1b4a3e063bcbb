tests += crypto-hash crypto-hash-plain crypto-sign
test.crypto-hash.srcs := tests/crypto/hash.c tests/vectors.c
test.crypto-hash.libs := crypto
test.crypto-hash.budget_s := 10
# The same with what a domain has: its file comes before the archive's.
test.crypto-hash-plain.srcs := tests/crypto/hash.c tests/vectors.c lib/crypto/compress_plain.c
test.crypto-hash-plain.libs := crypto
test.crypto-hash-plain.budget_s := 10
test.crypto-sign.srcs := tests/crypto/sign.c tests/vectors.c
test.crypto-sign.libs := crypto
test.crypto-sign.budget_s := 10
