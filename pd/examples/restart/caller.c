/* SPDX-License-Identifier: Apache-2.0 */
/* Calls phoenix three times: the second call kills it, the third meets its successor. */
#include "pd/rt/rt.h"

#define PHOENIX 1

void init(void)
{
    for (unsigned i = 0; i < 3U; i++) {
        microkit_msginfo answer = microkit_ppcall(PHOENIX, microkit_msginfo_new(1, 0));
        seL4_Word label = microkit_msginfo_get_label(answer);

        if (label == FM_E_PEER_FAULT) {
            fm_print("call %u: the domain that was called has faulted\n", i + 1U);
        } else {
            fm_print("call %u: answer %lu\n", i + 1U, microkit_mr_get(0));
        }
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
