/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rung M-STARK. Owns a ledger of the heart, runs signed turns on it, and asks for a proof that a slot holds what it
 * holds; shows that to the verifier, and then everything that must be refused. It speaks TAP.
 */
#include <string.h>

#include "core/drive.h"
#include "core/proof.h"
#include "crypto/sign.h"
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "pd/stark/channel.h"
#include "tests/tap.h"
#include "wire/turn.h"

#define PATCHED __attribute__((section(".data"), used))
#define PROVER 1
#define VERIFIER 2
#define POWER 3
#define CELLS 4U /* that the treasury makes */
#define SLOT 2U

PATCHED seL4_Word asker_witness = 0;
PATCHED seL4_Word asker_made = 0;
PATCHED seL4_Word asker_shown = 0;

static const struct fm_state_config config = {.max_cells = 64, .max_slots = 256, .max_fields = 64, .max_undo = 0};
static _Alignas(64) uint8_t memory[1024U * 1024U];
static struct fm_state state;
static struct fm_run run;
static struct fm_turn turn;
static struct fm_sealed sealed;
static struct fm_turn_maker maker;
static uint8_t wire[FM_TURN_BYTES_MAX + 8];
static uint8_t pk[32], sk[64];
static uint8_t path[FM_PROOF_BYTES_MAX];

static struct fm_stark_shown *shown(void)
{
    return (struct fm_stark_shown *)asker_shown;
}

/* --- the ledger --- */

static void begin(void)
{
    const struct fm_header *h = &state.cells[1].header;

    fm_turn_begin(&maker, wire, sizeof wire, state.top.ledger, h->id, h->nonce, FM_U64_MAX, FM_NEVER);
    fm_turn_self(&maker);
}

static bool finish(uint64_t height)
{
    const struct fm_batch batch = {height, 1000};
    struct fm_run_env env;
    size_t n = fm_turn_finish(&maker) != 0U ? fm_turn_sign(&maker, sk) : 0U;

    if (fm_turn_decode(&turn, wire, n, NULL) != FM_OK) {
        return false;
    }
    fm_state_env(&state, batch.now, &env);
    fm_drive_signed(&run, &state, &env, &turn);
    if (run.outcome.status != FM_COMMITTED) {
        fm_print("turn: %s\n", fm_err_name(run.outcome.reason));
        return false;
    }
    fm_state_seal(&state, &run, &batch, &sealed);
    return true;
}

static void make_ledger(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_create create = {.nslots = 4, .nfields = 2, .nopen = 4};
    const struct fm_limits limits = {.rights = FM_RIGHT_READ | FM_RIGHT_SEND, .methods = FM_METHODS_ALL,
        .f_hi = FM_FIELDS_MAX,
                                     .expiry = FM_NEVER, .max_amount = 1000, .allowance = 5000};
    const uint8_t seed[32] = {9}, salt[32] = {4};
    struct fm_params params;
    fm_err err;

    fm_ed25519_keypair(seed, pk, sk);
    fm_params_default(&params);
    err = fm_state_init(&state, &config, &arena);
    TAP_EQ(err, FM_OK, "MSTARK-1 a ledger of the heart");
    TAP_EQ(fm_state_genesis(&state, &params, salt, pk), FM_OK, "MSTARK-2 its genesis");
    memcpy(create.owner_pk, pk, 32);
    begin();
    for (create.salt = 0; create.salt < CELLS; create.salt++) {
        fm_turn_create(&maker, &create);
    }
    TAP_OK(finish(1), "MSTARK-3 a signed turn makes four cells");
    begin();
    fm_turn_grant(&maker, state.cells[4].header.id, SLOT, &limits);
    TAP_OK(finish(2), "MSTARK-4 a signed turn grants a capability into a slot of one");
}

/* The claim about the slot, and the siblings of its record, taken from the heart's own proof of it. */
static void make_witness(struct fm_stark_witness *w)
{
    uint32_t cell = 4;
    uint32_t depth = fm_tree_depth(state.top.ncells);
    size_t n = fm_proof_make(&state, cell, FM_WRITE_RECORD, SLOT, path, sizeof path);
    struct fm_proven proven;
    const uint8_t *p = path + 132U;
    const uint8_t *roots = p + 32U * depth + 192U;
    uint8_t both[192];
    uint32_t k = 0;

    TAP_EQ(fm_proof_verify(path, n, state.root, &proven, NULL), FM_OK,
        "MSTARK-5 the heart's own proof of the slot holds");
    memset(w, 0, sizeof *w);
    w->claim = (struct fm_stark_member){.cell = cell, .slot = SLOT, .cells_log = (uint8_t)depth, .slots_log = 2,
        .profile = 1};
    memcpy(w->claim.root, state.root, 32);
    memcpy(w->claim.record, &proven.record, 64);
    for (uint32_t i = 0; i < 2; i++) {
        memcpy(w->sibling[k++], roots + 64U + 3U + 64U + 32U * i, 32);
    }
    memcpy(w->sibling[k++], roots + 32U, 32); /* root of the fields */
    memcpy(both, p + 32U * depth + 32U, 160); /* header, then next id */
    memcpy(both + 160, p + 32U * depth, 32);
    fm_hash(FM_H_CELL, both, sizeof both, w->sibling[k++]);
    for (uint32_t i = 0; i < depth; i++) {
        memcpy(w->sibling[k++], p + 32U * i, 32);
    }
    fm_hash(FM_H_TOP, path, 128, w->sibling[k++]);
    w->siblings = k;
}

/* --- the calls --- */

static fm_err prove(size_t *len)
{
    microkit_msginfo info = microkit_ppcall(PROVER, microkit_msginfo_new(FM_STARK_PROVE, 0));

    *len = microkit_mr_get(0);
    return (fm_err)microkit_msginfo_get_label(info);
}

static fm_err verify(size_t len)
{
    microkit_mr_set(0, len);
    return (fm_err)microkit_msginfo_get_label(microkit_ppcall(VERIFIER, microkit_msginfo_new(FM_STARK_VERIFY, 1)));
}

static void show(const struct fm_stark_witness *w, size_t len)
{
    memcpy(&shown()->claim, &w->claim, sizeof w->claim);
    memcpy(shown()->proof, (const void *)asker_made, len);
}

static void refusals(const struct fm_stark_witness *w, size_t len)
{
    unsigned accepted = 0;
    fm_err err;

    for (size_t i = 0; i < 24U; i++) {
        size_t at = i * (len / 24U) + i;
        shown()->proof[at] ^= 1U;
        accepted += verify(len) == FM_OK;
        shown()->proof[at] ^= 1U;
    }
    TAP_EQ(accepted, 0, "MSTARK-10 a flipped byte, at 24 places of the proof: refused");
    shown()->claim.record[40] ^= 1U;
    TAP_EQ(verify(len), FM_E_STARK_CONSTRAINTS, "MSTARK-11 another record: the constraints do not hold");
    show(w, len);
    shown()->claim.root[0] ^= 1U;
    TAP_EQ(verify(len), FM_E_STARK_CONSTRAINTS, "MSTARK-12 another root: the same");
    show(w, len);
    shown()->claim.slot ^= 1U;
    err = verify(len);
    TAP_OK(err != FM_OK, "MSTARK-13 another slot: refused");
    tap_note_text("reason", fm_err_name(err));
    show(w, len);
    shown()->claim.cells_log++;
    TAP_EQ(verify(len), FM_E_STARK_AIR, "MSTARK-14 another table (a deeper tree): another AIR");
    show(w, len);
    shown()->claim.profile = 2;
    TAP_EQ(verify(len), FM_E_STARK_PROFILE, "MSTARK-15 another profile");
    show(w, len);
    shown()->claim.slots_log = 200;
    TAP_EQ(verify(len), FM_E_STARK_SHAPE, "MSTARK-16 a shape outside the limits");
    show(w, len);
    TAP_EQ(verify(len - 1U), FM_E_STARK_LENGTH, "MSTARK-17 truncated by a byte");
    TAP_EQ(verify(100), FM_E_STARK_LENGTH, "MSTARK-18 truncated to its head");
    TAP_OK(verify(0) != FM_OK, "MSTARK-19 nothing at all");
    TAP_EQ(verify(len + 1U), FM_E_STARK_LENGTH, "MSTARK-20 longer by a byte");
    TAP_EQ(verify(FM_STARK_PROOF_MAX + 1U), FM_E_STARK_LENGTH, "MSTARK-21 longer than the region");
    TAP_EQ(verify(~(size_t)0), FM_E_STARK_LENGTH, "MSTARK-22 longer than anything");
    TAP_EQ(verify(len), FM_OK, "MSTARK-23 and the true one is still accepted");
}

static void false_claims(struct fm_stark_witness *w)
{
    size_t len = 0;

    w->claim.record[3] ^= 1U;
    TAP_EQ(prove(&len), FM_E_STARK_WITNESS, "MSTARK-30 the prover names a false claim");
    w->claim.record[3] ^= 1U;
    w->siblings--;
    TAP_EQ(prove(&len), FM_E_STARK_SHAPE, "MSTARK-31 and a path of another length");
    w->siblings++;
    w->claim.cells_log = 99;
    TAP_EQ(prove(&len), FM_E_STARK_SHAPE, "MSTARK-32 and a shape outside the limits");
    TAP_EQ(microkit_msginfo_get_label(microkit_ppcall(VERIFIER, microkit_msginfo_new(FM_STARK_PROVE, 0))),
           FM_E_PD_NO_METHOD, "MSTARK-33 the verifier cannot be asked to prove");
}

void init(void)
{
    struct fm_stark_witness *w = (struct fm_stark_witness *)asker_witness;
    size_t len = 0;
    fm_err err;

    tap_write("TAP version 13\n", 15);
    make_ledger();
    make_witness(w);
    err = prove(&len);
    TAP_EQ(err, FM_OK, "MSTARK-6 the prover proves it");
    tap_note_u64("proof bytes", len);
    if (err == FM_OK) {
        fm_hash(FM_H_LINK, (const uint8_t *)asker_made, len, path);
        tap_note_hex("proof hash", path, 32);
    }
    tap_note_u64("prover's memory, KiB", microkit_mr_get(1) >> 10);
    TAP_OK(microkit_mr_get(1) <= (64U << 20), "MSTARK-7 in at most 64 MiB");
    show(w, len);
    TAP_EQ(verify(len), FM_OK, "MSTARK-8 the verifier accepts it under the ledger's root");
    if (err == FM_OK) {
        refusals(w, len);
        false_claims(w);
    }
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
