/* SPDX-License-Identifier: Apache-2.0 */
/* The partition as a table: what each domain holds, maps and weighs. Tests compare it with a file. */
#include <string.h>

#include "tools/pack/pack.h"

static const char *object_name(const struct plan_out *o, uint32_t provisional_or_final)
{
    static char text[200];
    uint32_t first = 0;

    for (unsigned i = 0; i < o->n_runs; i++) {
        const struct fm_plan_objects *r = &o->runs[o->order[i]];

        if (provisional_or_final - first < r->count) {
            if (r->kind == FM_PLAN_IRQ) {
                snprintf(text, sizeof text, "irq %lu (%s)", (unsigned long)r->paddr,
                         r->size_bits != 0U ? "edge" : "level");
            } else if (r->count > 1U) {
                snprintf(text, sizeof text, "%s[%u]", o->names + r->name,
                         provisional_or_final - first);
            } else {
                snprintf(text, sizeof text, "%s", o->names + r->name);
            }
            return text;
        }
        first += r->count;
    }
    return "?";
}

static uint32_t kind_of(const struct plan_out *o, uint32_t final)
{
    uint32_t first = 0;

    for (unsigned i = 0; i < o->n_runs; i++) {
        const struct fm_plan_objects *r = &o->runs[o->order[i]];

        if (final - first < r->count) {
            return r->kind;
        }
        first += r->count;
    }
    return FM_PLAN_KINDS;
}

static void rights_text(char *to, uint32_t rights)
{
    snprintf(to, 8, "%c%c%c%c", (rights & 2U) != 0U ? 'R' : '-', (rights & 1U) != 0U ? 'W' : '-',
             (rights & 4U) != 0U ? 'G' : '-', (rights & 8U) != 0U ? 'P' : '-');
}

static void print_size(FILE *to, uint64_t bytes)
{
    if (bytes >= (4ULL << 20)) {
        fprintf(to, "%lu MiB", (unsigned long)(bytes >> 20));
    } else {
        fprintf(to, "%lu KiB", (unsigned long)((bytes + 1023U) >> 10));
    }
}

static const char *place(const struct domain *d, const struct plan_out *o, uint32_t cnode)
{
    const char *name = strrchr(object_name(o, cnode), '.');

    (void)d;
    return name == NULL ? "?" : name + 1;
}

static void print_caps(const struct plan_out *o, const struct domain *d, uint32_t index, FILE *to)
{
    for (unsigned i = 0; i < o->n_caps; i++) {
        const struct fm_plan_cap *c = &o->caps[i];
        char where[16];
        char rights[8];
        uint32_t kind = c->object == FM_PLAN_SMC ? FM_PLAN_KINDS : kind_of(o, c->object);
        bool message = kind == FM_PLAN_ENDPOINT || kind == FM_PLAN_NOTIFICATION;

        if (c->domain != index) {
            continue;
        }
        snprintf(where, sizeof where, "%s", place(d, o, c->cnode));
        rights_text(rights, c->rights);
        fprintf(to, "  %-7s %3u  %s  %s", where, c->slot, message ? rights : "    ",
                c->object == FM_PLAN_SMC ? "SMC" : object_name(o, c->object));
        if (c->badge != 0U && kind != FM_PLAN_CNODE) {
            fprintf(to, "  badge 0x%lx", (unsigned long)c->badge);
        }
        fprintf(to, "\n");
    }
}

static void print_maps(const struct plan_out *o, uint32_t index, FILE *to)
{
    for (unsigned i = 0; i < o->n_maps; i++) {
        const struct fm_plan_map *m = &o->maps[i];

        if (m->domain != index || (m->flags & FM_MAP_PRIVATE) != 0U) {
            continue;
        }
        fprintf(to, "  map     0x%010lx %c%c%c%s  %s  ", (unsigned long)m->vaddr,
                (m->flags & FM_MAP_READ) != 0U ? 'r' : '-',
                (m->flags & FM_MAP_WRITE) != 0U ? 'w' : '-',
                (m->flags & FM_MAP_EXECUTE) != 0U ? 'x' : '-',
                (m->flags & FM_MAP_CACHED) != 0U ? "" : " device", o->names + m->name);
        print_size(to, (uint64_t)m->count << m->size_bits);
        fprintf(to, "\n");
    }
}

void report(const struct system *s, const struct plan_out *o, FILE *to)
{
    fprintf(to, "system %s (%s): %u domains, ", s->name, profile_is_arm(s) ? "aarch64" : "riscv64",
            s->domains);
    print_size(to, s->memory_bytes);
    fprintf(to, "\nrights: R receive, W send, G pass capabilities, P be answered\n");
    for (unsigned i = 0; i < s->domains; i++) {
        const struct domain *d = &s->domain[i];

        fprintf(to, "\n%s: priority %u, %lu us of every %lu us%s%s%s, ", d->name, d->priority,
                (unsigned long)d->budget, (unsigned long)d->period, d->passive ? ", passive" : "",
                d->fpu ? "" : ", no FPU", d->no_time ? ", no clock" : "");
        print_size(to, d->memory_bytes);
        fprintf(to, "; faults go to %s", d->parent < 0 ? "root" : s->domain[d->parent].name);
        if (d->restarts != 0U) {
            fprintf(to, ", %u restarts", d->restarts);
        }
        fprintf(to, "%s\n", d->timeout ? ", ended when its caller's time is spent" : "");
        print_caps(o, d, i, to);
        print_maps(o, i, to);
        for (unsigned k = 0; k < d->windows; k++) {
            fprintf(to, "  window  0x%010lx  %lu KiB\n", (unsigned long)d->window[k].base,
                    (unsigned long)(d->window[k].bytes >> 10));
        }
        for (unsigned k = 0; k < d->resets; k++) {
            fprintf(to, "  reset   %s+0x%x := 0x%x after a fault, by root\n",
                    d->reset[k].region_name, d->reset[k].offset, d->reset[k].value);
        }
    }
    fprintf(to, "\ndevices and regions\n");
    for (unsigned i = 0; i < s->regions; i++) {
        const struct region *r = &s->region[i];

        fprintf(to, "  %-20s ", r->name);
        print_size(to, r->size);
        if (r->has_phys) {
            fprintf(to, " at 0x%lx", (unsigned long)r->phys);
        }
        fprintf(to, "%s:", r->dma ? " (DMA)" : "");
        for (unsigned k = 0; k < s->domains; k++) {
            for (unsigned m = 0; m < s->domain[k].maps; m++) {
                if (s->domain[k].map[m].region == (int)i) {
                    fprintf(to, " %s", s->domain[k].name);
                }
            }
        }
        fprintf(to, "\n");
    }
}
