/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loader/loader.h"

extern const uint8_t loader_payload[];

static void say(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            loader_put('\r');
        }
        loader_put(*text);
    }
}

static void copy(const struct fm_payload *p, const struct fm_payload_region *r)
{
    const uint64_t *from = (const uint64_t *)(const void *)((const uint8_t *)p + r->offset);
    volatile uint64_t *to = (volatile uint64_t *)r->to;
    uint64_t words = (r->file_bytes + 7U) / 8U; /* the file is padded with zeros to a page */
    uint64_t all = (r->bytes + 7U) / 8U;

    for (uint64_t i = 0; i < all; i++) {
        to[i] = i < words ? from[i] : 0U;
    }
}

void loader_main(void)
{
    const struct fm_payload *p = (const struct fm_payload *)(const void *)loader_payload;

    if (p->magic != FM_PAYLOAD_MAGIC || p->regions > FM_PAYLOAD_REGIONS) {
        say("loader: PANIC: there is no payload behind the loader\n");
        for (;;) {
        }
    }
    say("loader: Firmament, starting the kernel\n");
    for (uint64_t i = 0; i < p->regions; i++) {
        copy(p, &p->region[i]);
    }
    loader_prepare(p);
    loader_enter(p->user_start, p->user_end, p->user_offset, p->user_entry, p->kernel_entry);
}
