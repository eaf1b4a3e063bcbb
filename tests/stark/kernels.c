/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field, its extension, transforms and hashes against slow oracles that share nothing with them; and every
 * kernel set that this machine has against the plain code, at lengths that leave something over.
 */
#include <stdlib.h>
#include <string.h>

#include "stark/air_fib.h"
#include "stark/kern.h"
#include "stark/member.h"
#include "stark/ntt.h"
#include "stark/poseidon2.h"
#include "stark/prove.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#define P 2013265921ull
#define WORDS 1100u

static uint64_t rng = 88172645463325252u;

static uint32_t rnd(void)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rng >> 33) % (uint32_t)P;
}

/* Edges first, then anything. */
static uint32_t pick(uint32_t i)
{
    static const uint32_t edges[] = {0, 1, 2, 134217727, 134217728, 1006632960, 1006632961, 2013265919, 2013265920};
    return i < FM_ARRAY_LEN(edges) ? edges[i] : rnd();
}

static uint64_t slow_pow(uint64_t a, uint64_t e)
{
    uint64_t r = 1;
    for (; e > 0; e--) {
        r = r * a % P;
    }
    return r;
}

static void test_field(void)
{
    uint32_t wrong = 0;
    TAP_EQ(fm_bb_int(fm_bb_of(5)), 5, "KRN0001 in and out of Montgomery form");
    for (uint32_t i = 0; i < 60; i++) {
        for (uint32_t j = 0; j < 60; j++) {
            uint64_t x = pick(i);
            uint64_t y = pick(j);
            uint32_t a = fm_bb_of((uint32_t)x);
            uint32_t b = fm_bb_of((uint32_t)y);
            wrong += fm_bb_int(fm_bb_add(a, b)) != (x + y) % P;
            wrong += fm_bb_int(fm_bb_sub(a, b)) != (x + P - y) % P;
            wrong += fm_bb_int(fm_bb_mul(a, b)) != x * y % P;
        }
        uint32_t a = fm_bb_of(pick(i));
        wrong += fm_bb_mul(a, fm_bb_inv(a)) != (a == 0 ? 0 : FM_BB_ONE);
        wrong += fm_bb_int(fm_bb_pow(a, i)) != slow_pow(fm_bb_int(a), i);
    }
    TAP_EQ(wrong, 0, "KRN0002 sums, differences, products, inverses and powers are those of % arithmetic");
    TAP_EQ(fm_bb_of(0xffffffffu), fm_bb_of((uint32_t)(0xffffffffull % P)), "KRN0003 any word is taken modulo p");
    for (uint32_t log = 1; log <= 27; log++) {
        uint64_t w = fm_bb_int(fm_bb_root(log));
        for (uint32_t k = 1; k < log; k++) {
            w = w * w % P;
        }
        wrong += w != P - 1;
    }
    TAP_EQ(wrong, 0, "KRN0004 a root of order 2^k is -1 at half its order, for every k");
}

/* (sum a_i X^i)(sum b_j X^j) mod X^5 - 2, by the book. */
static struct fm_ext school(const struct fm_ext *a, const struct fm_ext *b)
{
    uint64_t c[9] = {0};
    struct fm_ext r;
    for (uint32_t i = 0; i < 5; i++) {
        for (uint32_t j = 0; j < 5; j++) {
            c[i + j] = (c[i + j] + (uint64_t)fm_bb_int(a->c[i]) * fm_bb_int(b->c[j])) % P;
        }
    }
    for (uint32_t i = 0; i < 5; i++) {
        r.c[i] = fm_bb_of((uint32_t)((c[i] + 2 * (i < 4 ? c[i + 5] : 0)) % P));
    }
    return r;
}

static struct fm_ext rnd_ext(uint32_t i)
{
    struct fm_ext r;
    for (uint32_t k = 0; k < 5; k++) {
        r.c[k] = i < 9 ? pick((i + k) % 9) : rnd();
    }
    return r;
}

static void test_ext(void)
{
    uint32_t wrong = 0;
    const struct fm_ext one = fm_ext_of(FM_BB_ONE);
    for (uint32_t i = 0; i < 2000; i++) {
        struct fm_ext a = rnd_ext(i);
        struct fm_ext b = rnd_ext(i / 3);
        struct fm_ext got = fm_ext_mul(&a, &b);
        struct fm_ext want = school(&a, &b);
        wrong += !fm_ext_equal(&got, &want);
        got = fm_ext_inv(&a);
        got = school(&a, &got);
        wrong += !fm_ext_equal(&got, &one) && !fm_ext_is_zero(&a);
    }
    TAP_EQ(wrong, 0, "KRN0010 products and inverses of the extension are those of the polynomials modulo X^5 - 2");
}

/* sum over i of x[i] w^(i k), as it is written. */
static void test_dft(void)
{
    uint32_t wrong = 0;
    for (uint32_t log = 1; log <= 8; log++) {
        uint32_t n = 1u << log;
        uint32_t x[256];
        uint32_t y[256];
        uint32_t roots[256];
        fm_ntt_roots(roots, log, 0);
        for (uint32_t i = 0; i < n; i++) {
            x[i] = y[i] = rnd();
        }
        fm_ntt_dif(y, log, roots);
        for (uint32_t k = 0; k < n; k++) {
            uint64_t w = slow_pow(fm_bb_int(fm_bb_root(log)), k);
            uint64_t p = 1;
            uint64_t s = 0;
            uint32_t rev = 0;
            for (uint32_t i = 0; i < n; i++, p = p * w % P) {
                s = (s + (uint64_t)fm_bb_int(x[i]) * p) % P;
            }
            for (uint32_t b = 0; b < log; b++) {
                rev |= (k >> b & 1) << (log - 1 - b);
            }
            wrong += fm_bb_int(y[rev]) != s;
        }
        fm_ntt_roots(roots, log, 1);
        fm_ntt_dit(y, log, roots);
        for (uint32_t i = 0; i < n; i++) {
            wrong += y[i] != fm_bb_mul(x[i], fm_bb_of(n));
        }
    }
    TAP_EQ(wrong, 0, "KRN0020 transforms of 2 to 256 points are the naive sums, and come back");
}

static void test_blake3(void)
{
    struct vector_file file;
    uint32_t wrong = 0;
    uint32_t seen = 0;
    static uint8_t msg[102400 + 1];
    for (uint32_t i = 0; i < sizeof msg; i++) {
        msg[i] = (uint8_t)(i % 251);
    }
    if (!vector_open(&file, "tests/vectors/blake3.tsv")) {
        TAP_OK(false, "KRN0030 the vectors are there");
        return;
    }
    while (vector_next(&file)) {
        size_t n = (size_t)strtoul(file.column[0], NULL, 10);
        uint8_t expect[2][131];
        uint8_t out[131];
        struct fm_b3 h;
        if (n > sizeof msg || vector_hex(file.column[1], expect[0], 131) != 131 ||
            vector_hex(file.column[2], expect[1], 131) != 131) {
            wrong++;
            continue;
        }
        fm_b3_init_plain(&h);
        fm_b3_update(&h, msg, n);
        fm_b3_final(&h, 0, out, 131);
        wrong += memcmp(out, expect[0], 131) != 0;
        fm_b3_init(&h, (const uint8_t *)"whats the Elvish word for friend");
        fm_b3_update(&h, msg, n);
        fm_b3_final(&h, 0, out, 131);
        wrong += memcmp(out, expect[1], 131) != 0;
        seen++;
    }
    TAP_OK(seen >= 30 && wrong == 0, "KRN0031 BLAKE3 is the published vectors', plain and keyed");
}

/* ------------------------------------------------------------------ kernel sets */

static uint32_t col[64][WORDS];
static uint32_t got[64][WORDS];
static uint32_t want[64][WORDS];

static void fill_columns(void)
{
    for (uint32_t c = 0; c < 64; c++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            col[c][i] = pick(c == 0 ? i : 99);
        }
    }
}

static uint32_t differ(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n) != 0;
}

static uint32_t check_transforms(const struct fm_kern *k)
{
    static uint32_t roots[3 << 15];
    static uint32_t x[1 << 15];
    static uint32_t y[1 << 15];
    uint32_t wrong = 0;
    for (uint32_t log = 1; log <= 15; log++) {
        size_t n = (size_t)1 << log;
        for (int inverse = 0; inverse < 2; inverse++) {
            fm_ntt_table(roots, log, inverse);
            for (size_t i = 0; i < n; i++) {
                x[i] = y[i] = pick((uint32_t)i);
            }
            k->dif(x, log, roots);
            fm_ntt_dif(y, log, roots);
            wrong += differ(x, y, 4 * n);
            k->dit(x, log, roots);
            fm_ntt_dit(y, log, roots);
            wrong += differ(x, y, 4 * n);
        }
    }
    return wrong;
}

/* Leaves of every shape: of one block, of many, that fill a chunk, and of two chunks. */
static uint32_t check_leaves(const struct fm_kern *k)
{
    static const uint32_t shapes[][2] = {{1, 1}, {2, 8}, {5, 8}, {10, 1}, {16, 1}, {17, 1}, {32, 1}, {63, 1}, {64, 2},
                                         {3, 4}, {255, 1}, {256, 1}, {257, 1}, {298, 1}, {320, 1}, {40, 8}};
    static uint32_t words[64 * WORDS];
    uint32_t wrong = 0;
    uint8_t a[32 * 70];
    uint8_t b[32 * 70];
    memcpy(words, col, sizeof words);
    for (size_t s = 0; s < FM_ARRAY_LEN(shapes); s++) {
        size_t stride = shapes[s][0] > 60 ? 203 : WORDS;
        for (size_t count = 1; count < 70; count += 11) {
            k->leaves(words, stride, shapes[s][0], shapes[s][1], 90, count, a);
            for (size_t i = 0; i < count; i++) {
                uint8_t bytes[FM_STARK_LEAF_MAX];
                size_t n = 0;
                struct fm_b3 h;
                for (uint32_t m = 0; m < shapes[s][1]; m++) {
                    for (uint32_t c = 0; c < shapes[s][0]; c++, n += 4) {
                        fm_put_le32(bytes + n, words[c * stride + i + m * 90]);
                    }
                }
                fm_b3_init(&h, (const uint8_t *)"firmament stark leaf           1");
                fm_b3_update(&h, bytes, n);
                fm_b3_final(&h, 0, b + 32 * i, 32);
                fm_stark_leaf(bytes, n, bytes);
                wrong += differ(bytes, b + 32 * i, 32);
            }
            wrong += differ(a, b, 32 * count);
        }
    }
    return wrong;
}

static uint32_t check_hashes(const struct fm_kern *k)
{
    uint32_t wrong = check_leaves(k);
    uint8_t a[32 * 70];
    uint8_t b[32 * 70];
    for (size_t count = 1; count < 35; count++) {
        k->nodes((const uint8_t *)col[0], count, a);
        for (size_t i = 0; i < count; i++) {
            fm_stark_node((const uint8_t *)col[0] + 64 * i, b + 32 * i);
        }
        wrong += differ(a, b, 32 * count);
    }
    for (uint32_t i = 0; i < 20; i++) {
        struct fm_tr t;
        uint64_t nonce = 0;
        memcpy(t.state, col[i], 32);
        while (!fm_tr_worked(&t, nonce, 6)) {
            nonce++;
        }
        wrong += k->grind(t.state, 6) != nonce;
    }
    return wrong;
}

static struct fm_ext load(const uint32_t *p, size_t stride)
{
    struct fm_ext r = {{p[0], p[stride], p[2 * stride], p[3 * stride], p[4 * stride]}};
    return r;
}

static void store(uint32_t *p, size_t stride, struct fm_ext a)
{
    for (size_t i = 0; i < 5; i++) {
        p[i * stride] = a.c[i];
    }
}

static uint32_t check_columns(const struct fm_kern *k, size_t n)
{
    uint32_t wrong = 0;
    struct fm_ext e = rnd_ext(99);
    struct fm_ext s = fm_ext_of(0);
    struct fm_kern_term terms[7];
    k->mul(got[0], col[0], col[1], n);
    k->scale(got[1], col[0], e.c[0], n);
    k->ext_scale(got[10], col[2], WORDS, e, n);
    memcpy(got[20], col[10], sizeof got[0] * 5);
    memcpy(want[20], col[10], sizeof got[0] * 5);
    for (uint32_t j = 0; j < 7; j++) {
        terms[j] = (struct fm_kern_term){col[30 + j], rnd_ext(99)};
    }
    k->combine(got[20], WORDS, terms, 7, 0, e, col[40], WORDS, n);
    k->combine(got[20], WORDS, terms, 4, 0, e, col[40], WORDS, n);
    for (size_t i = 0; i < n; i++) {
        struct fm_ext x = load(&col[2][i], WORDS);
        wrong += got[0][i] != fm_bb_mul(col[0][i], col[1][i]);
        wrong += got[1][i] != fm_bb_mul(col[0][i], e.c[0]);
        store(&want[10][i], WORDS, fm_ext_mul(&x, &e));
        for (uint32_t pass = 7; pass >= 4; pass -= 3) {
            struct fm_ext t = e;
            struct fm_ext weight = load(&col[40][i], WORDS);
            for (uint32_t j = 0; j < pass; j++) {
                t = fm_ext_add(t, fm_ext_scale(terms[j].coef, terms[j].col[i]));
            }
            store(&want[20][i], WORDS, fm_ext_add(load(&want[20][i], WORDS), fm_ext_mul(&t, &weight)));
        }
        s = fm_ext_add(s, fm_ext_scale(load(&col[40][i], WORDS), col[5][i]));
    }
    for (uint32_t l = 0; l < 5; l++) {
        wrong += differ(got[10 + l], want[10 + l], 4 * n) + differ(got[20 + l], want[20 + l], 4 * n);
    }
    e = k->dot(col[5], col[40], WORDS, n);
    return wrong + !fm_ext_equal(&e, &s);
}

static uint32_t check_invert(const struct fm_kern *k, size_t n)
{
    uint32_t wrong = 0;
    memcpy(got[0], col[20], sizeof got[0] * 5);
    k->invert(got[0], want[0], WORDS, n);
    for (size_t i = 0; i < n; i++) {
        struct fm_ext x = load(&col[20][i], WORDS);
        struct fm_ext y = load(&got[0][i], WORDS);
        x = fm_ext_inv(&x);
        wrong += !fm_ext_equal(&x, &y);
    }
    return wrong;
}

static uint32_t check_fold(const struct fm_kern *k)
{
    uint32_t wrong = 0;
    for (uint32_t log_a = 1; log_a <= 3; log_a++) {
        for (uint32_t log_d = log_a; log_d <= 10; log_d++) {
            static uint32_t iroots[1024];
            size_t step = (size_t)1 << (log_d - log_a);
            struct fm_ext beta = rnd_ext(99);
            fm_bb x0 = fm_bb_of(31);
            fm_ntt_roots(iroots, log_d, 1);
            k->fold(got[0], WORDS, col[0], WORDS, step, log_a, fm_bb_inv(x0), iroots + ((size_t)1 << (log_d - 1)),
                beta);
            for (size_t i = 0; i < step; i++) {
                struct fm_ext v[8];
                struct fm_ext y = load(&got[0][i], WORDS);
                for (uint32_t m = 0; m < 1u << log_a; m++) {
                    v[m] = load(&col[0][i + m * step], WORDS);
                }
                v[0] = fm_stark_fold(v, log_a, fm_bb_mul(x0, fm_bb_pow(fm_bb_root(log_d), i)), beta);
                wrong += !fm_ext_equal(&v[0], &y);
            }
        }
    }
    return wrong;
}

static struct fm_fib fib;
static struct fm_p2 p2;
static struct fm_member member;

/* A table over columns of noise: every row, whole and in pieces, against the plain evaluation of one row. */
static uint32_t check_table(const struct fm_kern *k, const struct fm_air *air)
{
    static uint32_t cells[FM_AIR_COLS_MAX << 9];
    static uint32_t per[FM_AIR_PER_MAX << 9];
    static struct fm_ext alphas[FM_ROWS_CONS_MAX];
    static uint32_t cons[FM_ROWS_CONS_MAX];
    static fm_bb pis[FM_STARK_PI_MAX];
    size_t n = (size_t)1 << air->log_n;
    struct fm_rows rows = {air, pis, cells, per, n, n, n};
    uint32_t wrong = 0;
    for (size_t i = 0; i < n * air->ncols; i++) {
        cells[i] = rnd();
    }
    for (size_t i = 0; i < n * air->nper; i++) {
        per[i] = rnd();
    }
    for (uint32_t i = 0; i < air->npi; i++) {
        pis[i] = rnd();
    }
    for (uint32_t i = 0; i < air->ncons; i++) {
        alphas[i] = rnd_ext(99);
    }
    k->rows(&rows, 0, n, alphas, pis[0], got[0], WORDS);
    k->rows(&rows, 3, 21, alphas, pis[0], got[10], WORDS);
    for (size_t i = 0; i < n; i++) {
        struct fm_ext s = fm_ext_of(0);
        struct fm_ext x = load(&got[0][i], WORDS);
        fm_rows_eval(&rows, i, cons);
        for (uint32_t c = 0; c < air->ncons; c++) {
            s = fm_ext_add(s, fm_ext_scale(alphas[c], cons[c]));
        }
        s = fm_ext_scale(s, pis[0]);
        wrong += !fm_ext_equal(&s, &x);
        x = i >= 3 && i < 24 ? load(&got[10][i - 3], WORDS) : s;
        wrong += !fm_ext_equal(&s, &x);
    }
    return wrong;
}

static uint32_t check_tables(const struct fm_kern *k)
{
    static const uint8_t zeros[64];
    uint32_t wrong = 0;
    if (!fm_fib_air(&fib, 9) || !fm_p2_air(&p2, 6) ||
        fm_member_statement(&member, 1, 1, zeros, 1, 1, zeros, FM_STARK_P100) != FM_OK) {
        return 1;
    }
    wrong += check_table(k, &fib.air);
    wrong += check_table(k, &p2.air);
    wrong += check_table(k, &member.air);
    return wrong;
}

/* The first row that does not hold is the one that was changed. */
static uint32_t check_first_row(const struct fm_kern *k)
{
    static uint32_t trace[2 << 9];
    static uint32_t per[3 << 9];
    uint32_t pi[3] = {1, 1, 0};
    fm_bb pis[3];
    uint32_t wrong = 0;
    size_t n = 1 << 9;
    if (!fm_fib_air(&fib, 9)) {
        return 1;
    }
    fm_fib_trace(9, pi, trace);
    for (uint32_t i = 0; i < 3; i++) {
        pis[i] = fm_bb_of(pi[i]);
    }
    fm_rows_public(&fib.air, pis, per);
    struct fm_rows rows = {&fib.air, pis, trace, per, n, n, n};
    wrong += k->check(&rows, 0, n) != n;
    for (size_t at = 1; at < n; at += 37) {
        uint32_t was = trace[at];
        trace[at] = fm_bb_add(was, FM_BB_ONE);
        wrong += k->check(&rows, 0, n) != at;
        trace[at] = was;
    }
    return wrong;
}

static void test_set(const struct fm_kern *k)
{
    uint32_t wrong = 0;
    fill_columns();
    tap_note_text("kernels", k->name);
    TAP_EQ(check_transforms(k), 0, "KRN0100 transforms of 2 to 2^15 points");
    TAP_EQ(check_hashes(k), 0, "KRN0101 leaves, nodes and work");
    for (size_t n = 1; n < WORDS; n = n * 2 + 3) {
        wrong += check_columns(k, n) + check_invert(k, n);
    }
    TAP_EQ(wrong, 0, "KRN0102 columns of any length");
    TAP_EQ(check_fold(k), 0, "KRN0103 folding by 2, 4 and 8");
    TAP_EQ(check_tables(k), 0, "KRN0104 rows of Fibonacci's table, Poseidon2's and BLAKE3's");
    TAP_EQ(check_first_row(k), 0, "KRN0105 the first row that does not hold");
}

int main(void)
{
    test_field();
    test_ext();
    test_dft();
    test_blake3();
    for (uint32_t i = 0; fm_kern_at(i) != NULL; i++) {
        test_set(fm_kern_at(i));
    }
    return tap_done();
}
