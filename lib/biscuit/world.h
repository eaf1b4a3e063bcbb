/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an evaluation is made of. Every value (string, number, set, …) is kept once and named by a
 * number, so equality of any two values is equality of two numbers and nothing here ever recurses.
 * Programs are flat arrays: an expression's closures stand inline, with their length before them.
 */
#ifndef FM_BISCUIT_WORLD_H
#define FM_BISCUIT_WORLD_H

#include "base/base.h"
#include "biscuit/pb.h"

#include <firmament/biscuit.h>

#define FM_B_VAR 0x80000000U  /* a term with this bit is the number of a variable of its rule */
#define FM_B_NONE 0xffffffffU /* no value */
#define FM_B_TRUE 28U         /* values that are always there, after the 28 default symbols */
#define FM_B_FALSE 29U
#define FM_B_NULL 30U
#define FM_B_NAME_QUERY 27U

#define FM_B_TERMS 64U   /* of a predicate                       */
#define FM_B_BODY 32U    /* predicates, expressions, scopes      */
#define FM_B_OPS 256U    /* of an expression                     */
#define FM_B_VARS 64U    /* of a rule, closure parameters included */
#define FM_B_DEPTH 16U   /* of terms and closures                */
#define FM_B_ITEMS 1024U /* of a set, array or map               */
#define FM_B_QUERIES 32U

struct fm_b_value {
    const void *ptr; /* string, bytes; items of a set, array (n), map (2n: keys and values) */
    uint64_t num;
    uint32_t n;
    uint32_t hash;
    uint8_t type; /* the field numbers of the schema's Term: 2 integer … 10 map */
    uint8_t depth;
};

struct fm_b_pred {
    uint32_t name;
    uint32_t n;
    const uint32_t *terms;
    uint32_t rel; /* which relation (name, number of terms) */
};

enum fm_b_op_kind { FM_B_VALUE, FM_B_UNARY, FM_B_BINARY, FM_B_CLOSURE, FM_B_PARAM };
enum { FM_B_NEGATE, FM_B_PARENS, FM_B_LENGTH, FM_B_TYPEOF, FM_B_UFFI };
enum {
    FM_B_LT, FM_B_GT, FM_B_LE, FM_B_GE, FM_B_EQ, FM_B_CONTAINS, FM_B_PREFIX, FM_B_SUFFIX, FM_B_REGEX, FM_B_ADD,
    FM_B_SUB, FM_B_MUL, FM_B_DIV, FM_B_AND, FM_B_OR, FM_B_INTERSECTION, FM_B_UNION, FM_B_BITAND, FM_B_BITOR,
    FM_B_BITXOR, FM_B_NE, FM_B_HEQ, FM_B_HNE, FM_B_LAZYAND, FM_B_LAZYOR, FM_B_ALL, FM_B_ANY, FM_B_GET, FM_B_BFFI,
    FM_B_TRY
};

struct fm_b_op {
    uint8_t kind;     /* enum fm_b_op_kind */
    uint8_t sub;      /* which unary or binary operation */
    uint16_t nparams; /* CLOSURE: so many PARAM operations follow, counted in arg */
    uint32_t arg;     /* VALUE: term. UNARY, BINARY: host function's name. CLOSURE: length. PARAM: variable */
};

struct fm_b_expr {
    const struct fm_b_op *ops;
    uint32_t n;
};

struct fm_b_scope {
    uint8_t kind; /* 0 authority, 1 previous, 2 key */
    uint32_t key;
};

struct fm_b_rule {
    struct fm_b_pred head;
    uint8_t nbody, nexprs, nscopes, nvars;
    const struct fm_b_pred *body;
    const struct fm_b_expr *exprs;
    const struct fm_b_scope *scopes;
    const uint32_t *vars; /* their names */
    uint64_t trusted;     /* origins it may look at */
    uint32_t block;
    uint32_t seen;        /* facts known when it was last applied */
    bool tainted;         /* used by the compiled decision */
    struct fm_b_rule *next;
};

/* A check (kind 0 if, 1 all, 2 reject) or a policy (kind 0 allow, 1 deny). */
struct fm_b_check {
    uint8_t kind;
    uint32_t nqueries;
    struct fm_b_rule *queries;
    bool tainted;
    struct fm_b_check *next;
};

struct fm_b_factlist {
    struct fm_b_pred pred;
    struct fm_b_factlist *next;
};

struct fm_b_program {
    struct fm_b_factlist *facts, **facts_tail;
    struct fm_b_rule *rules, **rules_tail;
    struct fm_b_check *checks, **checks_tail;
    struct fm_b_check *policies, **policies_tail;
    struct fm_b_scope scopes[FM_B_BODY];
    uint32_t nscopes;
    uint32_t nfacts, nrules, nchecks, npolicies;
    uint32_t version;
    uint32_t ext_key; /* FM_B_NONE, or a key of the world */
    const uint8_t *context;
    uint32_t context_len;
    const uint32_t *symbols; /* the block's own, as values */
    uint32_t nsymbols;
    const uint32_t *keys;
    uint32_t nkeys;
};

struct fm_b_fact {
    const uint32_t *terms;
    uint64_t origin;
    uint32_t name, n, rel;
    uint32_t next; /* the next fact of the relation */
    uint32_t prev; /* and the one before */
};

struct fm_b_rel {
    uint32_t name, n;
    uint32_t first, last; /* facts, or FM_B_NONE */
    bool tainted;
};

#define FM_B_RELS 1024U

struct fm_biscuit_world {
    struct fm_arena *arena;
    struct fm_biscuit_limits limits;
    uint64_t fuel;
    struct fm_biscuit_host host;
    struct fm_biscuit_trace trace;
    /* values */
    struct fm_b_value *values;
    uint32_t nvalues;
    uint32_t *slots;
    uint32_t slot_mask;
    /* keys */
    struct fm_biscuit_key keys[FM_BISCUIT_KEYS_MAX];
    uint64_t key_blocks[FM_BISCUIT_KEYS_MAX]; /* blocks signed externally by this key */
    uint32_t nkeys;
    /* facts */
    struct fm_b_fact *facts;
    uint32_t nfacts;
    uint32_t *fact_slots;
    uint32_t fact_mask;
    struct fm_b_rel *rels;
    uint32_t nrels;
    uint32_t *rel_slots;
    /* programs: block i, and the authorizer at FM_BISCUIT_BLOCKS_MAX */
    struct fm_b_program *programs[FM_BISCUIT_BLOCKS_MAX + 1U];
    uint32_t nblocks;
    uint32_t iterations;
    bool ran;
    struct fm_b_scratch *scratch;
    struct fm_b_frame *frames;
    uint32_t *stack;
};

/* What a reader builds before it knows how long it is; one per world, reused. */
struct fm_b_scratch {
    uint32_t items[4096];
    struct fm_b_op ops[FM_B_OPS + 8U];
    struct fm_b_pred preds[FM_B_BODY];
    struct fm_b_expr exprs[FM_B_BODY];
    struct fm_b_scope scopes[FM_B_BODY];
    uint32_t vars[FM_B_VARS];
    uint32_t nitems, nops, npreds, nexprs, nscopes, nvars;
};

/* values (values.c) -------------------------------------------------------------------------- */
/* The number of a value, added if new. `copy`: the bytes are copied into the arena. Sets FM_B_NONE and *err
 * (TOKEN_MEMORY, TOKEN_VALUES, TOKEN_NESTING) on failure. */
uint32_t fm_b_scalar(struct fm_biscuit_world *w, uint8_t type, uint64_t num, fm_err *err);
uint32_t fm_b_blob(struct fm_biscuit_world *w, uint8_t type, const void *p, uint32_t n, bool copy, fm_err *err);
/* items: sets are sorted and deduplicated in place, maps (pairs) sorted by key, the last of equal keys wins. */
uint32_t fm_b_items(struct fm_biscuit_world *w, uint8_t type, uint32_t *items, uint32_t n, fm_err *err);
static inline const struct fm_b_value *fm_b_get(const struct fm_biscuit_world *w, uint32_t id)
{
    return &w->values[id];
}
/* Everything interned after a mark can be dropped again, last first. */
struct fm_b_mark {
    uint32_t nvalues;
    size_t used;
};
struct fm_b_mark fm_b_mark(const struct fm_biscuit_world *w);
void fm_b_release(struct fm_biscuit_world *w, struct fm_b_mark mark);
/* -1, 0, 1: the order of two values of one type inside a set or of map keys. */
int fm_b_order(const struct fm_biscuit_world *w, uint32_t a, uint32_t b);
/* The key's number, added if new; FM_B_NONE if there is no room. */
uint32_t fm_b_key(struct fm_biscuit_world *w, const struct fm_biscuit_key *key);
/* Is x among the n sorted items of a set? */
bool fm_b_set_has(const struct fm_b_value *set, uint32_t x);

/* programs (program.c) ----------------------------------------------------------------------- */
struct fm_b_program *fm_b_program_new(struct fm_biscuit_world *w);
void fm_b_scratch_reset(struct fm_b_scratch *s);
/* The variable's number in the rule being built; FM_B_NONE when there are too many. */
uint32_t fm_b_var(struct fm_b_scratch *s, uint32_t name);
/* Turns what scratch holds into a rule; head may be NULL (query). NULL: no memory. */
struct fm_b_rule *fm_b_rule_make(struct fm_biscuit_world *w, const struct fm_b_pred *head, fm_err *err);
/* Copies a predicate's terms out of scratch items[from..nitems) and drops them there. */
fm_err fm_b_pred_make(struct fm_biscuit_world *w, uint32_t name, uint32_t from, struct fm_b_pred *out);
fm_err fm_b_expr_make(struct fm_biscuit_world *w);
/* True if all variables of the head occur in the body. */
bool fm_b_rule_bound(const struct fm_b_rule *rule);
fm_err fm_b_add_fact(struct fm_biscuit_world *w, struct fm_b_program *p, const struct fm_b_pred *pred);
void fm_b_add_rule(struct fm_b_program *p, struct fm_b_rule *rule);
struct fm_b_check *fm_b_check_new(struct fm_biscuit_world *w, uint8_t kind);
void fm_b_add_check(struct fm_b_program *p, struct fm_b_check *check, bool policy);
/* The lowest schema version that can hold the program: 3, 4 or 6. Not strict: as other libraries count, which do
 * not ask for version 6 for arrays, maps and get(). */
uint32_t fm_b_program_version(const struct fm_biscuit_world *w, const struct fm_b_program *p, bool strict);
/* Puts a program's facts into the world and works out what each rule and query may look at. */
fm_err fm_b_activate(struct fm_biscuit_world *w, struct fm_b_program *p, uint32_t block);
uint64_t fm_b_trusted(const struct fm_biscuit_world *w, const struct fm_b_scope *scopes, uint32_t n, uint64_t otherwise,
                      uint32_t block);

/* facts and rules (eval.c) ------------------------------------------------------------------- */
uint32_t fm_b_rel(struct fm_biscuit_world *w, uint32_t name, uint32_t n, fm_err *err);
/* Adds a fact; *added tells whether it was new. */
fm_err fm_b_fact_add(struct fm_biscuit_world *w, const struct fm_b_pred *pred, uint64_t origin, bool *added);

/* Drops the facts from number n on, last first. Their terms stay until the arena is given back. */
void fm_b_facts_keep(struct fm_biscuit_world *w, uint32_t n);
/* Puts back a copy of a fact that was dropped and is not there now. */
void fm_b_fact_again(struct fm_biscuit_world *w, const struct fm_b_fact *f);
/* Applies one rule to the facts below `visible`; is there any that it has not seen? */
fm_err fm_b_rule_apply(struct fm_biscuit_world *w, const struct fm_b_rule *r, uint32_t visible);
bool fm_b_rule_fresh(const struct fm_biscuit_world *w, const struct fm_b_rule *r);

/* Runs a query's body. For each match calls nothing: it is a cursor. */
struct fm_b_join {
    struct fm_biscuit_world *w;
    const struct fm_b_rule *rule;
    uint32_t visible; /* facts numbered below this take part */
    uint32_t depth;
    bool started;
    uint32_t at[FM_B_BODY];     /* the fact chosen at each depth */
    uint32_t bound_at[FM_B_VARS]; /* depth that bound the variable, FM_B_NONE if unbound */
    uint32_t binding[FM_B_VARS];
    uint64_t origin[FM_B_BODY + 1U];
    fm_err err;
};
void fm_b_join_start(struct fm_b_join *j, struct fm_biscuit_world *w, const struct fm_b_rule *rule, uint32_t visible);
/* The next match of all body predicates: true, bindings set. False at the end or on error (err). */
bool fm_b_join_next(struct fm_b_join *j);

/* expressions (expr.c) ----------------------------------------------------------------------- */
/* Evaluates under the bindings (FM_B_NONE: unbound; closure parameters are bound and unbound again).
 * The result is FM_B_NONE on error. Temporary values stay: the caller marks and releases. */
uint32_t fm_b_eval(struct fm_biscuit_world *w, const struct fm_b_expr *e, uint32_t *binding, fm_err *err);
/* All expressions of a rule are true? Releases temporaries. */
fm_err fm_b_holds(struct fm_biscuit_world *w, const struct fm_b_rule *rule, uint32_t *binding, bool *holds);

/* regular expressions (regex.c): linear time. 1 match, 0 none, -1 malformed pattern (other
 * libraries say false), -2 a pattern that we do not support or that is too large, -3 out of fuel. */
int fm_b_regex(const uint8_t *pattern, uint32_t plen, const uint8_t *text, uint32_t n, uint64_t *fuel);

/* reading and writing (load.c, parse.c, encode.c, print.c) ------------------------------------ */
/* Symbol and key tables of a token while its blocks are read or written. */
struct fm_b_tables {
    uint32_t symbols[FM_BISCUIT_SYMBOLS_MAX]; /* values */
    uint32_t nsymbols;
    uint32_t keys[FM_BISCUIT_KEYS_MAX]; /* keys of the world */
    uint32_t nkeys;
};
fm_err fm_b_load(struct fm_biscuit_world *w, struct fm_b_tables *shared, const struct fm_biscuit *token, uint32_t i,
                 struct fm_why *why);
fm_err fm_b_parse(struct fm_biscuit_world *w, struct fm_b_program *p, const char *text, size_t n, bool block,
                  struct fm_biscuit_where *where);
/* Encodes a program as a Block message; new symbols and keys are appended to the tables. */
fm_err fm_b_encode(struct fm_biscuit_world *w, const struct fm_b_program *p, struct fm_b_tables *tables,
                   uint32_t version, struct fm_pbw *out);

struct fm_b_out {
    char *buf;
    size_t cap;
    size_t len;
};
void fm_b_out_text(struct fm_b_out *o, const void *p, size_t n);
void fm_b_out_str(struct fm_b_out *o, const char *s);
void fm_b_out_u64(struct fm_b_out *o, uint64_t v);
#define FM_B_DATE_MAX 253402300799ULL /* the last second of 9999 */
void fm_b_print_date(struct fm_b_out *o, uint64_t t);
void fm_b_print_value(const struct fm_biscuit_world *w, uint32_t id, struct fm_b_out *o);
void fm_b_print_pred(const struct fm_biscuit_world *w, const struct fm_b_pred *p, const uint32_t *vars,
                     struct fm_b_out *o);
void fm_b_print_rule(const struct fm_biscuit_world *w, const struct fm_b_rule *r, bool head, struct fm_b_out *o);
void fm_b_print_check(const struct fm_biscuit_world *w, const struct fm_b_check *c, bool policy, struct fm_b_out *o);
size_t fm_b_out_end(struct fm_b_out *o);

/* keys (keys.c) ------------------------------------------------------------------------------ */
/* Reads a PublicKey message. */
bool fm_b_key_read(struct fm_pb *outer, const struct fm_pb_field *field, struct fm_biscuit_key *out);
void fm_b_key_write(struct fm_pbw *w, uint32_t tag, const struct fm_biscuit_key *key);
fm_err fm_b_verify_sig(const struct fm_biscuit_key *key, const struct fm_biscuit_p256 *p256, const uint8_t *msg,
                       size_t n, const uint8_t *sig, uint32_t sig_len);
fm_err fm_b_sign(const struct fm_biscuit_secret *secret, const struct fm_biscuit_p256 *p256, const uint8_t *msg,
                 size_t n, uint8_t sig[FM_BISCUIT_SIG_MAX], uint32_t *sig_len);
/* What a block's signature covers, for all versions; and what an external signature covers. */
bool fm_b_signed_text(struct fm_pbw *w, const struct fm_biscuit_block *b, const struct fm_biscuit_block *previous);
bool fm_b_external_text(struct fm_pbw *w, const uint8_t *payload, uint32_t n, const uint8_t *prev_sig,
                        uint32_t prev_len);
bool fm_b_seal_text(struct fm_pbw *w, const struct fm_biscuit_block *b);

#endif
