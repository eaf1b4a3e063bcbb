/* SPDX-License-Identifier: Apache-2.0 */
#include "core/stage.h"

/*@ requires \valid(to + (0 .. 31)) && \valid_read(from + (0 .. 31));
  @ requires \separated(to + (0 .. 31), from + (0 .. 31));
  @ assigns to[0 .. 31];
  @ ensures \forall integer i; 0 <= i < 32 ==> to[i] == \old(from[i]); */
static void copy_field(uint8_t *restrict to, const uint8_t *restrict from)
{
    /*@ loop invariant 0 <= i <= 32;
      @ loop invariant \forall integer j; 0 <= j < i ==> to[j] == \at(from[j], Pre);
      @ loop invariant \forall integer j; 0 <= j < 32 ==> from[j] == \at(from[j], Pre);
      @ loop assigns i, to[0 .. 31]; loop variant 32 - i; */
    for (uint32_t i = 0; i < 32; i++) {
        to[i] = from[i];
    }
}

/*@ requires \valid(to) && \valid_read(from) && \separated(to, from);
  @ assigns *to; ensures to->group == \old(from->group); */
static void copy_record(struct fm_record *restrict to, const struct fm_record *restrict from)
{
    /* Field by field: the prover does not look into a struct that is copied whole. */
    to->kind = from->kind;
    to->group = from->group;
    to->rights = from->rights;
    to->generation = from->generation;
    to->target = from->target;
    to->badge = from->badge;
    to->epoch = from->epoch;
    to->parent_holder = from->parent_holder;
    to->parent_gen = from->parent_gen;
    to->methods = from->methods;
    to->parent_slot = from->parent_slot;
    to->zero = from->zero;
    to->f_lo = from->f_lo;
    to->f_hi = from->f_hi;
    to->expiry = from->expiry;
    to->max_amount = from->max_amount;
    to->allowance = from->allowance;
    to->used = from->used;
}

/* The one function here whose contract the prover takes on trust. */
/*@ requires \valid_read(a + (0 .. 31)) && \valid_read(b + (0 .. 31));
  @ assigns \result \from a[0 .. 31], b[0 .. 31]; */
static bool same_id(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, 32) == 0;
}

bool fm_refuse(struct fm_pass *p, fm_err reason, uint8_t detail)
{
    if (p->stop == FM_GO_ON) {
        p->stop = FM_STOP_REFUSED;
        p->reason = reason;
        p->detail = detail;
    }
    return false;
}

bool fm_require(struct fm_pass *p, bool cond, fm_err reason)
{
    if (!cond) {
        (void)fm_refuse(p, reason, 0);
    }
    return p->stop == FM_GO_ON;
}

/* Counts a cell when a pass first uses it: the 65th is one too many. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires entry < p->run->ncells;
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->cells[entry].used;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures (\result == entry || \result == FM_NO_ENTRY);
  @ ensures \result == FM_NO_ENTRY ==> p->stop != FM_GO_ON;
  @ ensures \result == entry ==> p->stop == \old(p->stop); */
static uint16_t use(struct fm_pass *p, uint16_t entry)
{
    struct fm_run *run = p->run;

    if (!run->cells[entry].used) {
        if (run->nused >= FM_TURN_CELLS_MAX) {
            (void)fm_refuse(p, FM_E_TOO_WIDE, 0);
            return FM_NO_ENTRY;
        }
        run->cells[entry].used = true;
        run->nused++;
    }
    return entry;
}

/* A cell that is not loaded: ask for it, unless it would be one too many. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ assigns p->stop, p->reason, p->detail, p->run->asked;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures \result == FM_NO_ENTRY && p->stop != FM_GO_ON; */
static uint16_t ask(struct fm_pass *p, enum fm_run_step_result what)
{
    struct fm_run *run = p->run;

    if (run->nused >= FM_TURN_CELLS_MAX) {
        (void)fm_refuse(p, FM_E_TOO_WIDE, 0);
    } else {
        run->asked = (uint8_t)what;
        p->stop = FM_STOP_NEED;
    }
    return FM_NO_ENTRY;
}

uint16_t fm_stage_find_id(struct fm_pass *p, const uint8_t id[32])
{
    struct fm_run *run = p->run;

    if (p->stop != FM_GO_ON) {
        return FM_NO_ENTRY;
    }
    /*@ loop invariant 0 <= i <= run->ncells; loop assigns i; loop variant run->ncells - i; */
    for (uint16_t i = 0; i < run->ncells; i++) {
        if (same_id(run->cells[i].header.id, id)) {
            return use(p, i);
        }
    }
    /*@ loop invariant 0 <= i <= run->nabsent; loop assigns i; loop variant run->nabsent - i; */
    for (uint8_t i = 0; i < run->nabsent; i++) {
        if (same_id(run->absent[i], id)) {
            return FM_NO_ENTRY;
        }
    }
    copy_field(run->need.id, id);
    return ask(p, FM_RUN_NEED_ID);
}

uint16_t fm_stage_find_idx(struct fm_pass *p, uint32_t idx)
{
    struct fm_run *run = p->run;

    if (p->stop != FM_GO_ON) {
        return FM_NO_ENTRY;
    }
    /*@ loop invariant 0 <= i <= run->ncells; loop assigns i; loop variant run->ncells - i; */
    for (uint16_t i = 0; i < run->ncells; i++) {
        if (run->cells[i].idx == idx) {
            return use(p, i);
        }
    }
    run->need.idx = idx;
    return ask(p, FM_RUN_NEED_IDX);
}

/* A cell that this turn makes: nothing is lent for it, nothing staged. */
/*@ requires \valid(cell) && \valid_read(header) && \separated(cell, header);
  @ assigns *cell;
  @ ensures cell->view.records == \null && cell->first_put == FM_NO_PUT; */
static void set_made(struct fm_run_cell *cell, const struct fm_header *header)
{
    cell->header = *header;
    cell->view.header = NULL;
    cell->view.records = NULL;
    cell->view.fields = NULL;
    cell->idx = header->idx;
    cell->first_put = FM_NO_PUT;
    cell->used = true;
    cell->header_put = true;
}

uint16_t fm_stage_create(struct fm_pass *p, const struct fm_header *header)
{
    struct fm_run *run = p->run;
    uint16_t entry = run->ncells;

    if (p->stop != FM_GO_ON || run->nused >= FM_TURN_CELLS_MAX || entry >= FM_RUN_CELLS_MAX) {
        (void)fm_refuse(p, FM_E_TOO_WIDE, 0);
        return FM_NO_ENTRY;
    }
    /*@ assert \forall integer i; 0 <= i < FM_RUN_CELLS_MAX && i != entry ==>
      @   \separated(&run->cells[entry], &run->cells[i]); */
    /*@ assert \forall integer i; 0 <= i < FM_STAGE_MAX ==> \separated(&run->cells[entry], &run->puts[i]); */
    /*@ assert \separated(&run->cells[entry], &run->nputs, &run->ncells, &run->nused, &run->nabsent); */
    /*@ assert \forall integer i, s; 0 <= i < FM_RUN_CELLS_MAX && 0 <= s < FM_SLOTS_MAX ==>
      @   \separated(run->cells[i].view.records + s, &run->cells[entry]); */
    set_made(&run->cells[entry], header);
    /*@ assert run->nputs <= FM_STAGE_MAX && run->ncells == entry && run->nused < FM_TURN_CELLS_MAX &&
      @   run->nabsent <= FM_TURN_CELLS_MAX; */
    /*@ assert groups: groups_ok(run); */
    /*@ assert firsts: \forall integer i; 0 <= i <= entry ==>
      @   run->cells[i].first_put == FM_NO_PUT || run->cells[i].first_put < run->nputs; */
    /*@ assert nexts: \forall integer i; 0 <= i < run->nputs ==>
      @   run->puts[i].next == FM_NO_PUT || run->puts[i].next < i; */
    /*@ assert cells: cells_ok(run); */
    run->nused++;
    run->ncells++;
    run->ncreated++;
    return entry;
}

/* Where the value of an address is staged; FM_NO_PUT if it is not. */
/*@ requires \valid_read(run) && stage_ok(run) && entry < run->ncells;
  @ assigns \nothing;
  @ ensures \result == FM_NO_PUT || (\result < run->nputs &&
  @   run->puts[\result].kind == kind && run->puts[\result].index == index); */
static uint16_t find_put(const struct fm_run *run, uint16_t entry, uint8_t kind, uint16_t index)
{
    uint16_t at = run->cells[entry].first_put;

    /*@ loop invariant 0 <= i <= FM_STAGE_MAX;
      @ loop invariant at == FM_NO_PUT || at + i < run->nputs;
      @ loop assigns i, at; loop variant FM_STAGE_MAX - i; */
    for (uint32_t i = 0; i < FM_STAGE_MAX && at != FM_NO_PUT; i++) {
        if (run->puts[at].kind == kind && run->puts[at].index == index) {
            return at;
        }
        at = run->puts[at].next;
    }
    return FM_NO_PUT;
}

void fm_stage_record(const struct fm_run *run, uint16_t entry, uint8_t slot,
                     struct fm_record *record)
{
    const struct fm_record *records = run->cells[entry].view.records;
    uint16_t at = find_put(run, entry, FM_WRITE_RECORD, slot);

    FM_ASSERT(slot < run->cells[entry].header.nslots);
    if (at != FM_NO_PUT) {
        copy_record(record, &run->puts[at].record);
    } else if (records != NULL) {
        copy_record(record, &records[slot]);
    } else {
        fm_record_clear(record, 0);
    }
}

void fm_stage_field(const struct fm_run *run, uint16_t entry, uint16_t key, uint8_t value[32])
{
    static const uint8_t zero[32];
    const uint8_t *fields = run->cells[entry].view.fields;
    uint16_t at = find_put(run, entry, FM_WRITE_FIELD, key);

    FM_ASSERT(key < run->cells[entry].header.nfields);
    if (at != FM_NO_PUT) {
        copy_field(value, run->puts[at].field);
    } else if (fields != NULL) {
        copy_field(value, fields + (size_t)key * 32U);
    } else {
        copy_field(value, zero);
    }
}

/* The staged value of an address, made if it is not there. The counts of heart.md section 14 keep
 * it within the stage. */
/*@ requires \valid(run) && stage_ok(run) && entry < run->ncells;
  @ assigns run->nputs, run->puts[run->nputs .. FM_STAGE_MAX - 1], run->cells[entry].first_put;
  @ ensures stage_ok(run);
  @ ensures \result < run->nputs <= FM_STAGE_MAX && run->puts[\result].kind == kind;
  @ ensures run->nputs == \old(run->nputs) || run->nputs == \old(run->nputs) + 1;
  @ ensures run->nputs != \old(run->nputs) ==> \result == \old(run->nputs); */
static uint16_t put(struct fm_run *run, uint16_t entry, uint8_t kind, uint16_t index)
{
    uint16_t at = find_put(run, entry, kind, index);

    if (at != FM_NO_PUT) {
        return at;
    }
    FM_ASSERT(run->nputs < FM_STAGE_MAX);
    at = run->nputs;
    run->puts[at].kind = kind;
    run->puts[at].index = index;
    run->puts[at].next = run->cells[entry].first_put;
    run->cells[entry].first_put = at;
    run->nputs++;
    return at;
}

/*@ predicate others_ok(struct fm_run *run, integer at) =
  @   \forall integer i; 0 <= i < run->nputs && i != at ==> put_group_ok(run, i); */

/* What a staged record or field does not touch: the lists, and the groups of the other records. */
/*@ requires \valid(run) && stage_ok(run) && others_ok(run, at) && at < run->nputs;
  @ requires \valid_read(record) && \separated(record, run) && record->group < FM_GROUPS;
  @ assigns run->puts[at].record;
  @ ensures stage_ok(run);
  @ ensures groups_ok(run); */
static void set_record(struct fm_run *run, uint16_t at, const struct fm_record *record)
{
    /*@ assert \forall integer i; 0 <= i < FM_STAGE_MAX ==>
      @   \separated(&run->puts[at].record, &run->puts[i].next, &run->puts[i].kind); */
    /*@ assert \forall integer i; 0 <= i < FM_STAGE_MAX && i != at ==>
      @   \separated(&run->puts[at].record, &run->puts[i].record); */
    /*@ assert \forall integer i; 0 <= i < FM_RUN_CELLS_MAX ==>
      @   \separated(&run->puts[at].record, &run->cells[i].first_put); */
    /*@ assert \separated(&run->puts[at].record, &run->nputs, &run->ncells, &run->nused, &run->nabsent); */
    copy_record(&run->puts[at].record, record);
    /*@ assert run->nputs <= FM_STAGE_MAX && run->ncells <= FM_RUN_CELLS_MAX &&
      @   run->nused <= FM_TURN_CELLS_MAX && run->nabsent <= FM_TURN_CELLS_MAX; */
    /*@ assert \forall integer i; 0 <= i < run->nputs && run->puts[i].kind == FM_WRITE_RECORD ==>
      @   run->puts[i].record.group < FM_GROUPS; */
    /*@ assert \forall integer i; 0 <= i < run->nputs ==>
      @   run->puts[i].next == FM_NO_PUT || run->puts[i].next < i; */
    /*@ assert \forall integer i; 0 <= i < run->ncells ==>
      @   run->cells[i].first_put == FM_NO_PUT || run->cells[i].first_put < run->nputs; */
}

/*@ requires \valid(run) && stage_ok(run) && others_ok(run, at) && at < run->nputs;
  @ requires run->puts[at].kind == FM_WRITE_FIELD;
  @ requires \valid_read(value + (0 .. 31)) && \separated(value + (0 .. 31), run);
  @ assigns run->puts[at].field[0 .. 31];
  @ ensures stage_ok(run);
  @ ensures groups_ok(run); */
static void set_field(struct fm_run *run, uint16_t at, const uint8_t value[32])
{
    copy_field(run->puts[at].field, value);
}

void fm_stage_put_record(struct fm_pass *p, uint16_t entry, uint8_t slot,
                         const struct fm_record *record)
{
    set_record(p->run, put(p->run, entry, FM_WRITE_RECORD, slot), record);
}

void fm_stage_put_field(struct fm_pass *p, uint16_t entry, uint16_t key, const uint8_t value[32])
{
    set_field(p->run, put(p->run, entry, FM_WRITE_FIELD, key), value);
}

/* What `valid` asks of the target: there, the group not lifted, the time not past. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires \valid_read(record) && \separated(record, p, p->run) && record->group < FM_GROUPS;
  @ requires \valid_read(p->run->env) && \separated(p, p->run, p->run->env);
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->asked, p->run->need.idx,
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1].used;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures \result ==> p->stop == FM_GO_ON && \old(p->stop) == FM_GO_ON; */
static bool target_holds(struct fm_pass *p, const struct fm_record *record)
{
    uint16_t target = fm_stage_find_idx(p, record->target);

    if (target == FM_NO_ENTRY) {
        return false;
    }
    return fm_require(p, fm_stage_header(p, target)->lifecycle != FM_DESTROYED, FM_E_NOT_LIVE) &&
           fm_require(p, record->epoch == fm_stage_header(p, target)->epoch[record->group],
                      FM_E_LIFTED) &&
           fm_require(p, p->run->env->now <= record->expiry, FM_E_EXPIRED);
}

/* What `valid` asks of the chain from a holder's record upward, in at most nine steps. */
/*@ requires apart(p) && stage_ok(p->run) && groups_ok(p->run) && cells_ok(p->run);
  @ requires \valid_read(first) && \separated(first, p, p->run) && first->group < FM_GROUPS;
  @ requires holder < p->run->ncells && p->stop == FM_GO_ON;
  @ assigns p->stop, p->reason, p->detail, p->run->nused, p->run->asked, p->run->need.idx,
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1].used;
  @ ensures apart(p);
  @ ensures stage_ok(p->run);
  @ ensures groups_ok(p->run);
  @ ensures cells_ok(p->run);
  @ ensures \result ==> p->stop == FM_GO_ON && \old(p->stop) == FM_GO_ON; */
static bool chain_holds(struct fm_pass *p, uint16_t holder, const struct fm_record *first)
{
    struct fm_record record = *first;
    struct fm_record parent;

    /*@ loop invariant 0 <= step <= FM_DEPTH_MAX + 1;
      @ loop invariant apart(p);
      @ loop invariant stage_ok(p->run);
      @ loop invariant groups_ok(p->run);
      @ loop invariant cells_ok(p->run);
      @ loop invariant p->stop == FM_GO_ON && holder < p->run->ncells;
      @ loop assigns step, holder, record, parent, p->stop, p->reason, p->detail, p->run->nused,
      @   p->run->asked, p->run->need.idx, p->run->cells[0 .. FM_RUN_CELLS_MAX - 1].used;
      @ loop variant FM_DEPTH_MAX + 1 - step; */
    for (uint32_t step = 0; step <= FM_DEPTH_MAX; step++) {
        uint8_t parent_slot = record.parent_slot;

        if (!fm_require(p, fm_stage_header(p, holder)->lifecycle == FM_LIVE,
                        FM_E_HOLDER_NOT_LIVE)) {
            /*@ assert stage_ok(p->run) && groups_ok(p->run); */
            return false;
        }
        if (record.kind == FM_KIND_ROOT) {
            /*@ assert stage_ok(p->run) && groups_ok(p->run); */
            return true;
        }
        holder = fm_stage_find_idx(p, record.parent_holder);
        if (holder == FM_NO_ENTRY) {
            /*@ assert stage_ok(p->run) && groups_ok(p->run); */
            return false;
        }
        fm_stage_record(p->run, holder, parent_slot, &parent);
        /* A link that is not one step below its parent is no executor's (T10): a log or a checkpoint brought it,
         * and it is dead. So every chain ends, whatever they held. */
        if (!fm_require(p,
                        fm_is_cap(&parent) && parent.generation == record.parent_gen &&
                            parent.kind + 1U == record.kind,
                        FM_E_REVOKED)) {
            /*@ assert stage_ok(p->run) && groups_ok(p->run); */
            return false;
        }
        record = parent;
    }
    /* Depth falls by one a step, from eight at most: nine steps reach a root. */
    fm_panic(__FILE__, __LINE__, "a chain of capabilities without a root");
}

bool fm_stage_valid(struct fm_pass *p, uint16_t holder, uint8_t slot)
{
    struct fm_record record;

    fm_stage_record(p->run, holder, slot, &record);
    return target_holds(p, &record) && chain_holds(p, holder, &record);
}
