/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that ask for too much and evaluations that would never end, each refused with its reason; and the second form
 * of a secp256r1 signature. Tokens written byte by byte are in hostile_bytes.c, chains in hostile_chain.c.
 */
#include "biscuit/world.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"

static struct kit_token a;

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
    static char many[8192]; /* 65 different keys, 13 a policy */
    size_t at = 0;
    for (uint32_t i = 0; i < 65; i++) {
        struct fm_biscuit_key key = kit_key(FM_BISCUIT_ED25519, i + 1U);
        const char *before = i % 13U > 0 ? ", " : i > 0 ? "; allow if true trusting " : "allow if true trusting ";
        memcpy(many + at, before, strlen(before));
        at += strlen(before);
        at += fm_biscuit_key_print(&key, many + at);
    }
    TAP_EQ(ask(many), FM_E_TOKEN_KEYS, "HOS0148 65 keys in text");
    TAP_EQ(ask("a({1, \"x\"}); allow if true;"), FM_E_TOKEN_SET, "HOS0109 a set of two types in text");
    TAP_EQ(ask(text("a({", "#, ", 1200, "1}); allow if true;")), FM_E_TOKEN_TERMS, "HOS0110 a set of 1201 in text");
    TAP_EQ(ask("allow if \"a\".matches(\"\\\\p{Greek}\");"), FM_E_TOKEN_REGEX, "HOS0111 a pattern we do not support");
}

static void test_evaluations(void)
{
    const struct fm_biscuit_limits usual = fm_biscuit_limits_default();
    struct fm_biscuit_limits l = usual;

    TAP_EQ(ask("allow if 1 / 0 == 1;"), FM_E_EXPR_DIVISION, "HOS0120 division by zero");
    TAP_EQ(ask("a(1); b($x) <- a($x); allow if b(1);"), FM_OK, "HOS0143 a program that ends");
    TAP_EQ(ask("deny if true;"), FM_E_TOKEN_DENIED, "HOS0144 a deny");
    TAP_EQ(ask("a(1);"), FM_E_TOKEN_NO_POLICY, "HOS0145 no policy");
    TAP_EQ(ask("allow if \"a\" < 1;"), FM_E_EXPR_TYPE, "HOS0146 a string below a number");
    TAP_EQ(ask("allow if \"\xff\" == 1;"), FM_E_TOKEN_UTF8, "HOS0147 a text that is not UTF-8");
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
    static const char all[] =
        "trusting authority; a(\"x\", [1, 2], {3}, {\"k\": hex:00}, \"q\\\"\"); b($x) <- a($x, $y, $z, $m, $q), "
        "$y.length() == 2, $x + \"y\" == \"xy\", ({1}).union($z).length() == 2; check if b($x), $x == \"x\" or "
        "b(\"z\"); allow if b(\"x\"), {\"a\": 1}.all($p -> $p.length() == 2);";
    size_t least = 0;
    while (ask_within("a(1);", usual, false, least) == FM_E_TOKEN_MEMORY) {
        least += 64;
    }
    unsigned good = 0;
    for (size_t cap = least - 64U; cap < least + 12000U; cap += 4) {
        fm_err err = ask_within(all, usual, false, cap);
        other += err != FM_OK && err != FM_E_TOKEN_MEMORY ? 1U : 0U;
        good += err == FM_OK ? 1U : 0U;
    }
    TAP_OK(other == 0 && good > 100, "HOS0150 … step by step through all that a program takes");
}

/* Values are found by a hash of 32 bits, which anybody can make collide. */
static void test_collisions(void)
{
    enum { EACH = 120000 };
    const struct fm_biscuit_limits limits = {1U << 20, 100, 1, 1};
    static uint8_t memory[96U << 20];
    static uint32_t heads[1U << 18], next[3U * EACH + 64U];
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    unsigned pairs[2] = {0, 0};
    unsigned merged = 0;
    fm_err err = FM_OK;

    FM_ASSERT(w != NULL);
    for (uint32_t i = 0; i < EACH; i++) {
        uint32_t first = w->nvalues;
        uint64_t mixed = (i + 1U) * 0x9e3779b97f4a7c15ULL;
        (void)fm_b_scalar(w, FM_BISCUIT_INTEGER, mixed, &err);
        (void)fm_b_scalar(w, FM_BISCUIT_DATE, mixed, &err);
        (void)fm_b_blob(w, FM_BISCUIT_BYTES, &mixed, sizeof mixed, true, &err);
        merged += w->nvalues != first + 3U ? 1U : 0U;
    }
    for (uint32_t i = 31; i < w->nvalues; i++) { /* how many of them had the hash of another, of its type or not? */
        uint32_t *head = &heads[w->values[i].hash & ((1U << 18) - 1U)];
        for (uint32_t k = *head; k != 0; k = next[k]) {
            pairs[w->values[k].type == w->values[i].type] += w->values[k].hash == w->values[i].hash ? 1U : 0U;
        }
        next[i] = *head;
        *head = i;
    }
    TAP_OK(err == FM_OK && pairs[0] > 3 && pairs[1] > 1, "HOS0151 among 360,000 values some have the hash of another");
    TAP_EQ(merged, 0, "HOS0152 … and none is taken for another");
}

int main(void)
{
    test_malleable();
    test_collisions();
    test_texts();
    test_evaluations();
    return tap_done();
}
