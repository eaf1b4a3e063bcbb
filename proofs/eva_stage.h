/* SPDX-License-Identifier: Apache-2.0 */
/* Any frame and effect that decoding lets through, and any stage: what the drivers of the turn path start from. */
#ifndef FM_PROOFS_EVA_STAGE_H
#define FM_PROOFS_EVA_STAGE_H

#include "core/stage.h"

#include "proofs/eva.h"

#define OPERAND_MAX (FM_INVOKE_WRITES_MAX * FM_INVOKE_WRITE_BYTES)

/* How many puts there were: proofs/eva counts each in its copy of lib/core/stage.c. */
uint32_t eva_puts;

static uint8_t wire[FM_TURN_BYTES_MAX + OPERAND_MAX];
/* One cell stands for all that a shell may lend: room for every slot and field. */
static struct fm_header lent_header;
static struct fm_record lent_records[FM_SLOTS_MAX];
static uint8_t lent_fields[FM_FIELDS_MAX * 32U];

static struct fm_frame any_frame(void)
{
    struct fm_frame f;

    f.kind = (uint8_t)any_u32(FM_FRAME_SELF, FM_FRAME_SLOT);
    f.slot = (uint8_t)any_u32(0, 0xff);
    f.first = (uint8_t)any_u32(0, FM_EFFECTS_MAX / 2U);
    f.neffects = (uint8_t)any_u32(1, FM_EFFECTS_MAX / 2U);
    f.target_at = (uint16_t)any_u32(0, FM_TURN_BYTES_MAX);
    return f;
}

/* Any effect with an op in [op_lo, op_hi], and this many writes, slots to open or bytes at most. */
static struct fm_effect any_effect(uint8_t op_lo, uint8_t op_hi, uint32_t count_max)
{
    struct fm_effect e;

    any_bytes(&e.limits, sizeof e.limits);
    e.limits.group = (uint8_t)any_u32(0, FM_GROUPS - 1U);
    e.op = (uint8_t)any_u32(op_lo, op_hi);
    e.kind = (uint8_t)any_u32(0, FM_CHECK_TIME);
    e.slot = (uint8_t)any_u32(0, 0xff);
    e.group = (uint8_t)any_u32(0, FM_GROUPS - 1U);
    e.method = (uint8_t)any_u32(0, FM_METHODS - 1U);
    e.count = (uint8_t)any_u32(0, count_max);
    e.nslots = (uint8_t)any_u32(0, 0xff);
    e.nfields = (uint16_t)any_u32(0, FM_FIELDS_MAX);
    e.key = (uint16_t)any_u32(0, 0xffff);
    e.rights = (uint16_t)any_u32(0, FM_RIGHTS_ALL);
    e.id_at = (uint16_t)any_u32(0, FM_TURN_BYTES_MAX);
    e.data_at = (uint16_t)any_u32(2, FM_TURN_BYTES_MAX);
    e.lo = any_u32(0, FM_U32_MAX);
    e.hi = any_u32(0, FM_U32_MAX);
    e.number = Frama_C_unsigned_long_interval(1, INT64_MAX);
    return e;
}

/* What decoding leaves of arbitrary bytes. */
static void any_turn(struct fm_turn *turn)
{
    struct fm_frame frame = any_frame();
    struct fm_effect effect = any_effect(FM_OP_CHECK, FM_OP_DESTROY, FM_EVENT_BYTES_MAX);

    any_bytes(wire, sizeof wire);
    any_bytes(turn, sizeof *turn);
    turn->wire = wire;
    turn->bytes = (uint16_t)any_u32(FM_TURN_HEAD_BYTES + FM_SIG_BYTES, FM_TURN_BYTES_MAX);
    turn->body_bytes = (uint16_t)any_u32(FM_TURN_HEAD_BYTES, FM_TURN_BYTES_MAX - FM_SIG_BYTES);
    turn->nframes = (uint8_t)any_u32(1, FM_FRAMES_MAX);
    turn->neffects = (uint8_t)any_u32(1, FM_EFFECTS_MAX);
    /*@ loop unroll 8; */
    for (uint32_t i = 0; i < FM_FRAMES_MAX; i++) {
        turn->frames[i] = frame;
    }
    /*@ loop unroll 64; */
    for (uint32_t i = 0; i < FM_EFFECTS_MAX; i++) {
        turn->effects[i] = effect;
    }
}

static void any_header(struct fm_header *h)
{
    any_bytes(h, sizeof *h);
    h->nfields = (uint16_t)any_u32(0, FM_FIELDS_MAX);
}

static void any_lent(void)
{
    any_header(&lent_header);
    any_bytes(lent_fields, sizeof lent_fields);
    any_bytes(lent_records, sizeof lent_records);
    /*@ loop unroll 255; */
    for (uint32_t s = 0; s < FM_SLOTS_MAX; s++) {
        lent_records[s].group = (uint8_t)any_u32(0, FM_GROUPS - 1U);
    }
}

/* A cell that a shell lent or, if made, perhaps one that the turn made. */
static struct fm_run_cell any_cell(bool made)
{
    struct fm_run_cell c = {.idx = any_u32(0, FM_U32_MAX)};

    if (!made || any_u32(0, 1) == 1U) {
        c.view.header = &lent_header;
        c.view.records = lent_records;
        c.view.fields = lent_fields;
    }
    any_header(&c.header);
    c.first_put = (uint16_t)any_u32(0, FM_NO_PUT);
    c.used = any_u32(0, 1) == 1U;
    c.header_put = any_u32(0, 1) == 1U;
    return c;
}

static struct fm_run_put any_put(void)
{
    struct fm_run_put s;

    any_bytes(&s.record, sizeof s.record);
    s.record.group = (uint8_t)any_u32(0, FM_GROUPS - 1U);
    any_bytes(s.field, sizeof s.field);
    s.index = (uint16_t)any_u32(0, 0xffff);
    s.next = (uint16_t)any_u32(0, FM_NO_PUT);
    s.kind = (uint8_t)any_u32(FM_WRITE_RECORD, FM_WRITE_FIELD);
    return s;
}

/* Everything in a run but env and turn, between two calls of the stage. */
static void any_stage(struct fm_run *run, bool made)
{
    struct fm_run_cell cell;
    struct fm_run_put staged;

    any_lent();
    cell = any_cell(made);
    staged = any_put();
    any_bytes(&run->outcome.turn_hash, 32);
    any_bytes(&run->outcome.link_before, 32);
    any_bytes(run->absent, sizeof run->absent);
    any_bytes(run->events, sizeof run->events);
    any_bytes(run->caps, sizeof run->caps);
    run->outcome.events_bytes = (uint16_t)any_u32(0, FM_EVENTS_BYTES_MAX);
    run->outcome.caps_bytes = (uint16_t)any_u32(0, FM_CAPS_BYTES_MAX);
    run->outcome.cost = any_u64();
    run->nabsent = (uint8_t)any_u32(0, FM_TURN_CELLS_MAX);
    run->nloaded = (uint16_t)any_u32(1, FM_RUN_CELLS_MAX);
    run->ncells = (uint16_t)any_u32(1, FM_RUN_CELLS_MAX);
    run->nused = (uint16_t)any_u32(0, FM_TURN_CELLS_MAX);
    run->nputs = (uint16_t)any_u32(0, FM_STAGE_MAX);
    run->ncreated = any_u32(0, FM_EFFECTS_MAX);
    run->nverdicts = (uint8_t)any_u32(0, FM_TURN_VERDICTS_MAX);
    run->agent = (uint16_t)any_u32(0, FM_RUN_CELLS_MAX - 1U);
    run->has_ahead = any_u32(0, 1) == 1U;
    any_header(&run->agent_after_prologue);
    any_bytes(run->ahead.pk, 32);
    any_bytes(run->ahead.text, FM_SIGNED_TEXT_BYTES);
    run->ahead.yes = any_u32(0, 1) == 1U;
    run->verdicts[0] = run->ahead;
    run->verdicts[1] = run->ahead;
    /*@ loop unroll 72; */
    for (uint32_t i = 0; i < FM_RUN_CELLS_MAX; i++) {
        run->cells[i] = cell;
    }
    /*@ loop unroll 768; */
    for (uint32_t i = 0; i < FM_STAGE_MAX; i++) {
        run->puts[i] = staged;
    }
}

#endif
