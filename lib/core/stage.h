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

/* Ends the pass with a refusal, unless it has stopped already. Returns false, for `return
 * fm_refuse(…)`. */
bool fm_refuse(struct fm_pass *p, fm_err reason, uint8_t detail);
/* Refuses unless cond. True if the pass goes on. */
bool fm_require(struct fm_pass *p, bool cond, fm_err reason);

/* The entry of the cell with this id; FM_NO_ENTRY if none has it (no refusal) or the pass stopped.
 */
uint16_t fm_stage_find_id(struct fm_pass *p, const uint8_t id[32]);
/* The entry of the cell idx, which exists; FM_NO_ENTRY if the pass stopped. */
uint16_t fm_stage_find_idx(struct fm_pass *p, uint32_t idx);
/* A cell made by this turn: its entry, or FM_NO_ENTRY if the turn is too wide. */
uint16_t fm_stage_create(struct fm_pass *p, const struct fm_header *header);

/* The header as it is; change it only together with fm_stage_put_header. */
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
void fm_stage_record(const struct fm_run *run, uint16_t entry, uint8_t slot,
                     struct fm_record *record);
void fm_stage_field(const struct fm_run *run, uint16_t entry, uint16_t key, uint8_t value[32]);
/* The one function by which records and fields change. */
void fm_stage_put_record(struct fm_pass *p, uint16_t entry, uint8_t slot,
                         const struct fm_record *record);
void fm_stage_put_field(struct fm_pass *p, uint16_t entry, uint16_t key, const uint8_t value[32]);

/* Whether the capability in a slot of a holder is valid now (heart.md section 2, `valid`); refuses
 * with its reason. */
bool fm_stage_valid(struct fm_pass *p, uint16_t holder, uint8_t slot);

/* Whether the subject's policy admits these n writes (key u16, value 32 each, keys rising); refuses
 * with POLICY. */
bool fm_policy_admits(struct fm_pass *p, uint16_t subject, uint8_t n, const uint8_t *writes);
/* Whether the subject's factory has this method, and all keys are in its ranges; refuses with
 * NO_METHOD or FIELD. */
bool fm_policy_method(struct fm_pass *p, uint16_t subject, uint8_t method, uint8_t n,
                      const uint8_t *writes);

/* One effect: checks, then does. False if the pass stopped. */
bool fm_effect_apply(struct fm_pass *p, const struct fm_effect *e, uint8_t frame, uint8_t index);

/* The verdict on (pk, text): FM_GO_ON and *yes, or FM_STOP_NEED with the need noted. */
enum fm_stop fm_run_verdict(struct fm_run *run, const uint8_t pk[32],
                            const uint8_t text[FM_SIGNED_TEXT_BYTES], const uint8_t *sig,
                            bool *yes);

#endif
