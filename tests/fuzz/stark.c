/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier against anything: raw bytes as a proof, true proofs with bytes overwritten where the input says, and
 * claims about
 * chains and delegations. It answers; it neither faults nor loops; and it never accepts what was changed.
 */
#include <stdlib.h>
#include <string.h>

#include "core/state.h"
#include "stark/air_fib.h"
#include "stark/deleg.h"
#include "stark/member.h"
#include "stark/prove.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PROOF_MAX 100000u

static struct fm_fib fib;
static uint32_t pi[3];
static struct fm_stark_statement st;
static uint8_t *proof, *bad;
static void *scratch;
static size_t len;

static void setup(void)
{
    struct fm_stark_fault fault;
    uint32_t trace[2 << 4];
    void *arena;
    if (!fm_fib_air(&fib, 4)) {
        abort();
    }
    pi[0] = 3;
    pi[1] = 4;
    fm_fib_trace(4, pi, trace);
    st = (struct fm_stark_statement){&fib.air, fm_stark_profile(FM_STARK_P100), pi, NULL, 0};
    arena = malloc(fm_stark_arena_size(&st));
    proof = malloc(PROOF_MAX);
    bad = malloc(PROOF_MAX);
    scratch = malloc(fm_stark_verify_scratch());
    if (arena == NULL || proof == NULL || bad == NULL || scratch == NULL ||
        fm_stark_prove(&st, trace, arena, fm_stark_arena_size(&st), proof, PROOF_MAX, &len, &fault) != FM_OK) {
        abort();
    }
    free(arena);
}

/* Overwrites: pairs of place u16 and byte. */
static void patched(const uint8_t *data, size_t n)
{
    memcpy(bad, proof, len);
    for (size_t i = 0; i + 3 <= n; i += 3) {
        bad[(size_t)fm_le16(data + i) % len] = data[i + 2];
    }
    if (fm_stark_verify(&st, bad, len, scratch, fm_stark_verify_scratch()) == FM_OK && memcmp(bad, proof, len) != 0) {
        abort();
    }
}

static void raw(const uint8_t *data, size_t n)
{
    memcpy(bad, proof, FM_STARK_HEADER); /* past the head, or nothing would be read */
    n = n < PROOF_MAX - FM_STARK_HEADER ? n : PROOF_MAX - FM_STARK_HEADER;
    memcpy(bad + FM_STARK_HEADER, data, n);
    if (fm_stark_verify(&st, bad, FM_STARK_HEADER + n, scratch, fm_stark_verify_scratch()) == FM_OK &&
        (n + FM_STARK_HEADER != len || memcmp(bad, proof, len) != 0)) {
        abort();
    }
}

static void claims(const uint8_t *data, size_t n, bool delegation)
{
    static struct fm_chain_claim c;
    static struct fm_deleg_claim d;
    static struct fm_paths paths;
    uint8_t root[32];
    struct fm_reader r;
    fm_err e;
    fm_reader_init(&r, data, n);
    if (!delegation && fm_chain_get(&r, &c)) {
        fm_opened_root(&c.state, root); /* so that it goes as far as it can */
        e = fm_chain_verify(&c, root, FM_STARK_P100, proof, len, &paths, scratch, fm_stark_verify_scratch());
        if (e == FM_OK) {
            abort();
        }
    } else if (delegation && fm_deleg_get(&r, &d)) {
        fm_receipt_hash(&d.receipt, root);
        e = fm_deleg_verify(&d, root, FM_STARK_P100, proof, len, &paths, scratch, fm_stark_verify_scratch());
        if (e == FM_OK) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (proof == NULL) {
        setup();
    }
    if (n < 1) {
        return 0;
    }
    switch (data[0] % 4) {
    case 0:
        raw(data + 1, n - 1);
        break;
    case 1:
        patched(data + 1, n - 1);
        break;
    default:
        claims(data + 1, n - 1, data[0] % 4 == 3);
        break;
    }
    return 0;
}
