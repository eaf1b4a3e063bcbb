/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: the first pure half of the heart (heart.md sections 4 and 5). It takes a decoded turn, and
 * cells and verdicts that its shell supplies one by one, and says what the turn does. It needs no
 * seq, no foreign receipt and, unless the turn names one, no root; seal (state.h) gives those, in
 * one order. A domain, the node and PostgreSQL drive the same code.
 *
 * R1  Nothing but the run's own memory is written. Dropping the run is the rollback.
 * R2  Until the prologue has passed, only the agent's cell and one verdict are asked for.
 * R3  Every change goes through a put into the stage: at most FM_STAGE_MAX addresses, each once.
 * R4  A body that fails leaves exactly what the prologue staged: the agent's header.
 * R5  The outcome depends on turn, environment, cells and verdicts alone, not on the order in which
 * they were supplied: a pass counts only the cells that it uses, and each pass begins afresh. R6 At
 * most FM_TURN_CELLS_MAX distinct cells and FM_TURN_VERDICTS_MAX verdicts, so at most 67 calls of
 * fm_run_step.
 */
#ifndef FM_CORE_RUN_H
#define FM_CORE_RUN_H

#include "core/cap.h"
#include "wire/turn.h"
#include "wire/writes.h"

/* What a turn is judged by, beside cells. The same for a whole batch but for ncells and root. */
struct fm_run_env {
    const struct fm_params *params;
    const uint8_t *ledger; /* 32 bytes */
    const uint8_t *root;   /* 32 bytes, the root before this turn; used if the turn names one */
    uint32_t now;
    uint32_t ncells;
};

/* A cell as the shell shows it. The memory is the shell's and must not change until the outcome was
 * sealed or dropped. */
struct fm_cell_view {
    const struct fm_header *header;
    const struct fm_record *records; /* header->nslots of them */
    const uint8_t *fields;           /* header->nfields x 32 bytes */
};

/* Room for cells that a shell supplies ahead of need, beside those that a turn may use. */
#define FM_RUN_AHEAD_MAX 8U
#define FM_RUN_CELLS_MAX (FM_TURN_CELLS_MAX + FM_RUN_AHEAD_MAX)
#define FM_EVENTS_BYTES_MAX (FM_EFFECTS_MAX * (8U + FM_EVENT_BYTES_MAX))
#define FM_CAPS_BYTES_MAX (FM_FRAMES_MAX * 24U)
/* No cell, no put: one past the last, so that whoever saw that an index is not it knows that it is
 * within the array. */
#define FM_NO_ENTRY FM_RUN_CELLS_MAX
#define FM_NO_PUT FM_STAGE_MAX

struct fm_run_cell {
    struct fm_cell_view view; /* as it was before the turn; header NULL: made by this turn */
    struct fm_header header;  /* as it is in this pass */
    uint32_t idx;
    uint16_t first_put; /* this cell's staged records and fields, a list; FM_NO_PUT: none */
    bool used;          /* in this pass */
    bool header_put;
};

/* One staged record or field: kind says which of the two it is. */
struct fm_run_put {
    struct fm_record record;
    uint8_t field[32];
    uint16_t index;
    uint16_t next;
    uint8_t kind; /* FM_WRITE_RECORD or FM_WRITE_FIELD */
};

struct fm_verdict {
    uint8_t pk[32];
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    bool yes;
};

enum fm_run_step_result {
    FM_RUN_DONE = 0,     /* the outcome is there */
    FM_RUN_NEED_ID,      /* supply the cell with need.id, or say that there is none */
    FM_RUN_NEED_IDX,     /* supply the cell need.idx (it exists) */
    FM_RUN_NEED_VERDICT, /* is need.sig a signature by need.pk over need.text? */
};

struct fm_run_need {
    uint8_t id[32];
    uint32_t idx;
    uint8_t pk[32];
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    const uint8_t *sig; /* in the turn's bytes */
};

/* What the turn comes to. Meaningful once fm_run_step said FM_RUN_DONE. */
struct fm_outcome {
    enum fm_status status; /* COMMITTED, BODY_FAILED or REJECTED */
    fm_err reason;         /* of the room heart; FM_OK if committed */
    uint8_t frame;
    uint8_t effect; /* in the frame; 255: none */
    uint8_t detail;
    uint32_t agent_idx;
    uint64_t cost;
    uint8_t turn_hash[32];
    uint8_t link_before[32];
    uint16_t events_bytes;
    uint16_t caps_bytes;
};

/* One turn under way. About 100 KB; may be used again with fm_run_begin. Private but for `need` and
 * `outcome`. */
struct fm_run {
    struct fm_run_need need;
    struct fm_outcome outcome;
    const struct fm_run_env *env;
    const struct fm_turn *turn;
    bool hashed;
    uint8_t nabsent;
    uint8_t asked;    /* enum fm_run_step_result that is open */
    uint16_t ncells;  /* loaded or made, in cells[] */
    uint16_t nloaded; /* of those, supplied by the shell: they come first */
    uint16_t nused;   /* in this pass */
    uint16_t nputs;
    uint32_t ncreated;
    uint8_t nverdicts;
    uint16_t agent; /* entry of the agent */
    struct fm_header agent_after_prologue;
    struct fm_verdict verdicts[FM_TURN_VERDICTS_MAX]; /* asked for */
    struct fm_verdict ahead;                          /* the last one that was not */
    bool has_ahead;
    uint8_t absent[FM_TURN_CELLS_MAX][32]; /* ids that no cell has */
    struct fm_run_cell cells[FM_RUN_CELLS_MAX];
    struct fm_run_put puts[FM_STAGE_MAX];
    uint8_t events[FM_EVENTS_BYTES_MAX];
    uint8_t caps[FM_CAPS_BYTES_MAX];
};

/* Begins a turn. Borrows env and turn until the outcome was sealed or dropped. */
void fm_run_begin(struct fm_run *run, const struct fm_run_env *env, const struct fm_turn *turn);

/* Goes on until the outcome is there or something is needed. */
enum fm_run_step_result fm_run_step(struct fm_run *run) FM_MUST_CHECK;

/* Answers: a cell (asked for, or ahead of need: false if there is no room for it or it is there
 * already) … */
bool fm_run_supply(struct fm_run *run, const struct fm_cell_view *view);
/* … that no cell has need.id … */
void fm_run_supply_absent(struct fm_run *run);
/* … or a verdict: on exactly need.pk and need.text; or one ahead of need, of which the last is kept. */
void fm_run_supply_verdict(struct fm_run *run, const uint8_t pk[32],
                           const uint8_t text[FM_SIGNED_TEXT_BYTES], bool yes);

/* The static cost of a turn (heart.md section 5): base + bytes + per op, CREATE also per slot and
 * field. */
/*@ requires \valid_read(params) && \valid_read(turn);
  @ requires turn->bytes <= FM_TURN_BYTES_MAX && turn->neffects <= FM_EFFECTS_MAX;
  @ requires \forall integer i; 0 <= i < turn->neffects ==>
  @   1 <= turn->effects[i].op <= 16 && turn->effects[i].nfields <= FM_FIELDS_MAX;
  @ assigns \nothing; */
uint64_t fm_turn_cost(const struct fm_params *params, const struct fm_turn *turn);

#endif
