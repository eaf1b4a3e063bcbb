/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI SYSTEM_OFF by the SMC capability, which allows this one function. It knows no exit code. */
#include "pd/power/off.h"

#include "pd/rt/rt.h"

#define PSCI_SYSTEM_OFF 0x84000008U

void fm_power_off(uint64_t code)
{
    seL4_Word in[8] = {PSCI_SYSTEM_OFF};
    seL4_Word out[8];

    (void)code;
    (void)fm_smc_call(FM_SYS_SMC, in, out);
}
