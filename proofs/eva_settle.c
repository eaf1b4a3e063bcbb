/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of the tree over cells: marking any cell; settling every subset of no, one, four and five cells, from
 * the list and from the bits, also of cells that were popped since; and all of twenty. Never compiled.
 */
#include "proofs/eva_lanes.h"
#include "proofs/eva_state.h"

static struct fm_state state;

/* Those of the first five cells are dirty whose bit is set, the last one first; of many, the bits alone count. */
static void dirty_are(uint32_t bits, uint32_t more)
{
    state.ndirty = 0;
    /*@ loop unroll 5; */
    for (uint32_t i = 5; i > 0U; i--) {
        if ((bits >> (i - 1U) & 1U) != 0U) {
            state.dirty[state.ndirty] = i - 1U;
            state.ndirty++;
        }
    }
    state.ndirty += more;
    state.dirty_bits[0] = bits;
}

static void finish(uint32_t n)
{
    static uint8_t writes[FM_HASH_QUEUE_BYTES + 1U];
    struct fm_receipt receipt;
    struct fm_batch batch = {.height = any_u64(), .now = any_u32(0, UINT32_MAX)};

    any_bytes(writes, sizeof writes);
    any_bytes(&receipt, sizeof receipt);
    fm_state_finish(&state, &receipt, &batch, any_u64(), writes, n);
}

/* Every subset of the cells, and of one that was popped since. */
static void each_subset(uint32_t ncells)
{
    if (any_state(&state, ncells, 5, 0)) {
        /*@ loop unroll 32; */
        for (uint32_t bits = 0; bits < 32U; bits++) {
            dirty_are(bits, 0);
            fm_state_settle(&state);
            dirty_are(bits, 9);
            fm_state_settle(&state);
        }
    }
}

static void mark_any(uint32_t ndirty)
{
    if (any_state(&state, 4, 5, 0)) {
        state.ndirty = ndirty;
        state.dirty_bits[0] = 11;
        fm_state_mark(&state, any_u32(0, 4));
    }
}

/* More cells than are hashed side by side, as fm_state_append marks them. */
static void twenty(void)
{
    uint8_t id[32];

    any_bytes(id, sizeof id);
    if (any_state(&state, 20, 64, 0)) {
        fm_state_fetch(&state, id);
        fm_state_settle(&state);
    }
}

static void end_turn(void)
{
    if (any_state(&state, 3, 3, 0)) {
        switch (any_u32(0, 2)) {
        case 0:
            finish(0);
            break;
        case 1:
            finish(FM_HASH_QUEUE_BYTES);
            break;
        default:
            finish(FM_HASH_QUEUE_BYTES + 1U);
            break;
        }
    }
}

int main(void)
{
    switch (any_u32(0, 7)) {
    case 0:
        each_subset(0);
        break;
    case 1:
        each_subset(1);
        break;
    case 2:
        each_subset(4);
        break;
    case 3:
        each_subset(5);
        break;
    case 4:
        mark_any(0);
        break;
    case 5:
        mark_any(FM_STATE_DIRTY_MAX);
        break;
    case 6:
        twenty();
        break;
    default:
        end_turn();
        break;
    }
    return 0;
}
