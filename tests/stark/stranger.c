/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stark/stranger.h"

#include <string.h>

#include "tests/tap.h"

static const char *const names[] = {"", "MEMBER", "CAPCHAIN", "RCPTCHAIN", "DELEG-P", "RCPTCHAIN-A", "DELEG-W"};

/* The file under examination, which is changed and mended, and room for the call: too much, for one test. */
static uint8_t bytes[STRANGER_FILE_MAX + 1];
static _Alignas(8) uint8_t scratch[192u * 1024u];
static enum fm_stark_kind kind;
static uint8_t trusted[32];
static size_t len;
static uint32_t claim_len;

static fm_err ask(size_t n)
{
    return fm_stark_file_verify(kind, trusted, bytes, n, scratch, fm_stark_file_scratch());
}

static void put_claim_len(uint32_t n)
{
    for (uint32_t i = 0; i < 4; i++) {
        bytes[FM_STARK_CLAIM_BYTES_AT + i] = (uint8_t)(n >> (8 * i));
    }
}

/* Bytes of a claim that may say something else that is true as well (docs/spec/stark.md). */
static bool may_differ(uint32_t at)
{
    if (kind == FM_STARK_CAPCHAIN) { /* a later time before it expires; narrower limits */
        return at >= 160 && at < 197;
    }
    /* RCPTCHAIN-A: what the link of the first receipt does not cover */
    return kind == FM_STARK_RCPTCHAIN_A && ((at >= 8 + 3 && at < 8 + 24) || (at >= 8 + 128 && at < 8 + 256));
}

static void other_ends(void)
{
    fm_err want = kind == FM_STARK_MEMBER ? FM_E_STARK_CONSTRAINTS : FM_E_PROOF_ROOT;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < 32; i += 31) {
        trusted[i] ^= 128;
        wrong += ask(len) != want;
        trusted[i] ^= 128;
    }
    TAP_EQ(wrong, 0, "STR0002 PROOF_ROOT, of MEMBER STARK_CONSTRAINTS: another root or receipt");
}

static void other_kinds(void)
{
    enum fm_stark_kind own = kind;
    uint32_t wrong = 0;
    uint32_t read_as = 0;
    for (uint32_t k = 0; k < 256; k++) {
        if (k != (uint32_t)own) {
            kind = (enum fm_stark_kind)k;
            wrong += ask(len) != FM_E_STARK_KIND;
        }
    }
    for (uint32_t k = 0; k <= FM_STARK_DELEG_W + 1; k++) {
        fm_err want = k < FM_STARK_MEMBER || k > FM_STARK_DELEG_W ? FM_E_STARK_KIND : FM_E_STARK_CLAIM;
        if (k != (uint32_t)own) {
            kind = (enum fm_stark_kind)k;
            bytes[16] = (uint8_t)k;
            read_as += ask(len) != want;
        }
    }
    kind = own;
    bytes[16] = (uint8_t)own;
    TAP_EQ(wrong, 0, "STR0003 STARK_KIND: asked for any other statement");
    TAP_EQ(read_as, 0, "STR0004 STARK_CLAIM: the file says that it is of another, STARK_KIND: of none");
}

static void other_heads(void)
{
    static const uint8_t none[] = {0, 6, 7, 99, 255}; /* no profile, or one of fewer than 100 bits */
    uint8_t own = bytes[17];
    uint32_t wrong = 0;
    for (uint32_t at = 0; at < 20; at++) {
        if (at != 16 && at != 17) {
            bytes[at] ^= 4;
            wrong += ask(len) != FM_E_STARK_FILE;
            bytes[at] ^= 4;
        }
    }
    put_claim_len((uint32_t)(len - FM_STARK_CLAIM_AT + 1));
    wrong += ask(len) != FM_E_STARK_FILE;
    put_claim_len(0xffffffffu);
    wrong += ask(len) != FM_E_STARK_FILE;
    put_claim_len(claim_len);
    TAP_EQ(wrong, 0, "STR0005 STARK_FILE: another magic, something where zeros are, a claim longer than all");
    wrong = 0;
    for (uint32_t i = 0; i < sizeof none; i++) {
        bytes[17] = none[i];
        wrong += ask(len) != FM_E_STARK_PROFILE;
    }
    for (uint8_t p = 1; p <= 5; p++) { /* one that is as good, but that the proof was not made for */
        bytes[17] = p;
        wrong += ask(len) != (p == own ? FM_OK : FM_E_STARK_PROFILE);
    }
    bytes[17] = own;
    TAP_EQ(wrong, 0, "STR0006 STARK_PROFILE: another profile, or none");
}

static void cuts(void)
{
    size_t proof_at = FM_STARK_CLAIM_AT + claim_len;
    uint32_t wrong = 0;
    for (uint32_t n = 0; n < claim_len + 50; n++) {
        put_claim_len(n);
        wrong += n != claim_len && ask(len) != FM_E_STARK_CLAIM;
    }
    put_claim_len(claim_len);
    TAP_EQ(wrong, 0, "STR0007 STARK_CLAIM: a claim cut anywhere, or longer");
    wrong = 0;
    for (size_t n = 0; n < proof_at; n++) {
        wrong += ask(n) != FM_E_STARK_FILE;
    }
    wrong += fm_stark_file_verify(kind, trusted, NULL, 0, scratch, fm_stark_file_scratch()) != FM_E_STARK_FILE;
    TAP_EQ(wrong, 0, "STR0008 STARK_FILE: the file ends within its head or claim");
    wrong = 0;
    for (size_t n = proof_at; n < len; n += 1 + (len - n) / 20) {
        wrong += ask(n) != FM_E_STARK_LENGTH;
    }
    wrong += ask(len + 1) != FM_E_STARK_LENGTH;
    TAP_EQ(wrong, 0, "STR0009 STARK_LENGTH: a proof cut anywhere, or a byte after it");
}

static void flip(uint32_t flips)
{
    size_t proof_at = FM_STARK_CLAIM_AT + claim_len;
    uint32_t step = claim_len / (4 * flips) + 1;
    uint32_t accepted = 0;
    uint32_t other = 0;
    for (uint32_t at = 0; at < claim_len; at += step) {
        uint8_t bit = (uint8_t)(1u << (at % 8));
        bytes[FM_STARK_CLAIM_AT + at] ^= bit;
        accepted += ask(len) == FM_OK && !may_differ(at);
        bytes[FM_STARK_CLAIM_AT + at] ^= bit;
    }
    TAP_EQ(accepted, 0, "STR0010 a bit of the claim is not what it was: refused, but where both are true");
    accepted = 0;
    for (uint32_t i = 0; i < flips; i++) {
        size_t at = proof_at + (len - 1 - proof_at) * i / (flips - 1);
        uint8_t bit = (uint8_t)(1u << (i % 8));
        bytes[at] ^= bit;
        fm_err e = ask(len);
        bytes[at] ^= bit;
        accepted += e == FM_OK;
        other += fm_err_number(e) > fm_err_number(FM_E_STARK_FINAL) || ((uint32_t)e >> 8 & 0xff) != FM_ROOM_STARK;
    }
    TAP_OK(accepted == 0 && other == 0, "STR0011 a bit of the proof: refused, for a reason of the verifier's");
}

static void rooms(void)
{
    size_t need = fm_stark_file_scratch();
    uint32_t wrong = 0;
    wrong += fm_stark_file_verify(kind, trusted, bytes, len, scratch, need - 1) != FM_E_STARK_SCRATCH;
    wrong += fm_stark_file_verify(kind, trusted, bytes, len, scratch, 0) != FM_E_STARK_SCRATCH;
    wrong += fm_stark_file_verify(kind, trusted, bytes, len, scratch + 1, need) != FM_E_STARK_SCRATCH;
    wrong += fm_stark_file_verify(kind, trusted, bytes, len, scratch + 8, need) != FM_OK;
    TAP_EQ(wrong, 0, "STR0012 STARK_SCRATCH: a byte too little, or not aligned; at any place that is");
}

void stranger_examine(enum fm_stark_kind of, const uint8_t of_trusted[32], const uint8_t *file, size_t n,
                      uint32_t flips)
{
    tap_note_text("statement", names[of]);
    tap_note_u64("bytes", n);
    tap_note_u64("scratch", fm_stark_file_scratch());
    if (!TAP_OK(n >= FM_STARK_CLAIM_AT && n <= STRANGER_FILE_MAX && fm_stark_file_scratch() + 8 <= sizeof scratch,
                "STR0000 there is room for it")) {
        return;
    }
    kind = of;
    memcpy(trusted, of_trusted, 32);
    memcpy(bytes, file, n);
    len = n;
    bytes[len] = 0;
    claim_len = 0;
    for (uint32_t i = 0; i < 4; i++) {
        claim_len |= (uint32_t)bytes[FM_STARK_CLAIM_BYTES_AT + i] << (8 * i);
    }
    memset(scratch, 0xa5, sizeof scratch);
    if (!TAP_EQ(ask(len), FM_OK, "STR0001 a proof file is accepted")) {
        return;
    }
    other_ends();
    other_kinds();
    other_heads();
    cuts();
    flip(flips);
    rooms();
    TAP_OK(ask(len) == FM_OK && memcmp(bytes, file, len) == 0, "STR0013 and the file itself still accepted");
}

uint32_t stranger_examine_all(const uint8_t *all, size_t n, uint32_t flips)
{
    uint32_t count = 0;
    while (n >= 37) {
        size_t size = (size_t)all[33] | (size_t)all[34] << 8 | (size_t)all[35] << 16;
        if (all[36] != 0 || size > n - 37 || all[0] < 1 || all[0] > FM_STARK_DELEG_W) {
            return 0;
        }
        stranger_examine((enum fm_stark_kind)all[0], all + 1, all + 37, size, flips);
        all += 37 + size;
        n -= 37 + size;
        count++;
    }
    return n == 0 ? count : 0;
}
