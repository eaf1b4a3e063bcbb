/* SPDX-License-Identifier: Apache-2.0 */
/* Touches a page that nobody gave it, to show what happens then. */
#include <microkit.h>

#define NOWHERE 0x123456000ULL

void init(void)
{
    microkit_dbg_puts("reading 0x123456000, which is not mine\n");
    (void)*(volatile seL4_Word *)NOWHERE;
    microkit_dbg_puts("still here: the kernel let it pass\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
