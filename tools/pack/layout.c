/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the description to kernel objects, capabilities, mappings and contents. Objects get
 * provisional numbers in the order in which they are met; emit.c numbers them anew.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/pack/pack.h"

#define RIGHT_WRITE 1U
#define RIGHT_READ 2U
#define RIGHT_CALL 9U /* write and grant-reply */
#define RIGHT_ALL 15U

static uint32_t name_of(struct plan_out *o, const char *a, const char *b)
{
    char text[160];
    size_t n = (size_t)snprintf(text, sizeof text, "%s%s%s", a, b[0] == '\0' ? "" : ".", b) + 1U;
    uint32_t at = (uint32_t)o->names_bytes;

    for (size_t i = 0; i < o->names_bytes; i += strlen(o->names + i) + 1U) {
        if (strcmp(o->names + i, text) == 0) {
            return (uint32_t)i;
        }
    }
    o->names = realloc(o->names, o->names_bytes + n);
    if (o->names == NULL) {
        refuse((struct where){NULL, 0}, "out of memory");
    }
    memcpy(o->names + at, text, n);
    o->names_bytes += n;
    return at;
}

static uint64_t object_bytes(uint32_t kind, uint32_t size_bits)
{
    return kind == FM_PLAN_CNODE ? 32ULL << size_bits
           : kind == FM_PLAN_IRQ ? 0U
                                 : 1ULL << size_bits;
}

/* A run of objects; returns the number of its first. */
static uint32_t make(struct system *s, struct plan_out *o, struct domain *d, uint32_t kind,
                     uint32_t size_bits, uint32_t count, const char *name)
{
    uint32_t first = o->objects;

    o->runs = grow(o->runs, o->n_runs, sizeof *o->runs);
    o->runs[o->n_runs++] = (struct fm_plan_objects){
        .first = first,
        .count = count,
        .name = name_of(o, d == NULL ? "system" : d->name, name),
        .kind = (uint8_t)kind,
        .size_bits = (uint8_t)size_bits,
    };
    o->objects += count;
    s->memory_bytes += object_bytes(kind, size_bits) * count;
    if (d != NULL) {
        d->memory_bytes += object_bytes(kind, size_bits) * count;
    }
    return first;
}

static void cap(struct plan_out *o, uint32_t domain, uint32_t cnode, uint32_t radix, uint32_t slot,
                uint32_t object, uint32_t rights, uint64_t badge)
{
    for (unsigned i = 0; i < o->n_caps; i++) {
        if (o->caps[i].cnode == cnode && o->caps[i].slot == slot) {
            fprintf(stderr, "pack: slot %u of a CNode is given twice, which check.c should have refused\n",
                    slot);
            abort();
        }
    }
    o->caps = grow(o->caps, o->n_caps, sizeof *o->caps);
    o->caps[o->n_caps++] = (struct fm_plan_cap){.cnode = cnode,
                                                .slot = slot,
                                                .object = object,
                                                .rights = rights,
                                                .badge = badge,
                                                .domain = domain,
                                                .radix = (uint8_t)radix};
}

static void sys_cap(struct system *s, struct plan_out *o, uint32_t i, uint32_t slot,
                    uint32_t object, uint32_t rights, uint64_t badge)
{
    cap(o, i, s->domain[i].o_sys, FM_CNODE_SYS_BITS, slot, object, rights, badge);
}

static void map(struct plan_out *o, uint32_t domain, uint32_t vspace, uint64_t vaddr,
                uint32_t first, uint32_t count, uint32_t size_bits, uint32_t flags, uint32_t name)
{
    o->maps = grow(o->maps, o->n_maps, sizeof *o->maps);
    o->maps[o->n_maps++] = (struct fm_plan_map){.vaddr = vaddr,
                                                .vspace = vspace,
                                                .first = first,
                                                .count = count,
                                                .flags = flags,
                                                .domain = domain,
                                                .size_bits = size_bits,
                                                .cap_first = o->mapped,
                                                .name = name};
    o->mapped += count;
}

/* Contents for a run of frames, one fill a frame, zeros at the end left out. */
static void fill(struct plan_out *o, uint32_t domain, uint32_t first, uint64_t page,
                 const uint8_t *data, uint64_t n, uint32_t code)
{
    for (uint64_t at = 0; at < n; at += page) {
        uint64_t some = n - at < page ? n - at : page;

        while (some != 0U && data[at + some - 1U] == 0U) {
            some--;
        }
        if (some == 0U) {
            continue;
        }
        o->fills = grow(o->fills, o->n_fills, sizeof *o->fills);
        o->fills[o->n_fills++] = (struct fm_plan_fill){.object = first + (uint32_t)(at / page),
                                                       .length = (uint32_t)some,
                                                       .data = (uint32_t)o->data_bytes,
                                                       .domain = domain,
                                                       .code = code};
        o->data = realloc(o->data, o->data_bytes + some);
        if (o->data == NULL) {
            refuse((struct where){NULL, 0}, "out of memory");
        }
        memcpy(o->data + o->data_bytes, data + at, some);
        o->data_bytes += some;
    }
}

/* ---- words that the packer writes into a domain's ELF */
static bool poke(struct domain *d, const char *symbol, const void *from, uint64_t n)
{
    uint64_t vaddr;
    uint64_t size;
    uint8_t *to;

    if (!elf_symbol(&d->elf, symbol, &vaddr, &size)) {
        return false;
    }
    to = elf_at(&d->elf, vaddr, n);
    if (size < n || to == NULL) {
        refuse(d->at, "%s: symbol \"%s\" has %lu bytes; expected %lu", d->name, symbol,
               (unsigned long)size, (unsigned long)n);
    }
    memcpy(to, from, n);
    return true;
}

static void poke_named(struct domain *d, const char *symbol, uint64_t value, struct where at)
{
    if (symbol[0] != '\0' && !poke(d, symbol, &value, 8)) {
        refuse(at, "%s: the program has no symbol \"%s\"", d->name, symbol);
    }
}

static void poke_channels(struct system *s, struct domain *d, int index)
{
    uint64_t notifications = 0;
    uint64_t calls = 0;
    char names[PACK_CHANNEL_IDS][16];

    memset(names, 0, sizeof names);
    for (unsigned i = 0; i < s->channels; i++) {
        for (unsigned k = 0; k < 2U; k++) {
            const struct end *e = &s->channel[i].end[k];
            const struct end *peer = &s->channel[i].end[1U - k];

            if (e->domain == index) {
                notifications |= e->notify ? 1ULL << e->id : 0U;
                calls |= e->pp ? 1ULL << e->id : 0U;
                snprintf(names[e->id], 16, "%.15s", peer->domain_name);
                poke_named(d, e->setvar_id, e->id, e->at);
            }
        }
    }
    if (s->console_domain[0] != '\0' && find_domain(s, s->console_domain) == index) {
        snprintf(names[s->console_channel], 16, "root");
    }
    (void)poke(d, "microkit_notifications", &notifications, 8);
    (void)poke(d, "microkit_pps", &calls, 8);
    (void)poke(d, "fm_channel_names", names, sizeof names);
}

static void poke_all(struct system *s, unsigned index)
{
    struct domain *d = &s->domain[index];
    uint8_t passive = d->passive ? 1 : 0;
    uint64_t irqs = 0;
    uint64_t replies = d->replies;

    for (unsigned i = 0; i < d->irqs; i++) {
        irqs |= 1ULL << d->irq[i].id;
        poke_named(d, d->irq[i].setvar_id, d->irq[i].id, d->irq[i].at);
    }
    if (!poke(d, "microkit_name", d->name, strlen(d->name) + 1U) ||
        !poke(d, "microkit_passive", &passive, 1) || !poke(d, "microkit_irqs", &irqs, 8)) {
        refuse(d->at, "%s: the program is not linked with a Microkit runtime", d->name);
    }
    (void)poke(d, "fm_reply_count", &replies, 8);
    poke_channels(s, d, (int)index);
    for (unsigned i = 0; i < d->maps; i++) {
        poke_named(d, d->map[i].setvar_vaddr, d->map[i].vaddr, d->map[i].at);
        poke_named(d, d->map[i].setvar_size, s->region[d->map[i].region].size, d->map[i].at);
    }
    for (unsigned i = 0; i < d->sets; i++) {
        if (d->set[i].region[0] == '\0') {
            poke_named(d, d->set[i].symbol, d->set[i].value, d->set[i].at);
        }
    }
    if (d->parent >= 0) {
        poke_named(&s->domain[d->parent], d->setvar_id, d->child_id, d->at);
    }
}

/* ---- objects */
static void domain_objects(struct system *s, struct plan_out *o, struct domain *d)
{
    d->o_tcb = make(s, o, d, FM_PLAN_TCB, 11, 1, "tcb");
    d->o_sc = make(s, o, d, FM_PLAN_SCHED_CONTEXT, 8, 1, "time");
    d->o_notification = make(s, o, d, FM_PLAN_NOTIFICATION, 6, 1, "notification");
    d->o_reply = make(s, o, d, FM_PLAN_REPLY, 5, d->replies, "reply");
    d->o_vspace = make(s, o, d, FM_PLAN_VSPACE, 12, 1, "vspace");
    d->o_cspace = make(s, o, d, FM_PLAN_CNODE, FM_CNODE_ROOT_BITS, 1, "cspace");
    d->o_sys = make(s, o, d, FM_PLAN_CNODE, FM_CNODE_SYS_BITS, 1, "sys");
    d->o_buffer = make(s, o, d, FM_PLAN_PAGE, 12, 1, "buffer");
    d->o_stack = make(s, o, d, FM_PLAN_PAGE, 12, (uint32_t)(d->stack / PACK_PAGE), "stack");
    if (d->has_endpoint) {
        d->o_endpoint = make(s, o, d, FM_PLAN_ENDPOINT, 4, 1, "endpoint");
    }
    if (d->own) {
        d->o_own = make(s, o, d, FM_PLAN_CNODE, FM_CNODE_OWN_BITS, 1, "own");
    }
    if (d->untyped_bits != 0U) {
        d->o_untyped = make(s, o, d, FM_PLAN_UNTYPED, d->untyped_bits, 1, "budget");
    }
    if (d->inbox) {
        d->o_inbox = make(s, o, d, FM_PLAN_CNODE, FM_CNODE_INBOX_BITS, 1, "inbox");
    }
    for (unsigned i = 0; i < d->mails; i++) {
        d->o_mail[i] = make(s, o, d, FM_PLAN_CNODE, FM_CNODE_MAIL_BITS, 1, "mail");
    }
    for (unsigned i = 0; i < d->elf.segments; i++) {
        const struct segment *g = &d->elf.segment[i];
        const char *what = (g->flags & FM_MAP_EXECUTE) != 0U ? "code"
                           : (g->flags & FM_MAP_WRITE) != 0U ? "data"
                                                             : "constants";

        d->o_segment[i] = make(s, o, d, FM_PLAN_PAGE, 12, (uint32_t)(g->bytes / PACK_PAGE), what);
    }
}

static void region_objects(struct system *s, struct plan_out *o)
{
    for (unsigned i = 0; i < s->regions; i++) {
        struct region *r = &s->region[i];
        bool large = r->page == PACK_LARGE;

        r->object = make(s, o, NULL, large ? FM_PLAN_LARGE_PAGE : FM_PLAN_PAGE, large ? 21 : 12,
                         (uint32_t)(r->size / r->page), r->name);
        o->runs[o->n_runs - 1U].paddr = r->phys;
        o->runs[o->n_runs - 1U].flags = r->has_phys ? FM_PLAN_FIXED
                                        : r->dma    ? FM_PLAN_CONTIGUOUS
                                                    : 0U;
        if (r->prefill[0] != '\0') {
            size_t n;
            uint8_t *data = file_read(r->prefill, &n, r->at);

            if (n > r->size) {
                refuse(r->at, "memory region \"%s\": %s has %zu bytes; expected at most %lu",
                       r->name, r->prefill, n, (unsigned long)r->size);
            }
            fill(o, FM_PLAN_NONE, r->object, r->page, data, n, 0);
            free(data);
        }
    }
}

static void root_objects(struct system *s, struct plan_out *o)
{
    int uart = s->console_uart[0] == '\0' ? -1 : find_region(s, s->console_uart);

    o->root_endpoint = make(s, o, NULL, FM_PLAN_ENDPOINT, 4, 1, "root.endpoint");
    o->root_reply = make(s, o, NULL, FM_PLAN_REPLY, 5, 1, "root.reply");
    if (uart >= 0) {
        o->uart = s->region[uart].object;
    } else {
        uint64_t at = profile_is_arm(s) ? 0x9000000U : 0x10000000U;

        for (unsigned i = 0; i < s->regions; i++) {
            if (s->region[i].has_phys && s->region[i].phys == at) {
                refuse(s->region[i].at,
                       "memory region \"%s\" is the UART, which root holds; "
                       "expected a \"console\" statement in the .caps file",
                       s->region[i].name);
            }
        }
        o->uart = make(s, o, NULL, FM_PLAN_PAGE, 12, 1, "root.uart");
        o->runs[o->n_runs - 1U].paddr = at;
        o->runs[o->n_runs - 1U].flags = FM_PLAN_FIXED;
    }
}

/* ---- capabilities */
static uint64_t guard(uint32_t radix)
{
    return 64U - FM_CNODE_ROOT_BITS - radix;
}

static uint32_t mail_index(const struct domain *to, const char *from)
{
    for (unsigned k = 0; k < to->mails; k++) {
        if (strcmp(to->mail_from[k], from) == 0) {
            return k;
        }
    }
    return FM_PLAN_NONE;
}

static void extra_cap(struct system *s, struct plan_out *o, uint32_t i, const struct extra_cap *c)
{
    struct domain *d = &s->domain[i];
    struct domain *of = &s->domain[find_domain(s, c->of)];
    uint32_t object = FM_PLAN_NONE;
    uint32_t k;

    if (strcmp(c->object, "endpoint") == 0) {
        if (!of->has_endpoint) {
            refuse(c->at, "cap: %s has no endpoint; expected \"endpoint\" in its .caps", of->name);
        }
        object = of->o_endpoint;
    } else if (strcmp(c->object, "notification") == 0) {
        object = of->o_notification;
    } else if (strcmp(c->object, "inbox") == 0) {
        object = of->o_inbox;
    } else if (strcmp(c->object, "own") == 0) {
        object = of->o_own;
    } else if (strcmp(c->object, "cspace") == 0) {
        object = of->o_cspace;
    } else if (strcmp(c->object, "vspace") == 0) {
        object = of->o_vspace;
    } else if (strcmp(c->object, "tcb") == 0) {
        object = of->o_tcb;
    } else if (strcmp(c->object, "untyped") == 0) {
        if (c->bits < 12U || c->bits > 30U) {
            refuse(c->at, "cap: untyped: expected \"bits\" 12 to 30");
        }
        object = make(s, o, d, FM_PLAN_UNTYPED, c->bits, 1, "untyped");
    } else {
        k = mail_index(of, c->from);
        if (k == FM_PLAN_NONE) {
            refuse(c->at, "cap: %s has no mail from \"%s\"", of->name, c->from);
        }
        object = of->o_mail[k];
    }
    cap(o, i, c->in_own ? d->o_own : d->o_sys, c->in_own ? FM_CNODE_OWN_BITS : FM_CNODE_SYS_BITS,
        c->slot, object, c->rights, c->badge);
}

static void domain_caps(struct system *s, struct plan_out *o, uint32_t i)
{
    struct domain *d = &s->domain[i];
    uint32_t mails = 0;

    cap(o, i, d->o_cspace, FM_CNODE_ROOT_BITS, 0, d->o_sys, RIGHT_ALL, guard(FM_CNODE_SYS_BITS));
    if (d->own) {
        cap(o, i, d->o_cspace, FM_CNODE_ROOT_BITS, 1, d->o_own, RIGHT_ALL,
            guard(FM_CNODE_OWN_BITS));
        sys_cap(s, o, i, FM_SYS_OWN_CNODE, d->o_own, RIGHT_ALL, 0);
        if (d->has_endpoint) {
            cap(o, i, d->o_own, FM_CNODE_OWN_BITS, FM_OWN_ENDPOINT, d->o_endpoint, RIGHT_ALL, 0);
        }
        if (d->untyped_bits != 0U) {
            cap(o, i, d->o_own, FM_CNODE_OWN_BITS, FM_OWN_UNTYPED, d->o_untyped, RIGHT_ALL, 0);
        }
    }
    if (d->inbox) {
        cap(o, i, d->o_cspace, FM_CNODE_ROOT_BITS, 2, d->o_inbox, RIGHT_ALL,
            guard(FM_CNODE_INBOX_BITS));
    }
    for (unsigned k = 0; k < d->mails; k++) {
        cap(o, i, d->o_cspace, FM_CNODE_ROOT_BITS, 3U + k, d->o_mail[k], RIGHT_ALL,
            guard(FM_CNODE_MAIL_BITS));
    }
    sys_cap(s, o, i, FM_SYS_INPUT, d->has_endpoint ? d->o_endpoint : d->o_notification, RIGHT_READ,
            0);
    sys_cap(s, o, i, FM_SYS_REPLY, d->o_reply, RIGHT_ALL, 0);
    for (uint32_t k = 1; k < d->replies; k++) {
        sys_cap(s, o, i, FM_SYS_EXTRA_REPLY + k - 1U, d->o_reply + k, RIGHT_ALL, 0);
    }
    if (d->passive) {
        sys_cap(s, o, i, FM_SYS_MONITOR, o->root_endpoint, RIGHT_WRITE, i + 1U);
    }
    if (d->smc) {
        sys_cap(s, o, i, FM_SYS_SMC, FM_PLAN_SMC, RIGHT_ALL, d->smc_function);
    }
    for (unsigned k = 0; k < s->domains; k++) {
        uint32_t m = mail_index(&s->domain[k], d->name);

        if (m != FM_PLAN_NONE) {
            sys_cap(s, o, i, FM_SYS_MAIL_CNODE + mails++, s->domain[k].o_mail[m], RIGHT_ALL, 0);
        }
        if (s->domain[k].parent == (int)i) {
            sys_cap(s, o, i, FM_SYS_CHILD_TCB + s->domain[k].child_id, s->domain[k].o_tcb,
                    RIGHT_ALL, 0);
        }
    }
    for (unsigned k = 0; k < d->irqs; k++) {
        uint32_t irq = make(s, o, d, FM_PLAN_IRQ, d->irq[k].trigger, 1, "irq");

        o->runs[o->n_runs - 1U].paddr = d->irq[k].number;
        sys_cap(s, o, i, FM_SYS_IRQ + d->irq[k].id, irq, RIGHT_ALL, 0);
        o->irqs = grow(o->irqs, o->n_irqs, sizeof *o->irqs);
        o->irqs[o->n_irqs++] = (struct fm_plan_irq){
            .badge = 1ULL << d->irq[k].id, .irq = irq, .notification = d->o_notification};
    }
    for (unsigned k = 0; k < d->extras; k++) {
        extra_cap(s, o, i, &d->extra[k]);
    }
}

static void channel_caps(struct system *s, struct plan_out *o)
{
    for (unsigned i = 0; i < s->channels; i++) {
        for (unsigned k = 0; k < 2U; k++) {
            const struct end *e = &s->channel[i].end[k];
            const struct end *peer = &s->channel[i].end[1U - k];
            const struct domain *to = &s->domain[peer->domain];

            if (e->notify) {
                sys_cap(s, o, (uint32_t)e->domain, FM_SYS_NOTIFY + e->id, to->o_notification,
                        RIGHT_WRITE, 1ULL << peer->id);
            }
            if (e->pp) {
                sys_cap(s, o, (uint32_t)e->domain, FM_SYS_CALL_EP + e->id, to->o_endpoint,
                        RIGHT_CALL, FM_BADGE_CALL | peer->id);
            }
        }
    }
}

/* ---- mappings and contents */
static void domain_maps(struct system *s, struct plan_out *o, uint32_t i)
{
    struct domain *d = &s->domain[i];

    for (unsigned k = 0; k < d->elf.segments; k++) {
        const struct segment *g = &d->elf.segment[k];
        bool writable = (g->flags & FM_MAP_WRITE) != 0U;
        bool code = (g->flags & FM_MAP_EXECUTE) != 0U;

        if (writable && code) {
            refuse(d->at, "%s: the segment at 0x%lx is writable and executable", d->name,
                   (unsigned long)g->vaddr);
        }
        map(o, i, d->o_vspace, g->vaddr, d->o_segment[k], (uint32_t)(g->bytes / PACK_PAGE), 12,
            g->flags | FM_MAP_CACHED | (writable ? FM_MAP_PRIVATE : 0U),
            name_of(o, d->name,
                    code       ? "code"
                    : writable ? "data"
                               : "constants"));
        fill(o, i, d->o_segment[k], PACK_PAGE, g->data, g->file_bytes, code ? 1 : 0);
    }
    map(o, i, d->o_vspace, FM_RT_STACK_TOP - d->stack, d->o_stack, (uint32_t)(d->stack / PACK_PAGE),
        12, FM_MAP_READ | FM_MAP_WRITE | FM_MAP_CACHED | FM_MAP_PRIVATE,
        name_of(o, d->name, "stack"));
    map(o, i, d->o_vspace, FM_RT_IPC_BUFFER, d->o_buffer, 1, 12,
        FM_MAP_READ | FM_MAP_WRITE | FM_MAP_CACHED | FM_MAP_PRIVATE, name_of(o, d->name, "buffer"));
    for (unsigned k = 0; k < d->maps; k++) {
        const struct region *r = &s->region[d->map[k].region];

        if (find_domain(s, s->console_domain) == (int)i && strcmp(r->name, s->console_uart) == 0) {
            o->console_map = o->mapped;
        }
        map(o, i, d->o_vspace, d->map[k].vaddr, r->object, (uint32_t)(r->size / r->page),
            r->page == PACK_LARGE ? 21 : 12, d->map[k].flags, name_of(o, r->name, ""));
    }
    for (unsigned k = 0; k < d->windows; k++) {
        o->windows = grow(o->windows, o->n_windows, sizeof *o->windows);
        o->windows[o->n_windows++] = (struct fm_plan_window){
            .base = d->window[k].base, .bytes = d->window[k].bytes, .domain = i};
    }
}

static void domain_resets(const struct system *s, struct plan_out *o, uint32_t i)
{
    const struct domain *d = &s->domain[i];

    for (unsigned k = 0; k < d->resets; k++) {
        const struct reset *r = &d->reset[k];
        const struct region *page = &s->region[r->region];

        o->resets = grow(o->resets, o->n_resets, sizeof *o->resets);
        o->resets[o->n_resets++] =
            (struct fm_plan_reset){.domain = i,
                                   .frame = page->object + (uint32_t)(r->offset / page->page),
                                   .offset = (uint32_t)(r->offset % page->page),
                                   .value = r->value,
                                   .name = name_of(o, page->name, "")};
    }
}

/* For a domain that compares its capabilities with the plan: the slots that are taken. */
static void poke_slots(struct domain *d, const struct plan_out *o)
{
    uint64_t taken[FM_SYS_SLOTS / 64] = {0};

    for (unsigned i = 0; i < o->n_caps; i++) {
        if (o->caps[i].cnode == d->o_sys) {
            taken[o->caps[i].slot / 64U] |= 1ULL << o->caps[i].slot % 64U;
        }
    }
    (void)poke(d, "fm_plan_slots", taken, sizeof taken);
}

/* Words that only the kernel knows: physical addresses. */
static void domain_patches(struct system *s, struct plan_out *o, uint32_t i)
{
    struct domain *d = &s->domain[i];

    for (unsigned k = 0; k < d->sets; k++) {
        uint64_t vaddr;
        uint64_t size;

        if (d->set[k].region[0] == '\0') {
            continue;
        }
        poke_named(d, d->set[k].symbol, 0, d->set[k].at);
        (void)elf_symbol(&d->elf, d->set[k].symbol, &vaddr, &size);
        for (unsigned g = 0; g < d->elf.segments; g++) {
            uint64_t at = vaddr - d->elf.segment[g].vaddr;

            if (at < d->elf.segment[g].bytes) {
                o->patches = grow(o->patches, o->n_patches, sizeof *o->patches);
                o->patches[o->n_patches++] = (struct fm_plan_patch){
                    .object = d->o_segment[g] + (uint32_t)(at / PACK_PAGE),
                    .offset = (uint32_t)(at % PACK_PAGE),
                    .target = s->region[find_region(s, d->set[k].region)].object,
                    .domain = i};
            }
        }
    }
}

void layout(struct system *s, struct plan_out *o)
{
    (void)name_of(o, s->name, "");
    for (unsigned i = 0; i < s->domains; i++) {
        (void)name_of(o, s->domain[i].name, "");
        poke_all(s, i);
        domain_objects(s, o, &s->domain[i]);
    }
    region_objects(s, o);
    root_objects(s, o);
    o->console_page = s->console_domain[0] == '\0'
                          ? FM_PLAN_NONE
                          : s->region[need_region(s, s->console_region, s->console_at)].object;
    for (unsigned i = 0; i < s->domains; i++) {
        domain_caps(s, o, i);
    }
    channel_caps(s, o);
    for (unsigned i = 0; i < s->domains; i++) {
        poke_slots(&s->domain[i], o);
        domain_patches(s, o, i);
        domain_maps(s, o, i);
        domain_resets(s, o, i);
    }
}
