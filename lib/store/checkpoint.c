/* SPDX-License-Identifier: Apache-2.0 */
#include "store/checkpoint.h"

#include "crypto/hash.h"
#include "wire/cursor.h"

static const uint8_t magic[16] = "firmament check1";
static const uint8_t zero[64];
#define CHECKPOINT_VERSION 1U
#define CELL_HEAD_BYTES 196U
#define RECORD_BYTES 66U
#define FIELD_BYTES 34U

void fm_checkpoint_write_begin(struct fm_checkpoint_writer *w, const struct fm_state *state,
                               const uint8_t frame_hash[32])
{
    w->state = state;
    memcpy(w->frame_hash, frame_hash, 32);
    w->next_cell = 0;
    w->head_done = false;
}

static void put_head(struct fm_writer *out, const struct fm_checkpoint_writer *w)
{
    fm_put_bytes(out, magic, sizeof magic);
    fm_put_u32(out, CHECKPOINT_VERSION);
    fm_put_zeros(out, 4);
    fm_put_bytes(out, (const uint8_t *)&w->state->params, sizeof w->state->params);
    fm_put_bytes(out, (const uint8_t *)&w->state->top, sizeof w->state->top);
    fm_put_bytes(out, (const uint8_t *)&w->state->receipt, sizeof w->state->receipt);
    fm_put_bytes(out, w->frame_hash, 32);
}

/* The counts of a cell's records and fields that are not zero. */
static void count_cell(const struct fm_cell_view *v, uint16_t *records, uint16_t *fields)
{
    *records = 0;
    *fields = 0;
    for (uint16_t i = 0; i < v->header->nslots; i++) {
        *records = (uint16_t)(*records + (memcmp(&v->records[i], zero, 64) != 0 ? 1 : 0));
    }
    for (uint16_t i = 0; i < v->header->nfields; i++) {
        *fields =
            (uint16_t)(*fields + (memcmp(v->fields + (size_t)i * 32U, zero, 32) != 0 ? 1 : 0));
    }
}

static size_t cell_bytes(const struct fm_cell_view *v)
{
    uint16_t records;
    uint16_t fields;

    count_cell(v, &records, &fields);
    return CELL_HEAD_BYTES + (size_t)records * RECORD_BYTES + (size_t)fields * FIELD_BYTES;
}

static void put_cell(struct fm_writer *out, const struct fm_state *state, uint32_t idx)
{
    struct fm_cell_view v;
    uint16_t records;
    uint16_t fields;

    fm_state_view(state, idx, &v);
    count_cell(&v, &records, &fields);
    fm_put_bytes(out, (const uint8_t *)&state->cells[idx], sizeof state->cells[idx]);
    fm_put_u16(out, records);
    fm_put_u16(out, fields);
    for (uint16_t i = 0; i < v.header->nslots; i++) {
        if (memcmp(&v.records[i], zero, 64) != 0) {
            fm_put_u16(out, i);
            fm_put_bytes(out, (const uint8_t *)&v.records[i], 64);
        }
    }
    for (uint16_t i = 0; i < v.header->nfields; i++) {
        if (memcmp(v.fields + (size_t)i * 32U, zero, 32) != 0) {
            fm_put_u16(out, i);
            fm_put_bytes(out, v.fields + (size_t)i * 32U, 32);
        }
    }
}

size_t fm_checkpoint_write(struct fm_checkpoint_writer *w, uint8_t *buf, size_t cap)
{
    struct fm_writer out;

    FM_ASSERT(cap >= FM_CHECKPOINT_CELL_MAX);
    fm_writer_init(&out, buf, cap);
    if (!w->head_done) {
        put_head(&out, w);
        w->head_done = true;
    }
    while (w->next_cell < w->state->top.ncells) {
        struct fm_cell_view v;

        fm_state_view(w->state, w->next_cell, &v);
        if (cell_bytes(&v) > cap - out.len) {
            break;
        }
        put_cell(&out, w->state, w->next_cell);
        w->next_cell++;
    }
    FM_ASSERT(!out.bad);
    return out.len;
}

uint64_t fm_checkpoint_bytes(const struct fm_state *state)
{
    uint64_t bytes = FM_CHECKPOINT_HEAD_BYTES;

    for (uint32_t i = 0; i < state->top.ncells; i++) {
        struct fm_cell_view v;

        fm_state_view(state, i, &v);
        bytes += cell_bytes(&v);
    }
    return bytes;
}

void fm_checkpoint_read_begin(struct fm_checkpoint_reader *r, struct fm_state *state, uint8_t *buf)
{
    memset(r, 0, sizeof *r);
    r->state = state;
    r->buf = buf;
}

static fm_err take_head(struct fm_checkpoint_reader *r, struct fm_reader *in)
{
    uint8_t got[16];
    struct fm_params params;
    uint32_t version;

    fm_get_bytes(in, got, sizeof got);
    version = fm_get_u32(in);
    if (memcmp(got, magic, sizeof magic) != 0) {
        return FM_E_CHECKPOINT_DAMAGED;
    }
    if (version != CHECKPOINT_VERSION) {
        return FM_E_STORE_VERSION;
    }
    fm_get_zeros(in, 4);
    fm_get_bytes(in, (uint8_t *)&params, sizeof params);
    fm_get_bytes(in, (uint8_t *)&r->top, sizeof r->top);
    fm_get_bytes(in, (uint8_t *)&r->receipt, sizeof r->receipt);
    fm_get_bytes(in, r->frame_hash, 32);
    if (in->bad) {
        return FM_E_CHECKPOINT_DAMAGED;
    }
    fm_state_load_begin(r->state, &params);
    r->head_done = true;
    return FM_OK;
}

/* (index, value) pairs in rising order, spread over a zeroed array. */
static bool take_values(struct fm_reader *in, uint16_t n, uint16_t limit, size_t bytes,
                        uint8_t *out)
{
    uint32_t least = 0;

    memset(out, 0, (size_t)limit * bytes);
    for (uint16_t i = 0; i < n; i++) {
        uint16_t index = fm_get_u16(in);

        if (index < least || index >= limit) {
            return false;
        }
        fm_get_bytes(in, out + (size_t)index * bytes, bytes);
        least = index + 1U;
    }
    return !in->bad;
}

/* The length of the cell at the start of what is there, or 0 if its head is not there yet; SIZE_MAX if it cannot be. */
static size_t peek_cell(const uint8_t *buf, size_t have)
{
    uint16_t records;
    uint16_t fields;

    if (have < CELL_HEAD_BYTES) {
        return 0;
    }
    records = fm_le16(buf + 192);
    fields = fm_le16(buf + 194);
    if (records > FM_SLOTS_MAX || fields > FM_FIELDS_MAX) {
        return SIZE_MAX;
    }
    return CELL_HEAD_BYTES + (size_t)records * RECORD_BYTES + (size_t)fields * FIELD_BYTES;
}

static fm_err take_cell(struct fm_checkpoint_reader *r, size_t len)
{
    struct fm_reader in;
    struct fm_cell cell;
    uint16_t records;
    uint16_t fields;
    fm_err err;

    fm_reader_init(&in, r->buf, len);
    fm_get_bytes(&in, (uint8_t *)&cell, sizeof cell);
    records = fm_get_u16(&in);
    fields = fm_get_u16(&in);
    if (r->state->top.ncells >= r->top.ncells || cell.header.nfields > FM_FIELDS_MAX ||
        !take_values(&in, records, cell.header.nslots, 64, r->records) ||
        !take_values(&in, fields, cell.header.nfields, 32, r->fields)) {
        return FM_E_CHECKPOINT_DAMAGED;
    }
    err = fm_state_load_cell(r->state, &cell, r->records, r->fields);
    return err == FM_E_MALFORMED ? FM_E_CHECKPOINT_DAMAGED : err;
}

/* How many bytes the next unit takes: the head, or a cell, as far as that is known. */
static size_t unit_bytes(const struct fm_checkpoint_reader *r)
{
    size_t cell;

    if (!r->head_done) {
        return FM_CHECKPOINT_HEAD_BYTES;
    }
    cell = peek_cell(r->buf, r->have);
    return cell == 0 ? CELL_HEAD_BYTES : cell;
}

fm_err fm_checkpoint_read(struct fm_checkpoint_reader *r, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        size_t want = unit_bytes(r);
        size_t take = want - r->have < n ? want - r->have : n;

        if (want == SIZE_MAX) {
            return FM_E_CHECKPOINT_DAMAGED;
        }
        memcpy(r->buf + r->have, bytes, take);
        r->have += take;
        bytes += take;
        n -= take;
        want = unit_bytes(r);
        if (want != SIZE_MAX && r->have == want) {
            struct fm_reader in;
            fm_err err;

            fm_reader_init(&in, r->buf, r->have);
            err = r->head_done ? take_cell(r, r->have) : take_head(r, &in);
            if (err != FM_OK) {
                return err;
            }
            r->have = 0;
        }
    }
    return FM_OK;
}

fm_err fm_checkpoint_read_end(struct fm_checkpoint_reader *r)
{
    uint8_t rest[32];

    if (!r->head_done || r->have != 0) {
        return FM_E_CHECKPOINT_DAMAGED;
    }
    if (fm_state_load_end(r->state, &r->top, &r->receipt) != FM_OK) {
        return FM_E_CHECKPOINT_DAMAGED;
    }
    /* The receipt's hash is over its head, which names the rest: without this somebody could ship another rest. */
    fm_hash(FM_H_REST, (const uint8_t *)&r->receipt.rest, sizeof r->receipt.rest, rest);
    return memcmp(r->state->root, r->receipt.head.post_root, 32) == 0 && memcmp(rest, r->receipt.head.rest_hash,
                                                                                32) == 0
               ? FM_OK
               : FM_E_FORGED;
}

fm_err fm_thaw_check(const struct fm_receipt *receipt, const uint8_t attested[32],
                     uint64_t floor_seq, struct fm_why *why)
{
    uint8_t hash[32];

    fm_receipt_hash(receipt, hash);
    if (memcmp(hash, attested, 32) != 0) {
        return fm_why_set(why, FM_E_NOT_ATTESTED, 0, "receipt hash", 0, 0);
    }
    if (receipt->head.seq < floor_seq) {
        return fm_why_set(why, FM_E_ROLLED_BACK, 0, "seq", floor_seq, receipt->head.seq);
    }
    return FM_OK;
}
