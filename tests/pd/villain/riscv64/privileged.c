/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pd/villain/privileged.h"

void villain_privileged(void)
{
    __asm__ volatile("csrw satp, zero");
}
