/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile tokens, each refused with its reason: envelopes and blocks written byte by byte, texts that ask for too
 * much, and evaluations that would never end.
 */
#include "biscuit/world.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"

#define ED FM_BISCUIT_ED25519

static struct kit_token a, b;
static uint8_t room[1U << 20];

/* ------------------------------------------------------------------------------- blocks by the byte */
/* Loads a payload as the authority block (what follows says how often it is there), without signatures. */
static fm_err load_payload(const struct fm_pbw *w)
{
    static struct fm_biscuit t;
    struct fm_arena arena = kit_arena();
    const struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *world = fm_biscuit_world_new(&arena, &limits);
    struct fm_biscuit_verdict v;

    FM_ASSERT(!w->bad && world != NULL);
    memset(&t, 0, sizeof t);
    t.bytes = w->buf;
    t.len = (uint32_t)w->len;
    t.nblocks = 1;
    t.block[0].payload = w->buf;
    t.block[0].payload_len = (uint32_t)w->len;
    fm_err err = fm_biscuit_world_token(world, &t, NULL);
    if (err == FM_OK) {
        err = fm_biscuit_world_code(world, "allow if true;", 14, NULL);
    }
    return err == FM_OK ? fm_biscuit_authorize(world, &v) : err;
}

static struct fm_pbw begin(void)
{
    return (struct fm_pbw){room, sizeof room, 0, false};
}

static void symbol(struct fm_pbw *w, const char *s)
{
    fm_pbw_bytes(w, 1, s, strlen(s));
}

static void version(struct fm_pbw *w, uint32_t v)
{
    fm_pbw_num(w, 3, v);
}

/* Opens up to five nested messages by their tags (0: no more) and closes them again. */
static void open(struct fm_pbw *w, size_t *marks, const uint32_t *tags)
{
    for (uint32_t i = 0; tags[i] != 0; i++) {
        marks[i] = fm_pbw_open(w, tags[i]);
    }
}

static void shut(struct fm_pbw *w, const size_t *marks, const uint32_t *tags)
{
    uint32_t n = 0;

    while (tags[n] != 0) {
        n++;
    }
    while (n > 0) {
        fm_pbw_close(w, marks[--n]);
    }
}

/* A fact read(term) where the term is one field. */
static fm_err fact_of(uint32_t block_version, uint32_t tag, uint64_t num, const void *bytes, size_t n)
{
    static const uint32_t fact[] = {4, 1, 0};
    struct fm_pbw w = begin();
    size_t marks[8];

    version(&w, block_version);
    open(&w, marks, fact);
    fm_pbw_num(&w, 1, 0);
    size_t mark = fm_pbw_open(&w, 2);
    if (bytes != NULL) {
        fm_pbw_bytes(&w, tag, bytes, n);
    } else {
        fm_pbw_num(&w, tag, num);
    }
    fm_pbw_close(&w, mark);
    shut(&w, marks, fact);
    return load_payload(&w);
}

static void test_terms(void)
{
    static const uint8_t mixed[] = {0x0a, 2, 0x10, 1, 0x0a, 2, 0x18, 1};       /* {1, "write"} */
    static const uint8_t nested[] = {0x0a, 4, 0x3a, 2, 0x0a, 0};               /* {{…}} */
    static const uint8_t set_in_set[] = {0x0a, 6, 0x3a, 4, 0x0a, 2, 0x10, 1};  /* {{1}} */
    static const uint8_t twice[] = {0x10, 1, 0x10, 2};

    TAP_EQ(fact_of(3, 2, 1, NULL, 0), FM_OK, "HOS0001 a plain fact loads");
    TAP_EQ(fact_of(2, 2, 1, NULL, 0), FM_E_TOKEN_VERSION, "HOS0002 version 2");
    TAP_EQ(fact_of(7, 2, 1, NULL, 0), FM_E_TOKEN_VERSION, "HOS0003 version 7");
    TAP_EQ(fact_of(3, 1, 0, NULL, 0), FM_E_TOKEN_FACT_VARIABLE, "HOS0004 a variable in a fact");
    TAP_EQ(fact_of(3, 3, 1024, NULL, 0), FM_E_TOKEN_SYMBOL, "HOS0005 a symbol outside the table");
    TAP_EQ(fact_of(3, 3, 28, NULL, 0), FM_E_TOKEN_SYMBOL, "HOS0006 … between the default symbols and the table");
    TAP_EQ(fact_of(3, 3, UINT64_MAX, NULL, 0), FM_E_TOKEN_SYMBOL, "HOS0007 … at the end of the numbers");
    TAP_EQ(fact_of(3, 6, 2, NULL, 0), FM_E_TOKEN_ENUM, "HOS0008 a boolean that is 2");
    TAP_EQ(fact_of(6, 8, 0, "x", 1), FM_E_TOKEN_ENUM, "HOS0009 a null with contents");
    TAP_EQ(fact_of(3, 8, 0, "", 0), FM_E_TOKEN_FEATURE, "HOS0010 a null below its version");
    TAP_EQ(fact_of(3, 11, 0, "", 0), FM_E_TOKEN_FIELD, "HOS0011 a kind of term that is none");
    TAP_EQ(fact_of(3, 2, 0, "x", 1), FM_E_TOKEN_WIRE, "HOS0012 an integer with the wire type of bytes");
    TAP_EQ(fact_of(3, 7, 0, mixed, sizeof mixed), FM_E_TOKEN_SET, "HOS0013 a set of two types");
    TAP_EQ(fact_of(3, 7, 0, set_in_set, sizeof set_in_set), FM_E_TOKEN_SET, "HOS0014 a set in a set");
    TAP_EQ(fact_of(3, 7, 0, nested, sizeof nested), FM_E_TOKEN_MISSING, "HOS0015 a term without contents");
    struct fm_pbw w = begin();
    static const uint32_t fact[] = {4, 1, 2, 0};
    size_t marks[8];
    version(&w, 3);
    open(&w, marks, fact);
    shut(&w, marks, fact);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_FIELD, "HOS0016 a predicate whose terms come before its name");
    w = begin();
    version(&w, 3);
    fm_pbw_bytes(&w, 4, "", 0);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_MISSING, "HOS0017 a fact without a predicate");
    static const uint32_t term[] = {4, 1, 0};
    w = begin();
    version(&w, 3);
    open(&w, marks, term);
    fm_pbw_num(&w, 1, 0);
    fm_pbw_bytes(&w, 2, twice, sizeof twice);
    shut(&w, marks, term);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_FIELD, "HOS0018 a term with two contents");
}

/* A term nested so often in arrays (9). */
static fm_err nested_arrays(uint32_t depth)
{
    static uint8_t text[2][4096];
    struct fm_pbw w = {text[0], sizeof text[0], 0, false};

    fm_pbw_num(&w, 2, 1);
    for (uint32_t i = 0; i < depth; i++) {
        struct fm_pbw next = {text[(i + 1U) & 1U], sizeof text[0], 0, false};
        size_t array = fm_pbw_open(&next, 9);
        fm_pbw_bytes(&next, 1, w.buf, w.len);
        fm_pbw_close(&next, array);
        w = next;
    }
    static uint8_t copy[4096];
    struct fm_pbw block = begin();
    static const uint32_t fact[] = {4, 1, 0};
    size_t marks[8];
    memcpy(copy, w.buf, w.len);
    version(&block, 6);
    open(&block, marks, fact);
    fm_pbw_num(&block, 1, 0);
    fm_pbw_bytes(&block, 2, copy, w.len);
    shut(&block, marks, fact);
    return load_payload(&block);
}

/* A fact with so many terms; a rule body, expressions, scopes, operations of so many. */
static fm_err counted(uint32_t terms, uint32_t body, uint32_t exprs, uint32_t ops, uint32_t scopes)
{
    struct fm_pbw w = begin();

    version(&w, 4);
    size_t rule = fm_pbw_open(&w, 5);
    size_t head = fm_pbw_open(&w, 1);
    fm_pbw_num(&w, 1, 0);
    for (uint32_t i = 0; i < terms; i++) {
        size_t t = fm_pbw_open(&w, 2);
        fm_pbw_num(&w, 2, i & 7U);
        fm_pbw_close(&w, t);
    }
    fm_pbw_close(&w, head);
    for (uint32_t i = 0; i < body; i++) {
        size_t p = fm_pbw_open(&w, 2);
        fm_pbw_num(&w, 1, 1);
        fm_pbw_close(&w, p);
    }
    for (uint32_t i = 0; i < exprs; i++) {
        size_t e = fm_pbw_open(&w, 3);
        for (uint32_t k = 0; k < ops; k++) {
            static const uint8_t yes[] = {0x0a, 2, 0x30, 1}; /* value: true */
            fm_pbw_bytes(&w, 1, yes, sizeof yes);
        }
        fm_pbw_close(&w, e);
    }
    for (uint32_t i = 0; i < scopes; i++) {
        size_t s = fm_pbw_open(&w, 4);
        fm_pbw_num(&w, 1, 0);
        fm_pbw_close(&w, s);
    }
    fm_pbw_close(&w, rule);
    return load_payload(&w);
}

static fm_err many_symbols(uint32_t n)
{
    struct fm_pbw w = begin();

    for (uint32_t i = 0; i < n; i++) {
        char name[4] = {(char)('a' + i % 26U), (char)('a' + i / 26U % 26U), (char)('a' + i / 676U), 0};
        symbol(&w, name);
    }
    version(&w, 3);
    return load_payload(&w);
}

static fm_err many_keys(uint32_t n, bool same)
{
    struct fm_pbw w = begin();

    version(&w, 4);
    for (uint32_t i = 0; i < n; i++) {
        struct fm_biscuit_key key = kit_key(ED, same ? 1U : i + 1U);
        fm_b_key_write(&w, 8, &key);
    }
    return load_payload(&w);
}

static void test_counts(void)
{
    struct fm_pbw w = begin();

    TAP_EQ(nested_arrays(8), FM_OK, "HOS0020 arrays nested 8 deep load");
    TAP_EQ(nested_arrays(17), FM_E_TOKEN_NESTING, "HOS0021 nested 17 deep: TOKEN_NESTING");
    TAP_EQ(nested_arrays(300), FM_E_TOKEN_NESTING, "HOS0022 nested 300 deep");
    TAP_EQ(counted(64, 32, 1, 1, 0), FM_OK, "HOS0023 64 terms, 32 predicates load");
    TAP_EQ(counted(65, 1, 1, 1, 0), FM_E_TOKEN_TERMS, "HOS0024 65 terms");
    TAP_EQ(counted(5000, 1, 1, 1, 0), FM_E_TOKEN_TERMS, "HOS0025 5000 terms");
    TAP_EQ(counted(1, 33, 1, 1, 0), FM_E_TOKEN_BODY, "HOS0026 33 predicates");
    TAP_EQ(counted(1, 1, 33, 1, 0), FM_E_TOKEN_BODY, "HOS0027 33 expressions");
    TAP_EQ(counted(1, 1, 1, 1, 33), FM_E_TOKEN_BODY, "HOS0028 33 scopes");
    TAP_EQ(counted(1, 1, 1, 257, 0), FM_E_TOKEN_OPS, "HOS0029 257 operations");
    TAP_EQ(counted(1, 0, 1, 2, 0), FM_E_EXPR_STACK, "HOS0030 an expression that leaves two values");
    TAP_EQ(counted(1, 0, 1, 0, 0), FM_E_EXPR_STACK, "HOS0031 an expression without operations");
    TAP_EQ(counted(1, 0, 1, 250, 0), FM_E_TOKEN_STACK, "HOS0032 a stack of 250");
    TAP_EQ(many_symbols(1024), FM_OK, "HOS0033 1024 symbols load");
    TAP_EQ(many_symbols(1025), FM_E_TOKEN_SYMBOLS, "HOS0034 1025 symbols");
    TAP_EQ(many_keys(64, false), FM_OK, "HOS0035 64 keys load");
    TAP_EQ(many_keys(65, false), FM_E_TOKEN_KEYS, "HOS0036 65 keys");
    TAP_EQ(many_keys(2, true), FM_E_TOKEN_DUPLICATE, "HOS0037 a key twice");
    symbol(&w, "x");
    symbol(&w, "x");
    version(&w, 3);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_DUPLICATE, "HOS0038 a symbol twice");
    w = begin();
    symbol(&w, "read");
    version(&w, 3);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_DUPLICATE, "HOS0039 a default symbol");
    w = begin();
    symbol(&w, "\xc0\x80");
    version(&w, 3);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_UTF8, "HOS0040 a symbol that is not UTF-8");
    w = begin();
    TAP_EQ(load_payload(&w), FM_E_TOKEN_VERSION, "HOS0041 an empty block");
    version(&w, 3);
    size_t scope = fm_pbw_open(&w, 7);
    fm_pbw_num(&w, 2, 0);
    fm_pbw_close(&w, scope);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_KEY_INDEX, "HOS0042 a scope by a key that is not listed");
    w = begin();
    version(&w, 3);
    size_t check = fm_pbw_open(&w, 6);
    fm_pbw_num(&w, 2, 3);
    fm_pbw_close(&w, check);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_ENUM, "HOS0043 a kind of check that is none");
    w = begin();
    version(&w, 3);
    fm_pbw_num(&w, 9, 1);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_FIELD, "HOS0044 a field that is none");
    w = begin();
    version(&w, 3);
    fm_pbw_raw(&w, "\x22\x80\x00", 3);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_WIRE, "HOS0045 a length with a needless byte");
    w = begin();
    version(&w, 3);
    fm_pbw_raw(&w, "\x22\x05x", 3);
    TAP_EQ(load_payload(&w), FM_E_TOKEN_TRUNCATED, "HOS0046 a length past the end");
}

/* ---------------------------------------------------------------------------------------- envelopes */
static void key_field(struct fm_pbw *w, uint64_t algorithm, const void *p, size_t n)
{
    size_t mark = fm_pbw_open(w, 2);

    fm_pbw_num(w, 1, algorithm);
    fm_pbw_bytes(w, 2, p, n);
    fm_pbw_close(w, mark);
}

/* A block with this key, signature length and version (-1: none), external or not. */
static void block(struct fm_pbw *w, uint32_t tag, uint64_t algorithm, const void *key, size_t n, size_t sig, int v,
                  bool external)
{
    static const uint8_t zeros[128];
    struct fm_biscuit_key k = kit_key(ED, 1);
    size_t mark = fm_pbw_open(w, tag);

    fm_pbw_bytes(w, 1, "\x18\x03", 2);
    key_field(w, algorithm, key != NULL ? key : k.bytes, n);
    fm_pbw_bytes(w, 3, zeros, sig);
    if (external) {
        size_t e = fm_pbw_open(w, 4);
        fm_pbw_bytes(w, 1, zeros, 64);
        key_field(w, 0, k.bytes, 32);
        fm_pbw_close(w, e);
    }
    if (v >= 0) {
        fm_pbw_num(w, 5, (uint64_t)v);
    }
    fm_pbw_close(w, mark);
}

static void proof(struct fm_pbw *w, uint32_t tag, size_t n)
{
    static const uint8_t zeros[128];
    size_t mark = fm_pbw_open(w, 4);

    fm_pbw_bytes(w, tag, zeros, n);
    fm_pbw_close(w, mark);
}

static fm_err parse(const struct fm_pbw *w)
{
    static struct fm_biscuit t;

    return fm_biscuit_parse(&t, w->buf, w->len, NULL);
}

/* An authority block as said, and a proof. */
static fm_err authority(uint64_t algorithm, const void *key, size_t n, size_t sig, int v, bool external)
{
    struct fm_pbw w = begin();

    block(&w, 2, algorithm, key, n, sig, v, external);
    proof(&w, 1, 32);
    return parse(&w);
}

static void test_keys(void)
{
    static const uint8_t small[8][32] = {
        {0}, {1},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
         0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
         0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
        {[0] = 0xec, [1 ... 30] = 0xff, [31] = 0x7f}, /* p - 1, of order 2 */
        {[0] = 0xed, [1 ... 30] = 0xff, [31] = 0x7f}, /* p, not canonical  */
        {[0] = 0xee, [1 ... 30] = 0xff, [31] = 0x7f}, /* p + 1             */
        {[0 ... 31] = 0xff},
    };
    static const uint8_t sec[3][33] = {{0}, {4, 1}, {5, 1}};
    unsigned refused = 0;

    for (uint32_t i = 0; i < 8; i++) {
        uint8_t signed_form[32];
        memcpy(signed_form, small[i], 32);
        signed_form[31] |= 0x80U;
        refused += authority(0, small[i], 32, 64, 1, false) == FM_E_TOKEN_KEY ? 1U : 0U;
        refused += authority(0, signed_form, 32, 64, 1, false) == FM_E_TOKEN_KEY ? 1U : 0U;
    }
    TAP_EQ(refused, 16, "HOS0050 Ed25519 keys of small order and not canonical, with both signs: TOKEN_KEY");
    refused = 0;
    for (uint32_t i = 0; i < 3; i++) {
        refused += authority(1, sec[i], 33, 70, 1, false) == FM_E_TOKEN_KEY ? 1U : 0U;
    }
    TAP_EQ(refused, 3, "HOS0051 secp256r1 keys that are not compressed points");
    TAP_EQ(authority(0, sec[0], 33, 64, 1, false), FM_E_TOKEN_KEY, "HOS0052 an Ed25519 key of 33 bytes");
    TAP_EQ(authority(0, sec[0], 31, 64, 1, false), FM_E_TOKEN_KEY, "HOS0053 … of 31");
    TAP_EQ(authority(2, NULL, 32, 64, 1, false), FM_E_TOKEN_ENUM, "HOS0054 an algorithm that is none");
}

static void test_envelope(void)
{
    struct fm_pbw w = begin();

    TAP_EQ(authority(0, NULL, 32, 64, 1, false), FM_OK, "HOS0060 a plain envelope parses");
    TAP_EQ(authority(0, NULL, 32, 64, 2, false), FM_E_TOKEN_SIG_VERSION, "HOS0061 a signature of version 2");
    TAP_EQ(authority(0, NULL, 32, 0, 1, false), FM_E_TOKEN_SIGNATURE_FORM, "HOS0062 an empty signature");
    TAP_EQ(authority(0, NULL, 32, 81, 1, false), FM_E_TOKEN_SIGNATURE_FORM, "HOS0063 one of 81 bytes");
    TAP_EQ(authority(0, NULL, 32, 64, 1, true), FM_E_TOKEN_EXTERNAL_AUTHORITY, "HOS0064 an external authority block");
    block(&w, 2, 0, NULL, 32, 64, 1, false);
    TAP_EQ(parse(&w), FM_E_TOKEN_MISSING, "HOS0065 no proof");
    block(&w, 3, 0, NULL, 32, 64, 0, true);
    proof(&w, 1, 32);
    TAP_EQ(parse(&w), FM_E_TOKEN_EXTERNAL_V0, "HOS0066 an external signature of version 0");
    w = begin();
    block(&w, 3, 0, NULL, 32, 64, 1, false);
    TAP_EQ(parse(&w), FM_E_TOKEN_FIELD, "HOS0067 a block before the authority block");
    w = begin();
    block(&w, 2, 0, NULL, 32, 64, 1, false);
    block(&w, 2, 0, NULL, 32, 64, 1, false);
    proof(&w, 1, 32);
    TAP_EQ(parse(&w), FM_E_TOKEN_FIELD, "HOS0068 two authority blocks");
    w = begin();
    for (uint32_t i = 0; i <= FM_BISCUIT_BLOCKS_MAX; i++) {
        block(&w, i == 0 ? 2 : 3, 0, NULL, 32, 64, 1, false);
    }
    proof(&w, 1, 32);
    TAP_EQ(parse(&w), FM_E_TOKEN_BLOCKS, "HOS0069 33 blocks");
    w = begin();
    block(&w, 2, 0, NULL, 32, 64, 1, false);
    proof(&w, 1, 32);
    fm_pbw_raw(&w, "\x08\x01", 2);
    TAP_EQ(parse(&w), FM_E_TOKEN_FIELD, "HOS0070 fields behind the proof");
    w.len = FM_BISCUIT_BYTES_MAX + 1U;
    TAP_EQ(parse(&w), FM_E_TOKEN_LENGTH, "HOS0071 a byte too long");
    w = begin();
    TAP_EQ(parse(&w), FM_E_TOKEN_MISSING, "HOS0072 no bytes");
    fm_pbw_raw(&w, "\x15\x00\x00\x00\x00", 5);
    TAP_EQ(parse(&w), FM_E_TOKEN_WIRE, "HOS0073 a fixed-width field");
}

/* Writes a's blocks, in an order, behind a's or b's proof. */
static fm_err reassembled(const struct kit_token *from, const uint32_t *order, uint32_t n, const struct kit_token *end)
{
    static struct fm_biscuit t;
    struct fm_pbw w = begin();
    struct fm_pb pb = fm_pb_of(from->bytes, (uint32_t)from->len);
    struct fm_pb_field f, blocks[FM_BISCUIT_BLOCKS_MAX + 1U];
    uint32_t nb = 0;

    while (fm_pb_next(&pb, &f)) {
        blocks[nb++] = f;
    }
    for (uint32_t i = 0; i < n; i++) {
        fm_pbw_bytes(&w, i == 0 ? 2 : 3, blocks[order[i]].bytes, blocks[order[i]].n);
    }
    size_t mark = fm_pbw_open(&w, 4);
    fm_pbw_bytes(&w, end->t.sealed ? 2 : 1, end->t.proof, end->t.proof_len);
    fm_pbw_close(&w, mark);
    fm_err err = fm_biscuit_parse(&t, w.buf, w.len, NULL);
    return err == FM_OK ? kit_verify(&t, ED, 1) : err;
}

static void test_chain(void)
{
    static struct kit_token c;
    static const uint32_t whole[] = {0, 1, 2};
    static const uint32_t swapped[] = {0, 2, 1};
    static const uint32_t repeated[] = {0, 1, 1, 2};
    static const uint32_t middle[] = {0, 2};

    bool made = kit_mint(&a, ED, 1, 2, "a(1);") == FM_OK && kit_attenuate(&b, &a, ED, 3, "check if x(1);") == FM_OK &&
                kit_attenuate(&c, &b, ED, 4, "check if x(2);") == FM_OK;
    TAP_OK(made && reassembled(&c, whole, 3, &c) == FM_OK, "HOS0080 three blocks put together again verify");
    TAP_EQ(reassembled(&c, whole, 2, &c), FM_E_TOKEN_PROOF, "HOS0081 without the last block: TOKEN_PROOF");
    TAP_EQ(reassembled(&c, whole, 1, &c), FM_E_TOKEN_PROOF, "HOS0082 without the last two");
    TAP_EQ(reassembled(&c, middle, 2, &c), FM_E_TOKEN_SIGNATURE, "HOS0083 without the middle block: TOKEN_SIGNATURE");
    TAP_EQ(reassembled(&c, swapped, 3, &c), FM_E_TOKEN_SIGNATURE, "HOS0084 two blocks in the other order");
    TAP_EQ(reassembled(&c, repeated, 4, &c), FM_E_TOKEN_SIGNATURE, "HOS0085 a block twice");
    TAP_EQ(reassembled(&c, whole + 1, 2, &c), FM_E_TOKEN_SIGNATURE, "HOS0086 without the authority block");
    TAP_EQ(reassembled(&c, whole, 3, &b), FM_E_TOKEN_PROOF, "HOS0087 with an earlier secret");
    (void)!kit_seal(&b, &c);
    TAP_EQ(reassembled(&b, whole, 3, &b), FM_OK, "HOS0088 sealed and put together again it verifies");
    TAP_EQ(reassembled(&b, whole, 2, &b), FM_E_TOKEN_PROOF, "HOS0089 … without its last block it does not");
    struct fm_biscuit t = c.t;
    t.block[1].next = kit_key(ED, 9);
    TAP_EQ(kit_verify(&t, ED, 1), FM_E_TOKEN_SIGNATURE, "HOS0090 another key in a block");
    t = c.t;
    t.block[0].sig_len = 63;
    TAP_EQ(kit_verify(&t, ED, 1), FM_E_TOKEN_SIGNATURE_FORM, "HOS0091 a signature of 63 bytes");
    t = c.t;
    t.block[2].version ^= 1U;
    TAP_EQ(kit_verify(&t, ED, 1), FM_E_TOKEN_SIGNATURE, "HOS0092 a signature of one version as the other");
    t = c.t;
    t.proof_len = 31;
    TAP_EQ(kit_verify(&t, ED, 1), FM_E_TOKEN_PROOF, "HOS0093 a secret of 31 bytes");
}

/* The other signature (r, n - s) that verifies wherever (r, s) does, in DER; its length. */
static uint32_t other_form(const uint8_t *sig, uint8_t *out)
{
    static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                      0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    uint32_t r_len = sig[3];
    const uint8_t *s = sig + 4 + r_len + 2;
    uint32_t s_len = sig[4 + r_len + 1];
    uint8_t full[33] = {0};
    int borrow = 0;

    for (uint32_t i = 0; i < 32; i++) { /* from the last byte */
        int have = i < s_len ? s[s_len - 1U - i] : 0;
        int d = order[31 - i] - have - borrow;
        borrow = d < 0 ? 1 : 0;
        full[32 - i] = (uint8_t)(d + 256 * borrow);
    }
    uint32_t skip = 0;
    while (full[skip] == 0 && (full[skip + 1U] & 0x80U) == 0) { /* the shortest form: signatures are random */
        skip++;
    }
    memcpy(out, sig, 4 + r_len);
    out[4 + r_len] = 2;
    out[5 + r_len] = (uint8_t)(33U - skip);
    memcpy(out + 6 + r_len, full + skip, 33U - skip);
    out[1] = (uint8_t)(4U + r_len + 33U - skip);
    return 2U + out[1];
}

static void test_malleable(void)
{
    uint8_t sig[FM_BISCUIT_SIG_MAX];

    TAP_OK(kit_mint(&a, FM_BISCUIT_SECP256R1, 1, 2, "a(1);") == FM_OK &&
               kit_verify(&a.t, FM_BISCUIT_SECP256R1, 1) == FM_OK,
           "HOS0095 a secp256r1 token verifies");
    struct fm_biscuit t = a.t;
    t.block[0].sig_len = other_form(a.t.block[0].sig, sig);
    t.block[0].sig = sig;
    TAP_EQ(kit_verify(&t, FM_BISCUIT_SECP256R1, 1), FM_OK, "HOS0096 so does its twin, whose id is another");
    TAP_OK(fm_biscuit_revokes(&t.block[0], a.t.block[0].sig, a.t.block[0].sig_len) &&
               fm_biscuit_revokes(&a.t.block[0], sig, t.block[0].sig_len) &&
               fm_biscuit_revokes(&t.block[0], sig, t.block[0].sig_len),
           "HOS0097 revoking one of them revokes the other");
    sig[8] ^= 1U;
    TAP_OK(!fm_biscuit_revokes(&a.t.block[0], sig, t.block[0].sig_len), "HOS0098 … and no other r");
    sig[8] ^= 1U;
    sig[t.block[0].sig_len - 1U] ^= 1U;
    TAP_OK(!fm_biscuit_revokes(&a.t.block[0], sig, t.block[0].sig_len), "HOS0099 … nor another s");
    unsigned named = 0;
    for (uint32_t n = 0; n < a.t.block[0].sig_len; n++) {
        named += fm_biscuit_revokes(&a.t.block[0], a.t.block[0].sig, n) ? 1U : 0U;
    }
    TAP_EQ(named, 0, "HOS0099 … nor a part of an id");
}

/* ------------------------------------------------------------------------------- texts and evaluations */
static bool refuse_all(void *ctx, const char *name, uint32_t n, const struct fm_biscuit_value *left,
                       const struct fm_biscuit_value *right, struct fm_biscuit_value *out)
{
    (void)ctx, (void)name, (void)n, (void)left, (void)right, (void)out;
    return false;
}

static fm_err ask_within(const char *code, struct fm_biscuit_limits limits, bool host, size_t cap)
{
    static const struct fm_biscuit_host none = {refuse_all, NULL};
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_verdict v;

    arena.cap = cap;
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    if (w == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    if (host) {
        fm_biscuit_world_host(w, &none);
    }
    fm_err err = fm_biscuit_world_code(w, code, strlen(code), NULL);
    return err == FM_OK ? fm_biscuit_authorize(w, &v) : err;
}

static fm_err ask(const char *code)
{
    return ask_within(code, fm_biscuit_limits_default(), false, KIT_ARENA);
}

/* before, then piece n times, then after; %d in piece is the number. */
static const char *text(const char *before, const char *piece, uint32_t n, const char *after)
{
    static char both[2][1U << 16]; /* one may be the `after` of the other */
    static uint32_t turn;
    char *out = both[++turn & 1U];
    struct fm_b_out o = {out, sizeof both[0], 0};

    fm_b_out_str(&o, before);
    for (uint32_t i = 0; i < n; i++) {
        const char *at = strchr(piece, '#');
        fm_b_out_text(&o, piece, at != NULL ? (size_t)(at - piece) : strlen(piece));
        if (at != NULL) {
            fm_b_out_u64(&o, i);
            fm_b_out_str(&o, at + 1);
        }
    }
    fm_b_out_str(&o, after);
    fm_b_out_end(&o);
    FM_ASSERT(o.len < sizeof both[0]);
    return out;
}

static void test_texts(void)
{
    TAP_EQ(ask(text("a(", "0, ", 64, "1); allow if true;")), FM_E_TOKEN_TERMS, "HOS0100 65 terms in text");
    TAP_EQ(ask(text("allow if ", "a(1), ", 32, "b(1);")), FM_E_TOKEN_BODY, "HOS0101 33 predicates in text");
    TAP_EQ(ask(text("allow if ", "a(1) or ", 32, "b(1);")), FM_E_TOKEN_BODY, "HOS0102 33 alternatives in text");
    TAP_EQ(ask(text("allow if 0", " + 1", 200, " == 200;")), FM_E_TOKEN_OPS, "HOS0107 401 operations in text");
    TAP_EQ(ask(text("a(", "[", 16, text("1", "]", 16, "); allow if true;"))), FM_OK, "HOS0103 16 brackets");
    TAP_EQ(ask(text("a(", "[", 17, text("1", "]", 17, "); allow if true;"))), FM_E_TOKEN_NESTING,
           "HOS0104 17 brackets");
    TAP_EQ(ask(text("allow if ", "(", 3000, "1")), FM_E_TOKEN_NESTING, "HOS0105 3000 parentheses in text");
    TAP_EQ(ask(text("a(", "[", 3000, "1")), FM_E_TOKEN_NESTING, "HOS0106 3000 brackets in text");
    TAP_EQ(ask(text("allow if a(", "$v#, ", 60, "1), b($a, $b, $c, $d, $e);")), FM_E_TOKEN_VARIABLES,
           "HOS0108 65 variables in text");
    TAP_EQ(ask("a({1, \"x\"}); allow if true;"), FM_E_TOKEN_SET, "HOS0109 a set of two types in text");
    TAP_EQ(ask(text("a({", "#, ", 1200, "1}); allow if true;")), FM_E_TOKEN_TERMS, "HOS0110 a set of 1201 in text");
    TAP_EQ(ask("allow if \"a\".matches(\"\\\\p{Greek}\");"), FM_E_TOKEN_REGEX, "HOS0111 a pattern we do not support");
}

static void test_evaluations(void)
{
    const struct fm_biscuit_limits usual = fm_biscuit_limits_default();
    struct fm_biscuit_limits l = usual;

    TAP_EQ(ask("allow if 1 / 0 == 1;"), FM_E_EXPR_DIVISION, "HOS0120 division by zero");
    TAP_EQ(ask("allow if 9223372036854775807 + 1 == 0;"), FM_E_EXPR_OVERFLOW, "HOS0121 overflow");
    TAP_EQ(ask("allow if (-9223372036854775807 - 1) / -1 == 0;"), FM_E_EXPR_DIVISION,
           "HOS0122 the one quotient that overflows has the name that other libraries give it");
    TAP_EQ(ask("allow if $x == 1;"), FM_E_EXPR_VARIABLE, "HOS0123 a variable that nothing binds");
    TAP_EQ(ask("allow if 1 == 1 && 2;"), FM_E_EXPR_TYPE, "HOS0124 and of a number");
    TAP_EQ(ask("allow if 1;"), FM_E_EXPR_TYPE, "HOS0125 a condition that is a number");
    TAP_EQ(ask("allow if a($x), [1].any($x -> $x == 1); a(1);"), FM_E_EXPR_SHADOWED, "HOS0126 a shadowed variable");
    TAP_EQ(ask("allow if true.extern::f();"), FM_E_EXPR_EXTERN, "HOS0127 a host function without a host");
    TAP_EQ(ask_within("allow if true.extern::f(1);", usual, true, KIT_ARENA), FM_E_EXPR_HOST,
           "HOS0128 a host function that refuses");
    l.facts = 50;
    TAP_EQ(ask_within(text("", "a(#);", 200, "allow if true;"), l, false, KIT_ARENA), FM_E_TOKEN_FACTS,
           "HOS0129 more facts than the limit");
    l = usual;
    TAP_EQ(ask_within(text("", "a(#);", 30, "t($a, $b, $c) <- a($a), a($b), a($c); allow if true;"), l, false,
                      KIT_ARENA),
           FM_E_TOKEN_FACTS, "HOS0130 a product of three relations");
    l = usual;
    l.iterations = 5;
    TAP_EQ(ask_within("e(0, 1); e(1, 2); e(2, 3); e(3, 4); e(4, 5); e(5, 6); e(6, 7); p(0);"
                      "p($y) <- p($x), e($x, $y); allow if true;",
                      l, false, KIT_ARENA),
           FM_E_TOKEN_ITERATIONS, "HOS0131 more rounds than the limit");
    l = usual;
    l.fuel = 1000;
    TAP_EQ(ask_within(text("", "a(#);", 100, "allow if a($a), a($b), a($c), $a + $b + $c == -1;"), l, false, KIT_ARENA),
           FM_E_TOKEN_FUEL, "HOS0132 more steps than the limit");
    TAP_EQ(ask(text("", "a(#);", 100, "allow if a($a), a($b), a($c), a($d), $a + $b + $c + $d == -1;")),
           FM_E_TOKEN_FUEL, "HOS0133 … than the usual limit, in a join of 10^8");
    TAP_EQ(ask(text("allow if \"", "a", 3000, "\".matches(\"(a?){200}(a+)+(a*)*b\");")) == FM_OK, 0,
           "HOS0134 a pattern that a backtracking engine never finishes ends");
    TAP_EQ(ask("allow if \"a\".matches(\"((((a{100}){100}){100}){100})\");"), FM_E_TOKEN_REGEX,
           "HOS0135 a pattern of 10^8 states");
    TAP_EQ(ask(text("allow if \"", "a", 16000, text("\".contains(\"", "a", 8000, "b\");"))), FM_E_TOKEN_NO_POLICY,
           "HOS0141 one search of 8000 characters in 16000 ends");
    TAP_EQ(ask(text("allow if [1, 2, 3, 4, 5].any($x -> \"", "a", 16000, text("\".contains(\"", "a", 8000, "b\"));"))),
           FM_E_TOKEN_FUEL, "HOS0142 … and many of them are too many steps");
    l = usual;
    l.values = 64;
    TAP_EQ(ask_within(text("", "a(#);", 100, "allow if true;"), l, false, KIT_ARENA), FM_E_TOKEN_VALUES,
           "HOS0136 more values than the limit");
    TAP_EQ(ask_within("allow if true;", usual, false, 1000), FM_E_TOKEN_MEMORY, "HOS0137 an arena of 1000 bytes");
    TAP_EQ(ask(text("allow if [", "\"x\", ", 200,
                    "1].all($a -> [1, 2, 3, 4].all($b -> [1, 2, 3, 4].all($c -> $c > 0)));")) == FM_OK, 1,
           "HOS0138 nested closures end");
    TAP_EQ(ask("d(\"x\"); d($y) <- d($x), $y == $x + $x; allow if true;"), FM_E_TOKEN_UNBOUND,
           "HOS0139 a rule that would invent values has an unbound head: recursion is over what is there");
    unsigned other = 0;
    for (size_t cap = 0; cap < 600000; cap += 997) {
        fm_err err = ask_within("a(\"x\", [1, 2], {3}); b($x) <- a($x, $y, $z), $y.length() == 2; allow if b(\"x\");",
                                usual, false, cap);
        other += err != FM_OK && err != FM_E_TOKEN_MEMORY ? 1U : 0U;
    }
    TAP_EQ(other, 0, "HOS0140 every size of arena is enough, or TOKEN_MEMORY");
}

int main(void)
{
    test_terms();
    test_counts();
    test_keys();
    test_envelope();
    test_chain();
    test_malleable();
    test_texts();
    test_evaluations();
    return tap_done();
}
