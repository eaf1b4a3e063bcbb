/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover domain: a claim and its witness in, a proof out. It works in the one arena that the description gives
 * it, and says how much it would need when that is too small. What the client writes is copied before it is looked
 * at.
 */
#include <string.h>

#include "pd/rt/rt.h"
#include "pd/stark/channel.h"
#include "stark/prove.h"

#define PATCHED __attribute__((section(".data"), used))

PATCHED seL4_Word fm_prover_arena = 0; /* setvar_vaddr, setvar_size of the description */
PATCHED seL4_Word fm_prover_arena_bytes = 0;
PATCHED seL4_Word fm_prover_witness = 0;
PATCHED seL4_Word fm_prover_out = 0;
PATCHED seL4_Word fm_prover_out_bytes = 0;

static struct fm_stark_witness witness;
static struct fm_member member;

void init(void)
{
    fm_print("arena of %lu KiB\n", fm_prover_arena_bytes >> 10);
}

void notified(microkit_channel ch)
{
    (void)ch;
}

static fm_err prove(size_t *len, size_t *used)
{
    const struct fm_stark_member *c = &witness.claim;
    struct fm_stark_fault fault;
    size_t trace_bytes;
    size_t need;
    fm_err err;

    memcpy(&witness, (const void *)fm_prover_witness, sizeof witness);
    err = fm_member_statement(&member, c->slots_log, c->cells_log, c->root, c->cell, c->slot, c->record, c->profile);
    if (err != FM_OK) {
        return err;
    }
    if (witness.siblings != c->slots_log + c->cells_log + 3U) {
        return FM_E_STARK_SHAPE;
    }
    trace_bytes = (size_t)FM_W1_COLS * 4U << member.air.log_n;
    need = fm_stark_arena_size(&member.st);
    *used = trace_bytes + need;
    if (*used > fm_prover_arena_bytes) {
        *len = *used;
        return FM_E_STARK_ARENA;
    }
    err = fm_member_trace(&member, (const uint8_t(*)[32])witness.sibling, (uint32_t *)fm_prover_arena);
    if (err == FM_OK) {
        err = fm_stark_prove(&member.st, (const uint32_t *)fm_prover_arena, (void *)(fm_prover_arena + trace_bytes),
            need,
                             (uint8_t *)fm_prover_out, fm_prover_out_bytes, len, &fault);
    }
    return err;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    size_t len = 0;
    size_t used = 0;
    fm_err err;

    (void)ch;
    if (microkit_msginfo_get_label(msginfo) != FM_STARK_PROVE) {
        return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
    }
    err = prove(&len, &used);
    microkit_mr_set(0, len);
    microkit_mr_set(1, used);
    return microkit_msginfo_new(err, 2);
}
