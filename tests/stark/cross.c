/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same proofs on every machine: Fibonacci at several sizes and profiles, MEMBER, paths with a twin, receipts
 * and Poseidon2; each is made, verified and its hash printed.
 * Freestanding, so that it runs from the archives that domains link; tests/stark/cross.t compares what the machines
 * print.
 */
#include "tests/stark/cross.h"

#include <string.h>

#include "crypto/hash.h"
#include "stark/air_fib.h"
#include "stark/member.h"
#include "stark/paths.h"
#include "stark/poseidon2.h"
#include "stark/rcpt.h"
#include "stark/prove.h"

static _Alignas(64) uint8_t arena[24 << 20];
static uint32_t trace[FM_W1_COLS << 10];
static uint8_t proof[600000];
static _Alignas(8) uint8_t scratch[40000];
static struct fm_fib fib;
static struct fm_member member;
static struct fm_paths paths;
static struct fm_rcpt rcpt;
static struct fm_p2 p2;
static uint32_t pi[FM_P2_PI];
static uint8_t heads[3][FM_RCPT_HEAD_BYTES];
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

/* What the verifier says of the proof with one bit flipped, at so many places spread over it: printed as one digest. */
static void answers(const struct fm_stark_statement *st, size_t len)
{
    enum { PLACES = 48 };
    uint8_t reasons[4 * PLACES];
    uint8_t digest[32];
    uint32_t accepted = 0;
    for (size_t i = 0; i < PLACES; i++) {
        size_t bit = i * 8 * len / PLACES + i;
        proof[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fm_err e = fm_stark_verify(st, proof, len, scratch, sizeof scratch);
        proof[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fm_put_le32(reasons + 4 * i, (uint32_t)e);
        accepted += e == FM_OK;
    }
    fm_blake3(reasons, sizeof reasons, digest, 32);
    print("answers", accepted, digest);
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
    answers(st, len);
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

static int members(unsigned profile)
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
    if (fm_member_statement(&member, 1, 2, at, 2, 1, record, profile) != FM_OK ||
        fm_member_trace(&member, (const uint8_t(*)[32])siblings, trace) != FM_OK) {
        return 1;
    }
    return one("member", &member.st);
}

/* A path of five levels, a twin of it that begins elsewhere, and one more path. */
static int two_paths(unsigned profile)
{
    uint8_t at[2][32];
    uint32_t start[2];
    uint32_t end[2];
    uint32_t n = 0;
    fm_paths_init(&paths);
    for (uint32_t i = 0; i < 8; i++) {
        memset(siblings[i], (int)(40 + i), 32);
    }
    for (uint32_t j = 0; j < 2; j++) {
        memset(at[j], (int)(90 + j), 32);
        start[j] = fm_paths_digest(&paths, at[j]);
        for (uint32_t l = 0; l < 5; l++) {
            bool right = (19u >> l & 1) != 0;
            fm_hash2(FM_H_NODE, right ? siblings[l] : at[j], right ? at[j] : siblings[l], at[j]);
        }
        end[j] = fm_paths_digest(&paths, at[j]);
    }
    n = fm_paths_add(&paths, 5, 19, start[0], end[0]);
    (void)fm_paths_twin(&paths, n, start[1], end[1]);
    for (uint32_t l = 5; l < 8; l++) {
        fm_hash2(FM_H_NODE, at[0], siblings[l], at[0]);
    }
    (void)fm_paths_add(&paths, 3, 0, end[0], fm_paths_digest(&paths, at[0]));
    return fm_paths_finish(&paths, profile) != FM_OK ||
                   fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, trace) != FM_OK
               ? 1
               : one("paths", &paths.st);
}

static int receipts(unsigned profile)
{
    struct fm_rcpt_claim c = {.count = 3, .first_seq = 0xfffffffeu};
    for (uint32_t i = 0; i < 3; i++) {
        memset(heads[i], (int)(10 + i), FM_RCPT_HEAD_BYTES);
        fm_put_le64(heads[i] + 8, c.first_seq + i);
        c.height[i] = fm_le64(heads[i] + 16);
        if (i > 0) {
            fm_hash(FM_H_RECEIPT, heads[i - 1], FM_RCPT_HEAD_BYTES, heads[i] + 192);
            memcpy(heads[i] + 128, heads[i - 1] + 160, 32);
        }
    }
    memcpy(c.first_prev, heads[0] + 192, 32);
    memcpy(c.first_pre_root, heads[0] + 128, 32);
    memcpy(c.last_post_root, heads[2] + 160, 32);
    fm_hash(FM_H_RECEIPT, heads[2], FM_RCPT_HEAD_BYTES, c.last_hash);
    return fm_rcpt_statement(&rcpt, &c, profile) != FM_OK ||
                   fm_rcpt_trace(&rcpt, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, trace) != FM_OK
               ? 1
               : one("receipts", &rcpt.st);
}

static int permutations(unsigned profile)
{
    if (!fm_p2_air(&p2, 6)) {
        return 1;
    }
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        pi[i] = 1000003 * i;
    }
    fm_p2_trace(6, pi, trace);
    struct fm_stark_statement st = {&p2.air, fm_stark_profile(profile), pi, NULL, 0};
    return one("poseidon2", &st);
}

int cross_run(void)
{
    int bad = 0;
    for (uint32_t log = 2; log <= 10; log += 2) {
        bad |= fibonacci(log, FM_STARK_P100);
    }
    bad |= fibonacci(8, FM_STARK_U100) | fibonacci(8, FM_STARK_P100F) | fibonacci(9, FM_STARK_P100H);
    bad |= fibonacci(5, FM_STARK_P128);
    bad |= members(FM_STARK_P100) | members(FM_STARK_U100) | two_paths(FM_STARK_P100) | two_paths(FM_STARK_P100F);
    bad |= receipts(FM_STARK_P100) | receipts(FM_STARK_P100H);
    return bad | permutations(FM_STARK_B65) | permutations(FM_STARK_P100H) | permutations(FM_STARK_P100);
}
