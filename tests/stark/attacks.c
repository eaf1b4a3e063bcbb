/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M1 to M18, the attacks that a verifier of this kind must withstand, each by name, on five tables at several sizes.
 * One line of output an attack: what, which table, how many rows, and the reason that refused it, which is asserted.
 * M13 is in toy.c, where the challenges can be chosen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "stark/prove.h"
#include "tests/stark/evil.h"
#include "tests/stark/layout.h"
#include "tests/stark/subject.h"
#include "tests/tap.h"

static struct subject *s;
static struct layout l;
static uint8_t *bad;
static uint32_t attacks, accepted;
static uint32_t every; /* FLIPS: one single-bit flip in so many */

/* One line of the table; `want` is the only reason that counts. */
static void row(const char *what, fm_err got, fm_err want)
{
    char text[160];
    snprintf(text, sizeof text, "%-58s %-11s 2^%-2u %s", what, s->name, s->log_n, fm_err_name(got));
    attacks++;
    accepted += got == FM_OK;
    if (!TAP_OK(got == want, text)) {
        tap_note_text("wanted", fm_err_name(want));
    }
}

/* Where a word that is not of low degree is seen: in the first committed layer, or in the last polynomial. */
static fm_err far(void)
{
    return l.d.layers > l.d.first ? FM_E_STARK_FRI_PATH : FM_E_STARK_FINAL;
}

/* The reason to want where bytes that come to stand elsewhere may be no field elements either. */
static fm_err either(fm_err got, fm_err a, fm_err b)
{
    return got == b ? b : a;
}

static fm_err forge(int attack)
{
    struct fm_stark_fault fault;
    size_t len = 0;
    fm_err e;
    evil_attack = attack;
    e = evil_prove(&s->st, s->trace, s->arena, s->arena_bytes, bad, s->cap, &len, &fault);
    return e != FM_OK ? e : subject_verify(s, bad, len);
}

/* With a claim that is false in one public input. */
static fm_err forge_false(int attack)
{
    fm_err e;
    s->pi[s->false_pi] ^= 1u;
    e = forge(attack);
    s->pi[s->false_pi] ^= 1u;
    return e;
}

static void provers(void)
{
    fm_err e;
    uint32_t *cell = &s->trace[((size_t)1 << s->log_n) / 2];
    row("M1 random words for a trace", forge_false(EVIL_RANDOM), far());
    *cell = fm_bb_add(*cell, 5);
    row("M2 one bad row", forge(EVIL_NONE), FM_E_STARK_CONSTRAINTS);
    row("M2 one bad row, the identity made to hold", forge(EVIL_IDENTITY), far());
    *cell = fm_bb_sub(*cell, 5);
    row("M2 one bad point in each coset, a false claim", forge_false(EVIL_ROW), far());
    row("M3 a column of degree n, a false claim", forge_false(EVIL_DEGREE_N), far());
    evil_degree = 1;
    row("M3 a column of degree n + 1", forge(EVIL_DEGREE), s->kind == SUBJECT_FIB ? FM_E_STARK_CONSTRAINTS : far());
    evil_degree = 1u << s->log_n;
    row("M3 a column of degree 2 n", forge(EVIL_DEGREE), FM_E_STARK_CONSTRAINTS);
    row("M4 junk as quotient, a false claim", forge_false(EVIL_QUOTIENT), far());
    row("M4 a quotient of degree n + 1", forge(EVIL_CHUNK), far());
    if (l.d.layers > l.d.first) {
        row("M7 a folding layer of ones", forge(EVIL_CONSTANT), FM_E_STARK_FRI_PATH);
        row("M7 a folding layer of zeros, a false claim", forge_false(EVIL_LAYER), FM_E_STARK_FRI_PATH);
    }
    row("M8 another last polynomial", forge(EVIL_FINAL), FM_E_STARK_FINAL);
    e = forge(EVIL_ONE_QUERY);
    row("M9 one query answered", e, either(e, FM_E_STARK_LENGTH, FM_E_STARK_FELT));
    if (s->st.air->narrow == 0 || l.d.layers > 0) { /* else the neighbour lies in the same leaf */
        row("M10 every index off by one", forge(EVIL_NEIGHBOUR), FM_E_STARK_TRACE_PATH);
    }
    row("M12 a value at z that is another, the identity made to hold", forge(EVIL_VALUES), far());
}

/* Degree n is within what the proof shows (docs/spec/stark.md): of a true claim it makes a true proof. */
static void degree_n(void)
{
    evil_degree = 0;
    TAP_EQ(forge(EVIL_DEGREE), FM_OK,
        "M3 a true claim, a column of degree n, the same on every row: no lie, and accepted");
}

static void inputs(void)
{
    struct fm_air other = *s->st.air;
    struct fm_stark_statement was = s->st;
    uint32_t wrong = 0;
    uint32_t at[3] = {0, s->st.air->npi / 2, s->st.air->npi - 1};
    for (uint32_t i = 0; i < 3; i++) { /* every selector, honest code without its checks; then the true proof */
        s->pi[at[i]] ^= 1u;
        row("M5 a wrong public word at another row", forge(EVIL_NONE), FM_E_STARK_CONSTRAINTS);
        s->pi[at[i]] ^= 1u;
    }
    for (uint32_t i = 0; i < s->st.air->npi; i++) {
        s->pi[i] ^= 1u;
        wrong += subject_verify(s, s->proof, s->len) != FM_E_STARK_CONSTRAINTS;
        s->pi[i] ^= 1u;
    }
    row("M6 each public input changed after proving", wrong == 0 ? FM_E_STARK_CONSTRAINTS : FM_OK,
        FM_E_STARK_CONSTRAINTS);
    other.npi--;
    s->st.air = &other;
    row("M6 one public input less", subject_verify(s, s->proof, s->len), FM_E_STARK_INPUTS);
    s->st = was;
}

static fm_err patched(void)
{
    return subject_verify(s, bad, s->len);
}

static void fresh(void)
{
    memcpy(bad, s->proof, s->len);
}

/* The first piece of a span and the next change places. */
static fm_err swapped(struct span x, size_t piece)
{
    fresh();
    memcpy(bad + x.at, s->proof + x.at + piece, piece);
    memcpy(bad + x.at + piece, s->proof + x.at, piece);
    return patched();
}

/* `piece` bytes are taken out, or put in (the span's first again). */
static fm_err cut(struct span x, size_t piece)
{
    memcpy(bad, s->proof, x.at);
    memcpy(bad + x.at, s->proof + x.at + piece, s->len - x.at - piece);
    return subject_verify(s, bad, s->len - piece);
}

static fm_err doubled(struct span x, size_t piece)
{
    memcpy(bad, s->proof, x.at + piece);
    memcpy(bad + x.at + piece, s->proof + x.at, s->len - x.at);
    return subject_verify(s, bad, s->len + piece);
}

static void pieces(void)
{
    fm_err e;
    uint32_t first = l.d.first;
    fresh();
    bad[l.last.at] ^= 1;
    row("M8 the last polynomial altered after the queries", patched(), FM_E_STARK_POW);
    e = doubled(l.last, FM_EXT_BYTES);
    row("M8 a last polynomial of one coefficient more", e, either(e, FM_E_STARK_POW, FM_E_STARK_FELT));
    if (l.d.layers > first) {
        e = cut(l.root[first], 32);
        row("M9 a folding round left out", e, either(e, FM_E_STARK_POW, FM_E_STARK_FELT));
        e = doubled(l.root[first], 32);
        row("M9 a folding round too many", e, either(e, FM_E_STARK_POW, FM_E_STARK_FELT));
        fresh();
        memset(bad + l.root[first].at, 0, 32);
        row("M9 an empty root of a layer", patched(), FM_E_STARK_POW);
    }
    if (l.trace_path.bytes >= 64) {
        row("M10 two siblings of the trace swapped", swapped(l.trace_path, 32), FM_E_STARK_TRACE_PATH);
        row("M10 two siblings of the quotient swapped", swapped(l.quot_path, 32), FM_E_STARK_QUOTIENT_PATH);
        e = cut(l.trace_path, 32);
        row("M10 a path too short", e, either(e, FM_E_STARK_TRACE_PATH, FM_E_STARK_FELT));
        e = doubled(l.trace_path, 32);
        row("M10 a path too long", e, either(e, FM_E_STARK_TRACE_PATH, FM_E_STARK_FELT));
    }
    if (l.d.layers > first && l.path[first].bytes >= 64) {
        row("M10 two siblings of a layer swapped", swapped(l.path[first], 32), FM_E_STARK_FRI_PATH);
    }
    row("M11 two opened rows swapped", swapped(l.trace, l.d.trace_leaf), FM_E_STARK_TRACE_PATH);
    row("M11 two opened quotients swapped", swapped(l.quot, l.d.quot_leaf), FM_E_STARK_QUOTIENT_PATH);
    fresh();
    memcpy(bad + l.trace.at + l.d.trace_leaf, s->proof + l.trace.at, l.d.trace_leaf);
    row("M11 one opening used for two queries", patched(), FM_E_STARK_TRACE_PATH);
    e = cut(l.trace, l.d.trace_leaf);
    row("M11 an opening left out", e, either(e, FM_E_STARK_TRACE_PATH, FM_E_STARK_FELT));
    fresh();
    memmove(bad + l.trace.at + 4, s->proof + l.trace.at, l.d.trace_leaf - 4);
    memcpy(bad + l.trace.at, s->proof + l.trace.at + l.d.trace_leaf - 4, 4);
    row("M16 a leaf's columns moved by one", patched(), FM_E_STARK_TRACE_PATH);
    fresh();
    memcpy(bad + l.trace.at + l.d.trace_leaf - 4, s->proof + l.trace.at + l.d.trace_leaf, 4);
    memcpy(bad + l.trace.at + l.d.trace_leaf, s->proof + l.trace.at + l.d.trace_leaf - 4, 4);
    row("M16 the boundary between two leaves moved", patched(), FM_E_STARK_TRACE_PATH);
    if (l.trace_path.bytes >= 32) { /* the digest of a leaf's sibling, hashed as a leaf would have to be found */
        fresh();
        memcpy(bad + l.trace.at, s->proof + l.trace_path.at, l.d.trace_leaf < 32 ? l.d.trace_leaf : 32);
        e = patched();
        row("M10 a node shown as a leaf", e, either(e, FM_E_STARK_TRACE_PATH, FM_E_STARK_FELT));
    }
}

static void nonces(void)
{
    struct fm_stark_profile p = *s->st.profile;
    struct fm_stark_statement was = s->st;
    fresh();
    fm_put_le64(bad + l.nonce.at, fm_le64(bad + l.nonce.at) + 1);
    row("M15 another nonce", patched(), FM_E_STARK_POW);
    s->st.profile = &p;
    p.pow_query = 0;
    row("M15 a profile without work", subject_verify(s, s->proof, s->len), FM_E_STARK_CONSTRAINTS);
    p.pow_query = 32;
    row("M15 one that wants 32 bits", subject_verify(s, s->proof, s->len), FM_E_STARK_CONSTRAINTS);
    p.pow_query = 64;
    row("M15 or 64", subject_verify(s, s->proof, s->len), FM_E_STARK_CONSTRAINTS);
    p = *was.profile;
    p.queries = 0;
    row("M9 a profile without queries", subject_verify(s, s->proof, s->len), FM_E_STARK_CONSTRAINTS);
    p = *was.profile;
    p.log_blowup--;
    row("M14 another rate", subject_verify(s, s->proof, s->len), FM_E_STARK_CONSTRAINTS);
    s->st.profile = fm_stark_profile(FM_STARK_U100);
    row("M14 another profile", subject_verify(s, s->proof, s->len), FM_E_STARK_PROFILE);
    s->st = was;
    s->st.ctx = (const uint8_t *)"ctx!";
    s->st.ctx_len = 4;
    row("M14 another context", subject_verify(s, s->proof, s->len), FM_E_STARK_CONSTRAINTS);
    s->st = was;
}

/* Proofs of other tables and other sizes, as this statement's. */
static void confusions(void)
{
    static const struct {
        enum subject_kind kind;
        uint32_t log_n;
    } others[] = {{SUBJECT_FIB, 8}, {SUBJECT_MEMBER, 8}, {SUBJECT_PATHS, 8}, {SUBJECT_RECEIPTS, 8}, {SUBJECT_AGENT, 8},
                  {SUBJECT_FIB, 9}, {SUBJECT_MEMBER, 9}};
    for (size_t i = 0; i < FM_ARRAY_LEN(others); i++) {
        struct subject *o = NULL;
        fm_err e;
        if (others[i].kind == s->kind && others[i].log_n == s->log_n) {
            continue;
        }
        o = subject_make(others[i].kind, others[i].log_n, FM_STARK_P100);
        subject_prove(o);
        row(o->log_n == s->log_n ? "M14 a proof of another table" : "M14 a proof of another size",
            subject_verify(s, o->proof, o->len), o->log_n == s->log_n ? FM_E_STARK_AIR : FM_E_STARK_SIZE);
        if (o->log_n == s->log_n) { /* and with this table's name on it */
            memcpy(o->proof, s->proof, FM_STARK_HEADER);
            e = subject_verify(s, o->proof, o->len);
            row("M14 and with this table's head", e, either(e, FM_E_STARK_CONSTRAINTS, FM_E_STARK_FELT));
        }
        subject_free(o);
    }
}

static bool is_felt(size_t at)
{
    const struct span felts[] = {l.values, l.last, l.trace, l.quot};
    bool is = false;
    for (size_t i = 0; i < FM_ARRAY_LEN(felts); i++) {
        is |= at >= felts[i].at && at < felts[i].at + felts[i].bytes;
    }
    for (uint32_t i = l.d.first; i < l.d.layers; i++) {
        is |= at >= l.layer[i].at && at < l.layer[i].at + l.layer[i].bytes;
    }
    return is;
}

/* v + p wherever a field element stands: FELT, whatever else would have been wrong. */
static void not_canonical(uint32_t stride)
{
    uint32_t felts = 0;
    uint32_t wrong = 0;
    char text[64];
    fresh();
    for (size_t at = FM_STARK_HEADER; at + 4 <= s->len; at += 4 * (size_t)stride) {
        uint32_t v = fm_le32(bad + at);
        if (is_felt(at)) {
            felts++;
            fm_put_le32(bad + at, v + FM_BB_P);
            wrong += patched() != FM_E_STARK_FELT;
            fm_put_le32(bad + at, v);
        }
    }
    snprintf(text, sizeof text, "M17 v + p at each of %u field elements", felts);
    row(text, felts > 0 && wrong == 0 ? FM_E_STARK_FELT : FM_OK, FM_E_STARK_FELT);
}

/* Single bits, one in so many: none is accepted, whatever the reason. */
static void flips(uint32_t stride)
{
    uint32_t tried = 0;
    uint32_t wrong = 0;
    char text[96];
    fresh();
    for (size_t b = 0; b < 8 * s->len; b += stride, tried++) {
        bad[b / 8] ^= (uint8_t)(1u << b % 8);
        wrong += patched() == FM_OK;
        bad[b / 8] ^= (uint8_t)(1u << b % 8);
    }
    snprintf(text, sizeof text, "FLIP %u of %zu single bits of %s, 2^%u rows", tried, 8 * s->len, s->name, s->log_n);
    TAP_EQ(wrong, 0, text);
}

static void lengths(uint32_t stride)
{
    uint32_t wrong = 0;
    uint32_t tried = 0;
    char text[64];
    for (size_t n = 0; n < s->len; n += stride) {
        wrong += subject_verify(s, s->proof, n) != FM_E_STARK_LENGTH;
        tried++;
    }
    memcpy(bad, s->proof, s->len);
    for (size_t more = 1; more <= 32; more++) {
        memset(bad + s->len, (int)more & 1, more);
        wrong += subject_verify(s, bad, s->len + more) != FM_E_STARK_LENGTH;
        tried++;
    }
    snprintf(text, sizeof text, "M18 %u lengths, shorter and longer", tried);
    row(text, wrong == 0 ? FM_E_STARK_LENGTH : FM_OK, FM_E_STARK_LENGTH);
}

/*
 * M12 with gamma known: two values at z and the quotient's are moved so that the identity holds and so does the sum
 * that DEEP subtracts. Only that the values were absorbed before gamma was drawn stands against it.
 */
static struct fm_ext constraints_at(const uint8_t *values)
{
    struct fm_ext per[FM_AIR_PER_MAX];
    fm_air_public_at(s->st.air, s->pi, &l.z, per);
    return fm_air_eval(s->st.air, s->pi, values, per, &l.alpha);
}

static void put_ext(uint8_t *p, const struct fm_ext *v)
{
    for (uint32_t i = 0; i < FM_EXT_DEGREE; i++) {
        fm_put_le32(p + 4 * i, v->c[i]);
    }
}

static void add_to(size_t value, const struct fm_ext *v)
{
    uint8_t *p = bad + l.values.at + FM_EXT_BYTES * value;
    struct fm_ext x = fm_ext_add(fm_ext_load(p), *v);
    put_ext(p, &x);
}

static void gamma_known(void)
{
    const struct fm_air *a = s->st.air;
    struct fm_ext one = fm_ext_of(FM_BB_ONE);
    struct fm_ext zh = fm_ext_sub(fm_ext_pow(&l.z, (uint64_t)1 << s->log_n), one);
    struct fm_ext at = constraints_at(s->proof + l.values.at);
    struct fm_ext gq = fm_ext_pow(&l.gamma, a->npairs);
    struct fm_ext slope[2];
    struct fm_ext want[2];
    struct fm_ext t;
    fm_err e;
    zh = fm_ext_inv(&zh);
    for (uint32_t j = 0; j < 2; j++) { /* the constraints are affine in each value: their slopes */
        fresh();
        add_to(j, &one);
        slope[j] = fm_ext_sub(constraints_at(bad + l.values.at), at);
        slope[j] = fm_ext_mul(&slope[j], &zh); /* by how much the quotient's value must move */
        t = fm_ext_pow(&l.gamma, j);
        want[j] = fm_ext_add(t, fm_ext_mul(&gq, &slope[j])); /* by how much the sum moves */
    }
    /* value 0 by one, value 1 by -want0 / want1 */
    t = fm_ext_inv(&want[1]);
    t = fm_ext_mul(&t, &want[0]);
    t = fm_ext_sub(fm_ext_of(0), t);
    fresh();
    add_to(0, &one);
    add_to(1, &t);
    slope[1] = fm_ext_mul(&slope[1], &t);
    slope[0] = fm_ext_add(slope[0], slope[1]);
    add_to(a->npairs, &slope[0]);
    e = patched();
    row("M12 values at z moved so that, gamma known, nothing shows", e, FM_E_STARK_POW);
}

/* Every number of a table is in its digest: one bit of the code, or of the entries, and it is another. */
static void digests(void)
{
    struct subject *t = subject_make(SUBJECT_AGENT, 7, FM_STARK_P100);
    struct fm_air *a = &t->of.agent.air;
    uint8_t was[32];
    uint32_t same = 0;
    uint32_t tried = 0;
    memcpy(was, a->digest, 32);
    for (size_t bit = 0; bit < 8 * (size_t)a->ncode * sizeof *a->code; bit += 3, tried++) {
        uint8_t *byte = (uint8_t *)a->code + bit / 8;
        *byte ^= (uint8_t)(1u << bit % 8);
        same += fm_air_finish(a) && memcmp(a->digest, was, 32) == 0;
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * (size_t)a->nentries * sizeof *a->entries; bit += 3, tried++) {
        size_t in = bit / 8 % sizeof *a->entries;
        uint8_t *byte = (uint8_t *)a->entries + bit / 8;
        if (in == offsetof(struct fm_air_entry, zero)) {
            continue;
        }
        *byte ^= (uint8_t)(1u << bit % 8);
        same += fm_air_finish(a) && memcmp(a->digest, was, 32) == 0;
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    for (uint32_t k = 0; k < 5; k++, tried++) {
        uint32_t *of[] = {&a->ncols, &a->nper, &a->npi, &a->log_n, &a->ncons};
        *of[k] += 1;
        same += fm_air_finish(a) && memcmp(a->digest, was, 32) == 0;
        *of[k] -= 1;
    }
    tap_note_u64("bits of a table", tried);
    TAP_EQ(same, 0, "ATK0004 each is in its digest");
    subject_free(t);
}

static void subject(enum subject_kind kind, uint32_t log_n, uint32_t stride)
{
    s = subject_make(kind, log_n, FM_STARK_P100);
    bad = malloc(s->cap + 4096);
    if (bad == NULL) {
        abort();
    }
    subject_prove(s);
    layout_of(&s->st, s->proof, &l);
    TAP_EQ(l.end, s->len, "ATK0001 the layout is the proof's");
    TAP_EQ(subject_verify(s, s->proof, s->len), FM_OK, "ATK0002 the true proof is accepted");
    provers();
    degree_n();
    inputs();
    pieces();
    nonces();
    if (log_n == 8) {
        confusions();
    }
    not_canonical(stride);
    lengths(stride);
    flips(every != 0 ? every : 16 * stride + 1);
    if (kind == SUBJECT_FIB) {
        gamma_known();
    }
    free(bad);
    subject_free(s);
}

int main(void)
{
    static const struct {
        enum subject_kind kind;
        uint32_t log_n, stride;
    } t[] = {{SUBJECT_FIB, 2, 1},      {SUBJECT_FIB, 3, 1},       {SUBJECT_FIB, 4, 1},      {SUBJECT_FIB, 6, 1},
             {SUBJECT_FIB, 8, 3},      {SUBJECT_FIB, 10, 7},      {SUBJECT_FIB, 12, 11},    {SUBJECT_AGENT, 7, 31},
             {SUBJECT_AGENT, 8, 31},   {SUBJECT_MEMBER, 8, 31},   {SUBJECT_MEMBER, 11, 61}, {SUBJECT_PATHS, 8, 31},
             {SUBJECT_PATHS, 10, 61},  {SUBJECT_RECEIPTS, 8, 31}, {SUBJECT_RECEIPTS, 10, 61}};
    const char *flip = getenv("FLIPS");
    uint32_t made = 0;
    every = flip != NULL ? (uint32_t)strtoul(flip, NULL, 10) : 0;
    for (size_t i = 0; i < FM_ARRAY_LEN(t); i++) {
        subject(t[i].kind, t[i].log_n, t[i].stride);
        made++;
    }
    digests();
    tap_note_u64("tables and sizes", made);
    tap_note_u64("attacks", attacks);
    TAP_EQ(accepted, 0, "ATK0003 none of them accepted");
    return tap_done();
}
