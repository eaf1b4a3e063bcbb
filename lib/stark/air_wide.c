/* SPDX-License-Identifier: Apache-2.0 */
/* The wide operations of the table language. Only a benchmark uses them, so the verifier's archive does without. */
#include <string.h>

#include "stark/air_build.h"

static unsigned larger(unsigned x, unsigned y)
{
    return x > y ? x : y;
}

void fm_air_times(struct fm_air *a, uint32_t reg, uint32_t value_int)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_TIMES);
    i->x = (uint8_t)reg;
    i->v = fm_bb_of(value_int);
    a->bad |= reg >= FM_AIR_REGS;
}

void fm_air_mix4(struct fm_air *a, uint32_t groups)
{
    fm_air_emit(a, FM_OP_MIX4)->v = groups;
    a->bad |= 4 * groups > FM_AIR_REGS;
    for (uint32_t r = 0; r < 4 * groups && r < FM_AIR_REGS; r += 4) {
        unsigned d = larger(larger(a->reg_deg[r], a->reg_deg[r + 1]), larger(a->reg_deg[r + 2], a->reg_deg[r + 3]));
        memset(a->reg_deg + r, (int)d, 4);
    }
}

static bool run_of_registers(struct fm_air *a, enum fm_air_op op, uint32_t reg, uint32_t step, uint32_t end)
{
    struct fm_air_ins *i = fm_air_emit(a, op);
    i->x = (uint8_t)reg;
    i->v = step;
    i->c1 = (uint16_t)end;
    a->bad |= step == 0 || end > FM_AIR_REGS;
    return step > 0 && end <= FM_AIR_REGS;
}

void fm_air_sum(struct fm_air *a, uint32_t reg, uint32_t step, uint32_t end)
{
    unsigned d = 0;
    bool good = run_of_registers(a, FM_OP_SUM, reg, step, end);
    for (uint32_t r = reg; good && r < end; r += step) {
        d = larger(d, a->reg_deg[r]);
    }
    fm_air_push(a, d);
}

void fm_air_gain(struct fm_air *a, uint32_t reg, uint32_t step, uint32_t end)
{
    unsigned d = fm_air_pop(a);
    bool good = run_of_registers(a, FM_OP_GAIN, reg, step, end);
    for (uint32_t r = reg; good && r < end; r += step) {
        a->reg_deg[r] = (uint8_t)larger(d, a->reg_deg[r]);
    }
}

void fm_air_pow7(struct fm_air *a, uint32_t reg, uint32_t cube, uint32_t seventh, uint32_t value_int)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_POW7);
    i->x = (uint8_t)reg;
    i->c1 = (uint16_t)cube;
    i->c2 = (uint16_t)seventh;
    i->v = fm_bb_of(value_int);
    fm_air_reads(a, cube, 1, 0);
    fm_air_reads(a, seventh, 1, 0);
    a->bad |= reg >= FM_AIR_REGS;
    a->degree = larger(a->degree, larger(3u * a->reg_deg[reg % FM_AIR_REGS], 2u + a->reg_deg[reg % FM_AIR_REGS]));
    a->reg_deg[reg % FM_AIR_REGS] = 1;
    a->ncons += 2;
}
