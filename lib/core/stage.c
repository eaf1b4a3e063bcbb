/* SPDX-License-Identifier: Apache-2.0 */
#include "core/stage.h"

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
    for (uint16_t i = 0; i < run->ncells; i++) {
        if (memcmp(run->cells[i].header.id, id, 32) == 0) {
            return use(p, i);
        }
    }
    for (uint8_t i = 0; i < run->nabsent; i++) {
        if (memcmp(run->absent[i], id, 32) == 0) {
            return FM_NO_ENTRY;
        }
    }
    memcpy(run->need.id, id, 32);
    return ask(p, FM_RUN_NEED_ID);
}

uint16_t fm_stage_find_idx(struct fm_pass *p, uint32_t idx)
{
    struct fm_run *run = p->run;

    if (p->stop != FM_GO_ON) {
        return FM_NO_ENTRY;
    }
    for (uint16_t i = 0; i < run->ncells; i++) {
        if (run->cells[i].idx == idx) {
            return use(p, i);
        }
    }
    run->need.idx = idx;
    return ask(p, FM_RUN_NEED_IDX);
}

uint16_t fm_stage_create(struct fm_pass *p, const struct fm_header *header)
{
    struct fm_run *run = p->run;
    struct fm_run_cell *cell;

    if (p->stop != FM_GO_ON || run->nused >= FM_TURN_CELLS_MAX || run->ncells >= FM_RUN_CELLS_MAX) {
        (void)fm_refuse(p, FM_E_TOO_WIDE, 0);
        return FM_NO_ENTRY;
    }
    cell = &run->cells[run->ncells];
    cell->view.header = NULL;
    cell->view.records = NULL;
    cell->view.fields = NULL;
    cell->header = *header;
    cell->idx = header->idx;
    cell->first_put = FM_NO_ENTRY;
    cell->used = true;
    cell->header_put = true;
    run->nused++;
    run->ncells++;
    run->ncreated++;
    return (uint16_t)(run->ncells - 1U);
}

static const struct fm_run_put *find_put(const struct fm_run *run, uint16_t entry, uint8_t kind,
                                         uint16_t index)
{
    uint16_t at = run->cells[entry].first_put;

    for (uint32_t i = 0; i < FM_STAGE_MAX && at != FM_NO_ENTRY; i++) {
        const struct fm_run_put *put = &run->puts[at];

        if (put->kind == kind && put->index == index) {
            return put;
        }
        at = put->next;
    }
    return NULL;
}

void fm_stage_record(const struct fm_run *run, uint16_t entry, uint8_t slot,
                     struct fm_record *record)
{
    const struct fm_run_cell *cell = &run->cells[entry];
    const struct fm_run_put *put = find_put(run, entry, FM_WRITE_RECORD, slot);

    FM_ASSERT(slot < cell->header.nslots);
    if (put != NULL) {
        memcpy(record, put->value, sizeof *record);
    } else if (cell->view.records != NULL) {
        *record = cell->view.records[slot];
    } else {
        memset(record, 0, sizeof *record);
    }
}

void fm_stage_field(const struct fm_run *run, uint16_t entry, uint16_t key, uint8_t value[32])
{
    const struct fm_run_cell *cell = &run->cells[entry];
    const struct fm_run_put *put = find_put(run, entry, FM_WRITE_FIELD, key);

    FM_ASSERT(key < cell->header.nfields);
    if (put != NULL) {
        memcpy(value, put->value, 32);
    } else if (cell->view.fields != NULL) {
        memcpy(value, cell->view.fields + (size_t)key * 32U, 32);
    } else {
        memset(value, 0, 32);
    }
}

/* The staged value of an address, made if it is not there. The counts of heart.md section 14 keep
 * it within the stage. */
static uint8_t *put(struct fm_run *run, uint16_t entry, uint8_t kind, uint16_t index)
{
    struct fm_run_cell *cell = &run->cells[entry];
    uint16_t at = cell->first_put;
    struct fm_run_put *fresh;

    for (uint32_t i = 0; i < FM_STAGE_MAX && at != FM_NO_ENTRY; i++) {
        if (run->puts[at].kind == kind && run->puts[at].index == index) {
            return run->puts[at].value;
        }
        at = run->puts[at].next;
    }
    FM_ASSERT(run->nputs < FM_STAGE_MAX);
    fresh = &run->puts[run->nputs];
    fresh->kind = kind;
    fresh->index = index;
    fresh->next = cell->first_put;
    cell->first_put = run->nputs;
    run->nputs++;
    return fresh->value;
}

void fm_stage_put_record(struct fm_pass *p, uint16_t entry, uint8_t slot,
                         const struct fm_record *record)
{
    memcpy(put(p->run, entry, FM_WRITE_RECORD, slot), record, sizeof *record);
}

void fm_stage_put_field(struct fm_pass *p, uint16_t entry, uint16_t key, const uint8_t value[32])
{
    memcpy(put(p->run, entry, FM_WRITE_FIELD, key), value, 32);
}

bool fm_stage_valid(struct fm_pass *p, uint16_t holder, uint8_t slot)
{
    struct fm_record record;
    struct fm_record parent;
    uint16_t target;

    fm_stage_record(p->run, holder, slot, &record);
    target = fm_stage_find_idx(p, record.target);
    if (target == FM_NO_ENTRY) {
        return false;
    }
    if (!fm_require(p, fm_stage_header(p, target)->lifecycle != FM_DESTROYED, FM_E_NOT_LIVE) ||
        !fm_require(p, record.epoch == fm_stage_header(p, target)->epoch[record.group],
                    FM_E_LIFTED) ||
        !fm_require(p, p->run->env->now <= record.expiry, FM_E_EXPIRED)) {
        return false;
    }
    for (uint32_t step = 0; step <= FM_DEPTH_MAX; step++) {
        uint8_t parent_slot = record.parent_slot;

        if (!fm_require(p, fm_stage_header(p, holder)->lifecycle == FM_LIVE,
                        FM_E_HOLDER_NOT_LIVE)) {
            return false;
        }
        if (record.kind == FM_KIND_ROOT) {
            return true;
        }
        holder = fm_stage_find_idx(p, record.parent_holder);
        if (holder == FM_NO_ENTRY) {
            return false;
        }
        fm_stage_record(p->run, holder, parent_slot, &parent);
        if (!fm_require(p, fm_is_cap(&parent) && parent.generation == record.parent_gen,
                        FM_E_REVOKED)) {
            return false;
        }
        record = parent;
    }
    /* T10: depth falls by one a step, so nine steps reach a root. */
    fm_panic(__FILE__, __LINE__, "a chain of capabilities without a root");
}
