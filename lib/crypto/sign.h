/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 (RFC 8032), with libsodium's strict accept set on every machine: S below the group order,
 * the key canonical and not of small order, R not of small order, cofactorless equation. On Linux
 * the installed libsodium does the work, in a domain its portable sources; a test holds the two
 * against one another.
 */
#ifndef FM_CRYPTO_SIGN_H
#define FM_CRYPTO_SIGN_H

#include "base/base.h"

#define FM_ED25519_SEED_BYTES 32U
#define FM_ED25519_PUBLIC_BYTES 32U
#define FM_ED25519_SECRET_BYTES 64U /* seed || public key */
#define FM_ED25519_SIG_BYTES 64U

/* True if sig is a signature by pk over msg[0..n). Not secret-independent (nothing here is secret).
 */
bool fm_ed25519_verify(const uint8_t pk[FM_ED25519_PUBLIC_BYTES], const uint8_t *msg, size_t n,
                       const uint8_t sig[FM_ED25519_SIG_BYTES]) FM_MUST_CHECK;

/* The key pair of a 32-byte seed. Secret-independent. The caller wipes sk. */
void fm_ed25519_keypair(const uint8_t seed[FM_ED25519_SEED_BYTES],
                        uint8_t pk[FM_ED25519_PUBLIC_BYTES], uint8_t sk[FM_ED25519_SECRET_BYTES]);

/* Signs msg[0..n), deterministically. Secret-independent. */
/*@ requires \valid_read(sk + (0 .. 63)) && (n > 0 ==> \valid_read(msg + (0 .. n - 1)));
  @ requires \valid(sig + (0 .. 63)); assigns sig[0 .. 63]; */
void fm_ed25519_sign(const uint8_t sk[FM_ED25519_SECRET_BYTES], const uint8_t *msg, size_t n,
                     uint8_t sig[FM_ED25519_SIG_BYTES]);

/* Overwrites n bytes with zeros, and the compiler may not leave it out. */
void fm_wipe(void *p, size_t n);

/* True if a[0..n) = b[0..n), in a time that depends on n alone. */
bool fm_equal_ct(const void *a, const void *b, size_t n);

#endif
