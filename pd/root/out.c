/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root's own text. Until the console domain runs, and again after it has faulted, root owns the
 * UART; in between its lines go through a console page like everybody's. Each line is a TAP comment.
 */
#include "pd/root/root.h"
#include "pd/rt/console.h"
#include "pd/rt/uart.h"

#define UART_AT 0x100400000ULL
#define PAGE_AT 0x100401000ULL

static struct fm_uart uart;
static struct fm_console_page *page;
static struct fm_ring ring;
static seL4_CPtr uart_cap;
static seL4_CPtr bell;
static uint8_t entry[FM_CONSOLE_ENTRY];
static bool own;
static bool line_open;

static void map_uart(void)
{
    root_map(uart_cap, FM_SLOT_VSPACE, UART_AT, FM_MAP_READ | FM_MAP_WRITE, "UART");
    uart.base = (volatile uint8_t *)UART_AT;
    fm_uart_init(&uart);
    own = true;
    line_open = false;
}

void root_out_init(void)
{
    uart_cap = root_slot();
    root_check(seL4_CNode_Copy(FM_SLOT_CNODE, uart_cap, ROOT_DEPTH, FM_SLOT_CNODE,
                               root_object(root.plan->uart), ROOT_DEPTH, seL4_ReadWrite),
               "copy", "UART");
    map_uart();
    fm_print("Firmament root task\n");
}

void root_out_hand_over(void)
{
    if (root.plan->console_domain == FM_PLAN_NONE) {
        return;
    }
    if (page == NULL) {
        bell = root_slot();
        root_check(seL4_CNode_Mint(FM_SLOT_CNODE, bell, ROOT_DEPTH, FM_SLOT_CNODE,
                                   root_object(root.plan->console_notification), ROOT_DEPTH,
                                   seL4_CanWrite, root.plan->console_badge),
                   "mint", "console");
        root_map(root_object(root.plan->console_page), FM_SLOT_VSPACE, PAGE_AT,
                 FM_MAP_READ | FM_MAP_WRITE | FM_MAP_CACHED, "console page");
        page = (struct fm_console_page *)PAGE_AT;
    }
    page->epoch++;
    page->out.head = 0;
    page->out.tail = 0;
    if (!fm_ring_init(&ring, &page->out, page->out_entries, FM_CONSOLE_ENTRY,
                      FM_CONSOLE_OUT_ENTRIES)) {
        return;
    }
    root_check(fm_page_unmap(uart_cap), "unmap", "UART");
    entry[0] = 0;
    own = false;
}

void root_out_take_back(void)
{
    if (!own) {
        root_check(fm_page_unmap(root.slot_mapped + root.plan->console_map), "unmap",
                   "UART of the console domain");
        map_uart();
    }
}

static void put_own(char c)
{
    if (!line_open) {
        for (const char *p = "# root: "; *p != '\0'; p++) {
            fm_uart_put(&uart, *p);
        }
        line_open = true;
    }
    if (c == '\n') {
        fm_uart_put(&uart, '\r');
        line_open = false;
    }
    fm_uart_put(&uart, c);
}

void fm_console_write(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (own) {
            put_own(text[i]);
            continue;
        }
        entry[++entry[0]] = (uint8_t)text[i];
        if (text[i] == '\n' || entry[0] == FM_CONSOLE_TEXT) {
            (void)!fm_ring_put(&ring, entry);
            entry[0] = 0;
            seL4_Signal(bell);
        }
    }
}
