/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of what reads a state: driving a run over it (the run itself is eva_step.c's: here it asks for
 * anything), looking ahead, and making proofs of any cell, slot, field or absence. Never compiled.
 */
#include "core/ahead.h"
#include "core/drive.h"
#include "core/proof.h"
#include "crypto/sign.h"

#include "proofs/eva_settled.h"
#include "proofs/eva_stage.h"
#include "proofs/eva_state.h"

#define CELLS 5U

static struct fm_state state;
static struct fm_run run;
static struct fm_run_env env;
static struct fm_turn turn;
static uint8_t proof[FM_PROOF_BYTES_MAX];

void fm_run_begin(struct fm_run *r, const struct fm_run_env *e, const struct fm_turn *t)
{
    r->env = e;
    r->turn = t;
    r->nloaded = 0;
    r->nverdicts = 0;
}

enum fm_run_step_result fm_run_step(struct fm_run *r)
{
    any_bytes(&r->need.id, 32);
    any_bytes(&r->need.pk, 32);
    any_bytes(&r->need.text, FM_SIGNED_TEXT_BYTES);
    r->need.sig = wire + any_u32(0, FM_TURN_BYTES_MAX);
    r->need.idx = any_u32(0, state.top.ncells - 1U);
    r->nverdicts = (uint8_t)any_u32(0, FM_TURN_VERDICTS_MAX);
    r->verdicts[0].yes = any_u32(0, 1) == 1U;
    return (enum fm_run_step_result)any_u32(FM_RUN_DONE, FM_RUN_NEED_VERDICT);
}

bool fm_run_supply(struct fm_run *r, const struct fm_cell_view *view)
{
    /*@ assert eva_header: \initialized(view->header); */
    /*@ assert eva_records: \initialized(view->records + (0 .. SLOTS - 1)); */
    /*@ assert eva_fields: \initialized(view->fields + (0 .. 32 * FIELDS - 1)); */
    (void)view;
    r->nloaded = (uint16_t)any_u32(0, FM_RUN_CELLS_MAX);
    return any_u32(0, 1) == 1U;
}

void fm_run_supply_absent(struct fm_run *r)
{
    (void)r;
}

void fm_run_supply_verdict(struct fm_run *r, const uint8_t pk[32], const uint8_t text[FM_SIGNED_TEXT_BYTES], bool yes)
{
    /*@ assert eva_pk: \initialized(pk + (0 .. 31)); */
    /*@ assert eva_text: \initialized(text + (0 .. FM_SIGNED_TEXT_BYTES - 1)); */
    (void)r;
    (void)pk;
    (void)text;
    (void)yes;
}

bool fm_ed25519_verify(const uint8_t *pk, const uint8_t *msg, size_t n, const uint8_t *sig)
{
    /*@ assert eva_key: \initialized(pk + (0 .. 31)); */
    /*@ assert eva_message: \initialized(msg + (0 .. n - 1)); */
    /*@ assert eva_sig: \initialized(sig + (0 .. 63)); */
    (void)pk;
    (void)msg;
    (void)n;
    (void)sig;
    return any_u32(0, 1) == 1U;
}

static void drive(void)
{
    any_turn(&turn);
    if (any_state(&state, CELLS, CELLS, 0)) {
        fm_state_env(&state, any_u32(0, UINT32_MAX), &env);
        fm_drive_signed(&run, &state, &env, &turn);
    }
}

static void look_ahead(void)
{
    static struct fm_ahead ahead;

    any_turn(&turn);
    if (any_state(&state, CELLS, CELLS, 0)) {
        if (any_u32(0, 1) == 1U) {
            fm_ahead_init(&ahead);
        } else {
            any_bytes(&ahead, sizeof ahead);
        }
        fm_ahead_note(&ahead, &state, &turn);
    }
}

static void prove(uint32_t ncells)
{
    uint8_t id[32];

    any_bytes(id, sizeof id);
    if (any_state(&state, ncells, ncells, 0)) {
        size_t cap = any_u32(0, FM_PROOF_BYTES_MAX);

        if (any_u32(0, 1) == 1U) {
            (void)fm_proof_make_absent(&state, id, proof, cap);
        } else {
            (void)fm_proof_make(&state, any_u32(0, UINT32_MAX), (uint8_t)any_u32(0, 255), (uint16_t)any_u32(0, 65535),
                                proof, cap);
        }
    }
}

int main(void)
{
    switch (any_u32(0, 3)) {
    case 0:
        drive();
        break;
    case 1:
        look_ahead();
        break;
    case 2:
        prove(1);
        break;
    default:
        prove(CELLS);
        break;
    }
    return 0;
}
