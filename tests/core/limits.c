/* SPDX-License-Identifier: Apache-2.0 */
/* heart.md section 14 where no turn meets it: what a ledger may be born with, and what a batch may hold. */
#include "core/state.h"
#include "store/frame.h"
#include "tests/tap.h"

#include <stdlib.h>

static fm_err born(uint64_t supply, uint32_t max_cells)
{
    const struct fm_state_config config = {.max_cells = 8, .max_slots = 100, .max_fields = 100};
    static const uint8_t salt[32] = {1};
    struct fm_arena arena = {.cap = fm_state_size(&config)};
    struct fm_params params;
    struct fm_state state;
    fm_err err;

    arena.base = malloc(arena.cap);
    if (arena.base == NULL || fm_state_init(&state, &config, &arena) != FM_OK) {
        abort();
    }
    fm_params_default(&params);
    params.supply = supply;
    params.max_cells = max_cells;
    err = fm_state_genesis(&state, &params, salt, salt);
    if (err == FM_OK && state.cells[0].header.balance != -(int64_t)supply) {
        err = FM_E_MALFORMED;
    }
    free(arena.base);
    return err;
}

static void test_genesis(void)
{
    TAP_EQ(born(INT64_MAX, 8), FM_OK, "LIM0001 a supply of 2^63 - 1");
    TAP_EQ(born((uint64_t)INT64_MAX + 1U, 8), FM_E_FULL, "LIM0002 FULL: of 2^63");
    TAP_EQ(born(FM_U64_MAX, 8), FM_E_FULL, "LIM0003 FULL: of 2^64 - 1");
    TAP_EQ(born(0, 8), FM_OK, "LIM0004 of none");
    TAP_EQ(born(1, 3), FM_OK, "LIM0005 a ledger of three cells");
    TAP_EQ(born(1, 2), FM_E_FULL, "LIM0006 FULL: of two");
}

static void test_batch(void)
{
    static uint8_t buf[2U * FM_FRAME_BYTES_MAX];
    static uint8_t bytes[0xffff];
    const struct fm_receipt receipt = {.head.version = 1};
    const size_t head = 4U + FM_RECEIPT_BYTES;
    struct fm_frame_maker f;
    struct fm_log_frame opened;
    uint8_t hash[32];
    size_t room;
    size_t len;

    fm_frame_begin(&f, buf, sizeof buf, bytes, 1, 1, 0);
    for (uint32_t i = 0; i < FM_BATCH_TURNS_MAX - 1U; i++) {
        fm_frame_add(&f, bytes, 1, &receipt, bytes, 0);
    }
    TAP_OK(fm_frame_fits(&f, 1, 0), "LIM0010 a batch takes 1024 turns");
    fm_frame_add(&f, bytes, 1, &receipt, bytes, 0);
    TAP_OK(!fm_frame_fits(&f, 1, 0), "LIM0011 and no more");
    len = fm_frame_end(&f, hash);
    TAP_EQ(fm_frame_open(&opened, buf, len, NULL), FM_OK, "LIM0012 it opens");
    TAP_EQ(opened.turns, 1024, "LIM0013 with all of them");

    fm_frame_begin(&f, buf, sizeof buf, bytes, 1, 1, 0);
    TAP_OK(!fm_frame_fits(&f, 1, 0x10000U) && !fm_frame_fits(&f, 0x10000U, 1),
           "LIM0014 lengths are 16 bits");
    while (fm_frame_fits(&f, FM_TURN_BYTES_MAX, 0xffff)) {
        fm_frame_add(&f, bytes, FM_TURN_BYTES_MAX, &receipt, bytes, 0xffff);
    }
    room = FM_FRAME_BYTES_MAX - FM_FRAME_TAIL_BYTES - f.len - head - FM_TURN_BYTES_MAX;
    TAP_OK(room < 0xffffU && !fm_frame_fits(&f, FM_TURN_BYTES_MAX, room + 1U),
           "LIM0015 a byte more than 1 MiB does not fit, though the memory would hold it");
    TAP_OK(fm_frame_fits(&f, FM_TURN_BYTES_MAX, room), "LIM0016 1 MiB does");
    fm_frame_add(&f, bytes, FM_TURN_BYTES_MAX, &receipt, bytes, room);
    len = fm_frame_end(&f, hash);
    TAP_OK(len == FM_BATCH_BYTES_MAX && fm_frame_open(&opened, buf, len, NULL) == FM_OK,
           "LIM0017 and it opens");
    TAP_OK(fm_frame_sectors(len) == 2115U, "LIM0018 over 2115 sectors");
}

int main(void)
{
    test_genesis();
    test_batch();
    return tap_done();
}
