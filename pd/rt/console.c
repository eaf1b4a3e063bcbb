/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain's end of its console page. Text is gathered into lines; a line goes into the ring when it
 * ends or is full. Nobody waits for serial: when the ring is full, the line is dropped and counted,
 * and the next line that fits says how many are missing.
 */
#include "pd/rt/console.h"

#include "pd/rt/rt.h"

#define PATCHED __attribute__((section(".data"), used))

PATCHED seL4_Word fm_console_page = 0;     /* setvar_vaddr of the console page */
PATCHED seL4_Word fm_console_channel = 62; /* setvar_id of the channel to serial */

static struct fm_ring out;
static struct fm_ring in;
static bool ready;
static uint8_t line[FM_CONSOLE_ENTRY];
static uint8_t typed[FM_CONSOLE_ENTRY];
static unsigned typed_at;
static unsigned lost;

static bool open_console(void)
{
    struct fm_console_page *page = (struct fm_console_page *)fm_console_page;

    if (!ready && page != NULL) {
        page->out = (struct fm_ring_shared){0};
        page->in = (struct fm_ring_shared){0};
        page->epoch++;
        ready =
            fm_ring_init(&out, &page->out, page->out_entries, FM_CONSOLE_ENTRY,
                         FM_CONSOLE_OUT_ENTRIES) &&
            fm_ring_init(&in, &page->in, page->in_entries, FM_CONSOLE_ENTRY, FM_CONSOLE_IN_ENTRIES);
    }
    return ready;
}

static bool put_line(const uint8_t *entry)
{
    return fm_ring_put(&out, entry) == FM_RING_OK;
}

static void flush(void)
{
    if (lost != 0U) {
        uint8_t note[FM_CONSOLE_ENTRY] = " [lines lost]\n";

        memmove(note + 1, note, 14);
        note[0] = 14;
        if (!put_line(note)) {
            lost++;
            line[0] = 0;
            return;
        }
        lost = 0;
    }
    if (!put_line(line)) {
        lost++;
    }
    line[0] = 0;
    seL4_Signal(BASE_OUTPUT_NOTIFICATION_CAP + fm_console_channel);
}

void fm_console_write(const char *text, size_t n)
{
    if (!open_console()) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        line[++line[0]] = (uint8_t)text[i];
        if (text[i] == '\n' || line[0] == FM_CONSOLE_TEXT) {
            flush();
        }
    }
}

int fm_console_read(void)
{
    if (!open_console()) {
        return -1;
    }
    if (typed_at >= typed[0]) {
        if (fm_ring_take(&in, typed) != FM_RING_OK || typed[0] > FM_CONSOLE_TEXT) {
            typed[0] = 0;
            return -1;
        }
        typed_at = 0;
    }
    return typed_at < typed[0] ? typed[1U + typed_at++] : -1;
}
