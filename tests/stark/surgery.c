/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M6, M9 to M11, M14 to M16: whole pieces of a true proof moved, swapped, doubled or left out, at every place of a
 * small one; and statements that it was not made for. Nothing is accepted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "stark/air_fib.h"
#include "stark/member.h"
#include "stark/prove.h"
#include "tests/tap.h"

static struct fm_fib fib, other;
static struct fm_member member;
static uint32_t pi[3];
static uint32_t *trace;
static void *arena, *scratch;
static uint8_t proof[200000];
static uint8_t bad[200000];
static size_t len;
static size_t stride; /* places tried: every one, or one in so many words */
static struct fm_stark_statement st;

static void make(void)
{
    struct fm_stark_fault fault;
    if (fm_stark_arena_size(&st) > (32u << 20) ||
        fm_stark_prove(&st, trace, arena, 32u << 20, proof, sizeof proof, &len, &fault) != FM_OK) {
        abort();
    }
}

static fm_err verify(const uint8_t *bytes, size_t n)
{
    return fm_stark_verify(&st, bytes, n, scratch, fm_stark_verify_scratch());
}

/* The piece of `size` bytes at `at` and its neighbour change places. */
static uint32_t swapped(size_t size)
{
    uint32_t accepted = 0;
    for (size_t at = FM_STARK_HEADER; at + 2 * size <= len; at += stride) {
        memcpy(bad, proof, len);
        memcpy(bad + at, proof + at + size, size);
        memcpy(bad + at + size, proof + at, size);
        accepted += memcmp(bad, proof, len) != 0 && verify(bad, len) == FM_OK;
    }
    return accepted;
}

/* The piece is left out, and zeros, or the last bytes again, make up the length. */
static uint32_t left_out(size_t size)
{
    uint32_t accepted = 0;
    for (size_t at = FM_STARK_HEADER; at + size <= len; at += stride) {
        memcpy(bad, proof, at);
        memcpy(bad + at, proof + at + size, len - at - size);
        memset(bad + len - size, 0, size);
        accepted += memcmp(bad, proof, len) != 0 && verify(bad, len) == FM_OK;
        memcpy(bad + len - size, proof + len - size, size);
        accepted += memcmp(bad, proof, len) != 0 && verify(bad, len) == FM_OK;
        accepted += verify(bad, len - size) == FM_OK;
    }
    return accepted;
}

/* The piece stands twice: over its neighbour, or in between. */
static uint32_t doubled(size_t size)
{
    uint32_t accepted = 0;
    for (size_t at = FM_STARK_HEADER; at + 2 * size <= len; at += stride) {
        memcpy(bad, proof, len);
        memcpy(bad + at + size, proof + at, size);
        accepted += memcmp(bad, proof, len) != 0 && verify(bad, len) == FM_OK;
        memcpy(bad + at + size, proof + at, len - at);
        accepted += verify(bad, len + size) == FM_OK;
    }
    return accepted;
}

static void surgery(const char *what)
{
    static const size_t sizes[] = {4, 32, 160};
    char text[96];
    for (size_t i = 0; i < FM_ARRAY_LEN(sizes); i++) {
        snprintf(text, sizeof text, "SRG0001 M10 M11 M16 %s: pieces of %zu bytes swapped", what, sizes[i]);
        TAP_EQ(swapped(sizes[i]), 0, text);
        snprintf(text, sizeof text, "SRG0002 M9 M10 %s: pieces of %zu bytes left out", what, sizes[i]);
        TAP_EQ(left_out(sizes[i]), 0, text);
        snprintf(text, sizeof text, "SRG0003 M9 M11 %s: pieces of %zu bytes twice", what, sizes[i]);
        TAP_EQ(doubled(sizes[i]), 0, text);
    }
}

static void fibonacci(uint32_t log)
{
    if (!fm_fib_air(&fib, log)) {
        abort();
    }
    pi[0] = 1;
    pi[1] = 1;
    fm_fib_trace(log, pi, trace);
    st = (struct fm_stark_statement){&fib.air, fm_stark_profile(FM_STARK_P100), pi, NULL, 0};
    make();
}

static void small_member(void)
{
    uint8_t record[64] = {1, 2, 3};
    uint8_t siblings[8][32];
    uint8_t at[32];
    for (uint32_t i = 0; i < 8; i++) {
        memset(siblings[i], (int)i + 9, 32);
    }
    fm_hash(FM_H_CAP, record, 64, at);
    fm_hash2(FM_H_NODE, siblings[0], at, at);
    fm_hash2(FM_H_BODY, at, siblings[1], at);
    fm_hash2(FM_H_LEAF, siblings[2], at, at);
    fm_hash2(FM_H_NODE, at, siblings[3], at);
    fm_hash2(FM_H_ROOT, at, siblings[4], at);
    if (fm_member_statement(&member, 1, 1, at, 0, 1, record, FM_STARK_P100) != FM_OK ||
        fm_member_trace(&member, (const uint8_t(*)[32])siblings, trace) != FM_OK) {
        abort();
    }
    st = member.st;
    make();
}

/* The same proof under a statement that differs in one thing. */
static void statements(void)
{
    struct fm_stark_statement was = st;
    struct fm_stark_profile p = *st.profile;
    uint32_t more[4] = {1, 1, pi[2], 0};
    uint32_t accepted = 0;
    for (uint32_t log = 2; log <= 9; log++) {
        if (log != 6 && fm_fib_air(&other, log)) {
            st.air = &other.air;
            accepted += verify(proof, len) == FM_OK;
        }
    }
    TAP_EQ(accepted, 0, "SRG0010 M14 every other size");
    st = was;
    if (!fm_fib_air(&other, 6)) {
        abort();
    }
    other.air.npi = 4;
    st.air = &other.air;
    st.pi = more;
    TAP_OK(verify(proof, len) != FM_OK, "SRG0011 M6 one public input more");
    other.air.npi = 2;
    TAP_OK(verify(proof, len) != FM_OK, "SRG0012 M6 and one less");
    st = was;
    st.profile = &p;
    p.pow_query = 32;
    TAP_EQ(verify(proof, len), FM_E_STARK_CONSTRAINTS,
        "SRG0013 M15 32 bits of work: another transcript from the start");
    p.pow_query = 0;
    TAP_OK(verify(proof, len) != FM_OK, "SRG0014 M15 no work at all");
    p = *was.profile;
    p.queries = 0;
    TAP_OK(verify(proof, len) != FM_OK, "SRG0015 M9 no query at all");
    p = *was.profile;
    p.queries--;
    TAP_OK(verify(proof, len) != FM_OK, "SRG0016 M9 one query less");
    p = *was.profile;
    p.log_blowup = 2;
    TAP_OK(verify(proof, len) != FM_OK, "SRG0017 M14 another rate");
    st = was;
    st.ctx = (const uint8_t *)"x";
    st.ctx_len = 1;
    TAP_EQ(verify(proof, len), FM_E_STARK_CONSTRAINTS, "SRG0018 M14 another context");
    st = was;
    TAP_EQ(verify(proof, len), FM_OK, "SRG0019 the statement itself");
}

int main(void)
{
    trace = malloc((size_t)4 * FM_W1_COLS << 10);
    arena = malloc(32u << 20);
    scratch = malloc(fm_stark_verify_scratch());
    if (trace == NULL || arena == NULL || scratch == NULL) {
        abort();
    }
    stride = 4;
    fibonacci(2);
    surgery("4 rows");
    stride = 20;
    fibonacci(6);
    surgery("64 rows");
    statements();
    stride = 64;
    small_member();
    TAP_EQ(swapped(32), 0, "SRG0020 M10 MEMBER: digests swapped");
    TAP_EQ(left_out(576), 0, "SRG0021 M11 MEMBER: a row left out");
    free(trace);
    free(arena);
    free(scratch);
    return tap_done();
}
