/* SPDX-License-Identifier: Apache-2.0 */
/* On this machine: the proof, to stdout. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/stark/count.h"
#include "stark/prove.h"

static struct fm_member member;
static uint8_t siblings[FM_MEMBER_PATH_MAX][32];

int main(void)
{
    const struct fm_stark_statement *st = count_statement(siblings, &member);
    struct fm_stark_fault fault;
    size_t len = 0;
    if (st == NULL) {
        return 1;
    }
    size_t need = fm_stark_arena_size(st);
    size_t cap = fm_stark_proof_size(st);
    uint32_t *trace = calloc((size_t)st->air->ncols << st->air->log_n, 4);
    uint8_t *proof = malloc(cap);
    void *arena = malloc(need);
    if (trace == NULL || proof == NULL || arena == NULL ||
        fm_member_trace(&member, (const uint8_t(*)[32])siblings, trace) != FM_OK ||
        fm_stark_prove(st, trace, arena, need, proof, cap, &len, &fault) != FM_OK) {
        return 1;
    }
    bool whole = fwrite(proof, 1, len, stdout) == len;
    free(trace);
    free(proof);
    free(arena);
    return whole ? 0 : 1;
}
