/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads NAME.caps: what Microkit's description cannot say. One statement a line, words between
 * blanks, # starts a comment. docs/guide/domains.md lists the statements.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/pack/pack.h"

#define WORDS 24

struct line {
    struct where at;
    unsigned words;
    char *word[WORDS];
};

static void expect(const struct line *l, unsigned least, unsigned most, const char *form)
{
    if (l->words < least || l->words > most) {
        refuse(l->at, "%s: expected: %s", l->word[0], form);
    }
}

static uint64_t number(const struct line *l, unsigned i, uint64_t most)
{
    uint64_t v = parse_number(l->word[i], l->at, l->word[0]);

    if (v > most) {
        refuse(l->at, "%s %s: expected at most %lu", l->word[0], l->word[i], (unsigned long)most);
    }
    return v;
}

static void on_set(struct domain *d, const struct line *l)
{
    struct set *v;

    expect(l, 3, 3, "set SYMBOL VALUE");
    if (d->sets == PACK_SETS) {
        refuse(l->at, "%s: more than %d variables to set", d->name, PACK_SETS);
    }
    v = &d->set[d->sets++];
    v->at = l->at;
    copy_name(v->symbol, sizeof v->symbol, l->word[1], l->at, "symbol");
    v->value = number(l, 2, UINT64_MAX);
}

static uint32_t rights_word(const struct line *l, const char *w)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } all[] = {{"write", 1}, {"read", 2}, {"grant", 4}, {"grantreply", 8}, {"all", 15}};

    for (unsigned i = 0; i < 5U; i++) {
        if (strcmp(w, all[i].name) == 0) {
            return all[i].bit;
        }
    }
    refuse(l->at, "cap: \"%s\": expected read, write, grant, grantreply or all", w);
}

/* cap [own:]SLOT OBJECT [BITS] of DOMAIN [from DOMAIN] [badge N] [rights WORD...] */
static void on_cap(struct domain *d, const struct line *l)
{
    static const char *const objects =
        " endpoint notification inbox mail vspace untyped tcb own cspace ";
    struct extra_cap *c;
    char padded[40];
    unsigned i = 3;

    expect(l, 3, WORDS, "cap [own:]SLOT OBJECT [of DOMAIN] [from DOMAIN] [badge N] [rights R...]");
    if (d->extras == PACK_EXTRA_CAPS) {
        refuse(l->at, "%s: more than %d capabilities", d->name, PACK_EXTRA_CAPS);
    }
    c = &d->extra[d->extras++];
    c->at = l->at;
    c->in_own = strncmp(l->word[1], "own:", 4) == 0;
    c->slot = (uint32_t)parse_number(l->word[1] + (c->in_own ? 4 : 0), l->at, "slot");
    copy_name(c->object, sizeof c->object, l->word[2], l->at, "object");
    snprintf(padded, sizeof padded, " %s ", c->object);
    if (strstr(objects, padded) == NULL) {
        refuse(l->at, "cap: object \"%s\": expected one of:%s", c->object, objects);
    }
    copy_name(c->of, sizeof c->of, d->name, l->at, "domain");
    while (i < l->words) {
        const char *w = l->word[i++];

        if (strcmp(w, "rights") == 0) {
            while (i < l->words) {
                c->rights |= rights_word(l, l->word[i++]);
            }
        } else if (i < l->words && strcmp(w, "of") == 0) {
            copy_name(c->of, sizeof c->of, l->word[i++], l->at, "domain");
        } else if (i < l->words && strcmp(w, "from") == 0) {
            copy_name(c->from, sizeof c->from, l->word[i++], l->at, "domain");
        } else if (i < l->words && strcmp(w, "badge") == 0) {
            c->badge = parse_number(l->word[i++], l->at, "badge");
        } else if (i < l->words && strcmp(w, "bits") == 0) {
            c->bits = (uint32_t)parse_number(l->word[i++], l->at, "bits");
        } else {
            refuse(l->at, "cap: \"%s\": expected of, from, badge, bits or rights", w);
        }
    }
    if (c->rights == 0U) {
        c->rights = 15;
    }
}

static void on_mail(struct domain *d, const struct line *l)
{
    expect(l, 2, WORDS, "mail FROM_DOMAIN...");
    for (unsigned i = 1; i < l->words; i++) {
        if (d->mails == FM_SYS_MAIL_CNODES) {
            refuse(l->at, "%s: mail of more than %d domains", d->name, FM_SYS_MAIL_CNODES);
        }
        d->mail_at[d->mails] = l->at;
        copy_name(d->mail_from[d->mails++], 64, l->word[i], l->at, "domain");
    }
}

static void on_window(struct domain *d, const struct line *l)
{
    expect(l, 3, 3, "window VADDR BYTES");
    if (d->windows == PACK_WINDOWS) {
        refuse(l->at, "%s: more than %d windows", d->name, PACK_WINDOWS);
    }
    d->window[d->windows].base = number(l, 1, FM_RT_ADDRESS_TOP);
    d->window[d->windows++].bytes = number(l, 2, 1ULL << 34);
}

/* reset REGION OFFSET VALUE */
static void on_reset(struct domain *d, const struct line *l)
{
    struct reset *r;

    expect(l, 4, 4, "reset REGION OFFSET VALUE");
    if (d->resets == PACK_RESETS) {
        refuse(l->at, "%s: more than %d devices to reset", d->name, PACK_RESETS);
    }
    r = &d->reset[d->resets++];
    r->at = l->at;
    copy_name(r->region_name, sizeof r->region_name, l->word[1], l->at, "region");
    r->offset = (uint32_t)number(l, 2, UINT32_MAX);
    r->value = (uint32_t)number(l, 3, UINT32_MAX);
}

static bool flag(struct domain *d, const struct line *l)
{
    static const char *const names[] = {"own", "inbox", "endpoint", "no-time", "timeout"};
    bool *const places[] = {&d->own, &d->inbox, &d->endpoint, &d->no_time, &d->timeout};

    for (unsigned i = 0; i < 5U; i++) {
        if (strcmp(l->word[0], names[i]) == 0) {
            expect(l, 1, 1, names[i]);
            *places[i] = true;
            return true;
        }
    }
    return false;
}

static void in_domain(struct system *s, struct domain *d, const struct line *l)
{
    const char *w = l->word[0];

    if (flag(d, l)) {
        return;
    }
    if (strcmp(w, "untyped") == 0) {
        expect(l, 2, 2, "untyped BITS");
        d->untyped_bits = (uint32_t)number(l, 1, 30);
        if (d->untyped_bits < 12U) {
            refuse(l->at, "untyped %u: expected 12 to 30", d->untyped_bits);
        }
    } else if (strcmp(w, "replies") == 0) {
        expect(l, 2, 2, "replies N");
        d->replies = (uint32_t)number(l, 1, 1U + FM_SYS_EXTRA_REPLIES);
    } else if (strcmp(w, "restart") == 0) {
        expect(l, 2, 2, "restart N");
        d->restarts = (uint32_t)number(l, 1, 1000000);
    } else if (strcmp(w, "smc") == 0) {
        expect(l, 2, 2, "smc FUNCTION");
        d->smc_function = number(l, 1, UINT32_MAX);
        d->smc = d->smc || profile_is_arm(s);
    } else if (strcmp(w, "set") == 0) {
        on_set(d, l);
    } else if (strcmp(w, "cap") == 0) {
        on_cap(d, l);
    } else if (strcmp(w, "mail") == 0) {
        on_mail(d, l);
    } else if (strcmp(w, "window") == 0) {
        on_window(d, l);
    } else if (strcmp(w, "reset") == 0) {
        on_reset(d, l);
    } else {
        refuse(l->at,
               "unknown statement \"%s\"; expected own, untyped, inbox, mail, endpoint, "
               "replies, restart, timeout, no-time, smc, window, reset, set or cap",
               w);
    }
}

static void on_console(struct system *s, const struct line *l)
{
    expect(l, 8, 8, "console DOMAIN channel ID region NAME uart NAME");
    if (strcmp(l->word[2], "channel") != 0 || strcmp(l->word[4], "region") != 0 ||
        strcmp(l->word[6], "uart") != 0) {
        refuse(l->at, "expected: console DOMAIN channel ID region NAME uart NAME");
    }
    s->console_at = l->at;
    copy_name(s->console_domain, 64, l->word[1], l->at, "domain");
    s->console_channel = (uint32_t)number(l, 3, PACK_CHANNEL_IDS - 1U);
    copy_name(s->console_region, 64, l->word[5], l->at, "region");
    copy_name(s->console_uart, 64, l->word[7], l->at, "region");
}

static void on_rule(struct system *s, const struct line *l)
{
    struct rule *r;

    expect(l, 3, 4, "forbid DOMAIN device|irq|smc|dma|clock, memory MIB or meets DOMAIN");
    if (s->rules == PACK_RULES) {
        refuse(l->at, "more than %d rules", PACK_RULES);
    }
    r = &s->rule[s->rules++];
    r->at = l->at;
    copy_name(r->domain, sizeof r->domain, l->word[1], l->at, "domain");
    copy_name(r->what, sizeof r->what, l->word[2], l->at, "rule");
    if (l->words == 4U) {
        copy_name(r->other, sizeof r->other, l->word[3], l->at, "domain");
    }
}

static struct domain *on_line(struct system *s, struct domain *d, const struct line *l)
{
    const char *w = l->word[0];

    if (strcmp(w, "domain") == 0) {
        expect(l, 2, 2, "domain NAME");
        d = &s->domain[need_domain(s, l->word[1], l->at)];
        if (d->caps_seen) {
            refuse(l->at, "domain %s stands there twice", d->name);
        }
        d->caps_seen = true;
    } else if (strcmp(w, "console") == 0) {
        on_console(s, l);
    } else if (strcmp(w, "forbid") == 0) {
        on_rule(s, l);
    } else if (strcmp(w, "share") == 0) {
        expect(l, 2, 2, "share REGION");
        s->region[need_region(s, l->word[1], l->at)].shared_by_rule = true;
    } else if (d == NULL) {
        refuse(l->at, "\"%s\": expected domain, console, forbid or share first", w);
    } else {
        in_domain(s, d, l);
    }
    return d;
}

void caps_read(struct system *s, const char *path)
{
    size_t size;
    char *text = (char *)file_read(path, &size, (struct where){NULL, 0});
    struct domain *d = NULL;
    unsigned line = 0;

    for (char *next = text; next != NULL;) {
        struct line l = {.at = {path, ++line}};
        char *start = next;
        char *save;

        next = strchr(start, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (strchr(start, '#') != NULL) {
            *strchr(start, '#') = '\0';
        }
        for (char *w = strtok_r(start, " \t\r", &save); w != NULL;
             w = strtok_r(NULL, " \t\r", &save)) {
            if (l.words == WORDS) {
                refuse(l.at, "more than %d words", WORDS);
            }
            l.word[l.words++] = w;
        }
        if (l.words != 0U) {
            d = on_line(s, d, &l);
        }
    }
    free(text);
}
