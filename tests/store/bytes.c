/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's formats, byte by byte: a checkpoint with each of its bytes changed, cut at each of its bytes and in
 * pieces of any size; frames and sectors whose heads lie, whole frames that are not the next one; logs whose frames
 * cross the window.
 */
#include "crypto/hash.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "tests/core/world.h"
#include "tests/tap.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ checkpoints */

#define CHECKPOINT_MAX (1U << 20)
#define REST_AT (FM_CHECKPOINT_RECEIPT_AT + 256U)
#define FRAME_HASH_AT (FM_CHECKPOINT_HEAD_BYTES - 32U)

static uint8_t stream[CHECKPOINT_MAX];
static size_t stream_bytes;
static struct fm_state loaded;
static void *loaded_memory;

static fm_err load(const uint8_t *bytes, size_t n, size_t piece, uint32_t max_cells)
{
    static struct fm_checkpoint_reader r;
    static uint8_t buf[FM_CHECKPOINT_CELL_MAX];
    const struct fm_state_config config = {.max_cells = max_cells, .max_slots = 600, .max_fields = 2100};
    struct fm_arena arena = {loaded_memory, fm_state_size(&(struct fm_state_config){64, 600, 2100, 0}), 0};
    fm_err err = fm_state_init(&loaded, &config, &arena);

    if (err == FM_OK) {
        fm_checkpoint_read_begin(&r, &loaded, buf);
    }
    for (size_t at = 0; err == FM_OK && at < n; at += piece) {
        err = fm_checkpoint_read(&r, bytes + at, n - at < piece ? n - at : piece);
    }
    return err == FM_OK ? fm_checkpoint_read_end(&r) : err;
}

static void make_stream(struct world *w)
{
    struct fm_checkpoint_writer writer;
    const uint8_t frame_hash[32] = {0xfa};
    size_t n;

    fm_checkpoint_write_begin(&writer, &w->state, frame_hash);
    stream_bytes = 0;
    while ((n = fm_checkpoint_write(&writer, stream + stream_bytes, FM_CHECKPOINT_CELL_MAX)) > 0) {
        stream_bytes += n;
    }
}

static void test_checkpoint(struct world *w)
{
    unsigned accepted = 0;
    unsigned cut = 0;
    unsigned pieces = 0;

    make_stream(w);
    TAP_EQ(stream_bytes, fm_checkpoint_bytes(&w->state), "BYT0001 a checkpoint is as long as was foretold");
    for (size_t piece = 1; piece < 1500; piece += 7) {
        pieces += load(stream, stream_bytes, piece, 64) == FM_OK && memcmp(loaded.root, w->state.root,
                                                                           32) == 0 ? 0U : 1U;
    }
    TAP_EQ(pieces, 0, "BYT0002 it loads in pieces of any size, to the same root");
    TAP_OK(memcmp(loaded.receipt_hash, w->state.receipt_hash, 32) == 0, "BYT0003 and the same last receipt");
    for (size_t n = 0; n < stream_bytes; n++) {
        cut += load(stream, n, 512, 64) == FM_E_CHECKPOINT_DAMAGED ? 0U : 1U;
    }
    TAP_EQ(cut, 0, "BYT0004 CHECKPOINT_DAMAGED: cut at each of its bytes");
    for (size_t at = 0; at < stream_bytes; at++) {
        fm_err err;

        stream[at] ^= 0x11;
        err = load(stream, stream_bytes, 4096, 64);
        /* The frame's hash is the log's to check; a receipt's head is its hash's, which the caller compares. */
        accepted += err == FM_OK && !(at >= FRAME_HASH_AT && at < FM_CHECKPOINT_HEAD_BYTES) &&
                            memcmp(loaded.receipt_hash, w->state.receipt_hash, 32) == 0
                        ? 1U
                        : 0U;
        accepted += err != FM_OK && err != FM_E_CHECKPOINT_DAMAGED && err != FM_E_FORGED && err != FM_E_STORE_VERSION &&
                            err != FM_E_FULL
                        ? 1U
                        : 0U;
        stream[at] ^= 0x11;
    }
    TAP_EQ(accepted, 0, "BYT0005 each of its bytes changed: refused by name, or another receipt's");
    stream[16] = 9;
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_STORE_VERSION, "BYT0006 STORE_VERSION: another version's");
    stream[16] = 1;
    stream[20] = 1;
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_CHECKPOINT_DAMAGED,
           "BYT0007 CHECKPOINT_DAMAGED: a byte that must be zero");
    stream[20] = 0;
    stream[REST_AT + 8U] ^= 1U;
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_FORGED,
           "BYT0008 FORGED: the rest of the receipt is not its head's");
    stream[REST_AT + 8U] ^= 1U;
    TAP_EQ(load(stream, stream_bytes, 4096, 4), FM_E_FULL, "BYT0009 FULL: more cells than there is memory for");
    memcpy(stream + stream_bytes, stream + FM_CHECKPOINT_HEAD_BYTES, 200);
    TAP_EQ(load(stream, stream_bytes + 196U, 4096, 64), FM_E_CHECKPOINT_DAMAGED,
           "BYT0010 CHECKPOINT_DAMAGED: a cell too many");
    TAP_EQ(load(stream, stream_bytes + 1U, 4096, 64), FM_E_CHECKPOINT_DAMAGED,
           "BYT0011 CHECKPOINT_DAMAGED: a byte too many");
}

/* The counts of a cell that lie: more than there can be, an index twice, falling, or beyond the last. */
static void test_cells(struct world *w)
{
    size_t cell = FM_CHECKPOINT_HEAD_BYTES + 196U; /* cell 1, the treasury: two records */
    size_t first = cell + 196U;
    uint8_t keep[4];

    make_stream(w);
    TAP_OK(fm_le16(stream + cell + 192) >= 2, "BYT0012 the treasury has two records");
    memcpy(keep, stream + cell + 192, 4);
    fm_put_le16(stream + cell + 192, 256);
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_CHECKPOINT_DAMAGED, "BYT0013 CHECKPOINT_DAMAGED: 256 records");
    memcpy(stream + cell + 192, keep, 4);
    fm_put_le16(stream + cell + 194, 1025);
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_CHECKPOINT_DAMAGED, "BYT0014 CHECKPOINT_DAMAGED: 1,025 fields");
    memcpy(stream + cell + 192, keep, 4);
    fm_put_le16(stream + first + 66U, fm_le16(stream + first));
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_CHECKPOINT_DAMAGED, "BYT0015 CHECKPOINT_DAMAGED: a slot twice");
    make_stream(w);
    fm_put_le16(stream + first + 66U, 64);
    TAP_EQ(load(stream, stream_bytes, 4096, 64), FM_E_CHECKPOINT_DAMAGED,
           "BYT0016 CHECKPOINT_DAMAGED: a slot beyond the last");
}

/* What must be refused before more bytes come than the reader has room for, and what is written nowhere else. */
static void test_bounds(struct world *w)
{
    static struct {
        struct fm_checkpoint_reader r;
        uint8_t behind[3U << 20];
    } guarded;
    static uint8_t buf[FM_CHECKPOINT_CELL_MAX];
    const size_t cell = FM_CHECKPOINT_HEAD_BYTES;
    unsigned late = 0;
    unsigned touched = 0;

    for (unsigned i = 0; i < 3; i++) {
        make_stream(w);
        (void)load(stream, 0, 1, 64);
        memset(guarded.behind, 0xee, sizeof guarded.behind);
        fm_checkpoint_read_begin(&guarded.r, &loaded, buf);
        if (i == 2U) {
            fm_put_le16(stream + cell + 124U, 0xffff); /* the header's nfields */
        } else {
            fm_put_le16(stream + cell + 192U + 2U * i, i == 0U ? FM_SLOTS_MAX + 1U : FM_FIELDS_MAX + 1U);
        }
        late += fm_checkpoint_read(&guarded.r, stream, cell + 197U) != FM_E_CHECKPOINT_DAMAGED ? 1U : 0U;
        for (size_t at = 0; at < sizeof guarded.behind; at++) {
            touched += guarded.behind[at] != 0xee ? 1U : 0U;
        }
    }
    TAP_EQ(late, 0, "BYT0064 CHECKPOINT_DAMAGED with the head of a cell that has 256 records, 1,025 fields or 65,535");
    TAP_EQ(touched, 0, "BYT0065 and nothing is written behind the reader");
    make_stream(w);
    memcpy(stream + stream_bytes, stream + cell, 196);
    stream[stream_bytes + 31U] = 7; /* another id, the next idx: but for the count it could be the next cell */
    fm_put_le32(stream + stream_bytes + 112U, w->state.top.ncells);
    TAP_EQ(load(stream, stream_bytes + 196U, 4096, w->state.top.ncells), FM_E_CHECKPOINT_DAMAGED,
           "BYT0066 CHECKPOINT_DAMAGED, not FULL: a cell more than its head says");
}

static void test_thaw(struct world *w)
{
    const struct fm_receipt *r = &w->state.receipt;
    struct fm_why why = {.field = ""};
    uint8_t other[32];

    memcpy(other, w->state.receipt_hash, 32);
    other[31] ^= 1U;
    TAP_EQ(fm_thaw_check(r, w->state.receipt_hash, r->head.seq, &why), FM_OK,
           "BYT0017 the attested receipt at the floor");
    TAP_EQ(fm_thaw_check(r, other, 0, &why), FM_E_NOT_ATTESTED, "BYT0018 NOT_ATTESTED: one bit of its hash");
    TAP_OK(fm_thaw_check(r, w->state.receipt_hash, r->head.seq + 1U, &why) == FM_E_ROLLED_BACK &&
               why.expected == r->head.seq + 1U && why.got == r->head.seq,
           "BYT0019 ROLLED_BACK: one below the floor");
}

/* ------------------------------------------------------------------ frames */

static uint8_t frame_buf[FM_FRAME_BYTES_MAX];
static const uint8_t ledger[32] = {0xab};

static size_t make_frame(const uint8_t prev[32], uint64_t height, unsigned turns, size_t writes, uint8_t hash[32])
{
    static uint8_t bytes[60000];
    static struct fm_receipt receipt;
    struct fm_frame_maker f;

    memset(bytes, (int)height, sizeof bytes);
    fm_frame_begin(&f, frame_buf, sizeof frame_buf, prev, height, height * 100U, 7);
    for (unsigned i = 0; i < turns; i++) {
        fm_frame_add(&f, bytes, 200, &receipt, bytes, writes);
    }
    return fm_frame_end(&f, hash);
}

/* Opens the frame after one of its numbers was changed and its hash made anew, as somebody who lies would. */
static fm_err open_with(size_t len, size_t at, uint32_t value)
{
    static uint8_t copy[4096];
    struct fm_log_frame f;
    struct fm_why why;

    memcpy(copy, frame_buf, len);
    fm_put_le32(copy + at, value);
    if (at == 56U) {
        len = value >= 96U && value <= len ? value : len;
    }
    fm_hash(FM_H_FRAME, copy, len - 32U, copy + len - 32U);
    return fm_frame_open(&f, copy, len, &why);
}

static void test_frames(void)
{
    const uint8_t zero[32] = {0};
    uint8_t hash[32];
    size_t len = make_frame(zero, 1, 2, 100, hash);
    struct fm_log_frame f;
    struct fm_log_turn t;
    struct fm_frame_maker m;
    size_t at = 0;
    unsigned turns = 0;

    TAP_EQ(fm_frame_open(&f, frame_buf, len, NULL), FM_OK, "BYT0020 a frame opens");
    while (fm_frame_next(&f, &at, &t)) {
        turns++;
    }
    TAP_OK(turns == 2 && at != SIZE_MAX, "BYT0021 and gives its turns");
    TAP_EQ(open_with(len, 52, 0), FM_E_MALFORMED, "BYT0022 MALFORMED: no turns");
    TAP_EQ(open_with(len, 52, FM_BATCH_TURNS_MAX + 1U), FM_E_MALFORMED, "BYT0023 MALFORMED: 1,025 turns");
    TAP_EQ(open_with(len, 52, FM_BATCH_TURNS_MAX), FM_OK, "BYT0024 1,024 are a number of turns");
    TAP_EQ(open_with(len, 56, 95), FM_E_MALFORMED, "BYT0025 MALFORMED: shorter than head and hash");
    TAP_EQ(open_with(len, 56, (uint32_t)len + 1U), FM_E_MALFORMED, "BYT0026 MALFORMED: longer than its bytes");
    TAP_EQ(open_with(len, 60, 1), FM_E_MALFORMED, "BYT0027 MALFORMED: a byte that must be zero");
    frame_buf[70] ^= 1U;
    TAP_EQ(fm_frame_open(&f, frame_buf, len, NULL), FM_E_LOG_DAMAGED, "BYT0028 LOG_DAMAGED: a byte changed");
    frame_buf[70] ^= 1U;
    fm_put_le16(frame_buf + 64 + 2, 60000);
    fm_hash(FM_H_FRAME, frame_buf, len - 32U, frame_buf + len - 32U);
    at = 0;
    TAP_OK(fm_frame_open(&f, frame_buf, len, NULL) == FM_OK && !fm_frame_next(&f, &at, &t) && at == SIZE_MAX,
           "BYT0029 a turn longer than its frame is none");
    fm_frame_begin(&m, frame_buf, 64 + 32 + 4 + 100 + 368 + 50, zero, 1, 1, 1);
    TAP_OK(fm_frame_fits(&m, 100, 50) && !fm_frame_fits(&m, 101, 50) && !fm_frame_fits(&m, 100, 51),
           "BYT0030 what fits to the byte fits, and a byte more does not");
    fm_frame_begin(&m, frame_buf, sizeof frame_buf, zero, 1, 1, 1);
    TAP_OK(!fm_frame_fits(&m, 65536, 1) && !fm_frame_fits(&m, 1, 65536) && fm_frame_fits(&m, 65535, 65535),
           "BYT0031 lengths have sixteen bits");
    m.turns = FM_BATCH_TURNS_MAX;
    TAP_OK(!fm_frame_fits(&m, 1, 1), "BYT0032 nor does a turn after the 1,024th");
}

/* Between the largest frame and the sectors that it takes there is room for a longer one. */
static void test_longest(void)
{
    static uint8_t bytes[FM_RECOVER_FRAME_BYTES];
    const uint8_t zero[32] = {0};
    uint8_t hash[32];
    struct fm_log_frame f;
    size_t len = make_frame(zero, 1, 1, 100, hash);

    for (uint32_t n = FM_FRAME_BYTES_MAX; n <= FM_FRAME_BYTES_MAX + 1U; n++) {
        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, frame_buf, len);
        fm_put_le32(bytes + 56, n);
        fm_hash(FM_H_FRAME, bytes, n - 32U, bytes + n - 32U);
        TAP_EQ(fm_frame_open(&f, bytes, sizeof bytes, NULL), n == FM_FRAME_BYTES_MAX ? FM_OK : FM_E_MALFORMED,
               n == FM_FRAME_BYTES_MAX ? "BYT0067 a frame of a MiB opens" : "BYT0068 MALFORMED: one byte more");
    }
}

/* A sector's head, with its check. */
static void put_head(uint8_t *sector, uint64_t height, uint16_t index, uint16_t count)
{
    uint8_t head[44];
    uint8_t hash[32];

    fm_put_le64(sector, height);
    fm_put_le16(sector + 8, index);
    fm_put_le16(sector + 10, count);
    memcpy(head, ledger, 32);
    memcpy(head + 32, sector, 12);
    fm_hash(FM_H_SECTOR, head, sizeof head, hash);
    memcpy(sector + 12, hash, 4);
}

static void test_sectors(void)
{
    const uint8_t zero[32] = {0};
    const uint8_t other[32] = {1};
    uint8_t sectors[8 * FM_SECTOR_BYTES];
    uint8_t hash[32];
    size_t len = make_frame(zero, 9, 2, 100, hash);
    struct fm_sector s;

    fm_frame_to_sectors(ledger, 9, frame_buf, len, sectors);
    fm_sector_read(&s, ledger, sectors + FM_SECTOR_BYTES);
    TAP_OK(s.kind == FM_SECTOR_GOOD && s.height == 9 && s.index == 1 && s.count == fm_frame_sectors(len),
           "BYT0033 a sector says which it is");
    fm_sector_read(&s, other, sectors);
    TAP_EQ(s.kind, FM_SECTOR_BAD, "BYT0034 another ledger's sector is none of ours");
    put_head(sectors, 9, 5, 5);
    fm_sector_read(&s, ledger, sectors);
    TAP_EQ(s.kind, FM_SECTOR_BAD, "BYT0035 nor one behind its own count, though its check holds");
    memset(sectors, 0, FM_SECTOR_BYTES);
    fm_sector_read(&s, ledger, sectors);
    TAP_EQ(s.kind, FM_SECTOR_ZERO, "BYT0036 zeros are zeros");
    sectors[511] = 1;
    fm_sector_read(&s, ledger, sectors);
    TAP_EQ(s.kind, FM_SECTOR_BAD, "BYT0037 to the last byte");
}

/* ------------------------------------------------------------------ logs */

#define LOG_SECTORS 12000U
#define RECOVER_STEPS 1000U
static uint8_t *disk;
static uint8_t *window;
static uint8_t *frame_bytes;
static uint8_t *put_buf;

struct seen {
    fm_err err;
    uint64_t height;
    bool torn;
    bool wrote;
};

static struct seen recover(const struct fm_super *super)
{
    static struct fm_recover rec;
    struct seen seen = {FM_OK, 0, false, false};
    enum fm_recover_event event;
    unsigned steps = 0;

    fm_recover_begin(&rec, super, window, FM_RECOVER_WINDOW_MIN, frame_bytes);
    while ((event = fm_recover_step(&rec)) == FM_RECOVER_IO || event == FM_RECOVER_FRAME) {
        if (++steps == RECOVER_STEPS) {
            seen.err = FM_E_STORE_STOPPED; /* it reads without end */
            return seen;
        }
        if (event == FM_RECOVER_IO && rec.io.kind == FM_IO_READ) {
            memcpy(rec.io.buf, disk + rec.io.at, rec.io.bytes);
        } else if (event == FM_RECOVER_IO && rec.io.kind == FM_IO_WRITE) {
            memcpy(disk + rec.io.at, rec.io.buf, rec.io.bytes);
            seen.wrote = true;
        }
        if (event == FM_RECOVER_IO) {
            fm_recover_done(&rec, true);
        }
    }
    seen.err = event == FM_RECOVER_REFUSED ? rec.why.code : FM_OK;
    seen.height = rec.height;
    seen.torn = rec.torn;
    return seen;
}

/* Lays a frame onto the disk under a height of its sectors; the sector behind it. */
static uint64_t lay(uint64_t sector, uint64_t height, const uint8_t prev[32], uint64_t inner, size_t writes,
                    uint8_t hash[32])
{
    size_t len = make_frame(prev, inner, 20, writes, hash);

    fm_frame_to_sectors(ledger, height, frame_buf, len, disk + sector * FM_SECTOR_BYTES);
    return sector + fm_frame_sectors(len);
}

static void test_window(void)
{
    struct fm_super super = {.log_bytes = LOG_SECTORS * FM_SECTOR_BYTES, .log_first = 1};
    uint8_t hash[6][32] = {{0}};
    uint64_t at = 0;
    struct seen s;

    memcpy(super.ledger, ledger, 32);
    memset(disk, 0, (size_t)LOG_SECTORS * FM_SECTOR_BYTES);
    for (uint64_t h = 1; h <= 5; h++) {
        at = lay(at, h, hash[h - 1], h, 50000, hash[h]);
    }
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 5 && !s.torn, "BYT0038 frames of a MiB, through a window that holds one");
    super.mark_height = 5;
    memcpy(super.mark_hash, hash[5], 32);
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 5, "BYT0039 with their mark");
    super.mark_hash[0] ^= 1U;
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0040 LOG_DAMAGED: the marked frame is another");
    super.mark_hash[0] ^= 1U;
    super.mark_height = 6;
    TAP_EQ(recover(&super).err, FM_E_LOG_TRUNCATED, "BYT0041 LOG_TRUNCATED: the mark is one further");
    super.mark_height = 4;
    memcpy(super.mark_hash, hash[4], 32);
    memset(disk + (at - 7U) * FM_SECTOR_BYTES, 0, FM_SECTOR_BYTES);
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 4 && s.torn && s.wrote, "BYT0042 the last, one sector missing, was torn");
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 4 && !s.torn, "BYT0043 and its sectors are zero after that");
    super.log_first = 6;
    TAP_EQ(recover(&super).err, FM_OK, "BYT0044 sectors older than the log's first height are no damage");
}

/* What stands behind the last frame and cannot be a crash's work. */
static void test_liars(void)
{
    struct fm_super super = {.log_bytes = LOG_SECTORS * FM_SECTOR_BYTES, .log_first = 1, .mark_height = 1};
    uint8_t one[32];
    uint8_t two[32];
    const uint8_t zero[32] = {0};
    uint64_t at;
    uint64_t end;

    memcpy(super.ledger, ledger, 32);
    memset(disk, 0, (size_t)LOG_SECTORS * FM_SECTOR_BYTES);
    at = lay(0, 1, zero, 1, 100, one);
    memcpy(super.mark_hash, one, 32);
    end = lay(at, 2, zero, 2, 100, two);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0045 LOG_DAMAGED: a whole frame that names another before it");
    (void)lay(at, 2, one, 3, 100, two);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0046 LOG_DAMAGED: sectors of height 2, a frame of height 3");
    (void)lay(at, 2, one, 2, 100, two);
    disk[end * FM_SECTOR_BYTES - 1U] = 1;
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0047 LOG_DAMAGED: padding that is not zero");
    disk[end * FM_SECTOR_BYTES - 1U] = 0;
    disk[at * FM_SECTOR_BYTES + 300U] ^= 1U;
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0048 LOG_DAMAGED: a whole frame whose hash is wrong");
    disk[at * FM_SECTOR_BYTES + 300U] ^= 1U;
    memcpy(disk + (end + 3U) * FM_SECTOR_BYTES, disk + (at + 1U) * FM_SECTOR_BYTES, FM_SECTOR_BYTES);
    TAP_EQ(recover(&super).err, FM_OK, "BYT0049 an older sector behind the end is no damage");
    memset(disk + at * FM_SECTOR_BYTES, 0, FM_SECTOR_BYTES);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0050 LOG_DAMAGED: a torn frame's sector out of its place");
    memset(disk + (at + 2U) * FM_SECTOR_BYTES, 0, FM_SECTOR_BYTES);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0081 LOG_DAMAGED: also if more of them are missing than astray");
    memset(disk + (end + 3U) * FM_SECTOR_BYTES, 0, FM_SECTOR_BYTES);
    (void)lay(at, 3, two, 3, 100, two);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0051 LOG_DAMAGED: a height later than the next");
    memset(disk + at * FM_SECTOR_BYTES, 0, 200U * FM_SECTOR_BYTES);
    end = lay(at, 2, one, 2, 100, two);
    memset(disk + (at + 2U) * FM_SECTOR_BYTES, 0, FM_SECTOR_BYTES);
    fm_frame_to_sectors(ledger, 2, frame_buf, 496 * 4, disk + at * FM_SECTOR_BYTES);
    memset(disk + (at + 2U) * FM_SECTOR_BYTES, 0, FM_SECTOR_BYTES);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0052 LOG_DAMAGED: sectors of one frame that count differently");
}

static uint8_t *sector_at(uint64_t sector)
{
    return disk + sector * FM_SECTOR_BYTES;
}

/*
 * Sectors of a frame whose heads are others': the payloads are all the same, so the frame's hash holds whatever order
 * they stand in, and only the heads speak.
 */
static void test_heads(void)
{
    struct fm_super super = {.log_bytes = LOG_SECTORS * FM_SECTOR_BYTES, .log_first = 1, .mark_height = 1};
    const uint8_t zero[32] = {0};
    uint8_t one[32];
    uint8_t two[32];
    uint64_t at;
    uint16_t count;
    struct seen s;

    memcpy(super.ledger, ledger, 32);
    memset(disk, 0, (size_t)LOG_SECTORS * FM_SECTOR_BYTES);
    at = lay(0, 1, zero, 1, 100, one);
    memcpy(super.mark_hash, one, 32);
    count = (uint16_t)(lay(at, 2, one, 2, 30000, two) - at);
    TAP_OK(memcmp(sector_at(at + 20) + 16, sector_at(at + 21) + 16, 496) == 0, "BYT0069 sectors alike but for heads");
    TAP_EQ(recover(&super).height, 2, "BYT0070 as they were written they are a frame");
    put_head(sector_at(at + 20), 2, 21, count);
    put_head(sector_at(at + 21), 2, 20, count);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0071 LOG_DAMAGED: two of them change places");
    put_head(sector_at(at + 20), 2, 20, count);
    put_head(sector_at(at + 21), 2, 21, (uint16_t)(count + 1U));
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0072 LOG_DAMAGED: one counts otherwise");
    put_head(sector_at(at + 21), 1, 21, count);
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 1 && s.torn, "BYT0073 one is of an older height: the frame was torn");
    at = lay(at, 3, one, 3, 100, two) - 3U;
    memset(sector_at(at), 0, FM_SECTOR_BYTES);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0074 LOG_DAMAGED: a later height, though torn itself");
    memset(sector_at(at - 30U), 0, 40U * FM_SECTOR_BYTES);
}

/* Counts that cannot be, at the edges of the window, of a frame and of the log. */
static void test_counts(void)
{
    struct fm_super super = {.log_bytes = LOG_SECTORS * FM_SECTOR_BYTES, .log_first = 1};
    const uint16_t most = FM_FRAME_SECTORS_MAX + 1U;
    const uint8_t zero[32] = {0};
    uint8_t one[32];
    uint64_t end;
    size_t len;
    struct seen s;

    memcpy(super.ledger, ledger, 32);
    for (uint16_t count = most; count <= most + 1U; count++) {
        memset(disk, 0, (size_t)LOG_SECTORS * FM_SECTOR_BYTES);
        put_head(disk, 1, 0, count);
        s = recover(&super);
        TAP_OK(s.err == FM_OK && s.height == 0 && s.torn,
               count == most ? "BYT0075 more sectors than a frame has, its first alone: torn"
                             : "BYT0076 more than a window holds: torn");
    }
    for (uint16_t i = 0; i < most; i++) {
        put_head(sector_at(i), 1, i, most);
    }
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0077 LOG_DAMAGED: all of them there, which no crash leaves");
    memset(disk, 0, (size_t)LOG_SECTORS * FM_SECTOR_BYTES);
    end = lay(0, 1, zero, 1, 100, one);
    super.log_bytes = end * FM_SECTOR_BYTES;
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 1 && !s.torn, "BYT0078 a log that is full to its last sector");
    super.log_bytes += FM_SECTOR_BYTES;
    put_head(sector_at(end), 2, 0, 3);
    s = recover(&super);
    TAP_OK(s.err == FM_OK && s.height == 1 && s.torn, "BYT0079 a frame longer than the rest of the log: torn");
    len = make_frame(zero, 1, 20, 100, one);
    memset(frame_buf + len, 0, FM_SECTOR_PAYLOAD_BYTES);
    fm_frame_to_sectors(ledger, 1, frame_buf, len + FM_SECTOR_PAYLOAD_BYTES, disk);
    TAP_EQ(recover(&super).err, FM_E_LOG_DAMAGED, "BYT0080 LOG_DAMAGED: a frame in a sector more than it takes");
}

static void test_put_edges(void)
{
    struct fm_super super = {.log_bytes = 64U * FM_SECTOR_BYTES, .log_first = 1, .counter = 4};
    const uint8_t zero[32] = {0};
    uint8_t hash[32];
    struct fm_log log;
    struct fm_io io;
    size_t len = make_frame(zero, 1, 2, 100, hash);
    struct fm_super wide = super;

    wide.log_bytes = (uint64_t)LOG_SECTORS * FM_SECTOR_BYTES;
    fm_log_open(&log, &wide, 0, 0, zero, put_buf);
    TAP_EQ(fm_log_put(&log, 1, hash, 5, frame_buf, FM_FRAME_BYTES_MAX + 1U), FM_E_LOG_FULL,
           "BYT0053 LOG_FULL: longer than any, in a log that has the room");
    fm_log_open(&log, &super, 64U - fm_frame_sectors(len), 0, zero, put_buf);
    TAP_EQ(fm_log_put(&log, 1, hash, 5, frame_buf, len), FM_OK,
           "BYT0054 a frame that fills the log to its last sector");
    TAP_EQ(fm_log_put(&log, 1, hash, 5, frame_buf, len), FM_E_HEIGHT, "BYT0055 HEIGHT: while it is under way no other");
    TAP_OK(fm_log_io(&log, &io) && io.kind == FM_IO_WRITE && io.area == FM_AREA_LOG && io.bytes == fm_frame_sectors(
            len) * 512U,
           "BYT0056 first its sectors");
    fm_log_done(&log, true);
    TAP_OK(fm_log_io(&log, &io) && io.kind == FM_IO_FLUSH && log.height == 0, "BYT0057 then a flush, and not sooner");
    fm_log_done(&log, true);
    TAP_OK(log.height == 1 && log.phase == FM_LOG_MARKING, "BYT0058 then it is acknowledged");
    TAP_OK(fm_log_io(&log, &io) && io.kind == FM_IO_WRITE && io.area == FM_AREA_SUPER && io.at == fm_super_at(5),
           "BYT0059 and the mark goes to the other copy");
    {
        struct fm_super got;

        TAP_OK(fm_super_decode(&got, io.buf, NULL) == FM_OK && got.mark_height == 1 && got.mark_seq == 5 &&
                   got.counter == 5 && memcmp(got.mark_hash, hash, 32) == 0,
               "BYT0060 with height, seq and hash");
    }
    TAP_EQ(fm_log_put(&log, 2, zero, 6, frame_buf, len), FM_E_LOG_FULL, "BYT0061 LOG_FULL");
    fm_log_done(&log, true);
    fm_log_restart(&log);
    TAP_OK(log.next_sector == 0 && log.super.log_first == 2 && memcmp(log.super.log_prev, hash, 32) == 0,
           "BYT0062 a log that begins anew begins with the next height, behind this frame");
    TAP_EQ(fm_log_put(&log, 2, zero, 6, frame_buf, len), FM_OK, "BYT0063 and takes it");
}

int main(void)
{
    struct world *w = world_new(NULL);

    (void)world_actor(w, 0, 6, 40, 1000);
    (void)world_actor(w, 1, 0, 0, 5);
    loaded_memory = calloc(1, fm_state_size(&(struct fm_state_config){64, 600, 2100, 0}));
    disk = calloc(LOG_SECTORS, FM_SECTOR_BYTES);
    window = malloc((size_t)FM_RECOVER_WINDOW_MIN * FM_SECTOR_BYTES);
    frame_bytes = malloc(FM_RECOVER_FRAME_BYTES);
    put_buf = malloc(FM_LOG_BUFFER_BYTES);
    test_checkpoint(w);
    test_cells(w);
    test_bounds(w);
    test_thaw(w);
    test_frames();
    test_longest();
    test_sectors();
    test_window();
    test_liars();
    test_heads();
    test_counts();
    test_put_edges();
    world_free(w);
    free(loaded_memory);
    free(disk);
    free(window);
    free(frame_bytes);
    free(put_buf);
    return tap_done();
}
