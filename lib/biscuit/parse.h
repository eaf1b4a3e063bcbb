/* SPDX-License-Identifier: Apache-2.0 */
/* The text parser's common ground: a cursor over the text, and one way to fail. */
#ifndef FM_BISCUIT_PARSE_H
#define FM_BISCUIT_PARSE_H

#include "biscuit/world.h"

struct fm_b_parser {
    struct fm_biscuit_world *w;
    struct fm_b_program *program;
    const uint8_t *text;
    size_t n, pos;
    fm_err err;
    size_t err_at;
    const char *expected;
};

/* Records the first fault, at the present place. Returns false. */
bool fm_b_expected(struct fm_b_parser *p, const char *what);
bool fm_b_fault(struct fm_b_parser *p, fm_err err, const char *what);
/* White space and comments. */
void fm_b_space(struct fm_b_parser *p);
static inline uint8_t fm_b_peek(const struct fm_b_parser *p, size_t ahead)
{
    return ahead < p->n - p->pos ? p->text[p->pos + ahead] : 0;
}
bool fm_b_name_char(uint8_t c);
/* Takes the exact text if it is there. */
bool fm_b_take(struct fm_b_parser *p, const char *text);
/* A name of at least one character, as a string value; FM_B_NONE after a fault. */
uint32_t fm_b_name(struct fm_b_parser *p, const char *what);
/* A constant, or a variable where that is allowed. FM_B_NONE after a fault. */
uint32_t fm_b_parse_term(struct fm_b_parser *p, bool variable);
bool fm_b_parse_key(struct fm_b_parser *p, struct fm_biscuit_key *key);
/* An expression, into the scratch expressions. */
bool fm_b_parse_expr(struct fm_b_parser *p);

#endif
