/* SPDX-License-Identifier: Apache-2.0 */
/* Every kernel but the debug one: a refusal is told in numbers only, to who asked. */
#include "kernel/api/call.h"

void refusal_say(const struct call *c)
{
    (void)c;
}
