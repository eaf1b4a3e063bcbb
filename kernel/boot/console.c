/* SPDX-License-Identifier: Apache-2.0 */
/* The last words of the kernel. console_put is the machine's. */
#include "kernel/boot/boot.h"

void console_text(const char *s)
{
    for (; *s != 0; s++) {
        console_put(*s);
    }
}

void console_hex(uint64_t x)
{
    console_text("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        console_put("0123456789abcdef"[(x >> shift) & 15]);
    }
}
