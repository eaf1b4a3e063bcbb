/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/diff/stream.h"

#include "store/frame.h"

#include <stdlib.h>

#define PAYLOAD_MAX (4U << 20)

static uint8_t payload[PAYLOAD_MAX];
static struct fm_writer w;

FILE *stream_open(const char *path)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL || setvbuf(f, NULL, _IOFBF, 1U << 20) != 0) {
        perror(path);
        exit(2);
    }
    return f;
}

bool stream_close(FILE *f)
{
    bool bad = f != NULL && ferror(f) != 0;

    return (f == NULL || fclose(f) == 0) && !bad;
}

static void begin(void)
{
    fm_writer_init(&w, payload, sizeof payload);
}

static void end(FILE *f, char kind)
{
    uint8_t head[5] = {(uint8_t)kind};

    FM_ASSERT(!w.bad);
    fm_put_le32(head + 1, (uint32_t)w.len);
    (void)!fwrite(head, 1, sizeof head, f);
    (void)!fwrite(payload, 1, w.len, f);
}

void stream_genesis(FILE *f, const struct fm_state *state, const uint8_t salt[32],
                    const uint8_t treasury_pk[32])
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_bytes(&w, (const uint8_t *)&state->params, sizeof state->params);
    fm_put_bytes(&w, salt, 32);
    fm_put_bytes(&w, treasury_pk, 32);
    fm_put_bytes(&w, state->root, 32);
    fm_put_bytes(&w, (const uint8_t *)&state->receipt, FM_RECEIPT_BYTES);
    end(f, 'G');
}

void stream_batch(FILE *f, const struct fm_batch *batch, bool accepted)
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_u64(&w, batch->height);
    fm_put_u32(&w, batch->now);
    fm_put_u8(&w, accepted ? 1 : 0);
    end(f, 'B');
}

static void put_verdicts(const struct fm_run *run, bool decoded)
{
    uint8_t n = decoded ? run->nverdicts : 0;

    fm_put_u8(&w, n);
    for (uint8_t i = 0; i < n; i++) {
        fm_put_bytes(&w, run->verdicts[i].pk, 32);
        fm_put_bytes(&w, run->verdicts[i].text, FM_SIGNED_TEXT_BYTES);
        fm_put_u8(&w, run->verdicts[i].yes ? 1 : 0);
    }
}

void stream_turn(FILE *f, const uint8_t *wire, size_t bytes, enum fm_status status,
                 const struct fm_why *why, const struct fm_run *run, const struct fm_sealed *sealed,
                 const uint8_t root[32])
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_u16(&w, (uint16_t)bytes);
    fm_put_bytes(&w, wire, bytes);
    put_verdicts(run, status != FM_MALFORMED);
    fm_put_u8(&w, (uint8_t)status);
    fm_put_bytes(&w, root, 32);
    if (status == FM_MALFORMED) {
        fm_put_u32(&w, why->offset);
        fm_put_bytes(&w, (const uint8_t *)why->field, strlen(why->field));
    } else if (status == FM_REJECTED) {
        fm_put_u8(&w, fm_err_number(run->outcome.reason));
    } else {
        fm_put_bytes(&w, (const uint8_t *)&sealed->receipt, FM_RECEIPT_BYTES);
        fm_put_u32(&w, sealed->writes_bytes);
        fm_put_bytes(&w, sealed->writes, sealed->writes_bytes);
    }
    end(f, 'T');
}

void stream_frame(FILE *f, const uint8_t ledger[32], uint64_t height, const uint8_t *frame,
                  size_t bytes)
{
    static uint8_t sectors[FM_FRAME_SECTORS_MAX * FM_SECTOR_BYTES];

    if (f == NULL) {
        return;
    }
    begin();
    fm_frame_to_sectors(ledger, height, frame, bytes, sectors);
    fm_put_u32(&w, (uint32_t)bytes);
    fm_put_bytes(&w, frame, bytes);
    fm_put_bytes(&w, sectors, (size_t)fm_frame_sectors(bytes) * FM_SECTOR_BYTES);
    end(f, 'F');
}

static void put_root(FILE *f, char kind, const uint8_t root[32])
{
    if (f != NULL) {
        begin();
        fm_put_bytes(&w, root, 32);
        end(f, kind);
    }
}

void stream_ack(FILE *f, const uint8_t root[32])
{
    put_root(f, 'A', root);
}

void stream_nak(FILE *f, const uint8_t root[32])
{
    put_root(f, 'N', root);
}

void stream_proof(FILE *f, uint32_t idx, uint8_t kind, uint16_t index, const uint8_t *proof,
                  size_t bytes)
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_u32(&w, idx);
    fm_put_u8(&w, kind);
    fm_put_u16(&w, index);
    fm_put_bytes(&w, proof, bytes);
    end(f, 'P');
}

void stream_absence(FILE *f, const uint8_t id[32], bool shows, const uint8_t *proof, size_t bytes)
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_bytes(&w, id, 32);
    fm_put_u8(&w, shows ? 1 : 0);
    fm_put_bytes(&w, proof, bytes);
    end(f, 'Q');
}

void stream_fork(FILE *f, const uint8_t salt[32], const struct fm_state *state)
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_bytes(&w, salt, 32);
    fm_put_bytes(&w, state->root, 32);
    fm_put_bytes(&w, (const uint8_t *)&state->receipt, FM_RECEIPT_BYTES);
    end(f, 'K');
}

void stream_verified(FILE *f, const uint8_t root[32], bool good, const uint8_t *proof, size_t bytes)
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_put_bytes(&w, root, 32);
    fm_put_u8(&w, good ? 1 : 0);
    fm_put_bytes(&w, proof, bytes);
    end(f, 'R');
}

void stream_planted(FILE *f, const struct fm_write *write)
{
    if (f == NULL) {
        return;
    }
    begin();
    fm_write_put(&w, write->cell, write->kind, write->index, write->value);
    end(f, 'V');
}
