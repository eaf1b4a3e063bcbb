# Ed25519 on Linux is the installed libsodium; a domain compiles libsodium's own portable sources.
# BLAKE3 is the official C code; a domain gets its portable file alone.
sodium := build/import/libsodium/src/libsodium
blake3 := build/import/blake3

libs += crypto
lib.crypto.srcs := lib/crypto/hash.c lib/crypto/sign.c \
	$(blake3)/blake3.c $(blake3)/blake3_dispatch.c $(blake3)/blake3_portable.c
lib.crypto.srcs.host := lib/crypto/compress_host.c lib/crypto/compress_avx512.c \
	$(blake3)/blake3_sse2_x86-64_unix.S $(blake3)/blake3_sse41_x86-64_unix.S \
	$(blake3)/blake3_avx2_x86-64_unix.S $(blake3)/blake3_avx512_x86-64_unix.S
sodium_srcs := $(sodium)/crypto_core/ed25519/ref10/ed25519_ref10.c $(sodium)/crypto_sign/ed25519/ref10/open.c \
	$(sodium)/crypto_sign/ed25519/ref10/sign.c $(sodium)/crypto_sign/ed25519/ref10/keypair.c \
	$(sodium)/crypto_hash/sha512/cp/hash_sha512_cp.c $(sodium)/crypto_verify/sodium/verify.c
lib.crypto.srcs.aarch64 := lib/crypto/compress_plain.c lib/crypto/sodium_domain.c $(sodium_srcs)
lib.crypto.srcs.riscv64 := lib/crypto/compress_plain.c lib/crypto/sodium_domain.c $(sodium_srcs)
lib.crypto.deps := base
lib.crypto.ldlibs := -lsodium

flags.lib/crypto/compress_avx512.c.host := -mavx512f -mprefer-vector-width=512
flags.lib/crypto/sign.c.host := -isystem /usr/include/sodium
flags.lib/crypto/sign.c.aarch64 := -isystem $(sodium)/include/sodium
flags.lib/crypto/sign.c.riscv64 := -isystem $(sodium)/include/sodium
flags.import.aarch64 := -I$(sodium)/include/sodium -DHAVE_TI_MODE=1 -DNATIVE_LITTLE_ENDIAN=1 -DCONFIGURED=1
flags.import.riscv64 := $(flags.import.aarch64)
