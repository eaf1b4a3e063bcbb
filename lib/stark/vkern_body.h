/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of the verifier's kernels: included once by each vkern_*.c, behind vec_ext.h or vec_ext_1.h; vkern_hash is the
 * includer's. A lane is an opened point; where a count ends within the lanes, the last ones do the last point again and
 * are not written.
 */
#ifndef FM_STARK_VKERN_BODY_H
#define FM_STARK_VKERN_BODY_H

#include "base/base.h"
#include "stark/vec_fold.h"
#include "stark/vkern.h"

#define GROUPS (FM_VKERN_GROUP / FM_LANES)

static void vkern_points(const struct fm_vkern_turns *t, uint32_t log_d, uint32_t log_b, const uint32_t *pos,
                         size_t count, fm_bb *x)
{
    for (size_t k = 0; k < count; k += FM_LANES) {
        vu at = v_load(pos + k);
        vu r = v_of(t->shift);
        for (uint32_t b = 0; b < log_d + log_b; b++) {
            fm_bb root = t->root[b < log_d ? log_d - b : 2 * log_d + log_b - b];
            r = v_mul(r, v_pick(v_bit(at, b), v_of(root), v_of(FM_BB_ONE)));
        }
        v_store(x + k, r);
    }
}

/* Those words of each lane's row. */
static inline vu words(const uint8_t *row, size_t size, size_t most, size_t at)
{
    vu r = v_of(0);
    for (size_t l = 0; l < FM_LANES; l++) {
        v_set(&r, (unsigned)l, fm_le32(row + size * (l < most ? l : most) + at));
    }
    return r;
}

static inline void ve_put(struct fm_ext *out, size_t n, const struct ve *v)
{
    for (size_t l = 0; l < n && l < FM_LANES; l++) {
        for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
            out[l].c[i] = v_get(&v->c[i], (unsigned)l);
        }
    }
}

/* sum over the columns read at offset o of gamma^j f_j(x); most: the last lane that has a row of its own. */
static struct ve opened_at(const struct fm_vkern_deep *d, uint32_t o, const uint8_t *row, size_t most)
{
    const struct fm_air *a = d->air;
    const size_t size = (size_t)4 * a->ncols;
    const struct fm_ext *g = d->gamma + a->base[o];
    struct v_sum sum[FM_EXT_DEGREE];
    struct ve r;
    vu held = v_of(0);
    bool odd = false;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        sum[i] = v_sum_of(held, held);
    }
    for (uint32_t w = 0; w < FM_AIR_COLS_MAX / 64; w++) {
        for (uint64_t m = a->mask[o][w]; m != 0; m &= m - 1) {
            vu f = words(row, size, most, (size_t)4 * (64 * w + (uint32_t)__builtin_ctzll(m)));
            if (odd) {
                for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
                    v_sum2k(&sum[i], held, g[0].c[i], f, g[1].c[i]);
                }
                g += 2;
            }
            held = f;
            odd = !odd;
        }
    }
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        if (odd) {
            v_sum2k(&sum[i], held, g[0].c[i], held, 0);
        }
        r.c[i] = v_sum_reduce(&sum[i]);
    }
    return r;
}

/* What the chunks of the quotient add. */
static struct ve chunks_at(const struct fm_vkern_deep *d, const uint8_t *at, size_t most, struct ve t)
{
    const struct fm_air *a = d->air;
    const size_t size = (size_t)FM_EXT_BYTES * a->nchunks;
    for (uint32_t j = 0; j < a->nchunks; j++) {
        struct ve q;
        for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
            q.c[i] = words(at, size, most, (size_t)FM_EXT_BYTES * j + 4 * i);
        }
        t = ve_add(t, ve_mul(q, ve_of(d->gamma[a->npairs + j])));
    }
    return t;
}

/*
 * num / den += t turn / (y - z), y = x turn: over the base field, as 1 / (y - z) = rest(y) / min(y), and min(y) is an
 * element of it.
 */
static void add_fraction(const struct fm_vkern_deep *d, fm_bb turn, vu x, struct ve t, struct ve *num, vu *den)
{
    vu y = v_mul(x, v_of(turn));
    vu y2 = v_mul(y, y);
    vu y3 = v_mul(y2, y);
    vu y4 = v_mul(y2, y2);
    struct v_sum s = v_sum_of(y4, y);
    struct ve q;
    vu min;
    v_sum2k(&s, y, d->min[1], y2, d->min[2]);
    v_sum2k(&s, y3, d->min[3], y4, d->min[4]);
    min = v_add(v_sum_reduce(&s), v_of(d->min[0]));
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        s = v_sum_of(y, v_of(d->rest[1].c[i]));
        v_sum2k(&s, y2, d->rest[2].c[i], y3, d->rest[3].c[i]);
        q.c[i] = v_add(v_sum_reduce(&s), v_of(d->rest[0].c[i]));
    }
    q.c[0] = v_add(q.c[0], y4);
    t = ve_mul(t, q);
    y = v_mul(*den, v_of(turn));
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        s = v_sum_of(num->c[i], min);
        v_sum1(&s, t.c[i], y);
        num->c[i] = v_sum_reduce(&s);
    }
    *den = v_mul(*den, min);
}

static vu squared(vu a, unsigned times)
{
    while (times-- > 0) {
        a = v_mul(a, a);
    }
    return a;
}

/* a^(p-2); p - 2 = 7 * 2^28 + 2^27 - 1: three ones, a zero, nine times three ones. */
static vu inverse(vu a)
{
    vu three = v_mul(v_mul(squared(a, 1), a), squared(a, 2));
    vu r = v_mul(squared(three, 4), three);
    for (unsigned i = 0; i < 8; i++) {
        r = v_mul(squared(r, 3), three);
    }
    return r;
}

static void vkern_deep(const struct fm_vkern_deep *d, const uint8_t *rows, const uint8_t *chunks, const fm_bb *x,
                       size_t count, struct fm_ext *out)
{
    const struct fm_air *a = d->air;
    struct ve num[GROUPS];
    vu den[GROUPS];
    vu before[GROUPS]; /* the product of the denominators before it */
    vu p = v_of(FM_BB_ONE);
    size_t groups = (count + FM_LANES - 1) / FM_LANES;
    for (size_t k = 0; k < groups; k++) {
        const uint8_t *row = rows + k * FM_LANES * 4 * a->ncols;
        size_t most = count - k * FM_LANES - 1;
        for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
            num[k].c[i] = v_of(0);
        }
        den[k] = v_of(FM_BB_ONE);
        for (uint32_t o = 0; o < a->noffs; o++) {
            struct ve t = ve_sub(opened_at(d, o, row, most), ve_of(d->at_z[o]));
            if (o == 0) {
                t = chunks_at(d, chunks + k * FM_LANES * FM_EXT_BYTES * a->nchunks, most, t);
            }
            add_fraction(d, d->turn[o], v_load(x + k * FM_LANES), t, &num[k], &den[k]);
        }
        before[k] = p;
        p = v_mul(p, den[k]);
    }
    p = inverse(p);
    for (size_t k = groups; k-- > 0;) {
        struct ve r = ve_scale(num[k], v_mul(p, before[k]));
        p = v_mul(p, den[k]);
        ve_put(out + k * FM_LANES, count - k * FM_LANES, &r);
    }
}

static void vkern_horner(const uint8_t *coef, uint32_t len, const fm_bb *x, size_t count, struct fm_ext *out)
{
    for (size_t k = 0; k < count; k += FM_LANES) {
        vu y = v_load(x + k);
        vu y2 = v_mul(y, y);
        struct ve r = ve_of(fm_ext_load(coef + (size_t)FM_EXT_BYTES * (len - 1)));
        uint32_t i = len - 1;
        for (; i > 1; i -= 2) {
            struct fm_ext a = fm_ext_load(coef + (size_t)FM_EXT_BYTES * (i - 1));
            struct fm_ext b = fm_ext_load(coef + (size_t)FM_EXT_BYTES * (i - 2));
            for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
                struct v_sum s = v_sum_of(r.c[l], y2);
                v_sum1(&s, y, v_of(a.c[l]));
                r.c[l] = v_add(v_sum_reduce(&s), v_of(b.c[l]));
            }
        }
        if (i == 1) {
            r = ve_add(ve_scale(r, y), ve_of(fm_ext_load(coef)));
        }
        ve_put(out + k, count - k, &r);
    }
}

static void vkern_fold(const struct fm_vkern_turns *inverse, const struct fm_ext *v, uint32_t log_a, const fm_bb *xinv,
                       struct fm_ext beta, size_t count, struct fm_ext *out)
{
    const fm_bb *w = inverse->root + 1;
    fm_bb scale = FM_BB_ONE;
    for (uint32_t log = 0; log < log_a; log++) {
        scale = fm_bb_mul(scale, FM_BB_HALF);
    }
    for (size_t k = 0; k < count; k += FM_LANES) {
        struct ve in[8];
        struct ve r;
        for (size_t m = 0; m < (size_t)1 << log_a; m++) {
            for (size_t l = 0; l < FM_LANES; l++) {
                const struct fm_ext *from = &v[((k + l < count ? k + l : count - 1) << log_a) + m];
                for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
                    v_set(&in[m].c[i], (unsigned)l, from->c[i]);
                }
            }
        }
        r = ve_scale(ve_fold(in, log_a, v_load(xinv + k), w, beta), v_of(scale));
        ve_put(out + k, count - k, &r);
    }
}

#define FM_VKERN_SET(id, text)                                                                                        \
    const struct fm_vkern id = {(text), FM_LANES, vkern_hash, vkern_points, vkern_deep, vkern_horner, vkern_fold}

#endif
