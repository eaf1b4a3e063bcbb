/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building tokens: mint, attenuate, seal and third-party blocks, with each algorithm for each key; what was built
 * verifies, says what was written, and does not grow beyond its limits.
 */
#include "base/base.h"
#include "tests/tap.h"

#include <firmament/biscuit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (4U << 20)
#define P256 (&fm_biscuit_p256_openssl)

struct made {
    uint8_t bytes[FM_BISCUIT_BYTES_MAX];
    size_t n;
    struct fm_biscuit token;
};

static uint8_t *memory;
static struct fm_arena arena;

static struct fm_biscuit_secret secret(uint8_t algorithm, uint8_t fill)
{
    struct fm_biscuit_secret s = {algorithm, {0}};

    memset(s.bytes, fill, sizeof s.bytes);
    return s;
}

static fm_err mint(struct made *m, const struct fm_biscuit_secret *root, uint8_t next_algorithm, const char *code)
{
    struct fm_biscuit_secret next = secret(next_algorithm, 40);
    fm_err err = fm_biscuit_mint(root, &next, NULL, code, strlen(code), P256, &arena, m->bytes, sizeof m->bytes, &m->n,
                                 NULL);

    return err != FM_OK ? err : fm_biscuit_parse(&m->token, m->bytes, m->n, NULL);
}

static fm_err attenuate(const struct made *from, struct made *to, uint8_t next_algorithm, const char *code)
{
    struct fm_biscuit_secret next = secret(next_algorithm, (uint8_t)(41U + from->token.nblocks));
    fm_err err = fm_biscuit_attenuate(&from->token, &next, code, strlen(code), P256, &arena, to->bytes,
                                      sizeof to->bytes, &to->n, NULL);

    return err != FM_OK ? err : fm_biscuit_parse(&to->token, to->bytes, to->n, NULL);
}

static fm_err decide(const struct made *m, const struct fm_biscuit_secret *root, const char *code)
{
    static struct fm_biscuit_verdict verdict;
    const struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_key key;
    struct fm_biscuit_world *w;
    fm_err err = fm_biscuit_key_of_secret(root->algorithm, root->bytes, P256, &key);

    arena.used = 0;
    err = err == FM_OK ? fm_biscuit_verify(&m->token, &key, P256, &arena, NULL) : err;
    w = fm_biscuit_world_new(&arena, &limits);
    err = err == FM_OK ? fm_biscuit_world_token(w, &m->token, NULL) : err;
    err = err == FM_OK ? fm_biscuit_world_code(w, code, strlen(code), NULL) : err;
    err = err == FM_OK ? fm_biscuit_authorize(w, &verdict) : err;
    arena.used = 0;
    return err;
}

/* One round with these algorithms for the root, the keys in between and the third party. */
static void round_trip(uint8_t r, uint8_t n, uint8_t t)
{
    static const char *const names[] = {"ed25519", "secp256r1"};
    static struct made a, b, c, d;
    static uint8_t response[2048];
    struct fm_biscuit_secret root = secret(r, 1);
    struct fm_biscuit_secret third = secret(t, 9);
    struct fm_biscuit_secret next = secret(n, 60);
    struct fm_biscuit_key key;
    uint8_t request[256];
    char name[160];
    char text[96];
    char code[200];
    size_t len = 0;
    fm_err err = mint(&a, &root, n, "right(\"a\", \"read\"); right(\"a\", \"write\");");

    snprintf(name, sizeof name, "MNT0001 root %s, next %s, third party %s", names[r], names[n], names[t]);
    err = err == FM_OK ? fm_biscuit_key_of_secret(third.algorithm, third.bytes, P256, &key) : err;
    (void)(err == FM_OK && fm_biscuit_key_print(&key, text) > 0);
    snprintf(code, sizeof code, "check if operation(\"read\"); check if approved(true) trusting %s;", text);
    err = err == FM_OK ? attenuate(&a, &b, n, code) : err;
    TAP_EQ(err, FM_OK, name);
    TAP_EQ(decide(&a, &root, "operation(\"write\"); allow if right(\"a\", \"write\");"), FM_OK, "MNT0002 allows");
    TAP_EQ(decide(&b, &root, "operation(\"read\"); allow if right(\"a\", \"read\");"), FM_E_TOKEN_DENIED,
           "MNT0003 the third party's word is missing");
    err = fm_biscuit_request(&b.token, request, sizeof request, &len);
    err = err == FM_OK ? fm_biscuit_third_party(request, len, &third, "approved(true)", 14, P256, &arena, response,
                                                sizeof response, &len, NULL)
                       : err;
    err = err == FM_OK ? fm_biscuit_append(&b.token, &next, response, len, P256, &arena, c.bytes, sizeof c.bytes, &c.n,
                                           NULL)
                       : err;
    err = err == FM_OK ? fm_biscuit_parse(&c.token, c.bytes, c.n, NULL) : err;
    TAP_EQ(err, FM_OK, "MNT0004 the third party signs");
    TAP_EQ(decide(&c, &root, "operation(\"read\"); allow if right(\"a\", \"read\");"), FM_OK, "MNT0005 and is heard");
    TAP_EQ(decide(&c, &root, "operation(\"write\"); allow if right(\"a\", \"write\");"), FM_E_TOKEN_DENIED,
           "MNT0006 the holder's check still binds");
    err = fm_biscuit_seal(&c.token, P256, &arena, d.bytes, sizeof d.bytes, &d.n);
    err = err == FM_OK ? fm_biscuit_parse(&d.token, d.bytes, d.n, NULL) : err;
    TAP_EQ(err, FM_OK, "MNT0007 sealed");
    TAP_EQ(decide(&d, &root, "operation(\"read\"); allow if right(\"a\", \"read\");"), FM_OK,
           "MNT0008 allows as before");
    TAP_EQ(attenuate(&d, &b, n, "check if true;"), FM_E_TOKEN_SEALED, "MNT0009 and takes no block");
    TAP_EQ(fm_biscuit_seal(&d.token, P256, &arena, b.bytes, sizeof b.bytes, &b.n), FM_E_TOKEN_SEALED,
           "MNT0010 nor a second seal");
    TAP_EQ(fm_biscuit_request(&d.token, request, sizeof request, &len), FM_E_TOKEN_SEALED, "MNT0011 nor a request");
}

static void test_limits(void)
{
    static struct made chain[2];
    static char text[FM_BISCUIT_BYTES_MAX + 64U];
    struct fm_biscuit_secret root = secret(FM_BISCUIT_ED25519, 1);
    struct fm_biscuit_secret next = secret(FM_BISCUIT_ED25519, 2);
    struct fm_biscuit_secret p256 = secret(FM_BISCUIT_SECP256R1, 2);
    struct fm_biscuit_where where = {0, 0, NULL};
    struct fm_arena small = {memory, 4096, 0};
    struct made *m = &chain[0];
    uint32_t blocks = 1;
    uint32_t id = 77;
    size_t n;
    fm_err err;

    TAP_EQ(mint(m, &root, FM_BISCUIT_ED25519, ""), FM_OK, "MNT0020 an empty authority block");
    for (err = FM_OK; err == FM_OK && blocks < 40; blocks++) {
        err = attenuate(&chain[(blocks - 1U) % 2U], &chain[blocks % 2U], FM_BISCUIT_ED25519, "check if true");
    }
    TAP_EQ(err, FM_E_TOKEN_BLOCKS, "MNT0021 the 33rd block is refused");
    TAP_EQ(blocks, FM_BISCUIT_BLOCKS_MAX + 1U, "MNT0022 and no earlier one");
    TAP_EQ(fm_biscuit_mint(&root, &next, NULL, "a(1)", 4, NULL, &arena, m->bytes, 100, &n, NULL), FM_E_TOKEN_LENGTH,
           "MNT0023 100 bytes are too few");
    TAP_EQ(fm_biscuit_mint(&root, &next, NULL, "a(1)", 4, NULL, &small, m->bytes, sizeof m->bytes, &n, NULL),
           FM_E_TOKEN_MEMORY, "MNT0024 4 KB of scratch are too few");
    TAP_EQ(small.used, 0, "MNT0025 and are given back");
    TAP_EQ(fm_biscuit_mint(&root, &next, NULL, "a(1);\n  b(", 10, NULL, &arena, m->bytes, sizeof m->bytes, &n, &where),
           FM_E_TOKEN_SYNTAX, "MNT0026 a program cut off");
    TAP_OK(where.line == 2 && where.column == 5 && where.expected != NULL, "MNT0027 line 2, column 5");
    TAP_EQ(fm_biscuit_mint(&root, &p256, NULL, "a(1)", 4, NULL, &arena, m->bytes, sizeof m->bytes, &n, NULL),
           FM_E_TOKEN_ALGORITHM, "MNT0028 no secp256r1 where there is none");
    memset(text, 'x', sizeof text);
    memcpy(text, "a(\"", 3);
    memcpy(text + FM_BISCUIT_BYTES_MAX, "\")", 3);
    TAP_OK(mint(m, &root, FM_BISCUIT_ED25519, text) != FM_OK, "MNT0029 a block as long as a token may be");
    TAP_EQ(fm_biscuit_mint(&root, &next, &id, "a(1)", 4, NULL, &arena, m->bytes, sizeof m->bytes, &m->n, NULL), FM_OK,
           "MNT0030 with a root key's number");
    TAP_OK(fm_biscuit_parse(&m->token, m->bytes, m->n, NULL) == FM_OK && m->token.has_root_key_id &&
               m->token.root_key_id == 77, "MNT0031 which is read back");
    n = fm_biscuit_base64_encode(m->bytes, m->n, text, sizeof text);
    TAP_OK(n != SIZE_MAX && fm_biscuit_base64_decode(text, n, chain[1].bytes, sizeof chain[1].bytes) == m->n &&
               memcmp(m->bytes, chain[1].bytes, m->n) == 0, "MNT0032 to base64 and back");
    TAP_EQ(fm_biscuit_base64_decode(text, n, chain[1].bytes, 8), SIZE_MAX, "MNT0033 not into 8 bytes");
    text[3] = '*';
    TAP_EQ(fm_biscuit_base64_decode(text, n, chain[1].bytes, sizeof chain[1].bytes), SIZE_MAX,
           "MNT0034 nor with a letter that is none");
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    arena = (struct fm_arena){memory, ARENA_BYTES, 0};
    for (uint8_t k = 0; k < 8; k++) {
        round_trip(k & 1U, k >> 1 & 1U, k >> 2 & 1U);
    }
    test_limits();
    free(memory);
    return tap_done();
}
