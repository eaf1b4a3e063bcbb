/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/biscuit/rawpb.h"

#include <string.h>

#define DEPTH 640U

struct loop {
    const char *back;
    uint64_t round, rounds;
};

struct raw {
    struct fm_pbw w;
    const char *at;
    size_t marks[DEPTH];
    uint32_t depth;
    struct loop loop[4];
    uint32_t loops;
    bool bad;
};

static uint64_t number(struct raw *r)
{
    uint64_t v = 0;

    if (*r->at == '#' || *r->at == '@') {
        uint64_t first = *r->at++ == '@' ? 1024U : 0;
        return first + (r->loops > 0 ? r->loop[r->loops - 1U].round : 0);
    }
    r->bad = r->bad || *r->at < '0' || *r->at > '9';
    while (*r->at >= '0' && *r->at <= '9') {
        v = v * 10U + (uint64_t)(*r->at++ - '0');
    }
    return v;
}

/* Quoted text; # is three hexadecimal digits of the round's number. */
static void quoted(struct raw *r, uint32_t tag)
{
    char text[256];
    size_t n = 0;

    for (r->at++; *r->at != '"' && *r->at != '\0' && n + 4U < sizeof text; r->at++) {
        if (*r->at == '#') {
            uint64_t v = r->loops > 0 ? r->loop[r->loops - 1U].round : 0;
            for (uint32_t k = 0; k < 3; k++) {
                text[n++] = "0123456789abcdef"[v >> (8U - 4U * k) & 15U];
            }
        } else {
            text[n++] = *r->at;
        }
    }
    r->bad = r->bad || *r->at != '"';
    r->at++;
    fm_pbw_bytes(&r->w, tag, text, n);
}

/* The bytes that a letter stands for, as they are. */
static void bare(struct raw *r, const struct raw_letter *letters, size_t nletters)
{
    bool found = false;

    for (size_t i = 0; i < nletters; i++) {
        if (letters[i].letter == r->at[1]) {
            fm_pbw_raw(&r->w, letters[i].p, letters[i].n);
            found = true;
        }
    }
    r->bad = !found;
    r->at += found ? 2 : 0;
}

static void field(struct raw *r, const struct raw_letter *letters, size_t nletters)
{
    uint32_t tag = (uint32_t)number(r);

    if (*r->at == '=') {
        r->at++;
        fm_pbw_num(&r->w, tag, number(r));
    } else if (*r->at == '"') {
        quoted(r, tag);
    } else if (*r->at == '{' && r->depth < DEPTH) {
        r->at++;
        r->marks[r->depth++] = fm_pbw_open(&r->w, tag);
    } else if (*r->at == '%') {
        bool found = false;
        for (size_t i = 0; i < nletters; i++) {
            if (letters[i].letter == r->at[1]) {
                fm_pbw_bytes(&r->w, tag, letters[i].p, letters[i].n);
                found = true;
            }
        }
        r->bad = r->bad || !found;
        r->at += found ? 2 : 0;
    } else {
        r->bad = true;
    }
}

size_t raw_pb(const char *text, const struct raw_letter *letters, size_t nletters, uint8_t *out, size_t cap)
{
    struct raw r;

    memset(&r, 0, sizeof r);
    r.w = (struct fm_pbw){out, cap, 0, false};
    r.at = text;
    while (*r.at != '\0' && !r.bad) {
        struct loop *top = r.loops > 0 ? &r.loop[r.loops - 1U] : NULL;
        if (*r.at == ' ') {
            r.at++;
        } else if (*r.at == '}' && r.depth > 0) {
            r.at++;
            fm_pbw_close(&r.w, r.marks[--r.depth]);
        } else if (*r.at == '*' && r.loops < 4) {
            r.at++;
            uint64_t rounds = number(&r);
            r.bad = *r.at++ != '(';
            r.loop[r.loops++] = (struct loop){r.at, 0, rounds};
        } else if (*r.at == ')' && top != NULL) {
            if (++top->round < top->rounds) {
                r.at = top->back;
            } else {
                r.at++;
                r.loops--;
            }
        } else if (*r.at == '&') {
            bare(&r, letters, nletters);
        } else {
            field(&r, letters, nletters);
        }
    }
    return r.bad || r.w.bad || r.depth > 0 || r.loops > 0 ? 0 : r.w.len;
}
