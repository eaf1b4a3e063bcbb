/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs: any turn that decoding lets through goes through fm_run_step over a small world of two cells whose
 * headers, records and fields are arbitrary bytes within the invariants that loading checks. Never compiled.
 */
#include "core/run.h"
#include "core/stage.h"

#include "__fc_builtin.h"

/* Hashing and signatures: any digest, any verdict. */
void fm_hash(enum fm_hash_domain domain, const uint8_t *bytes, size_t n, uint8_t out[FM_HASH_BYTES])
{
    (void)domain;
    (void)bytes;
    (void)n;
    Frama_C_make_unknown((char *)out, 32);
}

void fm_panic(const char *file, int line, const char *what)
{
    (void)file;
    (void)line;
    (void)what;
    for (;;) {
    }
}

#define CELLS 2U
#define SLOTS 4U
#define FIELDS 16U

static struct fm_header headers[CELLS];
static struct fm_record records[CELLS][SLOTS];
static uint8_t fields[CELLS][FIELDS * 32U];
static uint8_t wire[FM_TURN_BYTES_MAX];
static struct fm_params params;
static uint8_t ledger[32];
static struct fm_run run;
static struct fm_turn turn;

/* What decoding leaves of arbitrary bytes: proofs/STATUS.md, wire-turn. Each place has room for any operand. */
static void any_turn(void)
{
    Frama_C_make_unknown((char *)wire, sizeof wire);
    Frama_C_make_unknown((char *)&turn, sizeof turn);
    turn.wire = wire;
    turn.bytes = (uint16_t)Frama_C_unsigned_int_interval(132, FM_TURN_BYTES_MAX);
    turn.body_bytes = (uint16_t)Frama_C_unsigned_int_interval(68, FM_TURN_BYTES_MAX - 64);
    turn.nframes = (uint8_t)Frama_C_unsigned_int_interval(1, FM_FRAMES_MAX);
    for (uint32_t i = 0; i < FM_FRAMES_MAX; i++) {
        turn.frames[i].kind = (uint8_t)Frama_C_unsigned_int_interval(0, 1);
        turn.frames[i].first = (uint8_t)Frama_C_unsigned_int_interval(0, 32);
        turn.frames[i].neffects = (uint8_t)Frama_C_unsigned_int_interval(1, 32);
        turn.frames[i].target_at = (uint16_t)Frama_C_unsigned_int_interval(68, 3824);
    }
    turn.neffects = (uint8_t)Frama_C_unsigned_int_interval(1, FM_EFFECTS_MAX);
    for (uint32_t i = 0; i < FM_EFFECTS_MAX; i++) {
        struct fm_effect *e = &turn.effects[i];

        e->op = (uint8_t)Frama_C_unsigned_int_interval(1, 16);
        e->kind = (uint8_t)Frama_C_unsigned_int_interval(0, 4);
        e->group = (uint8_t)Frama_C_unsigned_int_interval(0, FM_GROUPS - 1);
        e->method = (uint8_t)Frama_C_unsigned_int_interval(0, FM_METHODS - 1);
        e->count = (uint8_t)Frama_C_unsigned_int_interval(0, 8);
        e->nfields = (uint16_t)Frama_C_unsigned_int_interval(0, FM_FIELDS_MAX);
        e->rights = (uint16_t)Frama_C_unsigned_int_interval(0, FM_RIGHTS_ALL);
        e->key = (uint16_t)Frama_C_unsigned_int_interval(0, 0xffff);
        e->id_at = (uint16_t)Frama_C_unsigned_int_interval(70, FM_TURN_BYTES_MAX - 272);
        e->data_at = (uint16_t)Frama_C_unsigned_int_interval(70, FM_TURN_BYTES_MAX - 272);
        e->number = Frama_C_unsigned_long_interval(1, INT64_MAX);
        e->limits.group = (uint8_t)Frama_C_unsigned_int_interval(0, FM_GROUPS - 1);
    }
}

int main(void)
{
    struct fm_run_env env = {.params = &params, .ledger = ledger, .root = ledger};

    Frama_C_make_unknown((char *)headers, sizeof headers);
    Frama_C_make_unknown((char *)records, sizeof records);
    Frama_C_make_unknown((char *)fields, sizeof fields);
    Frama_C_make_unknown((char *)&params, sizeof params);
    env.now = Frama_C_unsigned_int_interval(0, FM_U32_MAX);
    env.ncells = CELLS;
    for (uint32_t c = 0; c < CELLS; c++) {
        headers[c].nslots = (uint8_t)Frama_C_unsigned_int_interval(0, SLOTS);
        headers[c].nfields = (uint16_t)Frama_C_unsigned_int_interval(0, FIELDS);
        headers[c].idx = c;
        for (uint32_t s = 0; s < SLOTS; s++) {
            records[c][s].group = (uint8_t)Frama_C_unsigned_int_interval(0, FM_GROUPS - 1);
        }
    }
    any_turn();
    fm_run_begin(&run, &env, &turn);
    for (uint32_t c = 0; c < CELLS; c++) {
        struct fm_cell_view view = {.header = &headers[c], .records = records[c], .fields = fields[c]};

        (void)fm_run_supply(&run, &view);
    }
    /* Twice: whatever it asked for the first time is answered, any way. */
    for (uint32_t i = 0; i < 2U; i++) {
        enum fm_run_step_result result = fm_run_step(&run);

        if (result == FM_RUN_NEED_ID) {
            fm_run_supply_absent(&run);
        } else if (result == FM_RUN_NEED_VERDICT) {
            fm_run_supply_verdict(&run, run.need.pk, run.need.text, Frama_C_unsigned_int_interval(0, 1) == 1U);
        }
    }
    return 0;
}
