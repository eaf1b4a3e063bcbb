/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage of a run: how effects see cells and how they change them. Private to lib/core.
 *
 * Each getter may find that a cell is not loaded. Then it notes the need, and the pass ends (struct
 * fm_pass, stop); the shell supplies the cell and the pass begins again. A refusal ends the pass
 * too. After either, every call is inert.
 */
#ifndef FM_CORE_STAGE_H
#define FM_CORE_STAGE_H

#include "core/run.h"

/* Why a pass stops, if it does. */
enum fm_stop { FM_GO_ON = 0, FM_STOP_NEED, FM_STOP_REFUSED };

/* Where a pass stands. */
struct fm_pass {
    struct fm_run *run;
    const struct fm_frame *frame;
    enum fm_stop stop;
    fm_err reason; /* with FM_STOP_REFUSED */
    uint8_t detail;
    uint16_t subject;      /* entry of the subject of the frame */
    struct fm_record held; /* SLOT: the frame's record, as it is now; SELF: full authority */
    bool self;
};

/* What holds of a stage, whatever is staged: its lists stay within it, and each leads to ever older
 * entries, so that walking one ends. */
/*@ predicate stage_ok(struct fm_run *run) =
  @   run->nputs <= FM_STAGE_MAX && run->ncells <= FM_RUN_CELLS_MAX &&
  @   run->nused <= FM_TURN_CELLS_MAX && run->nabsent <= FM_TURN_CELLS_MAX &&
  @   (\forall integer i; 0 <= i < run->ncells ==>
  @     run->cells[i].first_put == FM_NO_PUT || run->cells[i].first_put < run->nputs) &&
  @   (\forall integer i; 0 <= i < run->nputs ==>
  @     run->puts[i].next == FM_NO_PUT || run->puts[i].next < i);
  @ // The group of every record that can be read is one of the eight.
  @ predicate put_group_ok(struct fm_run *run, integer i) =
  @   run->puts[i].kind == FM_WRITE_RECORD ==> run->puts[i].record.group < FM_GROUPS;
  @ predicate groups_ok(struct fm_run *run) =
  @   \forall integer i; 0 <= i < run->nputs ==> put_group_ok(run, i);
  @ predicate cells_ok(struct fm_run *run) =
  @   \forall integer i, s; 0 <= i < run->ncells && 0 <= s < FM_SLOTS_MAX ==>
  @     run->cells[i].view.records == \null ||
  @     (\valid_read(run->cells[i].view.records + s) &&
  @      run->cells[i].view.records[s].group < FM_GROUPS);
  @ // What the shell lends lies outside the run and the pass.
  @ predicate apart(struct fm_pass *p) =
  @   \valid(p) && \valid(p->run) && \separated(p, p->run) &&
  @   \forall integer i, s; 0 <= i < FM_RUN_CELLS_MAX && 0 <= s < FM_SLOTS_MAX ==>
  @     \separated(p->run->cells[i].view.records + s, p) &&
  @     \separated(p->run->cells[i].view.records + s, p->run); */

/* Ends the pass with a refusal, unless it has stopped already. Returns false, for `return
 * fm_refuse(…)`. */
/*@ requires \valid(p); assigns p->stop, p->reason, p->detail;
  @ ensures !\result && p->stop != FM_GO_ON;
  @ ensures \old(p->stop) != FM_GO_ON ==> p->stop == \old(p->stop); */
bool fm_refuse(struct fm_pass *p, fm_err reason, uint8_t detail);
/* Refuses unless cond. True if the pass goes on. */
/*@ requires \valid(p); assigns p->stop, p->reason, p->detail;
  @ ensures \result <==> cond && \old(p->stop) == FM_GO_ON;
  @ ensures \result <==> p->stop == FM_GO_ON;
  @ ensures cond || \old(p->stop) != FM_GO_ON ==> p->stop == \old(p->stop); */
bool fm_require(struct fm_pass *p, bool cond, fm_err reason);

/* The entry of the cell with this id; FM_NO_ENTRY if none has it (no refusal) or the pass stopped.
 */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires \valid_read(id + (0 .. 31)) && \separated(id + (0 .. 31), p->run->need.id + (0 .. 31));
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->asked, p->run->need.id[0 .. 31],
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1].used;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures (\result == FM_NO_ENTRY || \result < p->run->ncells);
  @ ensures p->stop != FM_GO_ON ==> \result == FM_NO_ENTRY;
  @ ensures \old(p->stop) != FM_GO_ON ==> p->stop == \old(p->stop); */
uint16_t fm_stage_find_id(struct fm_pass *p, const uint8_t id[32]);
/* The entry of the cell idx, which exists; FM_NO_ENTRY if the pass stopped. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->asked, p->run->need.idx,
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1].used;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures (\result == FM_NO_ENTRY || \result < p->run->ncells);
  @ ensures \result == FM_NO_ENTRY <==> p->stop != FM_GO_ON;
  @ ensures \old(p->stop) != FM_GO_ON ==> p->stop == \old(p->stop); */
uint16_t fm_stage_find_idx(struct fm_pass *p, uint32_t idx);
/* A cell made by this turn: its entry, or FM_NO_ENTRY if the turn is too wide. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires \valid_read(header) && \separated(header, p, p->run);
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->ncells, p->run->ncreated,
  @   p->run->cells[p->run->ncells .. FM_RUN_CELLS_MAX - 1];
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures \result == FM_NO_ENTRY || \result < p->run->ncells; */
uint16_t fm_stage_create(struct fm_pass *p, const struct fm_header *header);

/* The header as it is; change it only together with fm_stage_put_header. */
/*@ requires \valid_read(p) && \valid(p->run) && entry < FM_RUN_CELLS_MAX;
  @ assigns \nothing; ensures \result == &p->run->cells[entry].header; */
static inline struct fm_header *fm_stage_header(struct fm_pass *p, uint16_t entry)
{
    return &p->run->cells[entry].header;
}
static inline void fm_stage_put_header(struct fm_pass *p, uint16_t entry)
{
    p->run->cells[entry].header_put = true;
}

/* The record in a slot (slot < nslots) and the value of a field (key < nfields), as they are now.
 */
/*@ requires \valid_read(run) && stage_ok(run) && groups_ok(run) && cells_ok(run);
  @ requires entry < run->ncells && \valid(record);
  @ requires \separated(record, run);
  @ requires \separated(record, run->cells[entry].view.records + (0 .. FM_SLOTS_MAX - 1));
  @ assigns *record;
  @ ensures record->group < FM_GROUPS; */
void fm_stage_record(const struct fm_run *run, uint16_t entry, uint8_t slot,
                     struct fm_record *record);
/*@ requires \valid_read(run) && stage_ok(run) && entry < run->ncells;
  @ requires run->cells[entry].header.nfields <= FM_FIELDS_MAX;
  @ requires run->cells[entry].view.fields == \null ||
  @   \valid_read(run->cells[entry].view.fields + (0 .. FM_FIELDS_MAX * 32 - 1));
  @ requires \valid(value + (0 .. 31)) && \separated(value + (0 .. 31), run);
  @ requires \separated(value + (0 .. 31),
  @   run->cells[entry].view.fields + (0 .. FM_FIELDS_MAX * 32 - 1));
  @ assigns value[0 .. 31]; */
void fm_stage_field(const struct fm_run *run, uint16_t entry, uint16_t key, uint8_t value[32]);
/* The one function by which records and fields change. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires entry < p->run->ncells && \valid_read(record);
  @ requires \separated(record, p->run) && record->group < FM_GROUPS;
  @ assigns p->run->nputs, p->run->puts[0 .. FM_STAGE_MAX - 1], p->run->cells[entry].first_put;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run); */
void fm_stage_put_record(struct fm_pass *p, uint16_t entry, uint8_t slot,
                         const struct fm_record *record);
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires entry < p->run->ncells && \valid_read(value + (0 .. 31));
  @ requires \separated(value + (0 .. 31), p->run);
  @ assigns p->run->nputs, p->run->puts[0 .. FM_STAGE_MAX - 1], p->run->cells[entry].first_put;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run); */
void fm_stage_put_field(struct fm_pass *p, uint16_t entry, uint16_t key, const uint8_t value[32]);

/* Whether the capability in a slot of a holder is valid now (heart.md section 2, `valid`); refuses
 * with its reason. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires holder < p->run->ncells;
  @ requires \valid_read(p->run->env) && \separated(p, p->run, p->run->env);
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->asked, p->run->need.idx,
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1].used;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures \result ==> p->stop == FM_GO_ON; */
bool fm_stage_valid(struct fm_pass *p, uint16_t holder, uint8_t slot);

/* Whether the subject's policy admits these n writes (key u16, value 32 each, keys rising); refuses
 * with POLICY. */
bool fm_policy_admits(struct fm_pass *p, uint16_t subject, uint8_t n, const uint8_t *writes);
/* Whether the subject's factory has this method, and all keys are in its ranges; refuses with
 * NO_METHOD or FIELD. */
bool fm_policy_method(struct fm_pass *p, uint16_t subject, uint8_t method, uint8_t n,
                      const uint8_t *writes);

/* The most records and fields that one effect stages: CREATE opens eight slots, fills one, and counts one use. */
#define FM_EFFECT_PUTS_MAX 10U
_Static_assert(FM_EFFECTS_MAX *FM_EFFECT_PUTS_MAX <= FM_STAGE_MAX,
               "a turn's effects fit into the stage");

/* One effect: checks, then does. False if the pass stopped. */
/*@ requires \valid(p) && \valid(p->run) && \valid_read(p->frame) && \valid_read(e);
  @ assigns p->stop, p->reason, p->detail, p->subject, p->held, p->self, p->run->need, p->run->outcome,
  @   p->run->asked, p->run->ncells, p->run->nused, p->run->nputs, p->run->ncreated,
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1], p->run->puts[0 .. FM_STAGE_MAX - 1],
  @   p->run->events[0 .. FM_EVENTS_BYTES_MAX - 1], p->run->caps[0 .. FM_CAPS_BYTES_MAX - 1];
  @ ensures p->run->nputs <= \old(p->run->nputs) + FM_EFFECT_PUTS_MAX; */
bool fm_effect_apply(struct fm_pass *p, const struct fm_effect *e, uint8_t frame, uint8_t index);

/* The verdict on (pk, text): FM_GO_ON and *yes, or FM_STOP_NEED with the need noted. */
enum fm_stop fm_run_verdict(struct fm_run *run, const uint8_t pk[32],
                            const uint8_t text[FM_SIGNED_TEXT_BYTES], const uint8_t *sig,
                            bool *yes);

#endif
