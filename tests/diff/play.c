/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays turns that another program made through the heart. Reads entries kind u8 | length u32 | payload from
 * stdin, and answers each on stdout with its entry of the stream (stream.h), at once:
 *
 *   G  params 144 | salt 32 | treasury_pk 32 | signatures u8 (0 Ed25519, 1 hash(key, text): nothing is secret)
 *   B  height u64 | now u32
 *   T  wire
 *   E  nothing: the batch is full; its frame (F; of no bytes if nothing ran)
 *   A, N  nothing
 *   P  idx u32 | kind u8 | index u16
 *   Q  id 32
 *   R  root 32 | proof: is it good?
 *   K  salt 32: FORK; no batch is open
 *   V  cell u32 | kind u8 | zero | index u16 | value
 */
#include "core/drive.h"
#include "core/proof.h"
#include "core/state_priv.h"
#include "crypto/sign.h"
#include "store/frame.h"
#include "tests/diff/stream.h"

#include <stdlib.h>

#define CELLS 70000U

struct player {
    struct fm_state state;
    void *memory;
    struct fm_run run;
    struct fm_turn turn;
    struct fm_sealed sealed;
    struct fm_batch batch;
    bool fake;
    struct fm_frame_maker frame;
    uint8_t frame_bytes[FM_FRAME_BYTES_MAX];
    uint8_t last_frame[32];
    uint8_t frames_before[FM_STATE_BATCHES_MAX][32]; /* last_frame as each open batch found it */
    uint8_t request[1U << 16];
    uint32_t bytes;
};

static bool verdict(const struct player *p)
{
    const struct fm_run_need *need = &p->run.need;
    uint8_t msg[32 + FM_SIGNED_TEXT_BYTES];
    uint8_t hash[64] = {0};

    if (!p->fake) {
        return fm_ed25519_verify(need->pk, need->text, FM_SIGNED_TEXT_BYTES, need->sig);
    }
    memcpy(msg, need->pk, 32);
    memcpy(msg + 32, need->text, FM_SIGNED_TEXT_BYTES);
    fm_blake3(msg, sizeof msg, hash, 32);
    return memcmp(hash, need->sig, 64) == 0;
}

static void genesis(struct player *p)
{
    const struct fm_state_config config = {
        .max_cells = CELLS, .max_slots = 60U * CELLS, .max_fields = 60U * CELLS, .max_undo = 64U << 20};
    struct fm_arena arena = {.cap = fm_state_size(&config)};
    struct fm_params params;

    free(p->memory);
    p->memory = malloc(arena.cap);
    arena.base = p->memory;
    memcpy(&params, p->request, sizeof params);
    p->fake = p->request[208] != 0U;
    memset(p->last_frame, 0, 32);
    if (p->bytes != 209U || arena.base == NULL || fm_state_init(&p->state, &config, &arena) != FM_OK ||
        fm_state_genesis(&p->state, &params, p->request + 144, p->request + 176) != FM_OK) {
        abort();
    }
    stream_genesis(stdout, &p->state, p->request + 144, p->request + 176);
}

static void open_batch(struct player *p)
{
    struct fm_batch batch = {fm_le64(p->request), fm_le32(p->request + 8)};
    bool accepted = fm_state_open_batch(&p->state, &batch);

    if (accepted) {
        p->batch = batch;
        memcpy(p->frames_before[p->state.nbatches - 1U], p->last_frame, 32);
        fm_frame_begin(&p->frame, p->frame_bytes, sizeof p->frame_bytes, p->last_frame, batch.height,
                       p->state.top.seq + 1U, batch.now);
    }
    stream_batch(stdout, &batch, accepted);
}

static void play_turn(struct player *p)
{
    struct fm_run_env env;
    struct fm_why why;
    enum fm_status status = FM_MALFORMED;

    if (fm_turn_decode(&p->turn, p->request, p->bytes, &why) == FM_OK) {
        fm_state_env(&p->state, p->batch.now, &env);
        fm_drive_begin(&p->run, &p->state, &env, &p->turn);
        while (fm_drive_step(&p->run, &p->state) == FM_RUN_NEED_VERDICT) {
            fm_run_supply_verdict(&p->run, p->run.need.pk, p->run.need.text, verdict(p));
        }
        status = p->run.outcome.status;
    }
    if (status == FM_COMMITTED || status == FM_BODY_FAILED) {
        if (!fm_state_fits(&p->state, &p->run)) {
            abort();
        }
        fm_state_seal(&p->state, &p->run, &p->batch, &p->sealed);
        fm_frame_add(&p->frame, p->request, p->bytes, &p->sealed.receipt, p->sealed.writes, p->sealed.writes_bytes);
    }
    stream_turn(stdout, p->request, p->bytes, status, &why, &p->run, &p->sealed, p->state.root);
}

static void close_batch(struct player *p)
{
    size_t bytes = p->frame.turns > 0U ? fm_frame_end(&p->frame, p->last_frame) : 0U;

    stream_frame(stdout, p->state.top.ledger, p->batch.height, p->frame_bytes, bytes);
}

static void ack(struct player *p)
{
    fm_state_ack(&p->state);
    memcpy(p->frames_before[0], p->frames_before[1], 32);
    stream_ack(stdout, p->state.root);
}

static void nak(struct player *p)
{
    memcpy(p->last_frame, p->frames_before[0], 32);
    fm_state_nak(&p->state);
    stream_nak(stdout, p->state.root);
}

static void prove(struct player *p)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint32_t idx = fm_le32(p->request);
    uint16_t index = fm_le16(p->request + 5);

    stream_proof(stdout, idx, p->request[4], index, proof,
                 fm_proof_make(&p->state, idx, p->request[4], index, proof, sizeof proof));
}

static void prove_absent(struct player *p)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    size_t n = fm_proof_make_absent(&p->state, p->request, proof, sizeof proof);
    struct fm_proven proven;
    bool shows = n > 0 && fm_proof_verify(proof, n, p->state.root, &proven, NULL) == FM_OK &&
                 fm_proven_absent(&proven, p->request);

    stream_absence(stdout, p->request, shows, proof, n);
}

static void plant(struct player *p)
{
    const struct fm_write w = {fm_le32(p->request), p->request[4], fm_le16(p->request + 6), p->request + 8};

    fm_state_put(&p->state, &w);
    fm_state_settle(&p->state);
    stream_planted(stdout, &w);
}

static void verify(struct player *p)
{
    struct fm_proven proven;
    size_t n = p->bytes - 32U;

    stream_verified(stdout, p->request,
                    fm_proof_verify(p->request + 32, n, p->request, &proven, NULL) == FM_OK,
                    p->request + 32, n);
}

static void fork_ledger(struct player *p)
{
    struct fm_receipt receipt;

    fm_state_fork(&p->state, p->request, &receipt);
    stream_fork(stdout, p->request, &p->state);
}

static void answer(struct player *p, uint8_t kind)
{
    switch (kind) {
    case 'G':
        genesis(p);
        break;
    case 'B':
        open_batch(p);
        break;
    case 'T':
        play_turn(p);
        break;
    case 'E':
        close_batch(p);
        break;
    case 'A':
        ack(p);
        break;
    case 'N':
        nak(p);
        break;
    case 'P':
        prove(p);
        break;
    case 'Q':
        prove_absent(p);
        break;
    case 'R':
        verify(p);
        break;
    case 'K':
        fork_ledger(p);
        break;
    case 'V':
        plant(p);
        break;
    default:
        abort();
    }
}

int main(void)
{
    static struct player p;
    uint8_t head[5];

    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        p.bytes = fm_le32(head + 1);
        if (p.bytes > sizeof p.request || fread(p.request, 1, p.bytes, stdin) != p.bytes) {
            abort();
        }
        answer(&p, head[0]);
        if (fflush(stdout) != 0) {
            return 1;
        }
    }
    free(p.memory);
    return 0;
}
