/* SPDX-License-Identifier: Apache-2.0 */
/* MEMBER over the tall BLAKE3 table, on trees hashed by lib/crypto: the heart's own hashes check the table. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <firmament/stark_verify.h>

#include "crypto/hash.h"
#include "stark/prove.h"
#include "stark/member.h"
#include "tests/tap.h"

static struct fm_member m;
static uint8_t siblings[FM_MEMBER_PATH_MAX][32];
static uint8_t record[64], root[32];
static void *scratch;
static uint64_t rng = 0x9e3779b97f4a7c15u;

static uint8_t rnd(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (uint8_t)(rng >> 24);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void step(enum fm_hash_domain d, uint8_t cur[32], const uint8_t sib[32], unsigned right)
{
    if (right != 0) {
        fm_hash2(d, sib, cur, cur);
    } else {
        fm_hash2(d, cur, sib, cur);
    }
}

static void world(uint32_t sl, uint32_t cl, uint32_t cell, uint32_t slot)
{
    uint8_t cur[32];
    uint32_t k = 0;
    for (unsigned i = 0; i < 64; i++) {
        record[i] = rnd();
    }
    for (unsigned i = 0; i < sl + cl + 3; i++) {
        for (unsigned j = 0; j < 32; j++) {
            siblings[i][j] = rnd();
        }
    }
    fm_hash(FM_H_CAP, record, 64, cur);
    for (uint32_t i = 0; i < sl; i++) {
        step(FM_H_NODE, cur, siblings[k++], slot >> i & 1);
    }
    step(FM_H_BODY, cur, siblings[k++], 0);
    step(FM_H_LEAF, cur, siblings[k++], 1);
    for (uint32_t i = 0; i < cl; i++) {
        step(FM_H_NODE, cur, siblings[k++], cell >> i & 1);
    }
    step(FM_H_ROOT, cur, siblings[k++], 0);
    memcpy(root, cur, 32);
}

struct made {
    uint32_t *trace;
    uint8_t *proof;
    size_t len;
    double prove_s, verify_s;
};

static fm_err verify(const struct fm_stark_statement *st, const uint8_t *proof, size_t len)
{
    return fm_stark_verify(st, proof, len, scratch, fm_stark_verify_scratch());
}

static fm_err make(struct made *x)
{
    struct fm_stark_fault fault;
    size_t need = fm_stark_arena_size(&m.st);
    void *arena = malloc(need);
    size_t cap = fm_stark_proof_size(&m.st);
    x->proof = malloc(cap);
    x->trace = calloc((size_t)FM_W1_COLS << m.air.log_n, 4);
    double t = seconds();
    fm_err e = fm_member_trace(&m, (const uint8_t(*)[32])siblings, x->trace);
    if (e == FM_OK) {
        e = fm_stark_prove(&m.st, x->trace, arena, need, x->proof, cap, &x->len, &fault);
    }
    x->prove_s = seconds() - t;
    if (e == FM_E_STARK_TRACE) {
        tap_note_u64("constraint", fault.constraint);
        tap_note_u64("row", fault.row);
    }
    t = seconds();
    e = e != FM_OK ? e : verify(&m.st, x->proof, x->len);
    x->verify_s = seconds() - t;
    free(arena);
    return e;
}

static void one(uint32_t sl, uint32_t cl, uint32_t cell, uint32_t slot, const char *name)
{
    struct made x;
    world(sl, cl, cell, slot);
    fm_err e = fm_member_statement(&m, sl, cl, root, cell, slot, record, FM_STARK_P100);
    TAP_EQ(e, FM_OK, "MEM0001 the shape is accepted");
    TAP_EQ(make(&x), FM_OK, name);
    tap_note_u64("rows", (uint64_t)1 << m.air.log_n);
    tap_note_u64("constraints", m.air.ncons);
    tap_note_u64("openings", m.air.npairs);
    tap_note_u64("proof bytes", x.len);
    tap_note_u64("prove us", (uint64_t)(x.prove_s * 1e6));
    tap_note_u64("verify us", (uint64_t)(x.verify_s * 1e6));
    struct fm_stark_member claim = {.cell = cell, .slot = slot, .cells_log = (uint8_t)cl, .slots_log = (uint8_t)sl,
                                    .profile = FM_STARK_P100};
    memcpy(claim.root, root, 32);
    memcpy(claim.record, record, 64);
    size_t need = fm_stark_member_scratch();
    void *room = malloc(need);
    tap_note_u64("scratch of the public call", need);
    TAP_EQ(fm_stark_member_verify(&claim, x.proof, x.len, room, need), FM_OK, "MEM0004 the public call accepts");
    claim.record[63] ^= 128;
    e = fm_stark_member_verify(&claim, x.proof, x.len, room, need);
    TAP_EQ(e, FM_E_STARK_CONSTRAINTS, "MEM0005 and refuses another record");
    TAP_EQ(fm_stark_member_verify(&claim, x.proof, x.len, room, need - 1), FM_E_STARK_SCRATCH,
           "MEM0006 STARK_SCRATCH: a byte of room too few");
    TAP_EQ(fm_stark_member_verify(&claim, x.proof, x.len, room, 8), FM_E_STARK_SCRATCH,
           "MEM0007 STARK_SCRATCH: not even room for the statement");
    free(room);
    /* Another record, root or position under the same proof. */
    unsigned accepted = 0;
    for (uint32_t i = 0; i < m.air.npi; i++) {
        uint32_t was = m.pi[i];
        m.pi[i] = i < 48 ? was ^ 1u : 1 - was;
        accepted += verify(&m.st, x.proof, x.len) == FM_OK;
        m.pi[i] = was;
    }
    TAP_EQ(accepted, 0, "MEM0002 no public input can be changed");
    unsigned flips = 0;
    for (size_t b = 0; b < 8 * x.len; b += 8 * x.len / 300 + 1) {
        x.proof[b / 8] ^= (uint8_t)(1u << (b % 8));
        flips += verify(&m.st, x.proof, x.len) == FM_OK;
        x.proof[b / 8] ^= (uint8_t)(1u << (b % 8));
    }
    TAP_EQ(flips, 0, "MEM0003 300 bit flips over the proof are refused");
    free(x.proof);
    free(x.trace);
}

/* A false statement: the honest prover names it. */
static void refuses(void)
{
    struct made x;
    world(2, 3, 5, 1);
    root[0] ^= 1;
    fm_err e = fm_member_statement(&m, 2, 3, root, 5, 1, record, FM_STARK_P100);
    TAP_EQ(e, FM_OK, "MEM0010 a false root is a statement");
    TAP_EQ(make(&x), FM_E_STARK_WITNESS, "MEM0011 which has no witness");
    free(x.proof);
    free(x.trace);
    TAP_EQ(fm_member_statement(&m, 9, 3, root, 5, 1, record, FM_STARK_P100), FM_E_STARK_SHAPE, "MEM0012 too deep");
    TAP_EQ(fm_member_statement(&m, 2, 3, root, 8, 1, record, FM_STARK_P100), FM_E_STARK_SHAPE, "MEM0013 no such cell");
    TAP_EQ(fm_member_statement(&m, 2, 3, root, 5, 4, record, FM_STARK_P100), FM_E_STARK_SHAPE, "MEM0015 no such slot");
    TAP_EQ(fm_member_statement(&m, 2, 33, root, 5, 1, record, FM_STARK_P100), FM_E_STARK_SHAPE,
           "MEM0016 more cells than there can be");
    TAP_EQ(fm_member_statement(&m, 2, 3, root, 5, 1, record, 99), FM_E_STARK_ARGUMENT, "MEM0014 no such profile");
}

/* A proof of too few bits is none, however true it is. */
static void weak_profile(void)
{
    struct fm_stark_member claim = {.cell = 5, .slot = 1, .cells_log = 3, .slots_log = 2, .profile = FM_STARK_B65};
    size_t need = fm_stark_member_scratch();
    void *room = malloc(need);
    struct made x;
    world(2, 3, 5, 1);
    memcpy(claim.root, root, 32);
    memcpy(claim.record, record, 64);
    TAP_EQ(fm_member_statement(&m, 2, 3, root, 5, 1, record, FM_STARK_B65), FM_OK, "MEM0030 a statement for 65 bits");
    TAP_EQ(make(&x), FM_OK, "MEM0031 is proved, and the proof is one");
    TAP_EQ(fm_stark_member_verify(&claim, x.proof, x.len, room, need), FM_E_STARK_PROFILE,
           "MEM0032 STARK_PROFILE: but claims too few bits");
    free(x.proof);
    free(x.trace);
    free(room);
}

/* Change every cell of the record's block and of one path block; the cells that nothing reads are known. */
static void mutate(void)
{
    struct fm_stark_fault fault;
    world(1, 2, 2, 1);
    TAP_EQ(fm_member_statement(&m, 1, 2, root, 2, 1, record, FM_STARK_P100), FM_OK, "MEM0020 a small tree");
    size_t n = (size_t)1 << m.air.log_n;
    uint32_t *trace = calloc((size_t)FM_W1_COLS * n, 4);
    uint32_t *per = malloc(4 * n * m.air.nper);
    TAP_EQ(fm_member_trace(&m, (const uint8_t(*)[32])siblings, trace), FM_OK, "MEM0021 its trace");
    TAP_EQ(fm_stark_check(&m.st, trace, per, &fault), FM_OK, "MEM0022 satisfies the table");
    unsigned free_cells[2] = {0, 0};
    unsigned wrong = 0;
    for (uint32_t b = 0; b < 2; b++) {
        for (uint32_t c = 0; c < FM_W1_COLS; c++) {
            for (uint32_t r = 0; r < 64; r++) {
                uint32_t *cell = &trace[c * n + 64 * b + r];
                uint32_t was = *cell;
                *cell = fm_bb_add(was, FM_BB_ONE);
                bool caught = fm_stark_check(&m.st, trace, per, &fault) != FM_OK;
                *cell = was;
                bool edge = r < 4 || r >= 60;
                bool known = (c >= FM_W1_MX && r >= 60) || (c >= FM_W1_K1 && c < FM_W1_MX && edge);
                free_cells[b] += !caught;
                wrong += !caught && !known;
            }
        }
    }
    tap_note_u64("free cells, record block", free_cells[0]);
    tap_note_u64("free cells, path block", free_cells[1]);
    TAP_EQ(wrong, 0, "MEM0023 every single-cell change of two blocks is caught but in cells that nothing reads");
    free(trace);
    free(per);
}

int main(void)
{
    scratch = malloc(fm_stark_verify_scratch());
    one(2, 3, 5, 1, "MEM0101 a record of a small tree");
    one(6, 20, 777777, 41, "MEM0102 a record among 2^20 cells");
    refuses();
    weak_profile();
    mutate();
    free(scratch);
    return tap_done();
}
