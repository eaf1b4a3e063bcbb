/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The profile's texts and what they refuse; limits from each form that a narrowing writes, and from none other;
 * decisions of each kind with their lists and bounds; every size of arena; the explanation of each block's checks
 * with its values.
 */
#include "base/base.h"
#include "core/cap.h"
#include "tests/tap.h"

#include <firmament/biscuit_decide.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES (1U << 20)
#define NOW 1790000000U

static uint8_t *memory;
static struct fm_biscuit_secret root = {FM_BISCUIT_ED25519, {1}};
static struct fm_biscuit token;
static uint8_t bytes[2][16384];
static int turn;

static struct fm_biscuit_text text(const char *s)
{
    return (struct fm_biscuit_text){s, (uint32_t)strlen(s)};
}

static bool mint(const char *code)
{
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_secret next = {FM_BISCUIT_ED25519, {2}};
    struct fm_biscuit_where where = {0, 0, NULL};
    size_t n = 0;

    turn = 0;
    fm_err err = fm_biscuit_mint(&root, &next, NULL, code, strlen(code), NULL, &arena, bytes[0], sizeof bytes[0], &n,
                                 &where);
    if (err != FM_OK) {
        tap_note_text(code, fm_err_name(err));
    }
    return err == FM_OK && fm_biscuit_parse(&token, bytes[0], n, NULL) == FM_OK;
}

static bool attenuate(const char *code)
{
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_secret next = {FM_BISCUIT_ED25519, {3}};
    size_t n = 0;

    turn = 1 - turn;
    return fm_biscuit_attenuate(&token, &next, code, strlen(code), NULL, &arena, bytes[turn], sizeof bytes[0], &n,
                                NULL) == FM_OK &&
           fm_biscuit_parse(&token, bytes[turn], n, NULL) == FM_OK;
}

/* ------------------------------------------------------------------------------------------- texts */
static fm_err grant(enum fm_biscuit_reach reach, const char *resource, uint16_t rights, char *out, size_t cap)
{
    struct fm_biscuit_grant g = {reach, text(resource), rights};
    size_t n = 0;

    return fm_biscuit_grant_code(NULL, &g, 1, out, cap, &n);
}

static void test_texts(void)
{
    struct fm_biscuit_narrowing w;
    struct fm_biscuit_text t[2] = {text("org/4/"), text("org/4")};
    char out[512];
    size_t n = 0;

    TAP_EQ(fm_biscuit_action("life", 4), FM_RIGHT_LIFE, "PRO0001 a right by its name");
    TAP_OK(fm_biscuit_action("lif", 3) == 0 && fm_biscuit_action("lifes", 5) == 0, "PRO0002 and by nothing else");
    TAP_OK(strcmp(fm_biscuit_action_name(9), "admin") == 0, "PRO0003 a name by its number");
    TAP_EQ(grant(FM_BISCUIT_RIGHT_UNDER, "org/4", 1, out, sizeof out), FM_E_TOKEN_PREFIX, "PRO0004 TOKEN_PREFIX");
    TAP_EQ(grant(FM_BISCUIT_RIGHT_UNDER, "", 1, out, sizeof out), FM_E_TOKEN_PREFIX, "PRO0005 the empty prefix");
    TAP_EQ(grant(FM_BISCUIT_RIGHT, "a", 0, out, sizeof out), FM_E_TOKEN_ACTION, "PRO0006 TOKEN_ACTION: no right");
    TAP_EQ(grant(FM_BISCUIT_RIGHT, "a", 1U << 10, out, sizeof out), FM_E_TOKEN_ACTION, "PRO0007 TOKEN_ACTION: bit 10");
    TAP_EQ(grant(FM_BISCUIT_RIGHT, "\xff", 1, out, sizeof out), FM_E_TOKEN_UTF8, "PRO0008 TOKEN_UTF8");
    TAP_EQ(grant(FM_BISCUIT_RIGHT, "a", 1, out, 20), FM_E_TOKEN_LENGTH, "PRO0009 TOKEN_LENGTH");
    TAP_EQ(fm_biscuit_grant_code(NULL, NULL, 0, out, sizeof out, &n), FM_E_TOKEN_EMPTY, "PRO0010 TOKEN_EMPTY");
    TAP_OK(grant(FM_BISCUIT_RIGHT, "a\"); right_any(\"read\"); b(\"\\\n", 1, out, sizeof out) == FM_OK && mint(out),
           "PRO0011 quotes in a name are quoted");
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *world = fm_biscuit_world_new(&arena, &limits);
    struct fm_biscuit_block_info info;
    TAP_OK(fm_biscuit_world_token(world, &token, NULL) == FM_OK && fm_biscuit_block_info(world, 0, &info) &&
               info.nfacts == 1,
           "PRO0012 it stays one fact");
    memset(&w, 0, sizeof w);
    TAP_EQ(fm_biscuit_narrow_code(&w, out, sizeof out, &n), FM_E_TOKEN_EMPTY, "PRO0013 a narrowing by nothing");
    w.prefixes = t;
    w.nprefixes = 2;
    TAP_EQ(fm_biscuit_narrow_code(&w, out, sizeof out, &n), FM_E_TOKEN_PREFIX, "PRO0014 a narrowing to org/4");
    w.nprefixes = 1;
    w.actions = 1U << 12;
    TAP_EQ(fm_biscuit_narrow_code(&w, out, sizeof out, &n), FM_E_TOKEN_ACTION, "PRO0015 a narrowing to bit 12");
    w.actions = FM_RIGHTS_ALL;
    w.has_until = true;
    w.until = UINT64_MAX;
    w.has_max_amount = true;
    w.max_amount = UINT64_MAX;
    w.has_methods = true;
    TAP_OK(fm_biscuit_narrow_code(&w, out, sizeof out, &n) == FM_OK && n == strlen(out) && mint(out),
           "PRO0016 numbers beyond their range are cut to it, and the text is a program");
    struct fm_biscuit_question q = {.action = FM_RIGHT_SEND, .time = NOW, .has_amount = true};
    arena = (struct fm_arena){memory, ARENA_BYTES, 0};
    world = fm_biscuit_world_new(&arena, &limits);
    q.amount = 1ULL << 63; /* -2^63 as the language's number, so below any limit */
    TAP_EQ(fm_biscuit_ask(world, &q), FM_E_TOKEN_AMOUNT, "PRO0017 an amount above 2^63 - 1 is not asked about");
    q.amount = UINT64_MAX;
    TAP_EQ(fm_biscuit_ask(world, &q), FM_E_TOKEN_AMOUNT, "PRO0018 … nor is 2^64 - 1");
    q.amount = INT64_MAX;
    TAP_EQ(fm_biscuit_ask(world, &q), FM_OK, "PRO0019 … 2^63 - 1 is");
}

/* ------------------------------------------------------------------------------------------ limits */
static fm_err limits_of(const char *code, struct fm_limits *l)
{
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_question q = {.time = NOW, .resource = text("cell/1")};
    char all[1024];

    *l = (struct fm_limits){2, FM_RIGHTS_ALL, FM_METHODS_ALL, 5, 0, FM_FIELDS_MAX, FM_NEVER, FM_U64_MAX, 30};
    snprintf(all, sizeof all, "right(\"cell/1\", \"read\"); right(\"cell/1\", \"send\"); right(\"cell/2\", \"mint\"); "
             "%s", code);
    if (!mint(all)) {
        return FM_E_TOKEN_SYNTAX;
    }
    fm_err err = fm_biscuit_limits_of(&token, &q, NULL, &arena, l);
    return arena.used == 0 ? err : FM_E_TOKEN_MEMORY;
}

static void test_limits(void)
{
    static const char *const refused[] = {
        "check if time($t), $t <= 2030-01-01T00:00:00Z or operation(\"read\")",
        "check if time($t), operation($o), $t <= 2030-01-01T00:00:00Z",
        "check all time($t), $t <= 2030-01-01T00:00:00Z",
        "reject if time($t), $t > 2030-01-01T00:00:00Z",
        "check if time($t), $t > 2030-01-01T00:00:00Z",
        "check if time($t), 2030-01-01T00:00:00Z > $t",
        "check if amount($a), $a <= 5",
        "reject if amount($a), $a >= 5",
        "reject if amount($a), $a > -1",
        "reject if amount($a), operation(\"send\"), $a > 5",
        "reject if field($f), $f > 5",
        "reject if field(5)",
        "reject if method($m), !{1}.contains($m) or time($t)",
        "reject if method($m), {1}.contains($m)",
        "reject if method($m), !{16}.contains($m)",
        "late($t) <- time($t); check if true",
        "time($t) <- seen($t); check if true",
        "amount(3)",
        "time(2020-01-01T00:00:00Z)",
    };
    struct fm_record record;
    struct fm_limits l, asked;
    char name[128];

    TAP_EQ(limits_of("", &l), FM_OK, "LIM0001 limits of a plain token");
    TAP_OK(l.rights == (FM_RIGHT_READ | FM_RIGHT_SEND) && l.expiry == FM_NEVER && l.max_amount == FM_U64_MAX &&
               l.allowance == 30 && l.group == 2 && l.badge == 5 && l.methods == FM_METHODS_ALL &&
                   l.f_hi == FM_FIELDS_MAX,
           "LIM0002 rights as admitted, the rest as asked");
    asked = l;
    memset(&record, 0, sizeof record);
    record.kind = FM_KIND_ROOT;
    record.group = 2;
    record.rights = FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT;
    record.methods = FM_METHODS_ALL;
    record.f_hi = FM_FIELDS_MAX;
    record.expiry = FM_NEVER;
    record.max_amount = FM_U64_MAX;
    record.allowance = 40;
    record.used = 10;
    TAP_EQ(fm_cap_subset(&asked, &record), FM_AXIS_NONE, "LIM0003 within a record");
    record.used = 11;
    TAP_EQ(fm_cap_subset(&asked, &record), FM_AXIS_ALLOWANCE, "LIM0004 beyond what a record has left");
    record.rights = FM_RIGHT_READ;
    TAP_EQ(fm_cap_subset(&asked, &record), FM_AXIS_RIGHTS, "LIM0005 beyond a record's rights");
    TAP_OK(limits_of("check if time($t), $t <= 2030-01-01T00:00:00Z, $t >= 2020-01-01T00:00:00Z", &l) == FM_OK &&
               l.expiry == 1893456000U,
           "LIM0006 expiry");
    TAP_OK(limits_of("check if time($t), $t < 2030-01-01T00:00:00Z", &l) == FM_OK && l.expiry == 1893455999U,
           "LIM0007 expiry, exclusive");
    TAP_EQ(limits_of("check if time($t), $t <= 2020-01-01T00:00:00Z", &l), FM_E_TOKEN_DENIED, "LIM0008 expired");
    TAP_OK(limits_of("reject if amount($a), $a > 7; reject if amount($x), $x > 9", &l) == FM_OK && l.max_amount == 7,
           "LIM0009 amount: the least");
    TAP_OK(limits_of("reject if field($f), $f < 8 or field($f), $f >= 12; reject if field($f), $f >= 10",
                     &l) == FM_OK &&
               l.f_lo == 8 && l.f_hi == 10,
           "LIM0010 fields: the part in common");
    TAP_OK(limits_of("reject if method($m), !{1, 3}.contains($m); reject if method($m), !({3, 4}.contains($m))", &l) ==
                   FM_OK &&
               l.methods == 8,
           "LIM0011 methods: those in common");
    TAP_OK(limits_of("reject if method($m)", &l) == FM_OK && l.methods == 0, "LIM0012 no methods");
    TAP_EQ(limits_of("check if operation(\"grant\")", &l), FM_E_TOKEN_DENIED, "LIM0013 nothing is left");
    TAP_OK(limits_of("check if operation($o), {\"send\", \"mint\"}.contains($o)", &l) == FM_OK &&
           l.rights == FM_RIGHT_SEND,
           "LIM0014 rights that a check leaves");
    for (uint32_t i = 0; i < FM_ARRAY_LEN(refused); i++) {
        snprintf(name, sizeof name, "LIM0020 TOKEN_NO_LIMITS: %s", refused[i]);
        TAP_EQ(limits_of(refused[i], &l), FM_E_TOKEN_NO_LIMITS, name);
    }
    TAP_EQ(limits_of("check if 1 + \"a\" == 2", &l), FM_E_EXPR_TYPE, "LIM0021 an error of the evaluation is told");
}

/* --------------------------------------------------------------------------------------- decisions */
static struct fm_biscuit_decision decision;
static struct fm_arena arena;

static fm_err compile(const char *policies, size_t room)
{
    struct fm_biscuit_limits limits = {256, 100, 100, 100000};
    struct fm_biscuit_question q = {.action = FM_RIGHT_READ, .time = NOW};
    arena = (struct fm_arena){memory, room, 0};
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    fm_err err = w == NULL ? FM_E_TOKEN_MEMORY : fm_biscuit_world_token(w, &token, NULL);

    err = err == FM_OK ? fm_biscuit_world_code(w, policies, strlen(policies), NULL) : err;
    err = err == FM_OK ? fm_biscuit_ask(w, &q) : err;
    return err == FM_OK ? fm_biscuit_compile(w, false, &decision) : err;
}

static bool row(const char *name)
{
    return fm_biscuit_row(&decision, name, (uint32_t)strlen(name));
}

static bool bounds_are(const char *lo, const char *hi)
{
    char l[64] = "", h[64] = "";
    uint32_t ln = 0, hn = 0;
    bool has = false;

    return fm_biscuit_bounds(&decision, l, &ln, h, &hn, sizeof l, &has) == FM_OK && ln == strlen(lo) &&
           memcmp(l, lo, ln) == 0 && has == (hi != NULL) && (hi == NULL || (hn == strlen(hi) && memcmp(h, hi,
                                                                                                       hn) == 0));
}

static void test_kinds(void)
{
    const char *p = fm_biscuit_policies;
    char lo[4], hi[4];
    uint32_t ln, hn;
    bool has;

    TAP_OK(mint("right(\"a/2\", \"read\"); right(\"a/1\", \"read\"); right(\"a/3\", \"send\")") &&
               compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_IDS && decision.nids == 2 &&
               memcmp(decision.ids[0].p, "a/1", 3) == 0 && row("a/1") && !row("a/3") && bounds_are("a/1", "a/2\1"),
           "DEC0101 ids: sorted, only those of the action, with bounds");
    TAP_EQ(fm_biscuit_bounds(&decision, lo, &ln, hi, &hn, 3, &has), FM_E_TOKEN_LENGTH,
           "DEC0102 bounds need their room");
    TAP_OK(mint("right_under(\"b/\", \"read\"); right_under(\"b/c/\", \"read\"); right(\"b/x\", \"read\"); "
                "right(\"a\", \"read\"); right_under(\"org\", \"read\")") &&
               compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_PREFIXES && decision.nprefixes == 1 &&
               decision.nids == 1 && row("b/c/d") && row("a") && !row("b") && !row("org/4") && bounds_are("a", "b0"),
           "DEC0103 prefixes swallow what they cover; one without a slash grants nothing");
    TAP_OK(mint("right_any(\"read\")") && compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_ALL &&
               decision.unbounded && row("x") && row("") && bounds_are("", NULL),
           "DEC0104 all");
    TAP_OK(attenuate("check if resource($r), $r.starts_with(\"b/\")") && compile(p, ARENA_BYTES) == FM_OK &&
               decision.kind == FM_BISCUIT_PREFIXES && row("b/1") && !row("a"),
           "DEC0105 all, narrowed to a prefix");
    TAP_OK(attenuate("check if resource($r), {\"b/1\", \"c/1\"}.contains($r)") && compile(p, ARENA_BYTES) == FM_OK &&
               decision.kind == FM_BISCUIT_IDS && decision.nids == 1 && row("b/1") && !row("c/1"),
           "DEC0106 narrowed to an id");
    TAP_OK(attenuate("check if time($t), $t <= 2020-01-01T00:00:00Z") && compile(p, ARENA_BYTES) == FM_OK &&
               decision.kind == FM_BISCUIT_NONE && decision.why == FM_E_TOKEN_DENIED && !row("b/1") && bounds_are("",
                                                                                                                  ""),
           "DEC0107 none: expired");
    TAP_OK(mint("right(\"a\", \"send\")") && compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_NONE &&
               decision.why == FM_E_TOKEN_NO_POLICY,
           "DEC0108 none: no policy");
    TAP_OK(mint("right_any(\"read\"); a(1); b($x) <- a($x), $x + \"c\" == 1") && compile(p, ARENA_BYTES) == FM_OK &&
               decision.kind == FM_BISCUIT_NONE && decision.why == FM_E_EXPR_TYPE,
           "DEC0109 none: an error of the evaluation");
    TAP_OK(mint("right_under(\"b/\", \"read\"); check if resource($r), $r.ends_with(\"x\")") &&
               compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_RESIDUAL && !decision.unbounded &&
               decision.nprefixes == 1 && row("b/x") && !row("b/y") && !row("a/x") && bounds_are("b/", "b0"),
           "DEC0110 residual, with the prefix as its bound");
    TAP_OK(mint("right_any(\"read\"); reject if resource($r), $r.starts_with(\"b/\")") &&
               compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_RESIDUAL && !decision.program &&
               row("a") && !row("b/1"),
           "DEC0111 all but a prefix");
    TAP_OK(mint("right(\"b/x\", \"read\"); right(\"b/y\", \"read\"); check if resource($r), $r.ends_with(\"x\")") &&
               compile(p, ARENA_BYTES) == FM_OK && decision.kind == FM_BISCUIT_IDS && decision.nids == 1 && row("b/x"),
           "DEC0112 a few ids are tried when compiling");
    TAP_OK(mint("right_under(\"b/\xc3\xbf/\", \"read\"); check if resource($r), $r.starts_with(\"b/\xc3\xbf\")") &&
               compile("allow if resource($r), $r.starts_with(\"b/\xc3\xbf\")", ARENA_BYTES) == FM_OK &&
               bounds_are("b/\xc3\xbf", "b/\xc4\x80"),
           "DEC0113 an upper bound is UTF-8");
    TAP_OK(compile("allow if resource($r), $r.starts_with(\"a\xf4\x8f\xbf\xbf\")", ARENA_BYTES) == FM_OK &&
               decision.kind == FM_BISCUIT_NONE,
           "DEC0114 prefixes that exclude each other");
    TAP_OK(mint("check if resource($r), $r.starts_with(\"a\xf4\x8f\xbf\xbf\")") &&
               compile("allow if true", ARENA_BYTES) == FM_OK &&
               bounds_are("a\xf4\x8f\xbf\xbf", "b"),
           "DEC0115 the last character has none above: the one before it");
    TAP_OK(mint("check if resource($r), $r.starts_with(\"\xf4\x8f\xbf\xbf\")") &&
               compile("allow if true", ARENA_BYTES) == FM_OK &&
               bounds_are("\xf4\x8f\xbf\xbf", NULL),
           "DEC0116 nothing is above it: no upper bound");
}

/* Every size of arena: refused, or none with that reason, or the same answers. */
static void test_memory(void)
{
    uint32_t refused = 0, wrong = 0, good = 0, poor = 0;

    if (!mint("right_under(\"b/\", \"read\"); right(\"a\", \"read\"); owner(\"ann\", \"c\"); right($r, \"read\") <- "
              "owner(\"ann\", $r), "
              "resource($r); check if resource($r), $r.length() < 9 or resource($r), $r.matches(\"x$\")")) {
        abort();
    }
    for (size_t room = 20000; room < 120000 && good < 40; room += 24) {
        fm_err err = compile(fm_biscuit_policies, room);
        if (err != FM_OK) {
            refused++;
            wrong += err != FM_E_TOKEN_MEMORY;
            continue;
        }
        bool yes = row("b/1") && row("a") && row("c");
        bool no = !row("b/1234567890") && !row("d");
        wrong += !no; /* a row without memory is not admitted */
        good += yes && no;
        poor += !yes;
    }
    tap_note_u64("arenas refused", refused);
    tap_note_u64("arenas with too little for a row", poor);
    TAP_OK(refused > 100 && good == 40, "DEC0120 small arenas are refused, larger ones do");
    TAP_EQ(wrong, 0, "DEC0121 no size of arena admits more");
}

/* -------------------------------------------------------------------------------------- explanation */
static char told[4096];

static void tell(void *ctx, const char *kind, uint32_t block, uint32_t index, bool good, const char *source, size_t n,
                 const char *values, size_t values_n)
{
    size_t at = strlen(told);

    (void)ctx;
    snprintf(told + at, sizeof told - at, "%s %u:%u %s [%.*s] {%.*s}\n", kind, block, index, good ? "yes" : "no",
             (int)n,
             source, (int)values_n, values);
}

static void test_explain(void)
{
    static const char want[] =
        "check 63:0 yes [check if operation(\"read\")] {}\n"
        "policy 63:0 no [deny if user(\"eve\")] {}\n"
        "policy 63:1 yes [allow if resource($r), right($r)] {$r = \"a\"}\n"
        "check 1:0 no [check if num($n), $n > 7 or num($n), $n > 5] {$n = 3}\n"
        "check 1:1 yes [check all num($n), $n < 4] {$n = 3}\n"
        "check 1:2 no [reject if num($n), $n == 1] {$n = 1}\n";
    static const struct fm_biscuit_trace trace = {tell, NULL};
    static const char code[] = "resource(\"a\"); operation(\"read\"); check if operation(\"read\"); deny if "
        "user(\"eve\"); "
                               "allow if resource($r), right($r); allow if true;";
    struct fm_biscuit_limits limits = {256, 100, 100, 100000};
    struct fm_biscuit_verdict plain, traced;

    if (!mint("right(\"a\"); num(1); num(3)") ||
        !attenuate("check if num($n), $n > 7 or num($n), $n > 5; check all num($n), $n < 4; reject if num($n), $n == "
                   "1")) {
        abort();
    }
    for (int listening = 0; listening < 2; listening++) {
        struct fm_arena a = {memory, ARENA_BYTES, 0};
        struct fm_biscuit_world *w = fm_biscuit_world_new(&a, &limits);
        if (fm_biscuit_world_token(w, &token, NULL) != FM_OK || fm_biscuit_world_code(w, code, sizeof code - 1U,
                                                                                      NULL) != FM_OK) {
            abort();
        }
        if (listening == 1) {
            fm_biscuit_world_trace(w, &trace);
        }
        (void)!fm_biscuit_authorize(w, listening == 1 ? &traced : &plain);
    }
    if (!TAP_OK(strcmp(told, want) == 0, "EXP0001 each check and policy in its order, its block, with its values")) {
        tap_note_text("told", told);
    }
    TAP_OK(memcmp(&plain, &traced, sizeof plain) == 0, "EXP0002 listening changes nothing");
    TAP_OK(traced.nfailed == 2 && traced.failed[0].block == 1 && traced.failed[0].check == 0 &&
           traced.failed[1].check == 2 &&
               traced.policy == 1 && traced.code == FM_E_TOKEN_DENIED,
           "EXP0003 the verdict lists what the explanation says failed");
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    test_texts();
    test_limits();
    test_kinds();
    test_memory();
    test_explain();
    free(memory);
    return tap_done();
}
