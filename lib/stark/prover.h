/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's state, for its parts (prove.c: the phases; prove_work.c: what is done to many columns or rows, alone or
 * by several hands; prove_open.c: the openings). Evaluations of a polynomial on the domain of 2^log_b * n points lie
 * coset after coset, each in natural order, so a read at an earlier row is a read at a smaller index.
 */
#ifndef FM_STARK_PROVER_H
#define FM_STARK_PROVER_H

#include "stark/kern.h"
#include "stark/prove.h"
#include "wire/cursor.h"

/* What one call of fm_stark_work does; `part` is a column, an opened value or a block of rows. */
enum fm_prover_work {
    FM_WORK_CHECK,   /* block: the first row that does not hold */
    FM_WORK_TRACE,   /* column: to the whole domain */
    FM_WORK_PUBLIC,  /* public column: to coefficients */
    FM_WORK_ON,      /* public column: to coset `coset` */
    FM_WORK_ROWS,    /* block: constraints on coset `coset` */
    FM_WORK_BACK,    /* column of `to`, on coset `coset`: to coefficients */
    FM_WORK_EXTEND,  /* column of `from`, coefficients: to the whole domain, at `to` */
    FM_WORK_LEAVES,  /* block */
    FM_WORK_NODES,   /* block of one level */
    FM_WORK_WEIGHTS, /* block: 1 / (x - z), or the weights of out-of-domain values */
    FM_WORK_VALUES,  /* opened value */
    FM_WORK_COMBINE, /* block: the DEEP quotient */
    FM_WORK_FOLD     /* coset */
};

#define FM_PROVER_BLOCK 1024u /* rows */
/* Words between one column's end and the next: their distance is no power of two, so that rows spread over sets. */
#define FM_PROVER_GAP 16u

struct prover {
    const struct fm_stark_statement *st;
    const struct fm_air *a;
    const struct fm_kern *k;
    const struct fm_stark_crew *crew; /* NULL: alone */
    const uint32_t *trace;
    struct fm_stark_dims d;
    struct fm_tr tr;
    struct fm_writer w;
    size_t n, points, stride; /* stride: from column to column */
    uint32_t *roots, *iroots;
    uint32_t *shift; /* one table of n words a coset: s^rev(i) / n */
    uint32_t *back;  /* the inverses' powers, of the coset that FM_WORK_BACK names: s^-rev(i) */
    uint32_t *lde;   /* ncols * stride */
    uint32_t *quot;  /* 5 * nchunks * stride */
    uint32_t *layer[FM_STARK_LAYERS_MAX + 1]; /* 5 * (points of the layer) */
    uint8_t *trace_tree, *quot_tree, *tree[FM_STARK_LAYERS_MAX];
    uint32_t *per, *public; /* nper * n: values, then coefficients times n; and the values on a coset */
    uint32_t *coef;         /* 10 * n */
    uint32_t *weights, *tmp; /* 5 * n each */
    struct fm_ext alphas[FM_ROWS_CONS_MAX];
    struct fm_ext gammas[FM_AIR_PAIRS_MAX + 2];
    struct fm_ext values[FM_AIR_PAIRS_MAX + 2];
    struct fm_kern_term terms[FM_AIR_PAIRS_MAX + 2 * FM_EXT_DEGREE]; /* offset after offset */
    uint32_t nterms[FM_AIR_OFFS_MAX];
    struct fm_ext fixed[FM_AIR_OFFS_MAX];
    uint32_t index[2][FM_STARK_QUERIES_MAX];
    uint32_t node[FM_STARK_QUERIES_MAX];
    fm_bb pi[FM_STARK_PI_MAX];
    struct {
        enum fm_prover_work kind;
        const uint32_t *from;
        uint32_t *to;
        uint8_t *tree;
        size_t stride, count;        /* stride of from or to; nodes of a level, or leaves of a coset */
        uint32_t coset, cols, group; /* cols, group: LEAVES */
        uint32_t layer;              /* FOLD */
        struct fm_ext z;             /* WEIGHTS; VALUES: the factor that all share; FOLD: beta */
        fm_bb scale;                 /* ROWS: the divisor's inverse; WEIGHTS: of the points */
        bool values;                 /* WEIGHTS: those of out-of-domain values */
    } now;
    uint32_t *found; /* CHECK: what each block found, or UINT32_MAX */
};

/* Does parts 0 to count - 1 of p->now, alone or by the crew. */
void fm_prover_share(struct prover *p, enum fm_prover_work kind, uint32_t count);
/* Tells the crew that a phase begins. */
void fm_prover_phase(const struct prover *p, enum fm_stark_phase phase);

/* out[i] = k * s^rev(i), i < 2^log (fm_ntt_powers). */
void fm_prover_powers(const struct prover *p, uint32_t *out, uint32_t log, fm_bb s, fm_bb k);
/* Five columns of n values on a coset, in place, to bit-reversed coefficients times n. */
void fm_prover_back(struct prover *p, uint32_t *columns, uint32_t coset);
/* count columns of n such coefficients: each on every coset, at out, `stride` words apart. */
void fm_prover_extend(struct prover *p, const uint32_t *coef, uint32_t count, uint32_t *out, size_t stride);
/* Leaf j of coset c holds rows j + m 2^log_d / group. tree: leaves at [leaves, 2 leaves), root at 1. */
void fm_prover_commit(struct prover *p, const uint32_t *data, size_t stride, uint32_t log_d, uint32_t cols,
                      uint32_t group, uint8_t *tree);

/* Writes the openings of the queries that the transcript draws. */
void fm_prover_open(struct prover *p);

#endif
