/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dregg profile: which facts, checks and policies tokens over cells and rows are made of, so that the node, the
 * database, the SDK and any other Biscuit library mean the same thing by them.
 *
 *   who mints says   subject("…"); right("kind/id", "read"); right_under("kind/prefix/", "read"); right_any("read");
 *   who decides says resource("kind/id"), operation("read"), time(…), and where they exist role("…"),
 *                    relation("schema.table"), database("…"), attr("name", "value"), amount(n), field(n), method(n)
 *   who narrows says check if resource($r), $r.starts_with("kind/prefix/");   and the other forms of narrow_code
 *
 * Operations are the ten rights of a capability record (firmament/heart.h) and nothing else: the same bits, compared by
 * the same function, fm_cap_subset. A prefix ends in a slash; one that does not grants nothing (so "org/4" never
 * covers "org/42"). amount, field and method are limited by `reject if`, because an operation that has none is not
 * concerned: who decides about an operation that has one must say it.
 */
#ifndef FIRMAMENT_BISCUIT_PROFILE_H
#define FIRMAMENT_BISCUIT_PROFILE_H

#include <firmament/biscuit.h>
#include <firmament/heart.h>

#pragma GCC visibility push(default)

#define FM_BISCUIT_RIGHTS 10U

/* Text that need not end in a NUL. */
struct fm_biscuit_text {
    const char *p;
    uint32_t n;
};

/* The bit of a right's name ("read" … "admin"), 0 if it is none. */
uint16_t fm_biscuit_action(const char *name, size_t n);
/* The name of right number i, 0 to 9. A string constant. */
const char *fm_biscuit_action_name(uint32_t i);

/* What a mint grants: these rights on one resource, under a prefix, or on everything. */
enum fm_biscuit_reach { FM_BISCUIT_RIGHT, FM_BISCUIT_RIGHT_UNDER, FM_BISCUIT_RIGHT_ANY };
struct fm_biscuit_grant {
    enum fm_biscuit_reach reach;
    struct fm_biscuit_text resource; /* unused for ANY */
    uint16_t rights;
};

/* A narrowing, field by field; what is zero or absent narrows nothing. */
struct fm_biscuit_narrowing {
    const struct fm_biscuit_text *prefixes; /* one of them; each ends in a slash */
    uint32_t nprefixes;
    const struct fm_biscuit_text *ids; /* one of them, or under one of the prefixes */
    uint32_t nids;
    uint16_t actions; /* only these rights */
    bool has_until;
    uint64_t until; /* seconds since 1970, the last in which the token is good; at most the year 9999 */
    bool has_max_amount;
    uint64_t max_amount; /* above 2^63-1 is 2^63-1 */
    bool has_fields;
    uint16_t f_lo, f_hi; /* [f_lo, f_hi) */
    bool has_methods;
    uint16_t methods;
};

/*
 * Writes the block that grants, or narrows, as text with a closing NUL into out[0..cap); *len is its length.
 *   TOKEN_PREFIX  a prefix does not end in a slash
 *   TOKEN_ACTION  rights that are none of the ten, or none at all
 *   TOKEN_EMPTY   nothing is granted, or nothing is narrowed
 *   TOKEN_UTF8    a resource is not UTF-8
 *   TOKEN_LENGTH  cap is too small
 */
fm_err fm_biscuit_grant_code(const struct fm_biscuit_text *subject, const struct fm_biscuit_grant *grants, uint32_t n,
                             char *out, size_t cap, size_t *len);
fm_err fm_biscuit_narrow_code(const struct fm_biscuit_narrowing *narrowing, char *out, size_t cap, size_t *len);

/* The profile's policies, as authorizer code: right, right_under, right_any. */
extern const char fm_biscuit_policies[];

/* What is asked. Texts with p NULL are not said. */
struct fm_biscuit_attr {
    struct fm_biscuit_text name, value;
};
struct fm_biscuit_question {
    uint16_t action;                /* one bit of enum fm_right; 0: not said      */
    struct fm_biscuit_text resource; /* not said when a decision is compiled for all */
    uint64_t time;                  /* seconds since 1970; always said            */
    struct fm_biscuit_text role, relation, database;
    const struct fm_biscuit_attr *attrs;
    uint32_t nattrs;
    bool has_amount, has_field, has_method;
    uint64_t amount;
    uint16_t field, method;
};
/* Adds the question's facts to a world. Errors: TOKEN_ACTION; TOKEN_AMOUNT above 2^63 - 1, which no token can be asked
 * about; limits. */
fm_err fm_biscuit_ask(struct fm_biscuit_world *world, const struct fm_biscuit_question *question);

/*
 * What a token allows on one resource, as the limits of a grant (heart.md section 2): *limits comes in as what is
 * asked for (group, badge, allowance and all else) and goes out met with the token: rights, methods, fields,
 * max_amount and expiry are only ever lowered. Each right is decided by a whole evaluation with `policies` (NULL: the
 * profile's), so limits can say no more than the verdicts do. Compare the result with a record by fm_cap_subset.
 * Verified or not is the caller's decision, as everywhere.
 *   TOKEN_NO_LIMITS  the token depends on time, amount, field or method in a form that limits cannot hold
 *   TOKEN_DENIED     nothing is left
 *   and what an evaluation can answer. `arena` is given back on return.
 */
fm_err fm_biscuit_limits_of(const struct fm_biscuit *token, const struct fm_biscuit_question *question,
                            const struct fm_biscuit_text *policies, struct fm_arena *arena, struct fm_limits *limits);

#pragma GCC visibility pop

#endif
