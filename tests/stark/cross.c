/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same proofs on every machine: Fibonacci at several sizes and profiles, and MEMBER; each is made, verified and
 * its hash printed.
 * Freestanding, so that it runs from the archives that domains link; tests/stark/cross.t compares what the machines
 * print.
 */
#include "tests/stark/cross.h"

#include <string.h>

#include "crypto/hash.h"
#include "stark/air_fib.h"
#include "stark/member.h"
#include "stark/prove.h"

static _Alignas(64) uint8_t arena[24 << 20];
static uint32_t trace[FM_W1_COLS << 10];
static uint8_t proof[300000];
static _Alignas(8) uint8_t scratch[40000];
static struct fm_fib fib;
static struct fm_member member;
static uint32_t pi[3];
static uint8_t siblings[FM_MEMBER_PATH_MAX][32];

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    (void)file;
    (void)line;
    cross_write(what, strlen(what));
    cross_exit(3);
}

static void print(const char *what, uint32_t number, const uint8_t *digest)
{
    static const char hex[] = "0123456789abcdef";
    char line[96];
    size_t n = 0;
    while (*what != '\0') {
        line[n++] = *what++;
    }
    line[n++] = ' ';
    for (uint32_t d = 1000000; d > 0; d /= 10) {
        line[n++] = (char)('0' + number / d % 10);
    }
    line[n++] = ' ';
    for (int i = 0; i < 16; i++) {
        line[n++] = hex[digest[i] >> 4];
        line[n++] = hex[digest[i] & 15];
    }
    line[n++] = '\n';
    cross_write(line, n);
}

/* Makes, checks and prints one proof; `rest` of scratch is the verifier's. */
static int one(const char *name, const struct fm_stark_statement *st)
{
    struct fm_stark_fault fault;
    uint8_t digest[32];
    size_t len = 0;
    if (fm_stark_arena_size(st) > sizeof arena || fm_stark_proof_size(st) > sizeof proof ||
        fm_stark_prove(st, trace, arena, sizeof arena, proof, sizeof proof, &len, &fault) != FM_OK ||
        fm_stark_verify(st, proof, len, scratch, sizeof scratch) != FM_OK) {
        cross_write("failed\n", 7);
        return 1;
    }
    fm_blake3(proof, len, digest, 32);
    print(name, (uint32_t)len, digest);
    cross_keep(name, st->air->log_n, proof, len);
    return 0;
}

static int fibonacci(uint32_t log, unsigned profile)
{
    if (!fm_fib_air(&fib, log)) {
        return 1;
    }
    pi[0] = 1;
    pi[1] = 1;
    fm_fib_trace(log, pi, trace);
    struct fm_stark_statement st = {&fib.air, fm_stark_profile(profile), pi, (const uint8_t *)"cross", 5};
    return one(st.profile->name, &st);
}

static int members(void)
{
    uint8_t record[64];
    uint8_t at[32];
    for (uint32_t i = 0; i < 64; i++) {
        record[i] = (uint8_t)(7 * i);
    }
    for (uint32_t i = 0; i < FM_MEMBER_PATH_MAX; i++) {
        memset(siblings[i], (int)i + 1, 32);
    }
    fm_hash(FM_H_CAP, record, 64, at);
    fm_hash2(FM_H_NODE, siblings[0], at, at); /* slot 1 of 2 */
    fm_hash2(FM_H_BODY, at, siblings[1], at);
    fm_hash2(FM_H_LEAF, siblings[2], at, at);
    fm_hash2(FM_H_NODE, at, siblings[3], at); /* cell 2 of 4 */
    fm_hash2(FM_H_NODE, siblings[4], at, at);
    fm_hash2(FM_H_ROOT, at, siblings[5], at);
    if (fm_member_statement(&member, 1, 2, at, 2, 1, record, FM_STARK_P100) != FM_OK ||
        fm_member_trace(&member, (const uint8_t(*)[32])siblings, trace) != FM_OK) {
        return 1;
    }
    return one("member", &member.st);
}

int cross_run(void)
{
    int bad = 0;
    for (uint32_t log = 2; log <= 10; log += 2) {
        bad |= fibonacci(log, FM_STARK_P100);
    }
    bad |= fibonacci(8, FM_STARK_U100) | fibonacci(8, FM_STARK_P100F) | fibonacci(9, FM_STARK_P100H);
    return bad | members();
}
