/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page between a domain and serial: one ring of text each way, in entries of 64 bytes whose
 * first byte is the number of characters that follow.
 */
#ifndef FM_RT_CONSOLE_H
#define FM_RT_CONSOLE_H

#include "base/ring.h"

#define FM_CONSOLE_ENTRY 64U
#define FM_CONSOLE_TEXT (FM_CONSOLE_ENTRY - 1U)
#define FM_CONSOLE_OUT_ENTRIES 32U
#define FM_CONSOLE_IN_ENTRIES 16U

struct fm_console_page {
    uint32_t epoch; /* grows when the client starts anew: both rings begin at 0 again */
    uint32_t pad[15];
    struct fm_ring_shared out;
    struct fm_ring_shared in;
    uint8_t out_entries[FM_CONSOLE_OUT_ENTRIES * FM_CONSOLE_ENTRY];
    uint8_t in_entries[FM_CONSOLE_IN_ENTRIES * FM_CONSOLE_ENTRY];
};

_Static_assert(sizeof(struct fm_console_page) <= 4096, "one page");

#endif
