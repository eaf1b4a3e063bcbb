/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "stark/verify.h"

const uint32_t fm_stark_leaf_key[8] = {0x6d726966u, 0x6e656d61u, 0x74732074u, 0x206b7261u,
                                       0x6661656cu, 0x20202020u, 0x20202020u, 0x31202020u};
const uint32_t fm_stark_node_key[8] = {0x6d726966u, 0x6e656d61u, 0x74732074u, 0x206b7261u,
                                       0x65646f6eu, 0x20202020u, 0x20202020u, 0x31202020u};

static void framed(struct fm_b3 *h, const struct fm_tr *t, enum fm_tr_tag tag, uint32_t n)
{
    uint8_t head[5] = {(uint8_t)tag, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    fm_b3_init(h, t->state);
    fm_b3_update(h, head, 5);
}

void fm_tr_absorb(struct fm_tr *t, enum fm_tr_tag tag, const void *data, uint32_t n)
{
    struct fm_b3 h;
    if (!FM_KEEP(100 + (int)tag)) {
        return;
    }
    framed(&h, t, tag, n);
    if (n > 0) {
        fm_b3_update(&h, data, n);
    }
    fm_b3_final(&h, 0, t->state, 32);
}

void fm_tr_start(struct fm_tr *t, const struct fm_stark_statement *st, const struct fm_stark_dims *d)
{
    const struct fm_stark_profile *p = st->profile;
    uint8_t prof[10 + FM_STARK_LAYERS_MAX] = {p->id, FM_EXT_DEGREE, p->log_blowup, (uint8_t)p->queries,
                                              (uint8_t)(p->queries >> 8), p->pow_query, p->pow_batch,
                                              p->pow_commit, p->pow_deep, (uint8_t)d->layers};
    uint8_t size = (uint8_t)d->log_n;
    struct fm_b3 h;
    for (uint32_t i = 0; i < d->layers; i++) {
        prof[10 + i] = (uint8_t)d->log_a[i];
    }
    memset(t, 0, sizeof *t);
    fm_tr_absorb(t, FM_TR_PROTOCOL, "firmament stark 1, BLAKE3, DEEP-ALI, FRI", 40);
    fm_tr_absorb(t, FM_TR_PROFILE, prof, sizeof prof);
    fm_tr_absorb(t, FM_TR_AIR, st->air->digest, 32);
    fm_tr_absorb(t, FM_TR_SIZE, &size, 1);
    if (FM_KEEP(100 + (int)FM_TR_INPUTS)) {
        framed(&h, t, FM_TR_INPUTS, 4 * st->air->npi);
        for (uint32_t i = 0; i < st->air->npi; i++) {
            uint8_t word[4];
            fm_put_le32(word, st->pi[i]);
            fm_b3_update(&h, word, 4);
        }
        fm_b3_final(&h, 0, t->state, 32);
    }
    fm_tr_absorb(t, FM_TR_CONTEXT, st->ctx, st->ctx_len);
}

/* Words of the output stream under (DRAW, label); the state does not change. */
struct stream {
    struct fm_b3 h;
    uint8_t block[64];
    uint32_t used, next;
};

static void draw_init(struct stream *s, const struct fm_tr *t, uint8_t label)
{
    framed(&s->h, t, FM_TR_DRAW, 1);
    fm_b3_update(&s->h, &label, 1);
    s->used = 64;
    s->next = 0;
}

static uint32_t draw(struct stream *s)
{
    if (s->used == 64) {
        fm_b3_final(&s->h, s->next++, s->block, 64);
        s->used = 0;
    }
    uint32_t v = fm_le32(s->block + s->used);
    s->used += 4;
    return v;
}

struct fm_ext fm_tr_ext(const struct fm_tr *t, uint8_t label)
{
    struct stream s;
    struct fm_ext r;
    draw_init(&s, t, label);
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        uint32_t v;
        do { /* ends: 15/16 of the draws are accepted */
            v = draw(&s) & 0x7fffffffu;
        } while (v >= FM_BB_P);
        r.c[i] = v;
    }
    return r;
}

void fm_tr_indices(const struct fm_tr *t, uint32_t log_size, uint32_t *out, uint32_t n)
{
    struct stream s;
    draw_init(&s, t, 0);
    for (uint32_t i = 0; i < n; i++) {
        out[i] = draw(&s) & (uint32_t)(((uint64_t)1 << log_size) - 1);
    }
}

bool fm_tr_worked(const struct fm_tr *t, uint64_t nonce, uint32_t bits)
{
    struct fm_b3 h;
    uint8_t b[8];
    fm_put_le64(b, nonce);
    framed(&h, t, FM_TR_GRIND, 8);
    fm_b3_update(&h, b, 8);
    fm_b3_final(&h, 0, b, 8);
    return bits == 0 || (bits < 64 && fm_le64(b) >> (64 - bits) == 0);
}

void fm_tr_nonce(struct fm_tr *t, uint64_t nonce)
{
    uint8_t b[8];
    fm_put_le64(b, nonce);
    fm_tr_absorb(t, FM_TR_NONCE, b, 8);
}
