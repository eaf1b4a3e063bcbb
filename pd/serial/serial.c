/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owner of the UART. Each client has a console page, mapped here at fm_serial_pages + 4096 * channel,
 * and sends text through it; whole lines go out as "# name: text", those of the TAP speaker as they
 * are. What is typed goes to one client. A client cannot stop the others: work per wake-up is bounded
 * by the ring, and nothing that it writes is believed.
 */
#include "pd/rt/console.h"
#include "pd/rt/rt.h"
#include "pd/rt/uart.h"

#define PATCHED __attribute__((section(".data"), used))
#define CHANNELS MICROKIT_MAX_CHANNELS
#define LINE 240U
#define NOBODY 62U

PATCHED seL4_Word fm_serial_uart = 0;               /* setvar_vaddr of the UART's page        */
PATCHED seL4_Word fm_serial_irq = NOBODY;           /* setvar_id of its interrupt             */
PATCHED seL4_Word fm_serial_pages = 0;              /* set: address of channel 0's page       */
PATCHED seL4_Word fm_serial_tap = NOBODY;           /* set: channel whose lines go out plain  */
PATCHED seL4_Word fm_serial_input = NOBODY;         /* set: channel that gets what is typed   */
PATCHED char fm_channel_names[CHANNELS][16] = {""}; /* by the packer */

struct client {
    struct fm_ring out;
    struct fm_ring in;
    uint32_t epoch;
    unsigned used;
    char line[LINE];
};

static struct client clients[CHANNELS];
static struct fm_uart uart;

static struct fm_console_page *page_of(microkit_channel ch)
{
    return (struct fm_console_page *)(fm_serial_pages + 4096U * (seL4_Word)ch);
}

static bool known(microkit_channel ch)
{
    return ch < CHANNELS && fm_channel_names[ch][0] != '\0';
}

static void put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        fm_uart_put(&uart, *text);
    }
}

static void put_line(microkit_channel ch)
{
    struct client *c = &clients[ch];

    if (ch != fm_serial_tap) {
        put_text("# ");
        put_text(fm_channel_names[ch]);
        put_text(": ");
    }
    for (unsigned i = 0; i < c->used; i++) {
        fm_uart_put(&uart, c->line[i]);
    }
    put_text("\r\n");
    c->used = 0;
}

static void take_text(microkit_channel ch, const uint8_t *entry)
{
    struct client *c = &clients[ch];
    unsigned n = entry[0] <= FM_CONSOLE_TEXT ? entry[0] : FM_CONSOLE_TEXT;

    for (unsigned i = 0; i < n; i++) {
        char text = (char)entry[1U + i];

        if (text == '\n') {
            put_line(ch);
            continue;
        }
        if (c->used == LINE) {
            put_line(ch);
        }
        /* A client must not steer the terminal, nor begin a line of its own. */
        c->line[c->used++] = text < ' ' || text > '~' ? '?' : text;
    }
}

/* A client that started anew begins both rings at 0. */
static bool open_rings(microkit_channel ch)
{
    struct client *c = &clients[ch];
    struct fm_console_page *page = page_of(ch);
    uint32_t epoch = *(volatile uint32_t *)&page->epoch;

    if (epoch == c->epoch) {
        return epoch != 0U;
    }
    c->epoch = epoch;
    c->used = 0;
    return fm_ring_init(&c->out, &page->out, page->out_entries, FM_CONSOLE_ENTRY,
                        FM_CONSOLE_OUT_ENTRIES) &&
           fm_ring_init(&c->in, &page->in, page->in_entries, FM_CONSOLE_ENTRY,
                        FM_CONSOLE_IN_ENTRIES);
}

static void drain(microkit_channel ch)
{
    uint8_t entry[FM_CONSOLE_ENTRY];

    if (!known(ch) || !open_rings(ch)) {
        return;
    }
    for (unsigned i = 0; i < 2U * FM_CONSOLE_OUT_ENTRIES; i++) {
        if (fm_ring_take(&clients[ch].out, entry) != FM_RING_OK) {
            return;
        }
        take_text(ch, entry);
    }
}

static void typed(void)
{
    microkit_channel to = (microkit_channel)fm_serial_input;
    uint8_t entry[FM_CONSOLE_ENTRY] = {0};
    int c;

    fm_uart_clear(&uart);
    while (entry[0] < FM_CONSOLE_TEXT && (c = fm_uart_get(&uart)) >= 0) {
        entry[++entry[0]] = (uint8_t)c;
    }
    if (entry[0] != 0U && known(to) && open_rings(to) &&
        fm_ring_put(&clients[to].in, entry) == FM_RING_OK) {
        microkit_notify(to);
    }
    microkit_irq_ack((microkit_channel)fm_serial_irq);
}

void fm_console_write(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fm_uart_put(&uart, text[i]);
    }
}

void init(void)
{
    uart.base = (volatile uint8_t *)fm_serial_uart;
    fm_uart_init(&uart);
    if (fm_serial_irq != NOBODY) {
        fm_uart_listen(&uart);
    }
    for (microkit_channel ch = 0; ch < CHANNELS; ch++) {
        drain(ch);
    }
}

void notified(microkit_channel ch)
{
    if (ch == fm_serial_irq) {
        typed();
    } else {
        drain(ch);
    }
}
