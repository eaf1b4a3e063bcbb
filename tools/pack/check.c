/* SPDX-License-Identifier: Apache-2.0 */
/* What two descriptions must not say: each refusal names a line and what was expected there. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/pack/pack.h"

int find_domain(const struct system *s, const char *name)
{
    for (unsigned i = 0; i < s->domains; i++) {
        if (strcmp(s->domain[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int find_region(const struct system *s, const char *name)
{
    for (unsigned i = 0; i < s->regions; i++) {
        if (strcmp(s->region[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int need_domain(const struct system *s, const char *name, struct where at)
{
    int i = find_domain(s, name);

    if (i < 0) {
        refuse(at, "there is no protection domain \"%s\"", name);
    }
    return i;
}

int need_region(const struct system *s, const char *name, struct where at)
{
    int i = find_region(s, name);

    if (i < 0) {
        refuse(at, "there is no memory region \"%s\"", name);
    }
    return i;
}

static bool overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
    return a < b + b_bytes && b < a + a_bytes;
}

/* The page size of each region, and its users. */
static void check_regions(struct system *s)
{
    for (unsigned i = 0; i < s->regions; i++) {
        struct region *r = &s->region[i];
        bool large = r->size % PACK_LARGE == 0U && (!r->has_phys || r->phys % PACK_LARGE == 0U);

        for (unsigned k = 0; k < s->domains; k++) {
            for (unsigned m = 0; m < s->domain[k].maps; m++) {
                if (s->domain[k].map[m].region == (int)i) {
                    large = large && s->domain[k].map[m].vaddr % PACK_LARGE == 0U;
                }
            }
        }
        if (r->page == 0U) {
            r->page = large && !r->has_phys ? PACK_LARGE : PACK_PAGE;
        }
        for (unsigned k = 0; r->has_phys && k < i; k++) {
            const struct region *o = &s->region[k];

            if (o->has_phys && overlap(r->phys, r->size, o->phys, o->size)) {
                refuse(r->at,
                       "memory region \"%s\" reaches the same physical pages as \"%s\" (line %u)",
                       r->name, o->name, o->at.line);
            }
        }
    }
}

static void check_maps(struct system *s, struct domain *d, unsigned index)
{
    for (unsigned i = 0; i < d->maps; i++) {
        struct map *m = &d->map[i];
        struct region *r = &s->region[m->region];

        if (m->vaddr % r->page != 0U) {
            refuse(m->at, "%s: vaddr 0x%lx: expected a multiple of the page 0x%lx", d->name,
                   (unsigned long)m->vaddr, (unsigned long)r->page);
        }
        if (m->vaddr == 0U || m->vaddr > FM_RT_ADDRESS_TOP - d->stack - PACK_PAGE ||
            r->size > FM_RT_ADDRESS_TOP - d->stack - PACK_PAGE - m->vaddr) {
            refuse(m->at, "%s: \"%s\" at 0x%lx does not fit below the stack at 0x%llx", d->name,
                   r->name, (unsigned long)m->vaddr, FM_RT_ADDRESS_TOP - d->stack);
        }
        for (unsigned k = 0; k < i; k++) {
            if (overlap(m->vaddr, r->size, d->map[k].vaddr, s->region[d->map[k].region].size)) {
                refuse(m->at, "%s: \"%s\" overlaps \"%s\" (line %u)", d->name, r->name,
                       d->map[k].region_name, d->map[k].at.line);
            }
        }
        for (unsigned k = 0; k < index; k++) {
            for (unsigned j = 0; j < s->domain[k].maps; j++) {
                if (s->domain[k].map[j].region != m->region) {
                    continue;
                }
                if (r->has_phys && !r->dma) {
                    refuse(m->at,
                           "device page of \"%s\": %s and %s (line %u) both reach it; "
                           "expected one owner",
                           r->name, s->domain[k].name, d->name, s->domain[k].map[j].at.line);
                }
                if (r->dma && !r->shared_by_rule) {
                    refuse(m->at,
                           "DMA region \"%s\": %s and %s both reach it; expected one owner, "
                           "or \"share %s\" in the .caps file",
                           r->name, s->domain[k].name, d->name, r->name);
                }
            }
        }
    }
}

static void check_irqs(const struct system *s, const struct domain *d, unsigned index)
{
    for (unsigned i = 0; i < d->irqs; i++) {
        for (unsigned k = 0; k <= index; k++) {
            for (unsigned j = 0; j < s->domain[k].irqs && (k < index || j < i); j++) {
                if (s->domain[k].irq[j].number == d->irq[i].number) {
                    refuse(d->irq[i].at, "irq %u: %s has it (line %u); expected one owner",
                           d->irq[i].number, s->domain[k].name, s->domain[k].irq[j].at.line);
                }
            }
        }
    }
}

static void check_children(const struct system *s)
{
    for (unsigned i = 0; i < s->domains; i++) {
        for (unsigned k = 0; k < i; k++) {
            if (s->domain[i].parent >= 0 && s->domain[i].parent == s->domain[k].parent &&
                s->domain[i].child_id == s->domain[k].child_id) {
                refuse(s->domain[i].at, "%s: child id %u belongs to %s (line %u)",
                       s->domain[i].name, s->domain[i].child_id, s->domain[k].name,
                       s->domain[k].at.line);
            }
        }
        if (s->domain[i].parent >= 0 &&
            s->domain[s->domain[i].parent].priority <= s->domain[i].priority) {
            refuse(s->domain[i].at, "%s: priority %u: expected less than its parent's, %s, %u",
                   s->domain[i].name, s->domain[i].priority, s->domain[s->domain[i].parent].name,
                   s->domain[s->domain[i].parent].priority);
        }
    }
}

static void check_call(struct system *s, const struct channel *c, unsigned i)
{
    const struct end *from = &c->end[i];
    struct domain *caller = &s->domain[from->domain];
    struct domain *callee = &s->domain[c->end[1U - i].domain];

    if (!from->pp) {
        return;
    }
    if (callee->priority <= caller->priority) {
        refuse(from->at, "%s calls %s: expected the callee's priority (%u) above the caller's (%u)",
               caller->name, callee->name, callee->priority, caller->priority);
    }
    callee->has_endpoint = true;
}

static void check_channels(struct system *s)
{
    for (unsigned n = 0; n < s->channels; n++) {
        struct channel *c = &s->channel[n];

        for (unsigned i = 0; i < 2U; i++) {
            struct end *e = &c->end[i];
            struct domain *d;

            e->domain = need_domain(s, e->domain_name, e->at);
            d = &s->domain[e->domain];
            if (d->used_id[e->id]) {
                refuse(e->at, "%s: id %u is used twice", d->name, e->id);
            }
            d->used_id[e->id] = true;
        }
        if (c->end[0].domain == c->end[1].domain) {
            refuse(c->at, "a channel from %s to itself", c->end[0].domain_name);
        }
        if (c->end[0].pp && c->end[1].pp) {
            refuse(c->at, "pp=\"true\" at both ends: expected at most one");
        }
        check_call(s, c, 0);
        check_call(s, c, 1);
    }
}

static void check_caps(struct system *s, struct domain *d)
{
    for (unsigned i = 0; i < d->mails; i++) {
        struct domain *from = &s->domain[need_domain(s, d->mail_from[i], d->mail_at[i])];

        if (from->mail_granted++ == FM_SYS_MAIL_CNODES) {
            refuse(d->mail_at[i], "%s may fill mail of more than %d domains", from->name,
                   FM_SYS_MAIL_CNODES);
        }
    }
    if ((d->untyped_bits != 0U) && !d->own) {
        refuse(d->at, "%s: \"untyped\" in the .caps file: expected \"own\" too", d->name);
    }
    for (unsigned i = 0; i < d->extras; i++) {
        const struct extra_cap *c = &d->extra[i];
        const struct domain *of = &s->domain[need_domain(s, c->of, c->at)];

        if (c->in_own ? (!d->own || c->slot < FM_OWN_FREE || c->slot >= 1U << FM_CNODE_OWN_BITS)
                      : (c->slot != FM_SYS_CAPSRV &&
                         (c->slot < FM_SYS_USER || c->slot >= FM_SYS_SLOTS))) {
            refuse(c->at, "cap: slot %u: expected %d, %d to %d, or own:%d to own:%d", c->slot,
                   FM_SYS_CAPSRV, FM_SYS_USER, FM_SYS_SLOTS - 1, FM_OWN_FREE,
                   (1 << FM_CNODE_OWN_BITS) - 1);
        }
        for (unsigned k = 0; k < i; k++) {
            if (d->extra[k].in_own == c->in_own && d->extra[k].slot == c->slot) {
                refuse(c->at, "cap: slot %u is taken (line %u)", c->slot, d->extra[k].at.line);
            }
        }
        if (strcmp(c->object, "inbox") == 0 && !of->inbox) {
            refuse(c->at, "cap: %s has no inbox", of->name);
        }
        if (strcmp(c->object, "own") == 0 && !of->own) {
            refuse(c->at, "cap: %s has no CNode of its own", of->name);
        }
    }
}

/* A device that writes to memory goes on when its driver has died: root has to know what stops it. */
static void check_resets(const struct system *s, struct domain *d)
{
    const struct region *page = NULL;
    const struct region *dma = NULL;

    for (unsigned i = 0; i < d->resets; i++) {
        struct reset *r = &d->reset[i];
        bool mapped = false;

        r->region = need_region(s, r->region_name, r->at);
        for (unsigned k = 0; k < d->maps; k++) {
            mapped |= d->map[k].region == r->region;
        }
        if (!mapped || !s->region[r->region].has_phys ||
            s->region[r->region].page != PACK_PAGE) {
            refuse(r->at, "reset \"%s\": expected a device that %s maps, in pages of 4 KiB",
                   r->region_name, d->name);
        }
        if (r->offset % 4U != 0U || r->offset >= s->region[r->region].size) {
            refuse(r->at, "reset \"%s\": offset 0x%x: expected a multiple of 4 below 0x%lx",
                   r->region_name, r->offset, (unsigned long)s->region[r->region].size);
        }
        if (d->parent >= 0) {
            refuse(r->at, "reset: %s is a child of %s, so root does not see its faults", d->name,
                   s->domain[d->parent].name);
        }
    }
    for (unsigned k = 0; k < d->maps; k++) {
        const struct region *m = &s->region[d->map[k].region];

        page = m->has_phys && !m->dma ? m : page;
        dma = m->dma ? m : dma;
    }
    if (page != NULL && dma != NULL && d->resets == 0U) {
        refuse(d->at,
               "%s: drives \"%s\" with the DMA region \"%s\"; expected \"reset %s OFFSET VALUE\" in "
               "the .caps file: what stops the device after a fault",
               d->name, page->name, dma->name, page->name);
    }
}

static bool meets(const struct system *s, int a, int b)
{
    for (unsigned i = 0; i < s->channels; i++) {
        const struct end *e = s->channel[i].end;

        if ((e[0].domain == a && e[1].domain == b) || (e[0].domain == b && e[1].domain == a)) {
            return true;
        }
    }
    for (unsigned i = 0; i < s->domain[a].maps; i++) {
        for (unsigned k = 0; k < s->domain[b].maps; k++) {
            if (s->domain[a].map[i].region == s->domain[b].map[k].region) {
                return true;
            }
        }
    }
    return false;
}

static void check_rules(const struct system *s)
{
    for (unsigned i = 0; i < s->rules; i++) {
        const struct rule *r = &s->rule[i];
        int n = need_domain(s, r->domain, r->at);
        const struct domain *d = &s->domain[n];
        bool device = false;
        bool dma = false;
        bool broken;
        uint64_t mapped = 0;

        for (unsigned k = 0; k < d->maps; k++) {
            const struct region *m = &s->region[d->map[k].region];

            device |= m->has_phys;
            dma |= m->dma;
            mapped += m->size;
        }
        if (strcmp(r->what, "device") == 0) {
            broken = device;
        } else if (strcmp(r->what, "dma") == 0) {
            broken = dma;
        } else if (strcmp(r->what, "irq") == 0) {
            broken = d->irqs != 0U;
        } else if (strcmp(r->what, "smc") == 0) {
            broken = d->smc;
        } else if (strcmp(r->what, "clock") == 0) {
            broken = !d->no_time;
        } else if (strcmp(r->what, "memory") == 0 && r->other[0] != '\0') {
            uint64_t most = parse_number(r->other, r->at, "memory");

            if ((mapped + (1U << 20) - 1U) >> 20 > most) {
                refuse(r->at, "%s maps %lu KiB; expected at most %lu MiB", d->name, (unsigned long)(mapped >> 10),
                       (unsigned long)most);
            }
            broken = false;
        } else if (strcmp(r->what, "meets") == 0 && r->other[0] != '\0') {
            broken = meets(s, n, need_domain(s, r->other, r->at));
        } else {
            refuse(r->at, "forbid %s %s: expected device, dma, irq, smc, clock, memory MIB or meets DOMAIN",
                   r->domain, r->what);
        }
        if (broken) {
            refuse(r->at, "%s holds what this rule forbids: %s %s", r->domain, r->what, r->other);
        }
    }
}

static void check_console(struct system *s)
{
    struct domain *d;
    bool uart = false;
    bool page = false;

    if (s->console_domain[0] == '\0') {
        return;
    }
    d = &s->domain[need_domain(s, s->console_domain, s->console_at)];
    for (unsigned i = 0; i < d->maps; i++) {
        uart |= strcmp(d->map[i].region_name, s->console_uart) == 0;
        page |= strcmp(d->map[i].region_name, s->console_region) == 0;
    }
    if (!uart || !page) {
        refuse(s->console_at, "console %s: expected it to map \"%s\" and \"%s\"", d->name,
               s->console_uart, s->console_region);
    }
    if (d->used_id[s->console_channel]) {
        refuse(s->console_at, "console %s: id %u is used twice", d->name, s->console_channel);
    }
    d->used_id[s->console_channel] = true;
}

void check_system(struct system *s)
{
    for (unsigned i = 0; i < s->domains; i++) {
        struct domain *d = &s->domain[i];

        for (unsigned k = 0; k < d->maps; k++) {
            d->map[k].region = need_region(s, d->map[k].region_name, d->map[k].at);
        }
        for (unsigned k = 0; k < d->sets; k++) {
            if (d->set[k].region[0] != '\0') {
                s->region[need_region(s, d->set[k].region, d->set[k].at)].dma = true;
            }
        }
        d->has_endpoint = d->endpoint;
        if (d->parent >= 0) {
            s->domain[d->parent].has_endpoint = true;
        }
    }
    check_regions(s);
    check_channels(s);
    check_children(s);
    for (unsigned i = 0; i < s->domains; i++) {
        check_maps(s, &s->domain[i], i);
        check_irqs(s, &s->domain[i], i);
        check_caps(s, &s->domain[i]);
        check_resets(s, &s->domain[i]);
        if (s->domain[i].parent >= 0) {
            s->domain[s->domain[i].parent].has_endpoint = true;
        }
        s->domain[i].has_endpoint |= s->domain[i].endpoint;
    }
    check_rules(s);
    check_console(s);
}

void load_images(struct system *s, const char *const *search, unsigned searches)
{
    for (unsigned i = 0; i < s->domains; i++) {
        struct domain *d = &s->domain[i];
        char path[1024];
        bool found = false;

        for (unsigned k = 0; k < searches && !found; k++) {
            snprintf(path, sizeof path, "%s/%s", search[k], d->image);
            found = access(path, R_OK) == 0;
        }
        if (!found) {
            refuse(d->at, "%s: program image \"%s\" is in none of the search directories", d->name,
                   d->image);
        }
        elf_read(&d->elf, path, d->at, profile_is_arm(s) ? EM_AARCH64 : EM_RISCV);
        if (elf_profile(&d->elf) != s->profile) {
            refuse(d->at, "%s: %s: section .fm_abi names profile %u; expected %u", d->name, path,
                   elf_profile(&d->elf), s->profile);
        }
        for (unsigned k = 0; k < d->elf.segments; k++) {
            const struct segment *g = &d->elf.segment[k];

            if (g->vaddr + g->bytes > FM_RT_ADDRESS_TOP - d->stack - PACK_PAGE) {
                refuse(d->at, "%s: segment at 0x%lx does not fit below the stack", d->name,
                       (unsigned long)g->vaddr);
            }
            for (unsigned m = 0; m < d->maps; m++) {
                if (overlap(g->vaddr, g->bytes, d->map[m].vaddr,
                            s->region[d->map[m].region].size)) {
                    refuse(d->map[m].at, "%s: \"%s\" overlaps the program at 0x%lx", d->name,
                           d->map[m].region_name, (unsigned long)g->vaddr);
                }
            }
        }
    }
}
