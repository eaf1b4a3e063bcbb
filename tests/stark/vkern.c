/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier's kernels, each set that this machine has, against what is written here by the definition or has another
 * source: BLAKE3 from its incremental form, points by powers, DEEP and public columns with one inversion a fraction.
 * Then whole verifications: every set refuses what another refuses, for the same reason.
 */
#include "stark/vkern.h"

#include <stdlib.h>
#include <string.h>

#include "stark/air_fib.h"
#include "stark/member.h"
#include "stark/poseidon2.h"
#include "stark/prove.h"
#include "stark/rows.h"
#include "tests/tap.h"

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t rnd(void)
{
    static const uint32_t edges[] = {0, 1, FM_BB_P - 1, FM_BB_P - 2, FM_BB_ONE, 0x7fff, 1u << 30};
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint32_t r = (uint32_t)(state >> 33);
    return r % 16 == 3 ? edges[(r >> 8) % FM_ARRAY_LEN(edges)] : r % FM_BB_P;
}

static struct fm_ext rnd_ext(void)
{
    struct fm_ext r;
    for (uint32_t i = 0; i < FM_EXT_DEGREE; i++) {
        r.c[i] = rnd();
    }
    return r;
}

static void fill(uint8_t *out, size_t words)
{
    for (size_t i = 0; i < words; i++) {
        fm_put_le32(out + 4 * i, rnd());
    }
}

static uint32_t unequal(const struct fm_ext *a, const struct fm_ext *b, size_t n)
{
    uint32_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        wrong += !fm_ext_equal(&a[i], &b[i]);
    }
    return wrong;
}

static void test_minimal(void)
{
    uint32_t wrong = 0;
    for (uint32_t t = 0; t < 300; t++) {
        struct fm_ext z = rnd_ext();
        fm_bb min[FM_EXT_DEGREE];
        struct fm_ext rest[FM_EXT_DEGREE - 1];
        struct fm_ext root = fm_ext_of(FM_BB_ONE);
        fm_ext_minimal(&z, min, rest);
        for (uint32_t x = 0; x < 3; x++) {
            struct fm_ext at = x == 0 ? z : fm_ext_of(rnd());
            struct fm_ext m = fm_ext_of(FM_BB_ONE);
            struct fm_ext r = m;
            struct fm_ext d = fm_ext_sub(at, z);
            for (uint32_t i = FM_EXT_DEGREE; i-- > 0;) {
                m = fm_ext_add(fm_ext_mul(&m, &at), fm_ext_of(min[i]));
                r = i == 0 ? r : fm_ext_add(fm_ext_mul(&r, &at), rest[i - 1]);
            }
            r = fm_ext_mul(&r, &d);
            wrong += !fm_ext_equal(&r, &m) || (x == 0 && !fm_ext_is_zero(&m));
        }
        root = fm_ext_pow(&z, FM_BB_P);
        z = fm_ext_frobenius(&z);
        wrong += !fm_ext_equal(&z, &root);
    }
    TAP_EQ(wrong, 0, "VKN0001 the minimal polynomial vanishes at z, and is (X - z) times the rest");
}

static struct fm_fib fib;
static struct fm_p2 p2;
static struct fm_member member;

static void make_tables(void)
{
    uint8_t bytes[64];
    fill(bytes, 16);
    TAP_OK(fm_fib_air(&fib, 6) && fm_p2_air(&p2, 5) &&
               fm_member_statement(&member, 3, 5, bytes, 9, 4, bytes, FM_STARK_P100) == FM_OK,
           "VKN0002 three tables: narrow, wide, many public columns");
}

/* f(z) = (z^n - 1) / n sum f_i w^i / (z - w^i), from the columns on the trace's rows. */
static uint32_t check_public(const struct fm_air *a)
{
    static uint32_t cols[FM_AIR_PER_MAX << 11];
    static struct fm_ext weight[1 << 11];
    uint32_t pi[FM_STARK_PI_MAX];
    fm_bb pis[FM_STARK_PI_MAX];
    struct fm_ext got[FM_AIR_PER_MAX];
    struct fm_ext z = rnd_ext();
    size_t n = (size_t)1 << a->log_n;
    struct fm_ext top = fm_ext_sub(fm_ext_pow(&z, n), fm_ext_of(FM_BB_ONE));
    fm_bb w = FM_BB_ONE;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < a->npi; i++) {
        pi[i] = rnd();
        pis[i] = fm_bb_of(pi[i]);
    }
    fm_rows_public(a, pis, cols, (size_t)1 << a->log_n);
    top = fm_ext_scale(top, fm_bb_inv(fm_bb_of((uint32_t)n)));
    for (size_t i = 0; i < n; i++, w = fm_bb_mul(w, fm_bb_root(a->log_n))) {
        struct fm_ext d = fm_ext_sub(z, fm_ext_of(w));
        d = fm_ext_inv(&d);
        d = fm_ext_mul(&d, &top);
        weight[i] = fm_ext_scale(d, w);
    }
    fm_air_public_at(a, pi, &z, got);
    for (uint32_t c = 0; c < a->nper; c++) {
        struct fm_ext want = fm_ext_of(0);
        for (size_t i = 0; i < n; i++) {
            want = fm_ext_add(want, fm_ext_scale(weight[i], cols[c * n + i]));
        }
        wrong += unequal(&got[c], &want, 1);
    }
    return wrong;
}

static uint32_t check_hash(const struct fm_vkern *k)
{
    static const size_t sizes[] = {4, 20, 40, 60, 64, 68, 160, 320, 576, 1020, 1024, 1028, 1192, 1280};
    static uint8_t msg[40 * 1280];
    uint8_t out[41 * 32];
    uint32_t wrong = 0;
    fill(msg, sizeof msg / 4);
    for (size_t s = 0; s < FM_ARRAY_LEN(sizes); s++) {
        for (size_t count = 1; count <= 40; count += count < 18 ? 1 : 11) {
            memset(out, 0xa5, sizeof out);
            k->hash(fm_stark_node_key, msg, sizes[s], count, out);
            for (size_t i = 0; i < count; i++) {
                struct fm_b3 h;
                uint8_t want[32];
                fm_b3_init(&h, (const uint8_t *)"firmament stark node           1");
                fm_b3_update(&h, msg + i * sizes[s], sizes[s]);
                fm_b3_final(&h, 0, want, 32);
                wrong += memcmp(want, out + 32 * i, 32) != 0;
            }
            for (size_t i = 32 * count; i < sizeof out; i++) {
                wrong += out[i] != 0xa5;
            }
        }
    }
    return wrong;
}

static uint32_t check_points(const struct fm_vkern *k)
{
    uint32_t wrong = 0;
    for (uint32_t log_n = 2; log_n <= 22; log_n += 4) {
        for (uint32_t t = 0; t < 24; t++) {
            struct fm_vkern_turns turns;
            uint32_t log_b = 1 + t % 3;
            uint32_t log_d = log_n - t % 2 * (log_n / 2);
            bool inverse = t / 2 % 2 == 1;
            uint32_t pos[FM_VKERN_GROUP] = {0};
            fm_bb x[FM_VKERN_GROUP];
            size_t count = 1 + rnd() % FM_VKERN_GROUP;
            fm_bb one = fm_stark_point(log_n, log_b, log_n - log_d, 0, 0);
            turns.shift = inverse ? fm_bb_inv(one) : one;
            for (uint32_t i = 0; i <= FM_BB_TWO_ADICITY; i++) {
                turns.root[i] = inverse ? fm_bb_inv(fm_bb_root(i)) : fm_bb_root(i);
            }
            for (size_t i = 0; i < count; i++) {
                pos[i] = rnd() & ((1u << (log_d + log_b)) - 1);
            }
            k->points(&turns, log_d, log_b, pos, count, x);
            for (size_t i = 0; i < count; i++) {
                one = fm_stark_point(log_n, log_b, log_n - log_d, pos[i] >> log_d, pos[i] & ((1u << log_d) - 1));
                wrong += x[i] != (inverse ? fm_bb_inv(one) : one);
            }
        }
    }
    return wrong;
}

/* One value of DEEP, as docs/spec/stark.md writes it. */
static struct fm_ext deep_at(const struct fm_air *a, const struct fm_ext *gamma, const struct fm_ext *z,
                             const struct fm_ext *at_z, const uint8_t *row, const uint8_t *chunks, fm_bb x)
{
    struct fm_ext r = fm_ext_of(0);
    uint32_t j = 0;
    for (uint32_t o = 0; o < a->noffs; o++) {
        fm_bb w = fm_bb_inv(fm_bb_pow(fm_bb_root(a->log_n), a->offs[o]));
        struct fm_ext d = fm_ext_sub(fm_ext_of(x), fm_ext_scale(*z, w));
        struct fm_ext t = fm_ext_sub(fm_ext_of(0), at_z[o]);
        for (uint32_t c = 0; c < a->ncols; c++) {
            if ((a->mask[o][c / 64] >> c % 64 & 1) != 0) {
                t = fm_ext_add(t, fm_ext_scale(gamma[j++], fm_le32(row + (size_t)4 * c)));
            }
        }
        for (uint32_t i = 0; o == 0 && i < a->nchunks; i++) {
            struct fm_ext q = fm_ext_load(chunks + (size_t)FM_EXT_BYTES * i);
            t = fm_ext_add(t, fm_ext_mul(&gamma[a->npairs + i], &q));
        }
        d = fm_ext_inv(&d);
        r = fm_ext_add(r, fm_ext_mul(&t, &d));
    }
    return r;
}

static uint32_t check_deep(const struct fm_vkern *k, const struct fm_air *a)
{
    static uint8_t rows[FM_VKERN_GROUP * 4 * FM_AIR_COLS_MAX];
    static struct fm_ext gamma[FM_STARK_OPENINGS_MAX];
    uint8_t chunks[FM_VKERN_GROUP * FM_EXT_BYTES * 2];
    uint32_t wrong = 0;
    for (size_t count = 1; count <= FM_VKERN_GROUP; count++) {
        struct fm_vkern_deep d = {.air = a, .gamma = gamma};
        struct fm_ext z = rnd_ext();
        struct fm_ext got[FM_VKERN_GROUP];
        fm_bb x[FM_VKERN_GROUP];
        fill(rows, count * a->ncols);
        fill(chunks, count * FM_EXT_DEGREE * a->nchunks);
        for (uint32_t j = 0; j < a->npairs + a->nchunks; j++) {
            gamma[j] = rnd_ext();
        }
        for (uint32_t i = 0; i < FM_VKERN_GROUP; i++) {
            x[i] = rnd();
        }
        fm_ext_minimal(&z, d.min, d.rest);
        for (uint32_t o = 0; o < a->noffs; o++) {
            d.at_z[o] = rnd_ext();
            d.turn[o] = fm_bb_pow(fm_bb_root(a->log_n), a->offs[o]);
        }
        k->deep(&d, rows, chunks, x, count, got);
        for (size_t i = 0; i < count; i++) {
            struct fm_ext want = deep_at(a, gamma, &z, d.at_z, rows + 4 * i * a->ncols,
                                         chunks + i * FM_EXT_BYTES * a->nchunks, x[i]);
            wrong += unequal(&got[i], &want, 1);
        }
    }
    return wrong;
}

static uint32_t check_horner(const struct fm_vkern *k)
{
    uint8_t coef[256 * FM_EXT_BYTES];
    uint32_t wrong = 0;
    fill(coef, sizeof coef / 4);
    for (uint32_t len = 1; len <= 256; len = len < 20 ? len + 1 : len * 2 - len % 2) {
        fm_bb x[FM_VKERN_GROUP];
        struct fm_ext got[FM_VKERN_GROUP];
        size_t count = 1 + rnd() % FM_VKERN_GROUP;
        for (size_t i = 0; i < FM_VKERN_GROUP; i++) {
            x[i] = rnd();
        }
        k->horner(coef, len, x, count, got);
        for (size_t i = 0; i < count; i++) {
            struct fm_ext want = fm_ext_of(0);
            for (uint32_t j = 0; j < len; j++) {
                want = fm_ext_add(want, fm_ext_scale(fm_ext_load(coef + (size_t)FM_EXT_BYTES * j), fm_bb_pow(x[i], j)));
            }
            wrong += unequal(&got[i], &want, 1);
        }
    }
    return wrong;
}

static uint32_t check_fold(const struct fm_vkern *k)
{
    uint32_t wrong = 0;
    struct fm_vkern_turns inverse;
    for (uint32_t i = 0; i <= FM_BB_TWO_ADICITY; i++) {
        inverse.root[i] = fm_bb_inv(fm_bb_root(i));
    }
    inverse.shift = 0;
    for (uint32_t t = 0; t < 3 * FM_VKERN_GROUP; t++) {
        uint32_t log_a = 1 + t % 3;
        size_t count = 1 + t / 3;
        struct fm_ext v[8 * FM_VKERN_GROUP];
        struct fm_ext got[FM_VKERN_GROUP];
        struct fm_ext beta = rnd_ext();
        fm_bb xinv[FM_VKERN_GROUP];
        for (size_t i = 0; i < FM_VKERN_GROUP; i++) {
            xinv[i] = 1 + rnd() % (FM_BB_P - 1);
        }
        for (size_t i = 0; i < count << log_a; i++) {
            v[i] = rnd_ext();
        }
        k->fold(&inverse, v, log_a, xinv, beta, count, got);
        for (size_t i = 0; i < count; i++) {
            struct fm_ext want = fm_stark_fold(v + (i << log_a), log_a, fm_bb_inv(xinv[i]), beta);
            wrong += unequal(&got[i], &want, 1);
        }
    }
    return wrong;
}

static void test_set(const struct fm_vkern *k)
{
    tap_note_text("kernels", k->name);
    TAP_EQ(check_hash(k), 0, "VKN0010 hashes of 4 to 1,280 bytes, 1 to 40 at once; nothing written beyond them");
    TAP_EQ(check_points(k), 0, "VKN0011 points of positions and their inverses");
    TAP_EQ(check_deep(k, &fib.air) + check_deep(k, &p2.air) + check_deep(k, &member.air), 0,
           "VKN0012 DEEP by one inversion a fraction");
    TAP_EQ(check_horner(k), 0, "VKN0013 polynomials of 1 to 256 coefficients");
    TAP_EQ(check_fold(k), 0, "VKN0014 folds of 2, 4 and 8 values");
}

/* Flips every `step`th bit of a proof of Fibonacci's table: the answers of the first set, of each other. */
static uint32_t check_answers(uint32_t log_n, unsigned profile, uint32_t step, uint32_t *judged)
{
    static uint32_t trace[2 << 6];
    uint32_t pi[3] = {1, 1, 0};
    struct fm_stark_statement st = {&fib.air, fm_stark_profile(profile), pi, (const uint8_t *)"answers", 7};
    struct fm_stark_fault fault;
    uint32_t wrong = fm_fib_air(&fib, log_n) ? 0 : 1;
    size_t need = fm_stark_arena_size(&st);
    size_t cap = fm_stark_proof_size(&st);
    size_t len = 0;
    void *arena = calloc(1, need);
    void *scratch = malloc(fm_stark_verify_scratch());
    uint8_t *proof = malloc(cap);
    fm_fib_trace(log_n, pi, trace);
    if (fm_stark_prove(&st, trace, arena, need, proof, cap, &len, &fault) != FM_OK) {
        return 1;
    }
    for (size_t bit = 0; bit <= 8 * len; bit += step) {
        size_t cut = bit % 17 == 0 ? bit / 8 : len;
        proof[bit / 8 % len] ^= (uint8_t)(1u << bit % 8);
        fm_err first = fm_stark_verify_by(fm_vkern_at(0), &st, proof, cut, scratch, fm_stark_verify_scratch());
        for (uint32_t i = 1; fm_vkern_at(i) != NULL; i++) {
            wrong += fm_stark_verify_by(fm_vkern_at(i), &st, proof, cut, scratch, fm_stark_verify_scratch()) != first;
        }
        wrong += first == FM_OK;
        proof[bit / 8 % len] ^= (uint8_t)(1u << bit % 8);
        (*judged)++;
    }
    for (uint32_t i = 0; fm_vkern_at(i) != NULL; i++) {
        wrong += fm_stark_verify_by(fm_vkern_at(i), &st, proof, len, scratch, fm_stark_verify_scratch()) != FM_OK;
    }
    free(arena);
    free(scratch);
    free(proof);
    return wrong;
}

int main(void)
{
    uint32_t judged = 0;
    uint32_t wrong = 0;
    test_minimal();
    make_tables();
    for (uint32_t t = 0; t < 3; t++) {
        wrong += check_public(&fib.air) + check_public(&p2.air) + check_public(&member.air);
    }
    TAP_EQ(wrong, 0, "VKN0003 public columns at z are those of the rows, by barycentric sums");
    for (uint32_t i = 0; fm_vkern_at(i) != NULL; i++) {
        test_set(fm_vkern_at(i));
    }
    TAP_OK(fm_vkern_at(0) == &fm_vkern_1 && fm_vkern_at(1) != NULL, "VKN0004 the plain set and one more at least");
    wrong = check_answers(3, FM_STARK_TOY, 1, &judged) + check_answers(2, FM_STARK_P100, 3, &judged) +
            check_answers(6, FM_STARK_P100H, 101, &judged);
    TAP_EQ(wrong, 0, "VKN0020 flipped and cut proofs: every set refuses each for the same reason");
    tap_note_u64("proofs judged by each set", judged);
    return tap_done();
}
