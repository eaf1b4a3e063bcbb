/* SPDX-License-Identifier: Apache-2.0 */
/* Everything else that reads a stranger's bytes: proofs, frames, sectors, superblocks, checkpoints,
 * messages, write sets. */
#include "core/proof.h"
#include "store/checkpoint.h"
#include "store/frame.h"
#include "store/super.h"
#include "wire/node_msg.h"
#include "wire/writes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct fm_state state;
static void *memory;

static void fresh(void)
{
    const struct fm_state_config config = {
        .max_cells = 16, .max_slots = 600, .max_fields = 2100, .max_undo = 0};
    struct fm_arena arena = {memory, fm_state_size(&config), 0};

    if (memory == NULL) {
        memory = malloc(arena.cap);
        arena.base = memory;
    }
    if (fm_state_init(&state, &config, &arena) != FM_OK) {
        abort();
    }
}

static void genesis(void)
{
    struct fm_params params;
    uint8_t salt[32] = {0};
    uint8_t pk[32] = {1};

    fresh();
    fm_params_default(&params);
    if (fm_state_genesis(&state, &params, salt, pk) != FM_OK) {
        abort();
    }
}

static void fuzz_proof(const uint8_t *data, size_t n)
{
    static const uint8_t root[32];
    struct fm_proven proven;
    struct fm_why why;

    if (fm_proof_verify(data, n, root, &proven, &why) == FM_OK) {
        abort(); /* a proof under the root zero would be a preimage */
    }
}

static void fuzz_frame(const uint8_t *data, size_t n)
{
    struct fm_log_frame frame;
    struct fm_log_turn turn;
    size_t at = 0;

    if (fm_frame_open(&frame, data, n, NULL) == FM_E_LOG_DAMAGED) {
        /* the hash is right only by luck: walk it all the same */
        while (fm_frame_next(&frame, &at, &turn)) {
        }
    }
}

static void fuzz_sector(const uint8_t *data, size_t n)
{
    uint8_t area[FM_SUPER_AREA_BYTES] = {0};
    static const uint8_t ledger[32];
    struct fm_sector sector;
    struct fm_super super;

    memcpy(area, data, n < sizeof area ? n : sizeof area);
    fm_sector_read(&sector, ledger, area);
    if (fm_super_choose(&super, area, NULL) == FM_OK && super.log_bytes % FM_SECTOR_BYTES != 0) {
        abort();
    }
}

static void fuzz_checkpoint(const uint8_t *data, size_t n)
{
    static struct fm_checkpoint_reader reader;
    static uint8_t buf[FM_CHECKPOINT_CELL_MAX];
    size_t cut = n > 0 ? data[0] % n : 0;

    fresh();
    fm_checkpoint_read_begin(&reader, &state, buf);
    if (fm_checkpoint_read(&reader, data, cut) == FM_OK &&
        fm_checkpoint_read(&reader, data + cut, n - cut) == FM_OK) {
        (void)!fm_checkpoint_read_end(&reader);
    }
}

static void fuzz_message(const uint8_t *data, size_t n)
{
    struct fm_msg_head head;
    struct fm_msg_outcome outcome;
    struct fm_reader r;
    struct fm_why why;
    char text[16];

    if (fm_msg_look(data, n, FM_MSG_ANSWER_MAX, &head) == FM_MSG_WHOLE_HEAD &&
        head.payload_bytes + FM_MSG_HEAD_BYTES > FM_MSG_ANSWER_MAX) {
        abort();
    }
    fm_reader_init(&r, data, n);
    (void)!fm_msg_get_outcome(&r, &outcome);
    fm_reader_init(&r, data, n);
    if (fm_msg_get_error(&r, &why, text, sizeof text) && strlen(text) >= sizeof text) {
        abort();
    }
}

static void fuzz_writes(const uint8_t *data, size_t n)
{
    struct fm_receipt receipt;

    genesis();
    receipt = state.receipt;
    receipt.head.seq = 1;
    if (fm_state_apply(&state, data, n, &receipt) == FM_OK) {
        fm_state_settle(&state);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) {
        return 0;
    }
    switch (data[0] % 6U) {
    case 0:
        fuzz_proof(data + 1, n - 1);
        break;
    case 1:
        fuzz_frame(data + 1, n - 1);
        break;
    case 2:
        fuzz_sector(data + 1, n - 1);
        break;
    case 3:
        fuzz_checkpoint(data + 1, n - 1);
        break;
    case 4:
        fuzz_message(data + 1, n - 1);
        break;
    default:
        fuzz_writes(data + 1, n - 1);
        break;
    }
    return 0;
}
