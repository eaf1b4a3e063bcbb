/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled decision: a token asked once, answered per row.
 *
 * A world holds a token, the authorizer's program and every fact of the question but the resource. Compiling it runs
 * what does not depend on the resource, once, and reduces the rest to all, none, exact ids, prefixes, or a residual
 * program over bounds. fm_biscuit_row then answers what a whole evaluation would answer if the fact resource(row)
 * (and attr(name, value) for each of a row's attributes) had been added last; that is the definition, and
 * tests/biscuit/decide.c holds the two against each other. One difference is allowed: limits (fuel, rounds, facts)
 * count for the compilation and for each row, not for both together.
 *
 * Numbered because the code and the tests cite them:
 *  D1  Nothing that a row can change is decided when compiling: relations that depend on resource/1 (and attr/2, if
 *      rows have attributes) through any rule are tainted, and so is whatever looks at them.
 *  D2  A query becomes a set only if no row can make it fail with an error; else it stays a program. So the order of
 *      matches, which decides between an answer and an error, never matters for a set.
 *  D3  A residual query that meets an error anywhere is decided by a whole evaluation, in the whole evaluation's order.
 *  D4  ids and prefixes, whatever the kind, contain every name that is admitted: they are bounds for an index.
 */
#ifndef FIRMAMENT_BISCUIT_DECIDE_H
#define FIRMAMENT_BISCUIT_DECIDE_H

#include <firmament/biscuit_profile.h>

#pragma GCC visibility push(default)

enum fm_biscuit_admits {
    FM_BISCUIT_NONE,     /* no row                                                                       */
    FM_BISCUIT_ALL,      /* every row                                                                    */
    FM_BISCUIT_IDS,      /* exactly the ids                                                              */
    FM_BISCUIT_PREFIXES, /* exactly the ids and what begins with a prefix                                */
    FM_BISCUIT_RESIDUAL, /* some of the ids and of what begins with a prefix (of all if `unbounded`): ask */
};

struct fm_b_compiled;

struct fm_biscuit_decision {
    enum fm_biscuit_admits kind;
    fm_err why;     /* NONE: TOKEN_DENIED, TOKEN_NO_POLICY, or the error of the evaluation; else FM_OK */
    bool unbounded; /* ALL, or RESIDUAL over all names */
    /* Sorted (by bytes), without duplicates and overlaps; views into the world. The names that may be visible. */
    uint32_t nids, nprefixes;
    const struct fm_biscuit_text *ids, *prefixes;
    bool program; /* RESIDUAL: a program decides; else only names that are excluded stand in the way */
    struct fm_b_compiled *inside; /* what the row function reads */
};

/*
 * Compiles. The world must hold token, code and question, without the resource, and must not have been run. It
 * belongs to the decision from then on, and both live in the world's arena: a decision is dropped by giving the arena
 * back. `attrs`: rows will bring attributes. The decision is always answered (an error of the evaluation is NONE with
 * that `why`); what is returned is TOKEN_MEMORY if the arena is too small to compile in, else FM_OK.
 * Cost: one evaluation; at most 64 row answers more if ids are left with a residual program.
 */
fm_err fm_biscuit_compile(struct fm_biscuit_world *world, bool attrs, struct fm_biscuit_decision *out);

/*
 * Is the row admitted? Text that is not UTF-8 is as good a name as any other. Not a pure function for RESIDUAL, which
 * works in the world's memory and leaves it as it was: one thread a decision.
 * Cost: ALL, NONE nothing; ids a hash, prefixes a search among them; RESIDUAL those, then the tainted part of the
 * program.
 */
bool fm_biscuit_row(struct fm_biscuit_decision *decision, const char *resource, uint32_t n);
/* The same for a row with attributes; the decision must have been compiled for them. */
bool fm_biscuit_row_attrs(struct fm_biscuit_decision *decision, const char *resource, uint32_t n,
                          const struct fm_biscuit_attr *attrs, uint32_t nattrs);

/*
 * Bounds for an index over names in byte order (UTF-8 and C collation): every admitted name is >= lo and < hi. Writes
 * them and their lengths; *has_hi false: there is no upper bound. An empty interval (lo = hi = "") if nothing is
 * admitted. hi is valid UTF-8 if the prefixes are. Errors: TOKEN_LENGTH if cap is smaller than the longest name and
 * one more.
 */
fm_err fm_biscuit_bounds(const struct fm_biscuit_decision *decision, char *lo, uint32_t *lo_len, char *hi,
                         uint32_t *hi_len, size_t cap, bool *has_hi);
/* The bounds of prefix i alone, for the list of disjoint ranges. */
fm_err fm_biscuit_range(const struct fm_biscuit_decision *decision, uint32_t i, char *hi, uint32_t *hi_len, size_t cap,
                        bool *has_hi);

#pragma GCC visibility pop

#endif
