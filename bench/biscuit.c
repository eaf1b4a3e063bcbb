/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: cold verification of 1, 2 and 3 blocks beside as many of libsodium's own verifications; compiling a decision
 * for a 3-block token; a row of each kind of decision; sizes; the evaluations of the specification's corpus.
 */
#include "base/base.h"
#include "bench/clock.h"
#include "crypto/sign.h"
#include "tests/vectors.h"

#include <firmament/biscuit_decide.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (8U << 20)
#define VERIFIES 2U
#define ROUNDS 151U /* short and many: a median does not see the moments that other programs took */
#define COMPILES 20U
#define ROWS 8192U

static uint8_t *memory;
static struct fm_biscuit_secret root = {FM_BISCUIT_ED25519, {1, 2, 3}};
static struct fm_biscuit_key root_key;
static uint8_t bytes[3][4096];
static size_t len[3];

static void must(fm_err err, const char *what)
{
    if (err != FM_OK) {
        fprintf(stderr, "bench: %s: %s\n", what, fm_err_name(err));
        exit(1);
    }
}

/* The content that other libraries' sizes are compared over: a subject, two rights; two narrowings. */
static const char authority[] =
    "subject(\"agent-7\"); right_under(\"org/4/\", \"read\"); "
    "right(\"cell/17\", \"write\");";
static const char *const blocks[2] = {"check if resource($r), $r.starts_with(\"org/4/drafts/\");",
                                      "check if time($t), $t <= 2027-01-01T00:00:00Z;"};

static void make_tokens(void)
{
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_secret next = {FM_BISCUIT_ED25519, {9}};
    static struct fm_biscuit token;

    must(fm_biscuit_key_of_secret(FM_BISCUIT_ED25519, root.bytes, NULL, &root_key), "key");
    must(fm_biscuit_mint(&root, &next, NULL, authority, sizeof authority - 1U, NULL, &arena, bytes[0], sizeof bytes[0],
                         &len[0], NULL),
         "mint");
    for (uint32_t i = 1; i < 3; i++) {
        must(fm_biscuit_parse(&token, bytes[i - 1U], len[i - 1U], NULL), "parse");
        next.bytes[0]++;
        must(fm_biscuit_attenuate(&token, &next, blocks[i - 1U], strlen(blocks[i - 1U]), NULL, &arena, bytes[i],
                                  sizeof bytes[i], &len[i], NULL),
             "attenuate");
    }
}

/* ---------------------------------------------------------------------------------------- verifying */
/* Seconds of one libsodium verification of a message as long as a block's signed text. */
static double sodium(void)
{
    uint8_t pk[32], sk[64], sig[64], msg[300];
    double start;
    unsigned good = 0;

    memset(msg, 7, sizeof msg);
    fm_ed25519_keypair(root.bytes, pk, sk);
    fm_ed25519_sign(sk, msg, sizeof msg, sig);
    start = bench_cpu();
    for (uint32_t i = 0; i < VERIFIES; i++) {
        good += fm_ed25519_verify(pk, msg, sizeof msg, sig);
    }
    if (good != VERIFIES) {
        exit(1);
    }
    return (bench_cpu() - start) / VERIFIES;
}

static double verify(uint32_t n)
{
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    static struct fm_biscuit token;
    double start = bench_cpu();

    for (uint32_t i = 0; i < VERIFIES; i++) {
        must(fm_biscuit_parse(&token, bytes[n], len[n], NULL), "parse");
        must(fm_biscuit_verify(&token, &root_key, NULL, &arena, NULL), "verify");
    }
    return (bench_cpu() - start) / VERIFIES;
}

static void bench_verify(void)
{
    static double one[ROUNDS], ours[3][ROUNDS];
    double limit;
    char name[64];

    for (uint32_t i = 0; i < ROUNDS; i++) { /* interleaved, so that a slow moment slows both */
        one[i] = sodium();
        for (uint32_t n = 0; n < 3; n++) {
            ours[n][i] = verify(n);
        }
    }
    limit = bench_median(one, ROUNDS) * 1e6;
    for (uint32_t n = 0; n < 3; n++) {
        double us = bench_median(ours[n], ROUNDS) * 1e6;
        snprintf(name, sizeof name, "biscuit_verify_%u_us", n + 1U);
        bench_row(name, us, "us", limit * (n + 1U));
        printf("# %u blocks: %.1f us above libsodium's own time (bar: 25)\n", n + 1U, us - limit * (n + 1U));
    }
}

/* -------------------------------------------------------------------------------------------- deciding */
static void compile(const uint8_t *token_bytes, size_t n, const char *policies, struct fm_arena *arena,
                    struct fm_biscuit_decision *d)
{
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_question q = {.action = FM_RIGHT_READ, .time = 1790000000U};
    static struct fm_biscuit token;
    struct fm_biscuit_world *w = fm_biscuit_world_new(arena, &limits);

    must(fm_biscuit_parse(&token, token_bytes, n, NULL), "parse");
    must(fm_biscuit_world_token(w, &token, NULL), "load");
    must(fm_biscuit_world_code(w, policies, strlen(policies), NULL), "code");
    must(fm_biscuit_ask(w, &q), "ask");
    must(fm_biscuit_compile(w, false, d), "compile");
}

static void bench_compile(void)
{
    double us[ROUNDS];
    struct fm_biscuit_decision d;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        double start = bench_cpu();
        for (uint32_t k = 0; k < COMPILES; k++) {
            struct fm_arena arena = {memory, ARENA_BYTES, 0};
            compile(bytes[2], len[2], fm_biscuit_policies, &arena, &d);
        }
        us[i] = (bench_cpu() - start) / COMPILES * 1e6;
        if (d.kind != FM_BISCUIT_PREFIXES) {
            exit(1);
        }
    }
    bench_row("biscuit_compile_3_us", bench_median(us, ROUNDS), "us", 100);
}

/* Rows of which half are admitted. */
static void bench_row_kind(const char *name, const char *code, const char *policies, enum fm_biscuit_admits kind,
                           const char *in, const char *out, double bar)
{
    static char rows[1024][64];
    static uint32_t lengths[1024];
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_secret next = {FM_BISCUIT_ED25519, {5}};
    static uint8_t token[16384];
    struct fm_biscuit_decision d;
    double ns[ROUNDS];
    size_t n = 0;
    uint64_t yes = 0;

    must(fm_biscuit_mint(&root, &next, NULL, code, strlen(code), NULL, &arena, token, sizeof token, &n, NULL), name);
    compile(token, n, policies, &arena, &d);
    if (d.kind != kind) {
        fprintf(stderr, "bench: %s: kind %d\n", name, (int)d.kind);
        exit(1);
    }
    for (uint32_t i = 0; i < 1024; i++) {
        lengths[i] = (uint32_t)snprintf(rows[i], sizeof rows[i], i * 2654435761U >> 31 ? in : out, i % 64U);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        double start = bench_cpu();
        for (uint32_t k = 0; k < ROWS; k++) {
            yes += fm_biscuit_row(&d, rows[k & 1023U], lengths[k & 1023U]);
        }
        ns[i] = (bench_cpu() - start) / ROWS * 1e9;
    }
    if (yes < ROWS * ROUNDS / 3U || yes > ROWS * ROUNDS / 3U * 2U) {
        fprintf(stderr, "bench: %s: %llu rows\n", name, (unsigned long long)yes);
        exit(1);
    }
    bench_row(name, bench_median(ns, ROUNDS), "ns", bar);
}

static void bench_rows(void)
{
    static char code[16384];
    size_t at = 0;

    for (uint32_t i = 0; i < 64; i++) {
        at += (size_t)snprintf(code + at, sizeof code - at,
                               "right(\"cell/00000000000000000000000000%02u\", \"read\");\n", i);
    }
    bench_row_kind("biscuit_row_exact_ns", code, fm_biscuit_policies, FM_BISCUIT_IDS,
                   "cell/00000000000000000000000000%02u", "cell/00000000000000000000000001%02u", 30);
    bench_row_kind("biscuit_row_prefix_ns",
                   "right_under(\"org/4/\", \"read\"); right_under(\"org/7/\", \"read\"); "
                   "right_under(\"team/a/\", \"read\");",
                   fm_biscuit_policies, FM_BISCUIT_PREFIXES, "org/7/drafts/%02u", "org/42/drafts/%02u", 30);
    bench_row_kind("biscuit_row_residual_ns",
                   "right_under(\"org/4/\", \"read\"); check if resource($r), $r.ends_with(\".txt\");",
                   fm_biscuit_policies, FM_BISCUIT_RESIDUAL, "org/4/drafts/%02u.txt", "org/4/drafts/%02u.doc", 1000);
    bench_row_kind("biscuit_row_residual_regex_ns",
                   "right_under(\"org/4/\", \"read\"); check if resource($r), $r.matches(\"/[0-9]+[.]txt$\");",
                   fm_biscuit_policies, FM_BISCUIT_RESIDUAL, "org/4/drafts/%02u.txt", "org/4/drafts/%02u.doc", 1000);
    bench_row_kind("biscuit_row_residual_rule_ns",
                   "owner(\"ann\", \"org/4/\"); member(\"bob\", \"org/7/\"); right($r, \"read\") <- resource($r), "
                   "owner(\"ann\", $p), $r.starts_with($p);",
                   fm_biscuit_policies, FM_BISCUIT_RESIDUAL, "org/4/drafts/%02u.txt", "org/7/drafts/%02u.doc", 1000);
}

/* ------------------------------------------------------------------------------------------- corpus */
#define CORPUS_MAX 64U
#define EVALUATIONS 8U /* at a time */

struct sample {
    char name[64];
    uint8_t token[65536];
    size_t n;
    char code[4096];
    double us[ROUNDS];
};

static bool load(const char *name, struct sample *s)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof path, "tests/vectors/biscuit/%s.bc", name);
    f = fopen(path, "rb");
    if (f == NULL) {
        return false;
    }
    s->n = fread(s->token, 1, sizeof s->token, f);
    fclose(f);
    return true;
}

static bool host(void *ctx, const char *name, uint32_t name_len, const struct fm_biscuit_value *left,
                 const struct fm_biscuit_value *right, struct fm_biscuit_value *out)
{
    (void)ctx;
    (void)name;
    (void)name_len;
    (void)right;
    *out = *left;
    return true;
}

/* A whole evaluation: envelope, blocks, the authorizer's program, rules, checks, policies; no signature. */
static bool evaluate(const struct sample *s)
{
    static const struct fm_biscuit_host functions = {host, NULL};
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    static struct fm_biscuit token;
    struct fm_biscuit_verdict v;
    struct fm_biscuit_world *w;

    if (fm_biscuit_parse(&token, s->token, s->n, NULL) != FM_OK) {
        return false;
    }
    w = fm_biscuit_world_new(&arena, &limits);
    fm_biscuit_world_host(w, &functions);
    if (fm_biscuit_world_token(w, &token, NULL) == FM_OK &&
        fm_biscuit_world_code(w, s->code, strlen(s->code), NULL) == FM_OK) {
        (void)!fm_biscuit_authorize(w, &v);
    }
    return true;
}

/* One line of the corpus: a token and the authorizer's program. False if it cannot be read. */
static bool take_sample(struct sample *s, const struct vector_file *file)
{
    snprintf(s->name, sizeof s->name, "%s", file->column[0]);
    snprintf(s->code, sizeof s->code, "%s", file->column[1]);
    vector_unescape(s->code);
    return load(s->name, s) && evaluate(s);
}

/* The same table as bench/biscuit_wasm.mjs prints of its own evaluations. */
static void bench_corpus(void)
{
    struct sample *samples = calloc(CORPUS_MAX, sizeof *samples);
    struct vector_file file;
    double sum = 0;
    uint32_t n = 0;

    if (samples == NULL || !vector_open(&file, "tests/vectors/biscuit/corpus.tsv")) {
        exit(1);
    }
    while (n < CORPUS_MAX && vector_next(&file)) {
        n += strcmp(file.column[0], "key") != 0 && take_sample(&samples[n], &file) ? 1U : 0U;
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        for (uint32_t k = 0; k < n; k++) {
            double start = bench_cpu();
            for (uint32_t j = 0; j < EVALUATIONS; j++) {
                (void)evaluate(&samples[k]);
            }
            samples[k].us[i] = (bench_cpu() - start) / EVALUATIONS * 1e6;
        }
    }
    printf("# %u validations of the corpus, from bytes and text to the verdict, without signatures\n", n);
    for (uint32_t k = 0; k < n; k++) {
        double us = bench_median(samples[k].us, ROUNDS);

        printf("# %s: %.1f us\n", samples[k].name, us);
        sum += us;
    }
    bench_row("biscuit_corpus_eval_us", sum / n, "us", 0);
    free(samples);
}

int main(void)
{
    char name[64];

    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    memset(memory, 0, ARENA_BYTES);
    make_tokens();
    bench_verify();
    bench_compile();
    bench_rows();
    /* Beside biscuit-wasm 0.6.0's, for the same content: tests/biscuit/same_bytes.mjs measures them. */
    for (uint32_t i = 0; i < 3; i++) {
        static const double foreign[3] = {238, 406, 562};
        snprintf(name, sizeof name, "biscuit_size_%u_bytes", i + 1U);
        bench_row(name, (double)len[i], "bytes", foreign[i]);
    }
    bench_corpus();
    return 0;
}
