/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds for an index, from the names and prefixes of a decision. */
#include "biscuit/idset.h"

#include <firmament/biscuit_decide.h>

/* The character that ends at text[n): its start and code point; false if there stands none. */
static bool last_character(const char *text, uint32_t n, uint32_t *start, uint32_t *point)
{
    uint32_t i = n;
    uint32_t c = 0;
    uint32_t shift = 0;

    while (i > 0 && n - i < 3U && ((uint8_t)text[i - 1U] & 0xc0U) == 0x80U) {
        c |= ((uint8_t)text[--i] & 0x3fU) << shift;
        shift += 6;
    }
    if (i == 0) {
        return false;
    }
    uint8_t lead = (uint8_t)text[--i];
    *start = i;
    *point = shift == 0 ? lead : c | (uint32_t)(lead & (0x3fU >> shift / 6U)) << shift;
    return true;
}

static uint32_t put_character(char *out, uint32_t c)
{
    uint32_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t leads[4] = {0, 0xc0, 0xe0, 0xf0};

    for (uint32_t i = more; i > 0; i--) {
        out[i] = (char)(0x80U | (c & 0x3fU));
        c >>= 6;
    }
    out[0] = (char)(leads[more] | c);
    return more + 1U;
}

/* The least text above all that begins with this one: its last character one up, without what stands behind it (UTF-8
 * rises as its code points do). Needs one byte more than the text. False if there is none. */
static bool above(const struct fm_biscuit_text *t, char *out, uint32_t *len)
{
    uint32_t n = t->n;
    uint32_t start = 0;
    uint32_t c = 0;

    memcpy(out, t->p, n);
    while (last_character(out, n, &start, &c)) {
        n = start;
        if (c < 0x10ffff) {
            *len = n + put_character(out + n, c == 0xd7ff ? 0xe000 : c + 1U);
            return true;
        }
    }
    return false;
}

fm_err fm_biscuit_range(const struct fm_biscuit_decision *d, uint32_t i, char *hi, uint32_t *hi_len, size_t cap,
                        bool *has_hi)
{
    FM_ASSERT(i < d->nprefixes);
    if (cap < (size_t)d->prefixes[i].n + 1U) {
        return FM_E_TOKEN_LENGTH;
    }
    *hi_len = 0;
    *has_hi = above(&d->prefixes[i], hi, hi_len);
    return FM_OK;
}

fm_err fm_biscuit_bounds(const struct fm_biscuit_decision *d, char *lo, uint32_t *lo_len, char *hi, uint32_t *hi_len,
                         size_t cap, bool *has_hi)
{
    const struct fm_biscuit_text *least = NULL;
    const struct fm_biscuit_text *id = d->nids > 0 ? &d->ids[d->nids - 1U] : NULL;
    const struct fm_biscuit_text *prefix = d->nprefixes > 0 ? &d->prefixes[d->nprefixes - 1U] : NULL;

    *lo_len = 0;
    *hi_len = 0;
    *has_hi = !d->unbounded;
    if (d->unbounded || (id == NULL && prefix == NULL)) {
        return FM_OK;
    }
    least = id != NULL ? &d->ids[0] : &d->prefixes[0];
    if (prefix != NULL && fm_b_text_order(&d->prefixes[0], least) < 0) {
        least = &d->prefixes[0];
    }
    if (cap < (size_t)least->n || (id != NULL && cap < (size_t)id->n + 1U) ||
        (prefix != NULL && cap < (size_t)prefix->n + 1U)) {
        return FM_E_TOKEN_LENGTH;
    }
    memcpy(lo, least->p, least->n);
    *lo_len = least->n;
    if (id != NULL && (prefix == NULL || fm_b_text_order(prefix, id) < 0)) {
        memcpy(hi, id->p, id->n);
        hi[id->n] = 1; /* no text without NUL stands between */
        *hi_len = id->n + 1U;
    } else {
        *has_hi = above(prefix, hi, hi_len);
    }
    return FM_OK;
}
