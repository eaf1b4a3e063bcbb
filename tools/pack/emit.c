/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers the objects in the order in which root makes them, and writes the plan's bytes. */
#include <stdlib.h>
#include <string.h>

#include "tools/pack/pack.h"

static const struct fm_plan_objects *sort_runs;

static uint64_t run_bytes(const struct fm_plan_objects *r)
{
    return r->kind == FM_PLAN_CNODE ? 32ULL << r->size_bits : 1ULL << r->size_bits;
}

/* Fixed addresses first, rising; then by size, falling; interrupts last. */
static int compare(const void *a, const void *b)
{
    uint32_t i = *(const uint32_t *)a;
    uint32_t k = *(const uint32_t *)b;
    const struct fm_plan_objects *x = &sort_runs[i];
    const struct fm_plan_objects *y = &sort_runs[k];
    unsigned cx = (x->flags & FM_PLAN_FIXED) != 0U ? 0U : x->kind == FM_PLAN_IRQ ? 2U : 1U;
    unsigned cy = (y->flags & FM_PLAN_FIXED) != 0U ? 0U : y->kind == FM_PLAN_IRQ ? 2U : 1U;

    if (cx != cy) {
        return cx < cy ? -1 : 1;
    }
    if (cx == 0U && x->paddr != y->paddr) {
        return x->paddr < y->paddr ? -1 : 1;
    }
    if (cx == 1U && run_bytes(x) != run_bytes(y)) {
        return run_bytes(x) > run_bytes(y) ? -1 : 1;
    }
    return i < k ? -1 : 1;
}

/* Provisional number -> final number. */
static uint32_t *number_anew(struct plan_out *o)
{
    uint32_t *final = calloc(o->objects + 1U, sizeof *final);
    uint32_t next = 0;

    o->order = calloc(o->n_runs + 1U, sizeof *o->order);
    if (final == NULL || o->order == NULL) {
        refuse((struct where){NULL, 0}, "out of memory");
    }
    for (uint32_t i = 0; i < o->n_runs; i++) {
        o->order[i] = i;
    }
    sort_runs = o->runs;
    qsort(o->order, o->n_runs, sizeof *o->order, compare);
    for (uint32_t i = 0; i < o->n_runs; i++) {
        const struct fm_plan_objects *r = &o->runs[o->order[i]];

        for (uint32_t k = 0; k < r->count; k++) {
            final[r->first + k] = next++;
        }
    }
    return final;
}

struct writer {
    uint8_t *bytes;
    size_t used;
    size_t cap;
};

static uint32_t put(struct writer *w, const void *from, size_t n)
{
    size_t at = (w->used + 7U) & ~(size_t)7U;

    if (at + n > w->cap) {
        w->cap = 2U * (at + n) + 4096U;
        w->bytes = realloc(w->bytes, w->cap);
        if (w->bytes == NULL) {
            refuse((struct where){NULL, 0}, "out of memory");
        }
    }
    memset(w->bytes + w->used, 0, at - w->used);
    if (n != 0U) {
        memcpy(w->bytes + at, from, n);
    }
    w->used = at + n;
    return (uint32_t)at;
}

static void renumber(struct plan_out *o, const uint32_t *f)
{
    for (unsigned i = 0; i < o->n_caps; i++) {
        struct fm_plan_cap *c = &o->caps[i];

        c->cnode = f[c->cnode];
        c->object = c->object == FM_PLAN_SMC ? FM_PLAN_SMC : f[c->object];
    }
    for (unsigned i = 0; i < o->n_maps; i++) {
        o->maps[i].vspace = f[o->maps[i].vspace];
        o->maps[i].first = f[o->maps[i].first];
    }
    for (unsigned i = 0; i < o->n_fills; i++) {
        o->fills[i].object = f[o->fills[i].object];
    }
    for (unsigned i = 0; i < o->n_patches; i++) {
        o->patches[i].object = f[o->patches[i].object];
        o->patches[i].target = f[o->patches[i].target];
    }
    for (unsigned i = 0; i < o->n_resets; i++) {
        o->resets[i].frame = f[o->resets[i].frame];
    }
    for (unsigned i = 0; i < o->n_irqs; i++) {
        o->irqs[i].irq = f[o->irqs[i].irq];
        o->irqs[i].notification = f[o->irqs[i].notification];
    }
}

static uint32_t name_at(const struct plan_out *o, const char *text)
{
    for (size_t i = 0; i < o->names_bytes; i += strlen(o->names + i) + 1U) {
        if (strcmp(o->names + i, text) == 0) {
            return (uint32_t)i;
        }
    }
    return 0;
}

static uint64_t symbol_or_0(const struct domain *d, const char *name)
{
    uint64_t vaddr = 0;
    uint64_t size;

    return elf_symbol(&d->elf, name, &vaddr, &size) ? vaddr : 0U;
}

static struct fm_plan_domain domain_row(const struct system *s, const struct plan_out *o,
                                        unsigned i, const uint32_t *f)
{
    const struct domain *d = &s->domain[i];
    struct fm_plan_domain row = {
        .fault_badge = d->parent < 0 ? i + 1U : FM_BADGE_FAULT | d->child_id,
        .pc = d->elf.entry,
        .budget_us = d->budget,
        .period_us = d->period,
        .stack_low = FM_RT_STACK_TOP - d->stack,
        .guard_start = symbol_or_0(d, "fm_rt_guard_start"),
        .guard_end = symbol_or_0(d, "fm_rt_guard_end"),
        .landing = d->windows == 0U ? 0U : symbol_or_0(d, "fm_rt_landing"),
        .name = name_at(o, d->name),
        .flags = (d->passive ? FM_DOMAIN_PASSIVE : 0U) | (d->fpu ? 0U : FM_DOMAIN_NO_FPU) |
                 (d->no_time ? FM_DOMAIN_NO_TIME : 0U) | (d->timeout ? FM_DOMAIN_TIMEOUT : 0U),
        .priority = d->priority,
        .tcb = f[d->o_tcb],
        .cspace = f[d->o_cspace],
        .vspace = f[d->o_vspace],
        .sched_context = f[d->o_sc],
        .notification = f[d->o_notification],
        .buffer = f[d->o_buffer],
        .fault_endpoint = d->parent < 0 ? FM_PLAN_NONE : f[s->domain[d->parent].o_endpoint],
        .reply_first = f[d->o_reply],
        .reply_count = d->replies,
        .restarts = d->restarts,
    };

    return row;
}

static void emit_tables(const struct system *s, struct plan_out *o, struct writer *w,
                        struct fm_plan *head, const uint32_t *f)
{
    struct fm_plan_table *t = head->tables;

    t[FM_TABLE_OBJECTS] = (struct fm_plan_table){put(w, NULL, 0), o->n_runs};
    for (uint32_t i = 0; i < o->n_runs; i++) {
        struct fm_plan_objects r = o->runs[o->order[i]];

        r.first = f[r.first];
        (void)put(w, &r, sizeof r);
    }
    t[FM_TABLE_CAPS] =
        (struct fm_plan_table){put(w, o->caps, o->n_caps * sizeof *o->caps), o->n_caps};
    t[FM_TABLE_MAPS] =
        (struct fm_plan_table){put(w, o->maps, o->n_maps * sizeof *o->maps), o->n_maps};
    t[FM_TABLE_FILLS].count = o->n_fills; /* written last: its offsets point behind everything */
    t[FM_TABLE_PATCHES] =
        (struct fm_plan_table){put(w, o->patches, o->n_patches * sizeof *o->patches), o->n_patches};
    t[FM_TABLE_IRQS] =
        (struct fm_plan_table){put(w, o->irqs, o->n_irqs * sizeof *o->irqs), o->n_irqs};
    t[FM_TABLE_WINDOWS] =
        (struct fm_plan_table){put(w, o->windows, o->n_windows * sizeof *o->windows), o->n_windows};
    t[FM_TABLE_RESETS] =
        (struct fm_plan_table){put(w, o->resets, o->n_resets * sizeof *o->resets), o->n_resets};
    t[FM_TABLE_DOMAINS] = (struct fm_plan_table){put(w, NULL, 0), s->domains};
    for (unsigned i = 0; i < s->domains; i++) {
        struct fm_plan_domain row = domain_row(s, o, i, f);

        (void)put(w, &row, sizeof row);
    }
}

uint8_t *emit(const struct system *s, struct plan_out *o, size_t *bytes)
{
    struct writer w = {0};
    struct fm_plan head = {.magic = FM_PLAN_MAGIC,
                           .version = FM_PLAN_VERSION,
                           .profile = s->profile,
                           .memory_bytes = s->memory_bytes,
                           .objects = o->objects,
                           .mapped = o->mapped,
                           .system = 0};
    uint32_t *f = number_anew(o);
    int console = s->console_domain[0] == '\0' ? -1 : find_domain(s, s->console_domain);
    uint32_t data;
    uint32_t fills;

    renumber(o, f);
    head.root_endpoint = f[o->root_endpoint];
    head.root_reply = f[o->root_reply];
    head.uart = f[o->uart];
    head.console_domain = console < 0 ? FM_PLAN_NONE : (uint32_t)console;
    if (console >= 0) {
        head.console_map = o->console_map;
        head.console_page = f[o->console_page];
        head.console_notification = f[s->domain[console].o_notification];
        head.console_badge = 1ULL << s->console_channel;
    }
    (void)put(&w, &head, sizeof head);
    emit_tables(s, o, &w, &head, f);
    head.names = put(&w, o->names, o->names_bytes);
    data = put(&w, o->data, o->data_bytes);
    for (unsigned i = 0; i < o->n_fills; i++) {
        o->fills[i].data += data;
    }
    fills = put(&w, o->fills, o->n_fills * sizeof *o->fills);
    head.tables[FM_TABLE_FILLS].offset = fills;
    while (w.used % PACK_PAGE != 0U) {
        (void)put(&w, "\0\0\0\0\0\0\0\0", 8);
    }
    head.bytes = w.used;
    memcpy(w.bytes, &head, sizeof head);
    free(f);
    *bytes = w.used;
    return w.bytes;
}
