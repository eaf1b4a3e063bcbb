/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbiscuit: capability tokens, Biscuit v3 (datalog 3.0 to 3.3), in freestanding C.
 *
 * A token is a chain of signed blocks. Whoever holds it can append a block that narrows it, offline;
 * whoever knows the root public key can verify it. Rights are facts and rules of a small Datalog;
 * checks and policies decide. This library parses, verifies, evaluates, explains, prints, mints,
 * attenuates and seals tokens, and compiles a decision that answers per row.
 *
 * Memory is the caller's: functions take an arena or a buffer, nothing is allocated, nothing is kept
 * in a global, nothing recurses. An evaluation is bounded in steps, never by wall time, so the same
 * token gets the same answer on every machine and under every load; every limit is an error with a
 * name of its own (category LIMIT), never a "denied".
 *
 * Errors: fm_err (firmament/err.h), with detail in the optional struct fm_why.
 */
#ifndef FIRMAMENT_BISCUIT_H
#define FIRMAMENT_BISCUIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <firmament/arena.h>
#include <firmament/err.h>

#pragma GCC visibility push(default) /* a shared library shows what stands here, and nothing else */

#define FM_BISCUIT_BYTES_MAX 16384U /* a token, binary                          */
#define FM_BISCUIT_BLOCKS_MAX 32U   /* authority included                       */
#define FM_BISCUIT_SYMBOLS_MAX 1024U
#define FM_BISCUIT_KEYS_MAX 64U     /* different public keys in one evaluation  */
#define FM_BISCUIT_SIG_MAX 80U      /* bytes of the longest signature           */
#define FM_BISCUIT_AUTHORIZER 63U   /* the number that stands for the authorizer's own block */

/* ------------------------------------------------------------------------------------------ keys */
enum fm_biscuit_algorithm { FM_BISCUIT_ED25519 = 0, FM_BISCUIT_SECP256R1 = 1 };

/* A public key: 32 bytes of Ed25519, or 33 of compressed SEC1. */
struct fm_biscuit_key {
    uint8_t algorithm;
    uint8_t len;
    uint8_t bytes[33];
};

/* secp256r1, plugged in by the host (libbiscuit_p256 has one on OpenSSL); NULL where there is none,
 * and then tokens that need it are refused with TOKEN_ALGORITHM. */
struct fm_biscuit_p256 {
    /* True if sig (DER) is a signature by key over msg. */
    bool (*verify)(const uint8_t key[33], const uint8_t *msg, size_t n, const uint8_t *sig, size_t sig_len);
    /* The public key of a secret; false if the secret is out of range. */
    bool (*public_of)(const uint8_t secret[32], uint8_t key[33]);
    /* Signs; the length of the DER signature, or 0 on failure. sig has FM_BISCUIT_SIG_MAX bytes. */
    size_t (*sign)(const uint8_t secret[32], const uint8_t *msg, size_t n, uint8_t *sig);
};
extern const struct fm_biscuit_p256 fm_biscuit_p256_openssl;

/* Checks that a key is canonical and not of small order. FM_OK or TOKEN_KEY. */
fm_err fm_biscuit_key_check(const struct fm_biscuit_key *key);
/* The public key of a 32-byte secret. FM_OK, TOKEN_ALGORITHM, TOKEN_KEY. Secret-independent for Ed25519. */
fm_err fm_biscuit_key_of_secret(uint8_t algorithm, const uint8_t secret[32],
                                const struct fm_biscuit_p256 *p256, struct fm_biscuit_key *out);
/* Reads "ed25519/<hex>", "secp256r1/<hex>" or bare hex of an Ed25519 key. FM_OK or TOKEN_KEY. */
fm_err fm_biscuit_key_parse(const char *text, size_t n, struct fm_biscuit_key *out);
/* Writes "ed25519/<hex>" with a closing NUL into out[0..96). Returns the length. */
size_t fm_biscuit_key_print(const struct fm_biscuit_key *key, char *out);

/* ----------------------------------------------------------------------------------------- tokens */
/* One signed block, as views into the token's bytes. */
struct fm_biscuit_block {
    const uint8_t *payload;
    uint32_t payload_len;
    uint32_t version; /* of the signature: 0 or 1 */
    struct fm_biscuit_key next;
    const uint8_t *sig; /* also the block's revocation id: compare with fm_biscuit_revokes */
    uint32_t sig_len;
    bool external; /* a third-party block, signed by ext_key */
    struct fm_biscuit_key ext_key;
    const uint8_t *ext_sig;
    uint32_t ext_sig_len;
};

/* A parsed token: views into bytes that the caller keeps for as long as it uses this record. About 6 KB. */
struct fm_biscuit {
    const uint8_t *bytes;
    uint32_t len;
    bool has_root_key_id;
    uint32_t root_key_id;
    uint32_t nblocks;
    struct fm_biscuit_block block[FM_BISCUIT_BLOCKS_MAX];
    bool sealed;
    const uint8_t *proof; /* the next secret (32 bytes), or the final signature */
    uint32_t proof_len;
};

/*
 * Parses the envelope: structure, sizes, keys; no signature is looked at. Strict: unknown or repeated
 * fields, overlong numbers and trailing bytes are refused. Cost: one pass.
 * Errors: TOKEN_TRUNCATED … TOKEN_KEY, TOKEN_LENGTH, TOKEN_BLOCKS, with offset and field in *why.
 */
fm_err fm_biscuit_parse(struct fm_biscuit *token, const uint8_t *bytes, size_t n, struct fm_why *why);

/*
 * Verifies every signature from the root key to the proof. scratch needs the longest block plus 512 bytes, given
 * back on return. Errors: TOKEN_SIGNATURE (why->offset is the block's number), TOKEN_SIGNATURE_FORM,
 * TOKEN_PROOF, TOKEN_ALGORITHM, TOKEN_MEMORY. Cost: one signature check a signature, and one key derivation.
 */
fm_err fm_biscuit_verify(const struct fm_biscuit *token, const struct fm_biscuit_key *root,
                         const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, struct fm_why *why);

/*
 * True if id[0..n), from a list of revoked ids, names this block. A block's id is its signature; of secp256r1 the other
 * signature that anyone can make of it counts too, so comparing bytes is not enough. A token is dead if any block is.
 */
bool fm_biscuit_revokes(const struct fm_biscuit_block *block, const uint8_t *id, size_t n);

/* base64url, with or without padding and with an optional "biscuit:" before it. SIZE_MAX if malformed or too long. */
size_t fm_biscuit_base64_decode(const char *text, size_t n, uint8_t *out, size_t cap);
/* Writes padded base64url and a NUL; the length, or SIZE_MAX if cap is too small. */
size_t fm_biscuit_base64_encode(const uint8_t *bytes, size_t n, char *out, size_t cap);

/* ------------------------------------------------------------------------------------- evaluation */
struct fm_biscuit_limits {
    uint32_t values;     /* different values (strings, numbers, sets …) at one time; 64 to 1 << 20 */
    uint32_t facts;      /* facts of the world                                          */
    uint32_t iterations; /* rounds of rule application                                  */
    uint64_t fuel;       /* steps: facts looked at, operations run                      */
};
/* 4096 values, 1000 facts, 100 iterations, 1000000 steps. */
struct fm_biscuit_limits fm_biscuit_limits_default(void);

/* A value as host functions and callers see it. Strings and bytes: ptr, n. Sets and others: opaque. */
enum fm_biscuit_type {
    FM_BISCUIT_INTEGER = 2, FM_BISCUIT_STRING = 3, FM_BISCUIT_DATE = 4, FM_BISCUIT_BYTES = 5, FM_BISCUIT_BOOL = 6,
    FM_BISCUIT_SET = 7, FM_BISCUIT_NULL = 8, FM_BISCUIT_ARRAY = 9, FM_BISCUIT_MAP = 10
};
struct fm_biscuit_value {
    enum fm_biscuit_type type;
    uint32_t n;
    uint64_t num; /* integer (two's complement), date (seconds), bool */
    const void *ptr;
    uint32_t id; /* names the value inside its world: give it back to return an argument unchanged */
};

/* Host functions (`extern::name`): right is NULL for a call without argument. Write *out (a scalar; or a copy of an
 * argument) and return true, or return false: EXPR_HOST. Must be deterministic. */
struct fm_biscuit_host {
    bool (*call)(void *ctx, const char *name, uint32_t name_len, const struct fm_biscuit_value *left,
                 const struct fm_biscuit_value *right, struct fm_biscuit_value *out);
    void *ctx;
};

/* One evaluation: values, facts, rules, checks and policies. Lives in an arena until that is reset. */
struct fm_biscuit_world;

/* Makes a world in the arena (which also feeds it). NULL if the arena is too small: about 40 bytes a value. */
struct fm_biscuit_world *fm_biscuit_world_new(struct fm_arena *arena, const struct fm_biscuit_limits *limits);
void fm_biscuit_world_host(struct fm_biscuit_world *world, const struct fm_biscuit_host *host);

/* Loads the blocks of a token (verified or not: that is the caller's decision). Once, before any code.
 * Errors: what a block can have wrong; why->offset is the place in the token's bytes. */
fm_err fm_biscuit_world_token(struct fm_biscuit_world *world, const struct fm_biscuit *token, struct fm_why *why);

/* Where and why a text is no program: line and column count from 1. */
struct fm_biscuit_where {
    uint32_t line;
    uint32_t column;
    const char *expected; /* a string constant */
};

/* Adds authorizer code: facts, rules, checks, policies. May be called several times.
 * Errors: TOKEN_SYNTAX and limits, with *where (may be NULL). */
fm_err fm_biscuit_world_code(struct fm_biscuit_world *world, const char *text, size_t n,
                             struct fm_biscuit_where *where);

/* Adds one authorizer fact name(value…) without any text, so nothing needs quoting. */
fm_err fm_biscuit_world_fact(struct fm_biscuit_world *world, const char *name,
                             const struct fm_biscuit_value *terms, uint32_t n);

/* Runs the rules to their fixpoint. Called by authorize if it has not been. */
fm_err fm_biscuit_world_run(struct fm_biscuit_world *world);

#define FM_BISCUIT_FAILED_MAX 64U
struct fm_biscuit_failed {
    uint32_t block; /* FM_BISCUIT_AUTHORIZER for the authorizer's own */
    uint32_t check;
};
/* The answer, and what decided. */
struct fm_biscuit_verdict {
    fm_err code;     /* FM_OK: allowed. TOKEN_DENIED, TOKEN_NO_POLICY, or an error of the evaluation */
    int32_t policy;  /* the policy that matched, counted from 0, or -1 */
    bool allow;      /* that policy is an allow */
    uint32_t nfailed; /* failed checks; at most FM_BISCUIT_FAILED_MAX are listed */
    struct fm_biscuit_failed failed[FM_BISCUIT_FAILED_MAX];
};

/* Told by the evaluator, when one is set, of each check and policy as it is decided. text is the
 * check's source; binding the variables of the match (or of the nearest miss), as `$x = 1, $y = "a"`. */
struct fm_biscuit_trace {
    void (*event)(void *ctx, const char *kind, uint32_t block, uint32_t index, bool good, const char *text,
                  size_t text_len, const char *binding, size_t binding_len);
    void *ctx;
};
void fm_biscuit_world_trace(struct fm_biscuit_world *world, const struct fm_biscuit_trace *trace);

/* Decides. Returns verdict->code. Deterministic: the same world gives the same verdict, always. */
fm_err fm_biscuit_authorize(struct fm_biscuit_world *world, struct fm_biscuit_verdict *verdict);

/* ------------------------------------------------------------------------------------- printing */
/* Text goes into out[0..cap) with a closing NUL; returns its whole length, which may be ≥ cap (then it is cut). */
size_t fm_biscuit_print_block(const struct fm_biscuit_world *world, uint32_t block, char *out, size_t cap);
size_t fm_biscuit_print_check(const struct fm_biscuit_world *world, uint32_t block, uint32_t check, char *out,
                              size_t cap);
/* Facts with their origins, in the order in which they came; one `origins: fact;` a line. */
size_t fm_biscuit_print_facts(const struct fm_biscuit_world *world, char *out, size_t cap);
size_t fm_biscuit_print_policies(const struct fm_biscuit_world *world, char *out, size_t cap);
size_t fm_biscuit_print_symbols(const struct fm_biscuit_world *world, uint32_t block, char *out, size_t cap);
/* The rest of what a block is: version, external key (NULL if none), context (n 0 if none). */
struct fm_biscuit_block_info {
    uint32_t version;
    const struct fm_biscuit_key *ext_key;
    const uint8_t *context;
    uint32_t context_len;
    uint32_t nfacts, nrules, nchecks;
};
bool fm_biscuit_block_info(const struct fm_biscuit_world *world, uint32_t block, struct fm_biscuit_block_info *out);

/* -------------------------------------------------------------------------------------- building */
/* A key to sign with. The caller wipes it. */
struct fm_biscuit_secret {
    uint8_t algorithm;
    uint8_t bytes[32];
};

/* What a mint can be asked for; all zero, or a NULL in its place, for nothing. */
struct fm_biscuit_options {
    bool has_root_key_id; /* root_key_id tells verifiers which root key is meant: a hint that no signature covers */
    uint32_t root_key_id;
    /* 0: the oldest signature version that will do, which is what the other libraries write (version 1 for a third
     * party's block, a block of datalog 3.3, a secp256r1 key, and behind any block that has it). 1: version 1 from the
     * first block on, so that each signature covers the one before (docs/decisions/tokens.md: who needs it). */
    uint32_t signature_version;
};

/*
 * Mints a token whose authority block is the program `code`. next is a fresh random secret, which becomes part
 * of the token; no other token may have it. scratch is working memory (64 KB is enough for small blocks), given back on
 * return. Errors: TOKEN_SYNTAX with *where; limits; TOKEN_ALGORITHM; TOKEN_SIG_VERSION for a signature_version above 1.
 * *len is set on success; bytes in out[0..cap).
 */
fm_err fm_biscuit_mint(const struct fm_biscuit_secret *root, const struct fm_biscuit_secret *next,
                       const struct fm_biscuit_options *options, const char *code, size_t n,
                       const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out, size_t cap,
                       size_t *len, struct fm_biscuit_where *where);
/* Appends a first-party block, in signature version 1 if any block before it has that. Errors as above, and
 * TOKEN_SEALED. */
fm_err fm_biscuit_attenuate(const struct fm_biscuit *token, const struct fm_biscuit_secret *next, const char *code,
                            size_t n, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out,
                            size_t cap, size_t *len, struct fm_biscuit_where *where);
/* Replaces the next secret by a final signature: nothing can be appended any more. */
fm_err fm_biscuit_seal(const struct fm_biscuit *token, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch,
                       uint8_t *out, size_t cap, size_t *len);
/* The request that a third party needs in order to sign a block for this token. */
fm_err fm_biscuit_request(const struct fm_biscuit *token, uint8_t *out, size_t cap, size_t *len);
/* The third party's side: signs `code` for a request. */
fm_err fm_biscuit_third_party(const uint8_t *request, size_t request_len, const struct fm_biscuit_secret *key,
                              const char *code, size_t n, const struct fm_biscuit_p256 *p256,
                              struct fm_arena *scratch, uint8_t *out, size_t cap, size_t *len,
                              struct fm_biscuit_where *where);
/* Appends what the third party signed, after checking its signature. */
fm_err fm_biscuit_append(const struct fm_biscuit *token, const struct fm_biscuit_secret *next,
                         const uint8_t *response, size_t response_len, const struct fm_biscuit_p256 *p256,
                         struct fm_arena *scratch, uint8_t *out, size_t cap, size_t *len, struct fm_why *why);

#pragma GCC visibility pop

#endif
