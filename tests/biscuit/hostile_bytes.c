/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that nobody honest writes, each refused for its own reason: envelopes and blocks field by field, chains that
 * were cut, reordered or spliced, programs that do not end. Under the sanitizers.
 */
#include "base/base.h"
#include "tests/biscuit/rawpb.h"
#include "tests/tap.h"

#include <firmament/biscuit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (16U << 20)

static uint8_t *memory;
static struct fm_arena arena;
static uint8_t key_a[32];
static uint8_t secret_a[32];
static const uint8_t key_zero[32] = {0};
static const uint8_t key_one[32] = {1};
static uint8_t key_minus[32], key_p[32], key_p1[32], key_8[32];
static const uint8_t sig_64[64] = {1, 2, 3};
static const uint8_t sig_81[81] = {1};
static const uint8_t not_utf8[2] = {0xc3, 0x28};
static uint8_t payload[65536];
static uint8_t bytes[65536];
static struct fm_biscuit token;

static const struct fm_biscuit_limits generous = {4096, 1000, 100, 1000000};

static struct raw_letter letters[] = {
    {'K', key_a, 32},    {'Z', key_zero, 32},    {'1', key_one, 32},  {'M', key_minus, 32}, {'P', key_p, 32},
    {'Q', key_p1, 32},   {'8', key_8, 32},       {'k', key_a, 31},    {'S', sig_64, 64},    {'T', sig_64, 63},
    {'L', sig_81, 81},   {'N', secret_a, 32},    {'n', secret_a, 31}, {'U', not_utf8, 2},   {'E', key_a, 0},
    {'B', payload, 0},
};

static void keys(void)
{
    struct fm_biscuit_key key;

    memset(secret_a, 7, sizeof secret_a);
    TAP_EQ(fm_biscuit_key_of_secret(FM_BISCUIT_ED25519, secret_a, NULL, &key), FM_OK, "HOS0001 a key");
    memcpy(key_a, key.bytes, 32);
    memset(key_minus, 0xff, 32);
    key_minus[0] = 0xec;
    key_minus[31] = 0x7f; /* p - 1: order 2 */
    memcpy(key_p, key_minus, 32);
    key_p[0] = 0xed; /* p: 0 in a second spelling */
    memcpy(key_p1, key_minus, 32);
    key_p1[0] = 0xee; /* p + 1: 1 in a second spelling */
    static const uint8_t order8[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
                                       0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
                                       0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x85};
    memcpy(key_8, order8, 32);
}

/* "HOS0107 what it is" */
static const char *named(unsigned base, size_t i, const char *name)
{
    static char text[200];

    snprintf(text, sizeof text, "HOS%04u %s", base + (unsigned)i, name);
    return text;
}

/* One row: what it is, how it is written, what it is answered with. */
struct row {
    fm_err want;
    const char *name;
    const char *text;
};

#define NEXT "2{1=0 2%K}"
#define BLOCK "1%B " NEXT " 3%S"
#define PROOF "4{1%N}"
#define ENVELOPE "2{" BLOCK "}" PROOF

static const struct row envelopes[] = {
    {FM_OK, "a sound envelope", ENVELOPE},
    {FM_E_TOKEN_MISSING, "nothing but a root key's number", "1=1"},
    {FM_E_TOKEN_MISSING, "no proof", "2{" BLOCK "}"},
    {FM_E_TOKEN_MISSING, "an empty proof", "2{" BLOCK "}4{}"},
    {FM_E_TOKEN_MISSING, "a block without signature", "2{1%B " NEXT "}" PROOF},
    {FM_E_TOKEN_MISSING, "a block without next key", "2{1%B 3%S}" PROOF},
    {FM_E_TOKEN_MISSING, "a block without contents", "2{" NEXT " 3%S}" PROOF},
    {FM_E_TOKEN_MISSING, "a key without bytes", "2{1%B 2{1=0} 3%S}" PROOF},
    {FM_E_TOKEN_MISSING, "an external signature without key", "2{" BLOCK "}3{" BLOCK " 4{1%S} 5=1}" PROOF},
    {FM_E_TOKEN_FIELD, "an unknown field", ENVELOPE "9=1"},
    {FM_E_TOKEN_FIELD, "a second proof", ENVELOPE PROOF},
    {FM_E_TOKEN_FIELD, "a second authority block", "2{" BLOCK "}" ENVELOPE},
    {FM_E_TOKEN_FIELD, "a block before the authority block", "3{" BLOCK "}" ENVELOPE},
    {FM_E_TOKEN_FIELD, "a block behind the proof", ENVELOPE "3{" BLOCK "}"},
    {FM_E_TOKEN_FIELD, "a second root key's number", "1=1 1=1 " ENVELOPE},
    {FM_E_TOKEN_FIELD, "a second signature", "2{" BLOCK " 3%S}" PROOF},
    {FM_E_TOKEN_FIELD, "both forms of a proof", "2{" BLOCK "}4{1%N 2%S}"},
    {FM_E_TOKEN_FIELD, "an unknown field of a key", "2{1%B 2{1=0 2%K 3=1} 3%S}" PROOF},
    {FM_E_TOKEN_ENUM, "an unknown algorithm", "2{1%B 2{1=2 2%K} 3%S}" PROOF},
    {FM_E_TOKEN_SIG_VERSION, "signature version 2", "2{" BLOCK " 5=2}" PROOF},
    {FM_E_TOKEN_EXTERNAL_V0, "an external signature of version 0", "2{" BLOCK "}3{" BLOCK " 4{1%S " NEXT "}}" PROOF},
    {FM_E_TOKEN_EXTERNAL_AUTHORITY, "an external signature on the authority block",
     "2{" BLOCK " 4{1%S " NEXT "} 5=1}" PROOF},
    {FM_E_TOKEN_KEY, "a key of 31 bytes", "2{1%B 2{1=0 2%k} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a key of order 4: zero", "2{1%B 2{1=0 2%Z} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a key of order 1: one", "2{1%B 2{1=0 2%1} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a key of order 2: p - 1", "2{1%B 2{1=0 2%M} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a key of order 8, with the other sign", "2{1%B 2{1=0 2%8} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a key that is not canonical: p", "2{1%B 2{1=0 2%P} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a key that is not canonical: p + 1", "2{1%B 2{1=0 2%Q} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a secp256r1 key of 32 bytes", "2{1%B 2{1=1 2%K} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a small-order key of a third party",
     "2{" BLOCK "}3{" BLOCK " 4{1%S 2{1=0 2%1}} 5=1}" PROOF},
    {FM_E_TOKEN_SIGNATURE_FORM, "a signature of 81 bytes", "2{1%B " NEXT " 3%L}" PROOF},
    {FM_E_TOKEN_SIGNATURE_FORM, "an empty signature", "2{1%B " NEXT " 3%E}" PROOF},
    {FM_E_TOKEN_BLOCKS, "33 blocks", "2{" BLOCK "}*32(3{" BLOCK "})" PROOF},
};

static void test_envelopes(void)
{
    static uint8_t big[FM_BISCUIT_BYTES_MAX + 1U];

    for (size_t i = 0; i < FM_ARRAY_LEN(envelopes); i++) {
        struct fm_why why = {FM_OK, 0, "", 0, 0};
        size_t n = raw_pb(envelopes[i].text, letters, FM_ARRAY_LEN(letters), bytes, sizeof bytes);
        fm_err err = fm_biscuit_parse(&token, bytes, n, &why);
        if (!TAP_OK(n > 0 && err == envelopes[i].want, named(100, i, envelopes[i].name))) {
            tap_note_text("got", fm_err_name(err));
        }
    }
    TAP_EQ(fm_biscuit_parse(&token, big, sizeof big, NULL), FM_E_TOKEN_LENGTH, "HOS0010 a byte more than the limit");
    TAP_EQ(fm_biscuit_parse(&token, bytes, 0, NULL), FM_E_TOKEN_MISSING, "HOS0011 no bytes");
    TAP_EQ(fm_biscuit_parse(&token, (const uint8_t *)"\x08\x81\x00", 3, NULL), FM_E_TOKEN_WIRE,
           "HOS0012 a number that is longer than need be");
    TAP_EQ(fm_biscuit_parse(&token, (const uint8_t *)"\x09\x01\x01\x01\x01\x01\x01\x01\x01", 9, NULL), FM_E_TOKEN_WIRE,
           "HOS0013 a field of eight bytes");
    TAP_EQ(fm_biscuit_parse(&token, (const uint8_t *)"\x12\x05\x0a", 3, NULL), FM_E_TOKEN_TRUNCATED,
           "HOS0014 a length beyond the end");
}

/* ---------------------------------------------------------------------------------------- blocks */
#define FACT(terms) "1\"aa\" 3=6 4{1{1=1024 " terms "}}"
#define QUERY(ops) "3=6 6{1{1{1=27} 3{" ops "}}}"

static const struct row blocks[] = {
    {FM_OK, "a sound block", FACT("2{2=1}")},
    {FM_E_TOKEN_VERSION, "no version", "1\"aa\""},
    {FM_E_TOKEN_VERSION, "version 2", "3=2"},
    {FM_E_TOKEN_VERSION, "version 7", "3=7"},
    {FM_E_TOKEN_FIELD, "fields out of order", "3=6 1\"aa\""},
    {FM_E_TOKEN_FIELD, "an unknown field of a block", "3=6 9=1"},
    {FM_E_TOKEN_FIELD, "two versions", "3=6 3=6"},
    {FM_E_TOKEN_FIELD, "a term of two values", FACT("2{2=1 2=1}")},
    {FM_E_TOKEN_MISSING, "a term of no value", FACT("2{}")},
    {FM_E_TOKEN_MISSING, "a predicate without name", "3=6 4{1{}}"},
    {FM_E_TOKEN_MISSING, "an operation without kind", QUERY("1{2{}}")},
    {FM_E_TOKEN_MISSING, "a call without the function's name", QUERY("1{1{6=1}} 1{2{1=4}}")},
    {FM_E_TOKEN_ENUM, "a boolean of 2", FACT("2{6=2}")},
    {FM_E_TOKEN_ENUM, "an unknown operation", QUERY("1{3{1=30}}")},
    {FM_E_TOKEN_ENUM, "a check of an unknown kind", "3=6 6{1{1{1=27} 3{1{1{6=1}}}} 2=3}"},
    {FM_E_TOKEN_ENUM, "an unknown scope", "3=6 7{1=2}"},
    {FM_E_TOKEN_SYMBOL, "a name outside the table", "3=6 4{1{1=1024}}"},
    {FM_E_TOKEN_SYMBOL, "a name between the default symbols and the table", "3=6 4{1{1=28}}"},
    {FM_E_TOKEN_SYMBOL, "a string outside the table", FACT("2{3=1025}")},
    {FM_E_TOKEN_DUPLICATE, "a symbol twice", "1\"aa\" 1\"aa\" 3=6"},
    {FM_E_TOKEN_DUPLICATE, "a symbol that is a default symbol", "1\"read\" 3=6"},
    {FM_E_TOKEN_DUPLICATE, "a key twice", "3=6 8{1=0 2%K} 8{1=0 2%K}"},
    {FM_E_TOKEN_KEY, "a small-order key in the table", "3=6 8{1=0 2%1}"},
    {FM_E_TOKEN_KEY_INDEX, "a key outside the table", "3=6 7{2=0}"},
    {FM_E_TOKEN_UTF8, "a symbol that is no UTF-8", "1%U 3=6"},
    {FM_E_TOKEN_UTF8, "a context that is no UTF-8", "2%U 3=6"},
    {FM_E_TOKEN_FEATURE, "check all in version 3", "3=3 6{1{1{1=27} 3{1{1{6=1}}}} 2=1}"},
    {FM_E_TOKEN_FEATURE, "reject if in version 5", "3=5 6{1{1{1=27} 3{1{1{6=1}}}} 2=2}"},
    {FM_E_TOKEN_FEATURE, "null in version 5", "1\"aa\" 3=5 4{1{1=1024 2{8{}}}}"},
    {FM_E_TOKEN_FEATURE, "a scope in version 3", "3=3 7{1=0}"},
    {FM_E_TOKEN_SET, "a set of two types", FACT("2{7{1{2=1} 1{6=1}}}")},
    {FM_E_TOKEN_SET, "a set in a set", FACT("2{7{1{7{1{2=1}}}}}")},
    {FM_E_TOKEN_UNBOUND, "a head's variable that nothing binds", "1\"aa\" 3=6 5{1{1=1024 2{1=0}} 2{1=1024 2{2=1}}}"},
    {FM_E_TOKEN_FACT_VARIABLE, "a variable in a fact", FACT("2{1=0}")},
    {FM_E_TOKEN_FACT_VARIABLE, "a variable in a set", FACT("2{7{1{1=0}}}")},
    {FM_E_TOKEN_TERMS, "65 terms", FACT("*65(2{2=#})")},
    {FM_E_TOKEN_TERMS, "an array of 1025", FACT("2{9{*1025(1{2=1})}}")},
    {FM_E_TOKEN_NESTING, "17 arrays in each other", FACT("2{*17(9{1{)2=1*34(})}")},
    {FM_E_TOKEN_NESTING, "17 closures in each other",
     QUERY("1{4{*16(2{4{)2{1{6=1}}*34(})")},
    {FM_E_TOKEN_BODY, "33 predicates", "1\"aa\" 3=6 5{1{1=1024} *33(2{1=1024})}"},
    {FM_E_TOKEN_BODY, "33 expressions", "3=6 6{1{1{1=27} *33(3{1{1{6=1}}})}}"},
    {FM_E_TOKEN_BODY, "33 scopes", "3=6 *33(7{1=0})"},
    {FM_E_TOKEN_BODY, "33 queries", "3=6 6{*33(1{1{1=27} 3{1{1{6=1}}}})}"},
    {FM_E_TOKEN_OPS, "257 operations", QUERY("1{1{6=1}}*256(1{2{1=1}})")},
    {FM_E_TOKEN_VARIABLES, "65 variables",
     "*66(1\"v#\") "
     "3=6 6{1{1{1=27} 2{1=1024 *60(2{1=@})} 2{1=1024 2{1=1084} 2{1=1085} 2{1=1086} 2{1=1087} 2{1=1088}}}}"},
    {FM_E_TOKEN_SYMBOLS, "1025 symbols", "*1025(1\"x#\") 3=6"},
};

static fm_err load(size_t n, const struct fm_biscuit_limits *limits, struct fm_biscuit_world **world)
{
    fm_err err;

    for (size_t i = 0; i < FM_ARRAY_LEN(letters); i++) {
        letters[i].n = letters[i].letter == 'B' ? n : letters[i].n;
    }
    n = raw_pb(ENVELOPE, letters, FM_ARRAY_LEN(letters), bytes, sizeof bytes);
    arena = (struct fm_arena){memory, ARENA_BYTES, 0};
    *world = fm_biscuit_world_new(&arena, limits);
    err = fm_biscuit_parse(&token, bytes, n, NULL);
    return err != FM_OK || *world == NULL ? err : fm_biscuit_world_token(*world, &token, NULL);
}

static void test_blocks(void)
{
    struct fm_biscuit_world *world;

    for (size_t i = 0; i < FM_ARRAY_LEN(blocks); i++) {
        size_t n = raw_pb(blocks[i].text, letters, FM_ARRAY_LEN(letters), payload, sizeof payload);
        fm_err err = load(n, &generous, &world);
        if (!TAP_OK(n > 0 && err == blocks[i].want, named(200, i, blocks[i].name))) {
            tap_note_u64("bytes", n);
            tap_note_text("got", fm_err_name(err));
        }
    }
    { /* 65 different keys, 36 bytes each */
        struct fm_pbw w = {payload, sizeof payload, 0, false};
        uint8_t key[32];
        memcpy(key, key_a, 32);
        fm_pbw_num(&w, 3, 6);
        for (uint32_t i = 0; i <= FM_BISCUIT_KEYS_MAX; i++) {
            size_t mark = fm_pbw_open(&w, 8);
            key[3] = (uint8_t)i;
            fm_pbw_num(&w, 1, 0);
            fm_pbw_bytes(&w, 2, key, 32);
            fm_pbw_close(&w, mark);
        }
        TAP_EQ(load(w.len, &generous, &world), FM_E_TOKEN_KEYS, "HOS0020 65 keys");
    }
}

/* ------------------------------------------------------------------------------------- programs */
static bool refuse(void *ctx, const char *name, uint32_t name_len, const struct fm_biscuit_value *left,
                   const struct fm_biscuit_value *right, struct fm_biscuit_value *out)
{
    (void)ctx, (void)name, (void)name_len, (void)left, (void)right, (void)out;
    return false;
}

struct program {
    fm_err want;
    const char *name;
    const char *code;
    struct fm_biscuit_limits limits;
    bool host;
};

#define GENEROUS {4096, 1000, 100, 1000000}
#define R8(x) x x x x x x x x

static const struct program programs[] = {
    {FM_OK, "a program that ends", "a(1); b($x) <- a($x); allow if b(1);", GENEROUS, false},
    {FM_E_TOKEN_ITERATIONS, "more rounds than the limit", "n(0); n(1) <- n(0); n(2) <- n(1); n(3) <- n(2); "
     "n(4) <- n(3); allow if true;",
     {4096, 1000, 3, 1000000}, false},
    {FM_E_TOKEN_FACTS, "a cross product without end",
     "a(1); a(2); a(3); a(4); a(5); a(6); a(7); a(8); a(9); a(10); a(11);"
     "p($x, $y, $z) <- a($x), a($y), a($z); allow if true;", GENEROUS, false},
    {FM_E_TOKEN_FUEL, "a join that finds nothing",
     "a(1); a(2); a(3); a(4); a(5); a(6); a(7); a(8); a(9); a(10);"
     "allow if a($a), a($b), a($c), a($d), a($e), a($f), a($g), $a > 10;", GENEROUS, false},
    {FM_E_TOKEN_VALUES, "more values than the limit",
     "a(1); a(2); a(3); a(4); a(5); a(6); a(7); a(8); b(11); b(22); b(33); b(44); b(55); b(66); b(77); b(88);"
     "c($z) <- a($z); d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]); allow if true;",
     {64, 1000, 100, 1000000}, false},
    {FM_E_TOKEN_REGEX, "a pattern that we do not know", "allow if \"a\".matches(\"(?i)a\");", GENEROUS, false},
    {FM_E_EXPR_TYPE, "a string below a number", "allow if \"a\" < 1;", GENEROUS, false},
    {FM_E_EXPR_OVERFLOW, "a sum too large", "allow if 9223372036854775807 + 1 > 0;", GENEROUS, false},
    {FM_E_EXPR_DIVISION, "the one quotient too large, "
     "named as in the Rust library", "allow if -9223372036854775808 / -1 > 0;", GENEROUS, false},
    {FM_E_EXPR_DIVISION, "a division by zero", "allow if 1 / 0 > 0;", GENEROUS, false},
    {FM_E_EXPR_SHADOWED, "a parameter with a variable's name", "a(1); allow if a($x), "
     "[1].any($x -> true);", GENEROUS, false},
    {FM_E_EXPR_EXTERN, "a function that the host does not have", "allow if true.extern::f();", GENEROUS, false},
    {FM_E_EXPR_HOST, "a function that refuses", "allow if true.extern::f();", GENEROUS, true},
    {FM_E_TOKEN_DENIED, "a deny", "deny if true;", GENEROUS, false},
    {FM_E_TOKEN_NO_POLICY, "no policy", "a(1);", GENEROUS, false},
};

static const struct row raw_programs[] = {
    {FM_E_EXPR_VARIABLE, "an expression's variable that nothing binds", "1\"aa\" " QUERY("1{1{1=1024}}")},
    {FM_E_EXPR_STACK, "two values left", QUERY("1{1{6=1}} 1{1{6=1}}")},
    {FM_E_EXPR_STACK, "no value left", QUERY("")},
    {FM_E_EXPR_STACK, "an operation without operands", QUERY("1{3{1=9}}")},
    {FM_E_EXPR_STACK, "a negation without operand", QUERY("1{2{1=0}}")},
    {FM_E_TOKEN_STACK, "65 values at once", QUERY("*65(1{1{6=1}}) *64(1{3{1=13}})")},
};

static fm_err decide(struct fm_biscuit_world *world, const char *code)
{
    static struct fm_biscuit_verdict verdict;
    struct fm_biscuit_where where = {0, 0, NULL};
    fm_err err = fm_biscuit_world_code(world, code, strlen(code), &where);

    return err == FM_OK ? fm_biscuit_authorize(world, &verdict) : err;
}

static void test_programs(void)
{
    static const struct fm_biscuit_host host = {refuse, NULL};
    struct fm_biscuit_world *world;
    size_t n;

    for (size_t i = 0; i < FM_ARRAY_LEN(programs); i++) {
        const struct program *p = &programs[i];
        arena = (struct fm_arena){memory, ARENA_BYTES, 0};
        world = fm_biscuit_world_new(&arena, &p->limits);
        if (p->host) {
            fm_biscuit_world_host(world, &host);
        }
        fm_err err = decide(world, p->code);
        if (!TAP_OK(err == p->want, named(300, i, p->name))) {
            tap_note_text("got", fm_err_name(err));
        }
    }
    for (size_t i = 0; i < FM_ARRAY_LEN(raw_programs); i++) {
        n = raw_pb(raw_programs[i].text, letters, FM_ARRAY_LEN(letters), payload, sizeof payload);
        fm_err err = load(n, &generous, &world);
        err = err == FM_OK ? decide(world, "allow if true;") : err;
        if (!TAP_OK(n > 0 && err == raw_programs[i].want, named(400, i, raw_programs[i].name))) {
            tap_note_text("got", fm_err_name(err));
        }
    }
    arena = (struct fm_arena){memory, 65536, 0};
    world = fm_biscuit_world_new(&arena, &generous);
    TAP_OK(world == NULL || decide(world, R8(R8(R8("a(1); ")))) == FM_E_TOKEN_MEMORY, "HOS0030 64 KB are too few");
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    keys();
    test_envelopes();
    test_blocks();
    test_programs();
    free(memory);
    return tap_done();
}
