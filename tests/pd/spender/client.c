/* SPDX-License-Identifier: Apache-2.0 */
/* Calls the server that never returns, gets LIMIT when its budget is spent, and goes on. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "tests/tap.h"

#define SERVER 1
#define POWER 2

static seL4_Word call(seL4_Word method)
{
    return microkit_msginfo_get_label(microkit_ppcall(SERVER, microkit_msginfo_new(method, 0)));
}

void init(void)
{
    TAP_EQ(call(1), FM_OK, "TIMEOUT-1 a call within the budget is answered");
    TAP_EQ(call(2), FM_E_TIME_SPENT,
           "TIMEOUT-2 one that spends the caller's budget comes back with LIMIT");
    TAP_EQ(call(1), FM_OK, "TIMEOUT-3 the server was started anew and answers");
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
