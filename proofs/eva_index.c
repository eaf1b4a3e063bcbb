/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of the index: made for few cells and for many (one to four levels of bits), filled with any ids, asked,
 * and emptied in any order. Never compiled.
 */
#include "core/index.h"

#include "proofs/eva.h"
#include "proofs/eva_bits.h"

#define CELLS 6U

static struct fm_index at;
static uint8_t ids[CELLS][32];

static void ask(void)
{
    uint8_t id[32];
    uint32_t found;

    any_bytes(id, sizeof id);
    fm_index_fetch_bucket(&at, id);
    fm_index_fetch_id(&at, id);
    found = fm_index_find(&at, id);
    /*@ assert eva_a_cell: found < CELLS || found == FM_INDEX_NONE; */
    found = fm_index_before(&at, id);
    /*@ assert eva_a_cell_before: found < CELLS || found == FM_INDEX_NONE; */
}

static void use(uint32_t max_cells, uint32_t cells)
{
    struct fm_arena arena = {0};

    any_bytes(ids, sizeof ids);
    if (!fm_index_init(&at, max_cells, ids[0], sizeof ids[0], &arena)) {
        return;
    }
    ask();
    for (uint32_t i = 0; i < cells; i++) {
        fm_index_add(&at, i);
        ask();
    }
    fm_index_remove(&at, any_u32(0, cells - 1U));
    ask();
    for (uint32_t i = cells; i > 0U; i--) {
        fm_index_remove(&at, i - 1U);
        ask();
    }
}

int main(void)
{
    use(1, 1);
    use(65, CELLS);
    use(2000, CELLS);
    use(5000, CELLS);
    return fm_index_size(any_u32(0, UINT32_MAX)) > 0U ? 0 : 1;
}
