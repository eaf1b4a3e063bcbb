/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the place of the archive's choice: every kernel that the verifier calls is run by every set that this machine
 * has, and all results must be the same, bit for bit. So each test that links this compares the sets on whatever it
 * gives the verifier: proofs, flips, forgeries, noise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stark/vkern.h"

const struct fm_vkern *machine_at(uint32_t i);

#define fm_vkern_at machine_at
#include "lib/stark/vkern_pick_host.c"
#undef fm_vkern_at

static void same(const char *what, uint32_t set, const void *a, const void *b, size_t n)
{
    if (memcmp(a, b, n) != 0) {
        printf("not ok - VKN0000 %s: %s and %s differ\n", what, machine_at(0)->name, machine_at(set)->name);
        fflush(stdout);
        abort();
    }
}

static void all_hash(const uint32_t key[8], const void *msg, size_t size, size_t count, uint8_t *out)
{
    static uint8_t other[32 * FM_STARK_QUERIES_MAX];
    machine_at(0)->hash(key, msg, size, count, out);
    for (uint32_t i = 1; machine_at(i) != NULL; i++) {
        machine_at(i)->hash(key, msg, size, count, other);
        same("hash", i, out, other, 32 * count);
    }
}

static void all_points(const struct fm_vkern_turns *t, uint32_t log_d, uint32_t log_b, const uint32_t *pos,
                       size_t count, fm_bb *x)
{
    fm_bb other[FM_VKERN_GROUP];
    machine_at(0)->points(t, log_d, log_b, pos, count, x);
    for (uint32_t i = 1; machine_at(i) != NULL; i++) {
        machine_at(i)->points(t, log_d, log_b, pos, count, other);
        same("points", i, x, other, count * sizeof *x);
    }
    for (size_t i = count; i < FM_VKERN_GROUP; i++) {
        x[i] = FM_BB_ONE;
    }
}

static void all_deep(const struct fm_vkern_deep *d, const uint8_t *rows, const uint8_t *chunks, const fm_bb *x,
                     size_t count, struct fm_ext *out)
{
    struct fm_ext other[FM_VKERN_GROUP];
    machine_at(0)->deep(d, rows, chunks, x, count, out);
    for (uint32_t i = 1; machine_at(i) != NULL; i++) {
        machine_at(i)->deep(d, rows, chunks, x, count, other);
        same("deep", i, out, other, count * sizeof *out);
    }
}

static void all_horner(const uint8_t *coef, uint32_t len, const fm_bb *x, size_t count, struct fm_ext *out)
{
    struct fm_ext other[FM_VKERN_GROUP];
    machine_at(0)->horner(coef, len, x, count, out);
    for (uint32_t i = 1; machine_at(i) != NULL; i++) {
        machine_at(i)->horner(coef, len, x, count, other);
        same("horner", i, out, other, count * sizeof *out);
    }
}

static void all_fold(const struct fm_vkern_turns *inverse, const struct fm_ext *v, uint32_t log_a, const fm_bb *xinv,
                     struct fm_ext beta, size_t count, struct fm_ext *out)
{
    struct fm_ext other[FM_VKERN_GROUP];
    machine_at(0)->fold(inverse, v, log_a, xinv, beta, count, out);
    for (uint32_t i = 1; machine_at(i) != NULL; i++) {
        machine_at(i)->fold(inverse, v, log_a, xinv, beta, count, other);
        same("fold", i, out, other, count * sizeof *out);
    }
}

const struct fm_vkern *fm_vkern_at(uint32_t i)
{
    static const struct fm_vkern all = {"all, compared", 0, all_hash, all_points, all_deep, all_horner, all_fold};
    return i == 0 ? &all : NULL;
}
