/* SPDX-License-Identifier: Apache-2.0 */
/* What Eva runs of laying out a state: in memory that may end at any of its parts, for few cells and for many; and the
 * size that it says it takes, for any configuration. Never compiled. */
#include "proofs/eva_settled.h"
#include "proofs/eva_state.h"

static struct fm_state state;

static void lay_out(uint32_t max_cells, uint32_t max_slots, uint32_t max_fields, uint32_t max_undo)
{
    const struct fm_state_config config = {
        .max_cells = max_cells, .max_slots = max_slots, .max_fields = max_fields, .max_undo = max_undo};
    struct fm_arena arena = {0};

    if (fm_state_init(&state, &config, &arena) == FM_OK) {
        /*@ assert eva_empty: state.top.ncells == 0; */
    }
}

int main(void)
{
    struct fm_state_config any;

    any_bytes(&any, sizeof any);
    switch (any_u32(0, 2)) {
    case 0:
        lay_out(3, 64, 18, 0);
        break;
    case 1:
        lay_out(1000, 5000, 9000, 100000);
        break;
    default:
        return fm_state_size(&any) > 0U ? 0 : 1;
    }
    return 0;
}
