# Biscuit tokens: freestanding, Ed25519 through lib/crypto. secp256r1 is a library of the host alone, on OpenSSL.
libs += biscuit biscuit_p256
lib.biscuit.srcs := lib/biscuit/pb.c lib/biscuit/values.c lib/biscuit/program.c lib/biscuit/eval.c lib/biscuit/expr.c \
	lib/biscuit/regex.c lib/biscuit/keys.c lib/biscuit/token.c lib/biscuit/revoked.c lib/biscuit/load.c lib/biscuit/parse.c \
	lib/biscuit/parse_expr.c lib/biscuit/parse_term.c lib/biscuit/print.c lib/biscuit/encode.c lib/biscuit/mint.c lib/biscuit/profile.c lib/biscuit/limits.c lib/biscuit/lower.c \
	lib/biscuit/idset.c lib/biscuit/reduce.c lib/biscuit/decide.c lib/biscuit/bounds.c
lib.biscuit.deps := base crypto wire
lib.biscuit_p256.srcs := lib/biscuit/p256_openssl.c
lib.biscuit_p256.configs := host san gcc pic fuzz
lib.biscuit_p256.deps := base biscuit
lib.biscuit_p256.ldlibs := -lcrypto
