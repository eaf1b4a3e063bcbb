/* SPDX-License-Identifier: Apache-2.0 */
/* Reads Microkit's system description. Every element and attribute that is not known is refused. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pack/pack.h"

#define DEPTH 16

struct reader {
    struct system *s;
    XML_Parser xml;
    const char *file;
    const char *stack[DEPTH];
    int domain[DEPTH]; /* of the innermost protection_domain */
    unsigned depth;
    char text_seen;
};

static struct where here(const struct reader *r)
{
    return (struct where){r->file, (unsigned)XML_GetCurrentLineNumber(r->xml)};
}

void copy_name(char *to, size_t cap, const char *from, struct where at, const char *what)
{
    if (strlen(from) == 0U || strlen(from) >= cap) {
        refuse(at, "%s \"%s\": expected 1 to %zu characters", what, from, cap - 1U);
    }
    memcpy(to, from, strlen(from) + 1U);
}

uint64_t parse_number(const char *text, struct where at, const char *what)
{
    unsigned base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16U : 10U;
    const char *p = base == 16U ? text + 2 : text;
    uint64_t v = 0;
    bool any = false;

    for (; *p != '\0'; p++) {
        unsigned digit = 99;

        if (*p == '_') {
            continue;
        }
        if (*p >= '0' && *p <= '9') {
            digit = (unsigned)(*p - '0');
        } else if (*p >= 'a' && *p <= 'f') {
            digit = (unsigned)(*p - 'a') + 10U;
        } else if (*p >= 'A' && *p <= 'F') {
            digit = (unsigned)(*p - 'A') + 10U;
        }
        if (digit >= base || v > (UINT64_MAX - digit) / base) {
            refuse(at, "%s=\"%s\": expected a number, decimal or 0x hexadecimal, below 2^64", what,
                   text);
        }
        v = v * base + digit;
        any = true;
    }
    if (!any) {
        refuse(at, "%s=\"%s\": expected a number", what, text);
    }
    return v;
}

/* ---- attributes */
static const char *find(const char **attr, const char *name)
{
    for (; attr[0] != NULL; attr += 2) {
        if (strcmp(attr[0], name) == 0) {
            return attr[1];
        }
    }
    return NULL;
}

static const char *need(const struct reader *r, const char *element, const char **attr,
                        const char *name)
{
    const char *v = find(attr, name);

    if (v == NULL) {
        refuse(here(r), "<%s>: expected the attribute \"%s\"", element, name);
    }
    return v;
}

static void only(const struct reader *r, const char *element, const char **attr, const char *known)
{
    for (; attr[0] != NULL; attr += 2) {
        const char *p = known;
        size_t n = strlen(attr[0]);

        while (p != NULL && !(strncmp(p, attr[0], n) == 0 && (p[n] == ' ' || p[n] == '\0'))) {
            p = strchr(p, ' ');
            p = p == NULL ? NULL : p + 1;
        }
        if (p == NULL) {
            refuse(here(r), "<%s>: unknown attribute \"%s\"; expected one of: %s", element, attr[0],
                   known);
        }
    }
}

static uint64_t number(const struct reader *r, const char **attr, const char *name, uint64_t none)
{
    const char *v = find(attr, name);

    return v == NULL ? none : parse_number(v, here(r), name);
}

static bool boolean(const struct reader *r, const char **attr, const char *name, bool none)
{
    const char *v = find(attr, name);

    if (v == NULL) {
        return none;
    }
    if (strcmp(v, "true") != 0 && strcmp(v, "false") != 0) {
        refuse(here(r), "%s=\"%s\": expected true or false", name, v);
    }
    return v[0] == 't';
}

static void optional_name(const struct reader *r, const char **attr, const char *name, char *to,
                          size_t cap)
{
    const char *v = find(attr, name);

    if (v != NULL) {
        copy_name(to, cap, v, here(r), name);
    }
}

static uint32_t identifier(const struct reader *r, const char *element, const char **attr)
{
    uint64_t id = parse_number(need(r, element, attr, "id"), here(r), "id");

    if (id >= PACK_CHANNEL_IDS) {
        refuse(here(r), "<%s>: id %lu: expected 0 to %d", element, (unsigned long)id,
               PACK_CHANNEL_IDS - 1);
    }
    return (uint32_t)id;
}

/* ---- elements */
static void on_domain(struct reader *r, const char **attr)
{
    static const char known[] =
        "name priority budget period passive stack_size cpu smc fpu id setvar_id";
    struct system *s = r->s;
    int parent = r->domain[r->depth];
    struct domain *d;
    uint64_t priority;

    only(r, "protection_domain", attr, known);
    if (s->domains == PACK_DOMAINS) {
        refuse(here(r), "more than %d protection domains", PACK_DOMAINS);
    }
    d = &s->domain[s->domains];
    d->at = here(r);
    copy_name(d->name, sizeof d->name, need(r, "protection_domain", attr, "name"), here(r), "name");
    if (find_domain(s, d->name) >= 0 || strcmp(d->name, "root") == 0 ||
        strcmp(d->name, "monitor") == 0) {
        refuse(here(r), "protection domain \"%s\": the name is taken", d->name);
    }
    priority = number(r, attr, "priority", 0);
    d->budget = number(r, attr, "budget", 1000);
    d->period = number(r, attr, "period", d->budget);
    d->stack = number(r, attr, "stack_size", 0x2000);
    d->passive = boolean(r, attr, "passive", false);
    d->smc = boolean(r, attr, "smc", false);
    d->fpu = boolean(r, attr, "fpu", true);
    d->parent = parent;
    d->replies = 1;
    if (priority > 254U) {
        refuse(here(r), "priority %lu: expected 0 to 254", (unsigned long)priority);
    }
    d->priority = (uint32_t)priority;
    if (d->budget < 20U || d->period < d->budget) {
        refuse(here(r), "budget %lu, period %lu: expected 20 us <= budget <= period",
               (unsigned long)d->budget, (unsigned long)d->period);
    }
    if (d->stack < PACK_PAGE || d->stack > (16U << 20) || d->stack % PACK_PAGE != 0U) {
        refuse(here(r), "stack_size 0x%lx: expected 4 KiB to 16 MiB, in pages",
               (unsigned long)d->stack);
    }
    if (d->smc && !profile_is_arm(s)) {
        refuse(here(r), "smc=\"true\" exists on aarch64 only");
    }
    if (parent >= 0) {
        d->child_id = identifier(r, "protection_domain", attr);
        optional_name(r, attr, "setvar_id", d->setvar_id, sizeof d->setvar_id);
    } else if (find(attr, "id") != NULL || find(attr, "setvar_id") != NULL) {
        refuse(here(r), "<protection_domain>: \"id\" is for a child of another domain");
    }
    r->domain[r->depth + 1U] = (int)s->domains++;
}

static void on_map(struct reader *r, struct domain *d, const char **attr)
{
    struct map *m;
    const char *perms = find(attr, "perms");

    only(r, "map", attr, "mr vaddr perms cached setvar_vaddr setvar_size");
    if (d->maps == PACK_MAPS) {
        refuse(here(r), "%s: more than %d maps", d->name, PACK_MAPS);
    }
    m = &d->map[d->maps++];
    m->at = here(r);
    copy_name(m->region_name, sizeof m->region_name, need(r, "map", attr, "mr"), here(r), "mr");
    m->vaddr = parse_number(need(r, "map", attr, "vaddr"), here(r), "vaddr");
    m->flags = boolean(r, attr, "cached", true) ? FM_MAP_CACHED : 0U;
    for (const char *p = perms == NULL ? "rw" : perms; *p != '\0'; p++) {
        uint32_t bit = *p == 'r'   ? FM_MAP_READ
                       : *p == 'w' ? FM_MAP_WRITE
                       : *p == 'x' ? FM_MAP_EXECUTE
                                   : 0U;

        if (bit == 0U || (m->flags & bit) != 0U) {
            refuse(here(r), "perms=\"%s\": expected r, rw, rx", perms);
        }
        m->flags |= bit;
    }
    if ((m->flags & FM_MAP_READ) == 0U ||
        (m->flags & (FM_MAP_WRITE | FM_MAP_EXECUTE)) == (FM_MAP_WRITE | FM_MAP_EXECUTE)) {
        refuse(here(r), "perms=\"%s\": expected r, rw or rx (never writable and executable)",
               perms);
    }
    optional_name(r, attr, "setvar_vaddr", m->setvar_vaddr, sizeof m->setvar_vaddr);
    optional_name(r, attr, "setvar_size", m->setvar_size, sizeof m->setvar_size);
}

static void use_id(struct reader *r, struct domain *d, uint32_t id)
{
    if (d->used_id[id]) {
        refuse(here(r), "%s: id %u is used twice", d->name, id);
    }
    d->used_id[id] = true;
}

static void on_irq(struct reader *r, struct domain *d, const char **attr)
{
    struct irq *q;
    const char *trigger = find(attr, "trigger");
    uint64_t n;

    only(r, "irq", attr, "irq id trigger setvar_id");
    if (d->irqs == PACK_IRQS) {
        refuse(here(r), "%s: more than %d interrupts", d->name, PACK_IRQS);
    }
    q = &d->irq[d->irqs++];
    q->at = here(r);
    n = parse_number(need(r, "irq", attr, "irq"), here(r), "irq");
    q->id = identifier(r, "irq", attr);
    use_id(r, d, q->id);
    if (n > (profile_is_arm(r->s) ? 159U : 95U) || (!profile_is_arm(r->s) && n == 0U)) {
        refuse(here(r), "irq %lu: expected %s", (unsigned long)n,
               profile_is_arm(r->s) ? "0 to 159" : "1 to 95");
    }
    q->number = (uint32_t)n;
    if (trigger != NULL && strcmp(trigger, "level") != 0 && strcmp(trigger, "edge") != 0) {
        refuse(here(r), "trigger=\"%s\": expected level or edge", trigger);
    }
    q->trigger = trigger != NULL && trigger[0] == 'e' ? 1U : 0U;
    optional_name(r, attr, "setvar_id", q->setvar_id, sizeof q->setvar_id);
}

static void on_setvar(struct reader *r, struct domain *d, const char **attr)
{
    struct set *v;

    only(r, "setvar", attr, "symbol region_paddr");
    if (d->sets == PACK_SETS) {
        refuse(here(r), "%s: more than %d variables to set", d->name, PACK_SETS);
    }
    v = &d->set[d->sets++];
    v->at = here(r);
    copy_name(v->symbol, sizeof v->symbol, need(r, "setvar", attr, "symbol"), here(r), "symbol");
    copy_name(v->region, sizeof v->region, need(r, "setvar", attr, "region_paddr"), here(r),
              "region_paddr");
}

static void on_region(struct reader *r, const char **attr)
{
    struct system *s = r->s;
    struct region *m;

    only(r, "memory_region", attr, "name size page_size phys_addr prefill_path");
    if (s->regions == PACK_REGIONS) {
        refuse(here(r), "more than %d memory regions", PACK_REGIONS);
    }
    m = &s->region[s->regions];
    m->at = here(r);
    copy_name(m->name, sizeof m->name, need(r, "memory_region", attr, "name"), here(r), "name");
    if (find_region(s, m->name) >= 0) {
        refuse(here(r), "memory region \"%s\" stands there twice", m->name);
    }
    m->size = parse_number(need(r, "memory_region", attr, "size"), here(r), "size");
    m->page = number(r, attr, "page_size", 0);
    m->has_phys = find(attr, "phys_addr") != NULL;
    m->phys = number(r, attr, "phys_addr", 0);
    optional_name(r, attr, "prefill_path", m->prefill, sizeof m->prefill);
    if (m->page != 0U && m->page != PACK_PAGE && m->page != PACK_LARGE) {
        refuse(here(r), "page_size 0x%lx: expected 0x1000 or 0x200000", (unsigned long)m->page);
    }
    if (m->size == 0U || m->size % (m->page == 0U ? PACK_PAGE : m->page) != 0U ||
        m->size > (2ULL << 30)) {
        refuse(here(r), "memory region \"%s\": size 0x%lx: expected whole pages, at most 2 GiB",
               m->name, (unsigned long)m->size);
    }
    if (m->has_phys && m->phys % (m->page == 0U ? PACK_PAGE : m->page) != 0U) {
        refuse(here(r), "memory region \"%s\": phys_addr 0x%lx: expected a multiple of the page",
               m->name, (unsigned long)m->phys);
    }
    if (m->has_phys && m->phys > (1ULL << 48) - m->size) {
        refuse(here(r),
               "memory region \"%s\": 0x%lx bytes at 0x%lx end beyond the 2^48 that a machine has",
               m->name, (unsigned long)m->size, (unsigned long)m->phys);
    }
    s->regions++;
}

static void on_end(struct reader *r, const char **attr)
{
    struct channel *c = &r->s->channel[r->s->channels - 1U];
    struct end *e;

    only(r, "end", attr, "pd id pp notify setvar_id");
    if (c->ends == 2U) {
        refuse(here(r), "<channel>: expected two ends");
    }
    e = &c->end[c->ends++];
    e->at = here(r);
    copy_name(e->domain_name, sizeof e->domain_name, need(r, "end", attr, "pd"), here(r), "pd");
    e->id = identifier(r, "end", attr);
    e->pp = boolean(r, attr, "pp", false);
    e->notify = boolean(r, attr, "notify", true);
    optional_name(r, attr, "setvar_id", e->setvar_id, sizeof e->setvar_id);
}

static void on_channel(struct reader *r, const char **attr)
{
    only(r, "channel", attr, "");
    if (r->s->channels == PACK_CHANNELS) {
        refuse(here(r), "more than %d channels", PACK_CHANNELS);
    }
    r->s->channel[r->s->channels++].at = here(r);
}

static void in_domain(struct reader *r, const char *name, const char **attr)
{
    struct domain *d = &r->s->domain[r->domain[r->depth]];

    if (strcmp(name, "map") == 0) {
        on_map(r, d, attr);
    } else if (strcmp(name, "irq") == 0) {
        on_irq(r, d, attr);
    } else if (strcmp(name, "setvar") == 0) {
        on_setvar(r, d, attr);
    } else if (strcmp(name, "program_image") == 0) {
        only(r, name, attr, "path path_for_symbols");
        if (d->image[0] != '\0') {
            refuse(here(r), "%s: expected one <program_image>", d->name);
        }
        copy_name(d->image, sizeof d->image, need(r, name, attr, "path"), here(r), "path");
    } else {
        refuse(here(r),
               "<%s> in <protection_domain>: expected program_image, map, irq, setvar or "
               "protection_domain",
               name);
    }
}

static void on_start(void *user, const char *name, const char **attr)
{
    struct reader *r = user;
    const char *outer = r->depth == 0U ? "" : r->stack[r->depth - 1U];

    if (r->depth + 1U >= DEPTH) {
        refuse(here(r), "elements nest deeper than %d", DEPTH);
    }
    r->domain[r->depth + 1U] = r->domain[r->depth];
    if (r->depth == 0U) {
        if (strcmp(name, "system") != 0) {
            refuse(here(r), "<%s>: expected <system>", name);
        }
        only(r, name, attr, "");
        r->domain[1] = -1;
        r->stack[r->depth++] = "system";
    } else if (strcmp(name, "protection_domain") == 0 &&
               (strcmp(outer, "system") == 0 || strcmp(outer, "protection_domain") == 0)) {
        on_domain(r, attr);
        r->stack[r->depth++] = "protection_domain";
    } else if (strcmp(outer, "protection_domain") == 0) {
        in_domain(r, name, attr);
        r->stack[r->depth++] = "leaf";
    } else if (strcmp(outer, "system") == 0 && strcmp(name, "memory_region") == 0) {
        on_region(r, attr);
        r->stack[r->depth++] = "leaf";
    } else if (strcmp(outer, "system") == 0 && strcmp(name, "channel") == 0) {
        on_channel(r, attr);
        r->stack[r->depth++] = "channel";
    } else if (strcmp(outer, "channel") == 0 && strcmp(name, "end") == 0) {
        on_end(r, attr);
        r->stack[r->depth++] = "leaf";
    } else {
        refuse(here(r),
               "unknown element <%s>; expected protection_domain, memory_region or channel", name);
    }
}

static void on_finish(void *user, const char *name)
{
    struct reader *r = user;

    r->depth--;
    if (strcmp(name, "channel") == 0 && r->s->channel[r->s->channels - 1U].ends != 2U) {
        refuse(here(r), "<channel>: expected two ends");
    }
    if (strcmp(name, "protection_domain") == 0 &&
        r->s->domain[r->domain[r->depth + 1U]].image[0] == '\0') {
        refuse(here(r), "%s: expected a <program_image>",
               r->s->domain[r->domain[r->depth + 1U]].name);
    }
}

static void on_text(void *user, const char *text, int n)
{
    struct reader *r = user;

    for (int i = 0; i < n; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL) {
            refuse(here(r), "stray text: expected elements only");
        }
    }
}

void system_read(struct system *s, const char *path)
{
    struct reader r = {.s = s, .file = path};
    size_t size;
    uint8_t *text = file_read(path, &size, (struct where){NULL, 0});
    const char *base = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    const char *dot = strrchr(base, '.');
    size_t n = dot == NULL ? strlen(base) : (size_t)(dot - base);

    if (n >= sizeof s->name) {
        n = sizeof s->name - 1U;
    }
    memcpy(s->name, base, n);
    r.xml = XML_ParserCreate(NULL);
    r.domain[0] = -1;
    XML_SetUserData(r.xml, &r);
    XML_SetElementHandler(r.xml, on_start, on_finish);
    XML_SetCharacterDataHandler(r.xml, on_text);
    if (XML_Parse(r.xml, (const char *)text, (int)size, 1) != XML_STATUS_OK) {
        refuse(here(&r), "not well-formed: %s", XML_ErrorString(XML_GetErrorCode(r.xml)));
    }
    XML_ParserFree(r.xml);
    free(text);
    if (s->domains == 0U) {
        refuse((struct where){path, 1}, "expected at least one protection_domain");
    }
}
