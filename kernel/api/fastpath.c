/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/api/entry.h"

bool fast_call(void)
{
    return false;
}

bool fast_reply_recv(void)
{
    return false;
}
