/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that nobody honest writes, each refused for its own reason: envelopes and blocks field by field, and blocks
 * whose programs cannot run. Texts and evaluations are in hostile.c, chains in hostile_chain.c.
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
static const uint8_t key_ff[32] = {[0 ... 31] = 0xff};
static const uint8_t key_8b[32] = {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
                                   0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
                                   0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}; /* order 8 too */
static uint8_t key_minus[32], key_p[32], key_p1[32], key_8[32], key_any[33];
static const uint8_t sig_64[64] = {1, 2, 3};
static const uint8_t sig_81[81] = {1};
static const uint8_t not_utf8[2] = {0xc3, 0x28};
static const uint8_t overlong_text[2] = {0xc0, 0x80};
static const uint8_t cut_number[1] = {0x80};
static uint8_t key_long[288]; /* 256 and 32 bytes: a length that is cut to a byte is a good one */
static const uint8_t sec_0[33] = {0}, sec_4[33] = {4, 1}, sec_5[33] = {5, 1}; /* secp256r1, not compressed */
static uint8_t payload[65536];
static uint8_t bytes[65536];
static struct fm_biscuit token;

static const struct fm_biscuit_limits generous = {4096, 1000, 100, 1000000};

static struct raw_letter letters[] = {
    {'K', key_a, 32},    {'Z', key_zero, 32},    {'1', key_one, 32},  {'M', key_minus, 32}, {'P', key_p, 32},
    {'Q', key_p1, 32},   {'8', key_8, 32},       {'k', key_a, 31},    {'S', sig_64, 64},    {'T', sig_64, 63},
    {'L', sig_81, 81},   {'N', secret_a, 32},    {'n', secret_a, 31}, {'U', not_utf8, 2},   {'E', key_a, 0},
    {'l', key_any, 33},  {'X', key_any, 32},     {'4', sec_4, 33},    {'5', sec_5, 33},     {'0', sec_0, 33},
    {'C', overlong_text, 2}, {'m', cut_number, 1},   {'b', key_long, 288},
    {'B', payload, 0},
};

static void keys(void)
{
    struct fm_biscuit_key key;

    memset(secret_a, 7, sizeof secret_a);
    TAP_EQ(fm_biscuit_key_of_secret(FM_BISCUIT_ED25519, secret_a, NULL, &key), FM_OK, "HOB0001 a key");
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
    memcpy(key_long, key_a, 32);
}

/* "HOB0107 what it is" */
static const char *named(unsigned base, size_t i, const char *name)
{
    static char text[200];

    snprintf(text, sizeof text, "HOB%04u %s", base + (unsigned)i, name);
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
    {FM_E_TOKEN_TRUNCATED, "a proof that ends inside a field", "2{" BLOCK "}4{1%N &m}"},
    {FM_E_TOKEN_TRUNCATED, "a block that does", "2{" BLOCK " &m}" PROOF},
    {FM_E_TOKEN_TRUNCATED, "a key that does", "2{1%B 2{1=0 2%K &m} 3%S}" PROOF},
    {FM_E_TOKEN_TRUNCATED, "an external signature that does", "2{" BLOCK "}3{" BLOCK " 4{1%S " NEXT " &m} 5=1}" PROOF},
    {FM_E_TOKEN_TRUNCATED, "a token that does", ENVELOPE " &m"},
    {FM_E_TOKEN_KEY, "an Ed25519 key of 64 bytes", "2{1%B 2{1=0 2%S} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "an Ed25519 key of 288 bytes", "2{1%B 2{1=0 2%b} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "an Ed25519 key of 33 bytes", "2{1%B 2{1=0 2%l} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a secp256r1 key of zeros", "2{1%B 2{1=1 2%0} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a secp256r1 key that begins as one that is not compressed", "2{1%B 2{1=1 2%4} 3%S}" PROOF},
    {FM_E_TOKEN_KEY, "a secp256r1 key that begins with 5", "2{1%B 2{1=1 2%5} 3%S}" PROOF},
    {FM_E_TOKEN_FIELD, "a root key's number behind the proof", ENVELOPE "1=1"},
    {FM_E_TOKEN_FIELD, "a root key's number behind the authority block", "2{" BLOCK "} 1=1 " PROOF},
    {FM_E_TOKEN_FIELD, "a root key's number of 33 bits", "1=4294967296 " ENVELOPE},
    {FM_E_TOKEN_FIELD, "a root key's number that is a text", "1\"a\" " ENVELOPE},
    {FM_E_TOKEN_FIELD, "a block that is a number", "2=1 " PROOF},
    {FM_E_TOKEN_FIELD, "a proof that is a number", "2{" BLOCK "}4=1"},
    {FM_E_TOKEN_FIELD, "a secret that is a number", "2{" BLOCK "}4{1=1}"},
    {FM_E_TOKEN_FIELD, "a kind of proof that is none", "2{" BLOCK "}4{3%N}"},
    {FM_E_TOKEN_FIELD, "two contents of a block", "2{1%B " BLOCK "}" PROOF},
    {FM_E_TOKEN_FIELD, "two next keys", "2{1%B " NEXT NEXT " 3%S}" PROOF},
    {FM_E_TOKEN_FIELD, "two signature versions", "2{" BLOCK " 5=0 5=0}" PROOF},
    {FM_E_TOKEN_FIELD, "two external signatures",
     "2{" BLOCK "}3{" BLOCK " 4{1%S " NEXT "} 4{1%S " NEXT "} 5=1}" PROOF},
    {FM_E_TOKEN_FIELD, "an external signature with an unknown field",
     "2{" BLOCK "}3{" BLOCK " 4{1%S " NEXT " 3=1} 5=1}" PROOF},
    {FM_E_TOKEN_FIELD, "two algorithms of a key", "2{1%B 2{1=0 1=0 2%K} 3%S}" PROOF},
    {FM_E_TOKEN_MISSING, "a key without algorithm", "2{1%B 2{2%K} 3%S}" PROOF},
    {FM_E_TOKEN_SIGNATURE_FORM, "an external signature of 81 bytes",
     "2{" BLOCK "}3{" BLOCK " 4{1%L " NEXT "} 5=1}" PROOF},
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
    TAP_EQ(fm_biscuit_parse(&token, big, sizeof big, NULL), FM_E_TOKEN_LENGTH, "HOB0010 a byte more than the limit");
    TAP_EQ(fm_biscuit_parse(&token, bytes, 0, NULL), FM_E_TOKEN_MISSING, "HOB0011 no bytes");
    TAP_EQ(fm_biscuit_parse(&token, (const uint8_t *)"\x08\x81\x00", 3, NULL), FM_E_TOKEN_WIRE,
           "HOB0012 a number that is longer than need be");
    TAP_EQ(fm_biscuit_parse(&token, (const uint8_t *)"\x09\x01\x01\x01\x01\x01\x01\x01\x01", 9, NULL), FM_E_TOKEN_WIRE,
           "HOB0013 a field of eight bytes");
    TAP_EQ(fm_biscuit_parse(&token, (const uint8_t *)"\x12\x05\x0a", 3, NULL), FM_E_TOKEN_TRUNCATED,
           "HOB0014 a length beyond the end");
}

/* Each Ed25519 key of small order and each that is not canonical, with both signs. */
static void test_small_keys(void)
{
    const uint8_t *const small[] = {key_zero, key_one, key_8, key_minus, key_p, key_p1, key_ff, key_8b};
    unsigned refused = 0;

    for (size_t i = 0; i < FM_ARRAY_LEN(small); i++) {
        for (uint32_t sign = 0; sign < 2; sign++) {
            memcpy(key_any, small[i], 32);
            key_any[31] = (uint8_t)((key_any[31] & 0x7fU) | sign << 7);
            size_t n = raw_pb("2{1%B 2{1=0 2%X} 3%S}" PROOF, letters, FM_ARRAY_LEN(letters), bytes, sizeof bytes);
            refused += fm_biscuit_parse(&token, bytes, n, NULL) == FM_E_TOKEN_KEY ? 1U : 0U;
        }
    }
    TAP_EQ(refused, 2U * FM_ARRAY_LEN(small), "HOB0015 keys of small order or not canonical, with both signs");
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
    {FM_OK, "1024 symbols", "*1024(1\"x#\") 3=6"},
    {FM_OK, "arrays nested 8 deep", FACT("2{*8(9{1{)2=1*16(})}")},
    {FM_OK, "64 terms and 32 predicates", "1\"aa\" 3=6 5{1{1=1024 *64(2{2=#})} *32(2{1=1024})}"},
    {FM_E_TOKEN_NESTING, "300 arrays in each other", FACT("2{*300(9{1{)2=1*600(})}")},
    {FM_E_TOKEN_TERMS, "3000 terms", FACT("*3000(2{2=1})")},
    {FM_E_TOKEN_SYMBOL, "a string at the end of the numbers", FACT("2{3=18446744073709551615}")},
    {FM_E_TOKEN_SYMBOL, "a variable outside the table", QUERY("1{1{1=1024}}")},
    {FM_E_TOKEN_SYMBOL, "a map's key outside the table", FACT("2{10{1{1{2=1025} 2{2=1}}}}")},
    {FM_E_TOKEN_SYMBOL, "a function outside the table", QUERY("1{1{6=1}} 1{2{1=4 2=1024}}")},
    {FM_E_TOKEN_SYMBOL, "a closure's parameter outside the table", QUERY("1{4{1=1024 2{1{6=1}}}}")},
    {FM_E_TOKEN_ENUM, "a null with contents", FACT("2{8\"x\"}")},
    {FM_E_TOKEN_ENUM, "an unknown unary operation", QUERY("1{1{6=1}} 1{2{1=5}}")},
    {FM_E_TOKEN_ENUM, "a scope by a text", "3=6 7{1\"a\"}"},
    {FM_E_TOKEN_FIELD, "a kind of term that is none", FACT("2{11{}}")},
    {FM_E_TOKEN_FIELD, "a predicate whose terms come before its name", "3=6 4{1{2{2=1} 1=0}}"},
    {FM_E_TOKEN_FIELD, "a predicate of two names", "3=6 4{1{1=0 1=0}}"},
    {FM_E_TOKEN_FIELD, "a set that is a number", FACT("2{7=1}")},
    {FM_E_TOKEN_FIELD, "a field of a set that is none", FACT("2{7{2{2=1}}}")},
    {FM_E_TOKEN_FIELD, "an element of a set that is a number", FACT("2{7{1=1}}")},
    {FM_E_TOKEN_FIELD, "a map's entry of three fields", FACT("2{10{1{1{1=1} 2{2=1} 3=1}}}")},
    {FM_E_TOKEN_FIELD, "a map's key of two values", FACT("2{10{1{1{1=1 1=1} 2{2=1}}}}")},
    {FM_E_TOKEN_FIELD, "a map's key that is bytes", FACT("2{10{1{1{3\"a\"} 2{2=1}}}}")},
    {FM_E_TOKEN_FIELD, "a rule's head twice", "1\"aa\" 3=6 5{1{1=1024} 1{1=1024}}"},
    {FM_E_TOKEN_FIELD, "a rule's body before its head", "1\"aa\" 3=6 5{2{1=1024} 1{1=1024}}"},
    {FM_E_TOKEN_FIELD, "a rule's expression before a predicate", "1\"aa\" 3=6 5{1{1=1024} 3{1{1{6=1}}} 2{1=1024}}"},
    {FM_E_TOKEN_FIELD, "an unknown field of a rule", "1\"aa\" 3=6 5{1{1=1024} 5=1}"},
    {FM_E_TOKEN_FIELD, "an unknown field of a fact", "3=6 4{2=1}"},
    {FM_E_TOKEN_FIELD, "a query behind a check's kind", "3=6 6{2=0 1{1{1=27} 3{1{1{6=1}}}}}"},
    {FM_E_TOKEN_FIELD, "an unknown field of a check", "3=6 6{3=1}"},
    {FM_E_TOKEN_FIELD, "an unknown field of an expression", QUERY("2=1")},
    {FM_E_TOKEN_FIELD, "an operation of two kinds", QUERY("1{1{6=1} 1{6=1}}")},
    {FM_E_TOKEN_FIELD, "an operation that is a number", QUERY("1{1=1}")},
    {FM_E_TOKEN_FIELD, "a kind of operation that is none", QUERY("1{5{}}")},
    {FM_E_TOKEN_FIELD, "a function's name where there is no call",
     "1\"aa\" 3=6 6{1{1{1=27} 3{1{1{6=1}} 1{2{1=0 2=1024}}}}}"},
    {FM_E_TOKEN_FIELD, "a closure's parameter behind its body", "1\"aa\" 3=6 6{1{1{1=27} 3{1{4{2{1{6=1}} 1=1024}}}}}"},
    {FM_E_TOKEN_FIELD, "a context twice", "2\"a\" 2\"a\" 3=6"},
    {FM_E_TOKEN_FIELD, "a symbol that is a number", "1=1 3=6"},
    {FM_E_TOKEN_FIELD, "a version that is a text", "3\"a\""},
    {FM_E_TOKEN_FIELD, "a scope of two fields", "3=6 7{1=0 1=0}"},
    {FM_E_TOKEN_MISSING, "a term without contents inside a set", FACT("2{7{1{}}}")},
    {FM_E_TOKEN_MISSING, "a fact without a predicate", "3=6 4{}"},
    {FM_E_TOKEN_MISSING, "a scope of nothing", "3=6 7{}"},
    {FM_E_TOKEN_MISSING, "a rule without head", "3=6 5{}"},
    {FM_E_TOKEN_MISSING, "a map's entry without value", FACT("2{10{1{1{1=1}}}}")},
    {FM_E_TOKEN_MISSING, "a map's entry whose value comes first", FACT("2{10{1{2{2=1} 1{1=1}}}}")},
    {FM_E_TOKEN_MISSING, "a map's entry without key", FACT("2{10{1{}}}")},
    {FM_E_TOKEN_WIRE, "a map's value that is a number", FACT("2{10{1{1{1=1} 2=1}}}")},
    {FM_E_TOKEN_WIRE, "a map's key that is a number", FACT("2{10{1{1=1 2{2=1}}}}")},
    {FM_E_TOKEN_WIRE, "an operation that is a number alone", QUERY("1=1")},
    {FM_E_TOKEN_WIRE, "an integer that is bytes", FACT("2{2\"x\"}")},
    {FM_E_TOKEN_WIRE, "bytes that are a number", FACT("2{5=1}")},
    {FM_E_TOKEN_FIELD, "a fact that is a number", "3=6 4=1"},
    {FM_E_TOKEN_WIRE, "a predicate that is a number", "3=6 4{1=1}"},
    {FM_E_TOKEN_FIELD, "a rule that is a number", "3=6 5=1"},
    {FM_E_TOKEN_WIRE, "a check's query that is a number", "3=6 6{1=1}"},
    {FM_E_TOKEN_WIRE, "an expression that is a number", "3=6 6{1{1{1=27} 3=1}}"},
    {FM_E_TOKEN_FIELD, "a scope that is a number", "3=6 7=1"},
    {FM_E_TOKEN_UTF8, "a symbol in an overlong form", "1%C 3=6"},
    {FM_E_TOKEN_TRUNCATED, "a block that ends inside a field", "3=6 &m"},
    {FM_E_TOKEN_TRUNCATED, "a fact that does", "3=6 4{1{1=0 2{2=1}} &m}"},
    {FM_E_TOKEN_TRUNCATED, "a predicate that does", "3=6 4{1{1=0 2{2=1} &m}}"},
    {FM_E_TOKEN_TRUNCATED, "a term that does", "3=6 4{1{1=0 2{2=1 &m}}}"},
    {FM_E_TOKEN_TRUNCATED, "an empty term that does", "3=6 4{1{1=0 2{&m}}}"},
    {FM_E_TOKEN_TRUNCATED, "a set that does", FACT("2{7{1{2=1} &m}}")},
    {FM_E_TOKEN_TRUNCATED, "a map's entry that does", FACT("2{10{1{1{1=1} 2{2=1} &m}}}")},
    {FM_E_TOKEN_TRUNCATED, "a map's entry that does so at once", FACT("2{10{1{&m}}}")},
    {FM_E_TOKEN_TRUNCATED, "a map's key that does", FACT("2{10{1{1{1=1 &m} 2{2=1}}}}")},
    {FM_E_TOKEN_TRUNCATED, "a rule that does", "1\"aa\" 3=6 5{1{1=1024} &m}"},
    {FM_E_TOKEN_TRUNCATED, "a check that does", "3=6 6{1{1{1=27} 3{1{1{6=1}}}} &m}"},
    {FM_E_TOKEN_TRUNCATED, "an expression that does", QUERY("1{1{6=1}} &m")},
    {FM_E_TOKEN_TRUNCATED, "an operation that does", QUERY("1{1{6=1} &m}")},
    {FM_E_TOKEN_TRUNCATED, "an operation's kind that does", QUERY("1{1{6=1}} 1{2{1=0 &m}}")},
    {FM_E_TOKEN_TRUNCATED, "a closure that does", QUERY("1{4{2{1{6=1}} &m}}")},
    {FM_E_TOKEN_TRUNCATED, "a scope that does", "3=6 7{1=0 &m}"},
    {FM_E_TOKEN_TRUNCATED, "a key of the table that does", "3=6 8{1=0 2%K &m}"},
    {FM_E_TOKEN_VARIABLES, "a closure's parameter beyond the 64 variables",
     "*66(1\"v#\") 3=6 6{1{1{1=27} 2{1=1024 *60(2{1=@})} 2{1=1024 2{1=1084} 2{1=1085} 2{1=1086} 2{1=1087}} "
     "3{1{4{1=1088 2{1{6=1}}}}}}}"},
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
        TAP_EQ(load(w.len, &generous, &world), FM_E_TOKEN_KEYS, "HOB0020 65 keys");
        TAP_EQ(load(w.len - 36U - 2U, &generous, &world), FM_OK, "HOB0021 64 keys");
    }
    TAP_EQ(load(0, &generous, &world), FM_E_TOKEN_VERSION, "HOB0022 an empty block");
    memcpy(payload, "\x18\x03\x22\x80\x00\x22\x05x", 8);
    TAP_EQ(load(5, &generous, &world), FM_E_TOKEN_WIRE, "HOB0023 a length with a needless byte");
    memcpy(payload + 2, "\x22\x05x", 3);
    TAP_EQ(load(5, &generous, &world), FM_E_TOKEN_TRUNCATED, "HOB0024 a length past the end");
    memcpy(payload + 2, "\x22\x80", 2);
    TAP_EQ(load(4, &generous, &world), FM_E_TOKEN_TRUNCATED, "HOB0025 a length that is cut");
    memcpy(payload + 2, "\x22\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", 11);
    TAP_EQ(load(13, &generous, &world), FM_E_TOKEN_WIRE, "HOB0026 a number of 65 bits");
    memcpy(payload + 2, "\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    TAP_EQ(load(13, &generous, &world), FM_E_TOKEN_TRUNCATED, "HOB0027 the largest length");
    memcpy(payload + 2, "\x00\x00", 2);
    TAP_EQ(load(4, &generous, &world), FM_E_TOKEN_WIRE, "HOB0028 field 0");
    memcpy(payload + 2, "\x88\x04\x00", 3);
    TAP_EQ(load(5, &generous, &world), FM_E_TOKEN_WIRE, "HOB0029 field 65");
}

/* ------------------------------------------------------------------------------------- programs */
static const struct row raw_programs[] = {
    {FM_E_EXPR_STACK, "a closure alone", QUERY("1{4{2{1{6=1}}}}")},
    {FM_E_EXPR_STACK, "a negation of a closure", QUERY("1{4{2{1{6=1}}}} 1{2{1=0}}")},
    {FM_E_EXPR_STACK, "an operation on two closures", QUERY("1{4{2{1{6=1}}}} 1{4{2{1{6=1}}}} 1{3{1=23}}")},
    {FM_E_EXPR_STACK, "a closure that leaves a closure", QUERY("1{1{6=1}} 1{4{2{4{2{1{6=1}}}}}} 1{3{1=23}}")},
    {FM_E_EXPR_STACK, "a closure that leaves two values", QUERY("1{1{6=1}} 1{4{2{1{6=1}}2{1{6=1}}}} 1{3{1=23}}")},
    {FM_E_EXPR_STACK, "a closure that reaches below itself",
     QUERY("1{1{6=1}} 1{1{6=1}} 1{4{2{2{1=0}}}} 1{3{1=23}} 1{3{1=13}}")},
    {FM_E_EXPR_TYPE, "a closure where a value must stand", QUERY("1{1{6=1}} 1{4{2{1{6=1}}}} 1{3{1=13}}")},
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
    struct fm_biscuit_world *world;

    for (size_t i = 0; i < FM_ARRAY_LEN(raw_programs); i++) {
        size_t n = raw_pb(raw_programs[i].text, letters, FM_ARRAY_LEN(letters), payload, sizeof payload);
        fm_err err = load(n, &generous, &world);
        err = err == FM_OK ? decide(world, "allow if true;") : err;
        if (!TAP_OK(n > 0 && err == raw_programs[i].want, named(400, i, raw_programs[i].name))) {
            tap_note_text("got", fm_err_name(err));
        }
    }
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    keys();
    test_envelopes();
    test_small_keys();
    test_blocks();
    test_programs();
    free(memory);
    return tap_done();
}
