/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/model/state.h"

#include "kernel/arch/arch.h"
#include "kernel/model/preempt.h"
#include "kernel/sched/schedule.h"

struct kernel kernel;

bool preempt_check(void)
{
    kernel.work = 0;
    if (arch_irq_pending()) {
        return true;
    }
    time_update();
    return !budget_left();
}
