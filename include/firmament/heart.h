/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heart's records, as they are hashed, logged and proved (heart.md sections 1, 2, 8).
 *
 * Each struct has the layout of its bytes: little-endian, no padding (lib/wire/layout.def is the
 * table, and lib/wire/layout.c holds the two against each other when it is compiled). So a record
 * is hashed where it lies. All our machines are little-endian; a big-endian one is refused by the
 * compiler.
 */
#ifndef FIRMAMENT_HEART_H
#define FIRMAMENT_HEART_H

#include <stdint.h>

/* Limits: heart.md section 14. */
#define FM_TURN_BYTES_MAX 4096U
#define FM_FRAMES_MAX 8U
#define FM_EFFECTS_MAX 64U
#define FM_INVOKE_WRITES_MAX 8U
#define FM_NOPEN_MAX 8U
#define FM_EVENT_BYTES_MAX 64U
#define FM_TURN_CELLS_MAX 64U
#define FM_TURN_VERDICTS_MAX 2U
#define FM_STAGE_MAX 768U
#define FM_SLOTS_MAX 255U
#define FM_FIELDS_MAX 1024U
#define FM_RULES_MAX 64U
#define FM_RULE_FIRST 8U
#define FM_METHODS 16U
#define FM_GROUPS 8U
#define FM_DEPTH_MAX 8U
#define FM_CELLS_MAX 0xfffffffeU
#define FM_BATCH_TURNS_MAX 1024U
#define FM_BATCH_BYTES_MAX (1024U * 1024U)

#define FM_ID_BYTES 32U
#define FM_U32_MAX 0xffffffffU
#define FM_U64_MAX 0xffffffffffffffffU
#define FM_NEVER FM_U32_MAX /* a time that does not come */

/* Rights: ten verbs. The last three are governance, which ordinary delegation cannot carry. */
enum fm_right {
    FM_RIGHT_READ = 1U << 0,
    FM_RIGHT_INVOKE = 1U << 1,
    FM_RIGHT_WRITE = 1U << 2,
    FM_RIGHT_SEND = 1U << 3,
    FM_RIGHT_GRANT = 1U << 4,
    FM_RIGHT_SPAWN = 1U << 5,
    FM_RIGHT_NOTIFY = 1U << 6,
    FM_RIGHT_MINT = 1U << 7,
    FM_RIGHT_LIFE = 1U << 8,
    FM_RIGHT_ADMIN = 1U << 9,
};
#define FM_RIGHTS_ALL 0x03ffU
#define FM_METHODS_ALL 0xffffU

enum fm_lifecycle { FM_LIVE = 0, FM_SEALED = 1, FM_DESTROYED = 2 };

/* policy of a cell: 0 and 1 are these, any other value is the idx of its factory. */
enum fm_policy { FM_POLICY_FREE = 0, FM_POLICY_FIXED = 1 };

/* Cell header, 160 bytes. */
struct fm_header {
    uint8_t id[32];
    uint8_t owner_pk[32]; /* zero: keyless */
    uint8_t link[32];     /* the agent's turn chain */
    uint64_t nonce;
    int64_t balance;
    uint32_t idx;
    uint32_t asset;  /* idx of the issuing cell */
    uint32_t policy; /* enum fm_policy, or the idx of the factory */
    uint16_t nfields;
    uint8_t nslots;
    uint8_t lifecycle; /* enum fm_lifecycle */
    uint32_t epoch[8]; /* by group; MAX: retired */
};

/* kind of a record: free, open for a giver, or a capability of depth kind - 1. */
enum fm_kind { FM_KIND_FREE = 0, FM_KIND_ROOT = 1, FM_KIND_OPEN = 255 };

/* Capability record, 64 bytes, one hash block. */
struct fm_record {
    uint8_t kind;
    uint8_t group;
    uint16_t rights;
    uint32_t generation; /* of the slot; MAX: retired */
    uint32_t target;     /* idx; of an open slot: the giver's */
    uint32_t badge;      /* 0: any may be set by a child */
    uint32_t epoch;
    uint32_t parent_holder; /* idx; MAX at depth 0 */
    uint32_t parent_gen;
    uint16_t methods;
    uint8_t parent_slot;
    uint8_t zero;
    uint16_t f_lo; /* fields [f_lo, f_hi) */
    uint16_t f_hi;
    uint32_t expiry;     /* seconds since 1970, the last in which it is valid */
    uint64_t max_amount; /* per use */
    uint64_t allowance;  /* MAX: unmetered */
    uint64_t used;
};

/* Limits of a grant: the axes that a record has and a holder may narrow. 33 bytes on the wire. */
struct fm_limits {
    uint8_t group;
    uint16_t rights;
    uint16_t methods;
    uint32_t badge;
    uint16_t f_lo;
    uint16_t f_hi;
    uint32_t expiry;
    uint64_t max_amount;
    uint64_t allowance;
};

/* Ledger record, 128 bytes: the only state outside cells. */
struct fm_top {
    uint32_t ncells;
    uint32_t now;
    uint64_t seq; /* of the last receipt */
    uint64_t height;
    uint64_t fees;
    uint8_t ledger[32];
    uint8_t params_hash[32];
    uint8_t prev_receipt[32]; /* hash of receipt seq - 1 */
};

/* What a ledger is born with, 144 bytes. params_hash = BLAKE3 of them; the tag keeps that use
 * apart. */
struct fm_params {
    uint8_t tag[16]; /* "firmament param1" */
    uint16_t version;
    uint8_t assurance; /* enum fm_assurance */
    uint8_t zero;
    uint32_t max_cells;
    uint64_t supply; /* native units, below 2^63 */
    uint32_t fee_base;
    uint32_t fee_byte;
    uint32_t fee_slot;   /* CREATE: each slot */
    uint32_t fee_field;  /* CREATE: each field */
    uint32_t fee_op[16]; /* by op - 1 */
    uint8_t executor_pk[32];
};

enum fm_status {
    FM_COMMITTED = 0,
    FM_BODY_FAILED = 1,
    FM_REJECTED = 2,
    FM_MALFORMED = 3,
    FM_BUSY = 4,
    FM_NOT_WRITTEN = 5,
    FM_UNSURE = 6,
};

enum fm_assurance { FM_SOLO = 1, FM_LACE = 2, FM_RAFT = 3 };

/* The two parts of a receipt: the head, which is hashed, and the rest, whose hash the head carries.
 */
struct fm_receipt_head {
    uint16_t version;
    uint8_t status; /* FM_COMMITTED or FM_BODY_FAILED */
    uint8_t reason;
    uint8_t frame;
    uint8_t effect; /* 255: none */
    uint8_t detail;
    uint8_t zero;
    uint64_t seq;
    uint64_t height;
    uint64_t nonce;
    uint8_t agent[32];
    uint8_t turn_hash[32];
    uint8_t link[32]; /* the agent's chain before this turn */
    uint8_t pre_root[32];
    uint8_t post_root[32];
    uint8_t prev_receipt[32]; /* hash of receipt seq - 1 */
    uint8_t rest_hash[32];
};

struct fm_receipt_rest {
    uint64_t cost;
    uint32_t now;
    uint8_t assurance; /* enum fm_assurance */
    uint8_t zero[3];
    uint8_t writes_hash[32];
    uint8_t events_hash[32];
    uint8_t caps_hash[32];
};

/* Receipt, 368 bytes, no optional field. */
struct fm_receipt {
    struct fm_receipt_head head;
    struct fm_receipt_rest rest;
};
#define FM_RECEIPT_BYTES 368U
#define FM_RECEIPT_HEAD_BYTES 256U
#define FM_RECEIPT_REST_BYTES 112U

/* The sixteen effects. */
enum fm_op {
    FM_OP_CHECK = 1,
    FM_OP_TRANSFER = 2,
    FM_OP_SETFIELD = 3,
    FM_OP_CREATE = 4,
    FM_OP_GRANT = 5,
    FM_OP_ATTENUATE = 6,
    FM_OP_DROP = 7,
    FM_OP_REVOKE = 8,
    FM_OP_LIFT = 9,
    FM_OP_INVOKE = 10,
    FM_OP_EVENT = 11,
    FM_OP_FIX = 12,
    FM_OP_ROTATE = 13,
    FM_OP_SEAL = 14,
    FM_OP_OPEN = 15,
    FM_OP_DESTROY = 16,
};

#endif
