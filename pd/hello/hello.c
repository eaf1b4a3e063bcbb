/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest domain: says that it runs, and answers when it is called. */
#include <microkit.h>

void init(void)
{
    microkit_dbg_puts("hello, world: a protection domain on a capability microkernel\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    microkit_mr_set(0, microkit_mr_get(0) + 1);
    return microkit_msginfo_new(microkit_msginfo_get_label(msginfo), 1);
}
