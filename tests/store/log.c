/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commit log over a bad disk: cut at every request, flipped at every bit, truncated at every sector, failing at
 * every request. What was acknowledged is there afterwards, or the store refuses by name; it never shows anything
 * else.
 */
#include "crypto/hash.h"
#include "store/log.h"
#include "tests/store/disk.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>

#define LOG_BYTES (64U * 1024U)
#define LOG_BYTES_AT 96U /* in a superblock */
#define FRAMES 7
#define WINDOW FM_RECOVER_WINDOW_MIN

struct frame {
    uint8_t bytes[8192];
    size_t len;
    uint8_t hash[32];
};

static struct frame frames[FRAMES + 1]; /* by height, from 1 */
static struct fm_super birth;
static uint8_t *log_buffer, *window, *frame_bytes;

/* Frames of 1 to several sectors, each chained to the one before. */
static void make_frames(void)
{
    static const uint8_t zero[32];
    struct fm_receipt receipt;

    memset(&receipt, 7, sizeof receipt);
    for (uint32_t h = 1; h <= FRAMES; h++) {
        struct fm_frame_maker f;
        uint8_t turn[300];
        uint8_t writes[500];

        memset(turn, (int)h, sizeof turn);
        memset(writes, (int)(h + 100), sizeof writes);
        fm_frame_begin(&f, frames[h].bytes, sizeof frames[h].bytes,
                       h == 1 ? zero : frames[h - 1].hash, h, h * 10, 1000 + h);
        for (uint32_t i = 0; i < 1 + h % 4; i++) {
            fm_frame_add(&f, turn, sizeof turn - h, &receipt, writes, sizeof writes);
        }
        frames[h].len = fm_frame_end(&f, frames[h].hash);
    }
    birth = (struct fm_super){.counter = 1, .log_bytes = LOG_BYTES, .log_first = 1};
    memset(birth.ledger, 0xab, 32);
}

static void put_super(struct disk *d, const struct fm_super *s)
{
    uint8_t sector[FM_SECTOR_BYTES];

    fm_super_encode(s, sector);
    for (size_t i = 0; i < FM_SUPER_COPIES; i++) {
        memcpy(d->cached[FM_AREA_SUPER] + i * FM_SUPER_STRIDE, sector, sizeof sector);
        memcpy(d->durable[FM_AREA_SUPER] + i * FM_SUPER_STRIDE, sector, sizeof sector);
    }
}

struct result {
    enum fm_recover_event event;
    fm_err err;
    uint64_t height;
    uint64_t next_sector;
    bool torn;
    bool same; /* every frame given is the one that was put */
    struct fm_super super;
    uint8_t hash[32];
};

static struct result recover(struct disk *d)
{
    static struct fm_recover rec;
    struct result r = {.same = true};
    uint8_t area[FM_SUPER_AREA_BYTES];

    memcpy(area, d->cached[FM_AREA_SUPER], sizeof area);
    r.err = fm_super_choose(&r.super, area, NULL);
    if (r.err != FM_OK) {
        r.event = FM_RECOVER_REFUSED;
        return r;
    }
    fm_recover_begin(&rec, &r.super, window, WINDOW, frame_bytes);
    for (;;) {
        r.event = fm_recover_step(&rec);
        if (r.event == FM_RECOVER_IO) {
            fm_recover_done(&rec, disk_do(d, &rec.io));
        } else if (r.event == FM_RECOVER_FRAME) {
            const struct frame *want = rec.height <= FRAMES ? &frames[rec.height] : NULL;

            r.same = r.same && want != NULL && want->len == rec.frame.len &&
                     memcmp(want->bytes, rec.frame.bytes, want->len) == 0;
        } else {
            break;
        }
    }
    r.err = r.event == FM_RECOVER_REFUSED ? rec.why.code : FM_OK;
    r.height = rec.height;
    r.next_sector = rec.at;
    r.torn = rec.torn;
    memcpy(r.hash, rec.hash, 32);
    return r;
}

/* Puts frames from the log's height up to `last`; the height of the last acknowledged one. Stops at
 * the first failure. */
static uint64_t put_frames(struct disk *d, struct fm_log *log, uint64_t last)
{
    uint64_t acknowledged = log->height;

    for (uint64_t h = log->height + 1; h <= last; h++) {
        struct fm_io io;

        if (fm_log_put(log, h, frames[h].hash, h * 10 + 5, frames[h].bytes, frames[h].len) !=
            FM_OK) {
            break;
        }
        while (fm_log_io(log, &io)) {
            fm_log_done(log, disk_do(d, &io));
            if (log->phase == FM_LOG_MARKING) {
                acknowledged = h;
            }
        }
        if (log->phase == FM_LOG_STOPPED) {
            break;
        }
    }
    return acknowledged;
}

static void fresh(struct disk *d, struct fm_log *log)
{
    disk_new(d, LOG_BYTES);
    put_super(d, &birth);
    fm_log_open(log, &birth, 0, 0, birth.log_prev, log_buffer);
}

static void test_round_trip(void)
{
    struct disk d;
    struct fm_log log;
    struct result r;
    uint64_t height;
    uint8_t hash[32];

    fresh(&d, &log);
    r = recover(&d);
    TAP_OK(r.event == FM_RECOVER_END && r.height == 0 && r.next_sector == 0,
           "LOG0001 an empty log is whole");
    TAP_EQ(put_frames(&d, &log, FRAMES), FRAMES, "LOG0002 frames are put and acknowledged");
    r = recover(&d);
    TAP_OK(r.event == FM_RECOVER_END && r.height == FRAMES && r.same && !r.torn,
           "LOG0003 and found again, byte for byte");
    TAP_EQ(r.next_sector, log.next_sector, "LOG0004 the end is where it was");
    TAP_OK(fm_log_head(&log, &height, hash) && height == FRAMES &&
               memcmp(hash, frames[FRAMES].hash, 32) == 0,
           "LOG0005 HEAD tells the last");
    TAP_EQ(
        fm_log_put(&log, FRAMES, frames[FRAMES].hash, 0, frames[FRAMES].bytes, frames[FRAMES].len),
        FM_OK, "LOG0006 the same put again is acknowledged");
    TAP_EQ(log.phase, FM_LOG_IDLE, "LOG0007 without writing");
    TAP_EQ(fm_log_put(&log, FRAMES, frames[1].hash, 0, frames[1].bytes, frames[1].len), FM_E_HEIGHT,
           "LOG0008 HEIGHT: other bytes under the same height");
    TAP_EQ(fm_log_put(&log, FRAMES + 2, frames[1].hash, 0, frames[1].bytes, frames[1].len),
           FM_E_HEIGHT, "LOG0009 HEIGHT: a gap");
    log.next_sector = LOG_BYTES / FM_SECTOR_BYTES - 1;
    log.height = 0;
    TAP_EQ(fm_log_put(&log, 1, frames[1].hash, 0, frames[1].bytes, frames[1].len), FM_E_LOG_FULL,
           "LOG0010 LOG_FULL");
    disk_free(&d);
}

/* A power cut at every request, with several fates of what was not flushed; then on, and a second look. */
static void test_cuts(void)
{
    unsigned cuts = 0;
    unsigned lost = 0;
    unsigned wrong = 0;
    unsigned torn = 0;

    for (uint64_t at = 1; at <= 3 * FRAMES; at++) {
        for (uint64_t seed = 1; seed <= 40; seed++) {
            struct disk d;
            struct fm_log log;
            struct result r;
            uint64_t acknowledged;

            fresh(&d, &log);
            d.fail_at = at + 1; /* the request `at` is performed, then the power goes */
            acknowledged = put_frames(&d, &log, FRAMES);
            disk_cut(&d, seed * 2654435761U);
            d.fail_at = 0;
            r = recover(&d);
            cuts++;
            torn += r.torn ? 1U : 0U;
            lost += r.event != FM_RECOVER_END || r.height < acknowledged ? 1U : 0U;
            wrong +=
                r.event == FM_RECOVER_END && (!r.same || r.height > acknowledged + 1) ? 1U : 0U;
            if (r.event == FM_RECOVER_END) {
                fm_log_open(&log, &r.super, r.next_sector, r.height, r.hash, log_buffer);
                wrong += put_frames(&d, &log, FRAMES) != FRAMES ? 1U : 0U;
                r = recover(&d);
                wrong += r.event != FM_RECOVER_END || r.height != FRAMES || !r.same ? 1U : 0U;
            }
            disk_free(&d);
        }
    }
    tap_note_u64("cuts", cuts);
    tap_note_u64("torn tails among them", torn);
    TAP_OK(torn > 10, "LOG0011 cuts tear frames");
    TAP_EQ(lost, 0, "LOG0012 no acknowledged frame is lost at any cut");
    TAP_EQ(wrong, 0, "LOG0013 nothing else is ever shown, and the log goes on");
}

/* Every bit or byte, or every n-th (LOG_FLIP_STEP) where time is short. */
static size_t flip_step(void)
{
    const char *step = getenv("LOG_FLIP_STEP");

    return step != NULL ? (size_t)strtoul(step, NULL, 10) : 1U;
}

/* Every bit of the written part, and some of the rest, flipped: with the mark at the last frame
 * nothing can be dropped. */
static void test_flips(void)
{
    struct disk d;
    struct fm_log log;
    size_t end;
    unsigned shown = 0;
    unsigned refused = 0;
    unsigned tried = 0;

    fresh(&d, &log);
    (void)put_frames(&d, &log, FRAMES);
    end = (size_t)log.next_sector * FM_SECTOR_BYTES;
    for (size_t bit = 0; bit < end * 8; bit += flip_step()) {
        struct result r;

        tried++;

        d.cached[FM_AREA_LOG][bit / 8] ^= (uint8_t)(1U << (bit % 8));
        r = recover(&d);
        refused += r.event == FM_RECOVER_REFUSED &&
                           (r.err == FM_E_LOG_DAMAGED || r.err == FM_E_LOG_TRUNCATED)
                       ? 1U
                       : 0U;
        shown += r.event == FM_RECOVER_END && (r.height < FRAMES || !r.same) ? 1U : 0U;
        d.cached[FM_AREA_LOG][bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    tap_note_u64("bits flipped", tried);
    tap_note_u64("refused", refused);
    TAP_EQ(shown, 0, "LOG0014 no flipped bit is shown or drops a frame");
    TAP_EQ(refused, tried, "LOG0015 each is LOG_DAMAGED or LOG_TRUNCATED");
    d.cached[FM_AREA_LOG][end + 100] ^= 1U;
    TAP_EQ(recover(&d).err, FM_E_LOG_DAMAGED, "LOG0016 a stray byte behind the end is refused");
    disk_free(&d);
}

/* The log ends at every byte; the mark is at the last frame, or was never written. */
static void test_truncation(void)
{
    struct disk d;
    struct disk e;
    struct fm_log log;
    size_t end;
    unsigned wrong = 0;
    unsigned dropped = 0;

    fresh(&d, &log);
    (void)put_frames(&d, &log, FRAMES);
    end = (size_t)log.next_sector * FM_SECTOR_BYTES;
    disk_new(&e, LOG_BYTES);
    for (size_t cut = 0; cut < end; cut += flip_step()) {
        struct result r;

        memcpy(e.cached[FM_AREA_SUPER], d.cached[FM_AREA_SUPER], d.bytes[FM_AREA_SUPER]);
        memcpy(e.cached[FM_AREA_LOG], d.cached[FM_AREA_LOG], cut);
        memset(e.cached[FM_AREA_LOG] + cut, 0, LOG_BYTES - cut);
        r = recover(&e);
        if (memcmp(e.cached[FM_AREA_LOG], d.cached[FM_AREA_LOG], LOG_BYTES) == 0) {
            continue; /* only padding was cut off */
        }
        wrong += r.event != FM_RECOVER_REFUSED ||
                         (r.err != FM_E_LOG_TRUNCATED && r.err != FM_E_LOG_DAMAGED)
                     ? 1U
                     : 0U;
        put_super(&e, &birth);
        memcpy(e.cached[FM_AREA_LOG], d.cached[FM_AREA_LOG], cut);
        memset(e.cached[FM_AREA_LOG] + cut, 0, LOG_BYTES - cut);
        r = recover(&e);
        wrong += r.event == FM_RECOVER_END && !r.same ? 1U : 0U;
        wrong +=
            r.event == FM_RECOVER_END && cut % FM_SECTOR_BYTES != 0 && r.height == FRAMES ? 1U : 0U;
        dropped += r.event == FM_RECOVER_END && r.torn ? 1U : 0U;
    }
    TAP_EQ(wrong, 0,
           "LOG0018 cut at every byte: refused where the mark is, else the last whole frame");
    TAP_OK(dropped > 0, "LOG0019 a torn tail before any mark is dropped");
    disk_free(&d);
    disk_free(&e);
}

static void test_failures(void)
{
    unsigned wrong = 0;

    for (uint64_t at = 1; at <= 3 * FRAMES + 1; at++) {
        struct disk d;
        struct fm_log log;
        uint64_t acknowledged;
        uint64_t height;
        uint8_t hash[32];
        struct result r;

        fresh(&d, &log);
        d.fail_at = at;
        acknowledged = put_frames(&d, &log, FRAMES);
        wrong += log.phase != FM_LOG_STOPPED && at <= 3 * FRAMES ? 1U : 0U;
        wrong +=
            log.phase == FM_LOG_STOPPED && fm_log_put(&log, log.height + 1, frames[1].hash, 0,
                                                      frames[1].bytes, 100) != FM_E_STORE_STOPPED
                ? 1U
                : 0U;
        wrong += log.phase == FM_LOG_STOPPED && fm_log_head(&log, &height, hash) ? 1U : 0U;
        wrong += d.writes_after_failure != 0 ? 1U : 0U;
        d.fail_at = 0;
        r = recover(&d);
        wrong += r.event != FM_RECOVER_END || r.height < acknowledged || !r.same ? 1U : 0U;
        d.fail_at = d.requests + 1;
        wrong += recover(&d).err != FM_E_STORE_IO ? 1U : 0U;
        disk_free(&d);
    }
    TAP_EQ(wrong, 0,
           "LOG0020 STORE_STOPPED and STORE_IO: after a failure nothing is written, no head is told, and "
           "the disk decides");
}

static void test_supers(void)
{
    uint8_t area[FM_SUPER_AREA_BYTES] = {0};
    struct fm_super s = birth;
    struct fm_super got;
    unsigned accepted = 0;

    TAP_EQ(fm_super_choose(&got, area, NULL), FM_E_STORE_NONE, "LOG0021 STORE_NONE: no superblock");
    s.counter = 4;
    fm_super_encode(&s, area);
    s.counter = 5;
    fm_super_encode(&s, area + FM_SUPER_STRIDE);
    TAP_OK(fm_super_choose(&got, area, NULL) == FM_OK && got.counter == 5,
           "LOG0022 the newer copy is taken");
    area[FM_SUPER_STRIDE + 30] ^= 1U;
    TAP_OK(fm_super_choose(&got, area, NULL) == FM_OK && got.counter == 4,
           "LOG0023 or the one that is whole");
    for (size_t bit = 0; bit < FM_SECTOR_BYTES * 8; bit++) {
        area[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        accepted += fm_super_choose(&got, area, NULL) == FM_OK ? 1U : 0U;
        area[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    TAP_EQ(accepted, 0, "LOG0024 no flipped bit is accepted");
}

/* A superblock in which one byte is another and the hash is made anew, as somebody who lies would. */
static fm_err lying_super(size_t at, uint8_t value)
{
    uint8_t bytes[FM_SECTOR_BYTES];
    struct fm_super got;

    fm_super_encode(&birth, bytes);
    bytes[at] = value;
    fm_hash(FM_H_SECTOR, bytes, FM_SECTOR_BYTES - 32U, bytes + FM_SECTOR_BYTES - 32U);
    return fm_super_decode(&got, bytes, NULL);
}

static void test_lying_supers(void)
{
    TAP_EQ(lying_super(0, 'f'), FM_OK, "LOG0027 a superblock whose hash is made anew");
    TAP_EQ(lying_super(0, 'F'), FM_E_STORE_NONE, "LOG0028 STORE_NONE: another magic");
    TAP_EQ(lying_super(16, FM_STORE_VERSION + 1U), FM_E_STORE_VERSION, "LOG0029 STORE_VERSION");
    TAP_EQ(lying_super(20, 1), FM_E_STORE_NONE, "LOG0030 STORE_NONE: a byte that must be zero");
    TAP_EQ(lying_super(LOG_BYTES_AT, 1), FM_E_STORE_NONE, "LOG0031 STORE_NONE: a log that ends within a sector");
}

/* After a checkpoint the log begins anew over old frames; old sectors behind the end are no damage. */
static void test_restart(void)
{
    struct disk d;
    struct fm_log log;
    struct result r;
    uint8_t sector[FM_SECTOR_BYTES];

    fresh(&d, &log);
    (void)put_frames(&d, &log, 5);
    fm_log_restart(&log);
    log.super.counter++;
    fm_super_encode(&log.super, sector);
    memcpy(d.cached[FM_AREA_SUPER] + fm_super_at(log.super.counter), sector, sizeof sector);
    r = recover(&d);
    TAP_OK(r.event == FM_RECOVER_END && r.height == 5 && r.next_sector == 0,
           "LOG0025 restarted: nothing behind the checkpoint");
    (void)put_frames(&d, &log, 6);
    r = recover(&d);
    TAP_OK(r.event == FM_RECOVER_END && r.height == 6 && r.same,
           "LOG0026 old frames behind the new end are no damage");
    disk_free(&d);
}

int main(void)
{
    log_buffer = malloc(FM_LOG_BUFFER_BYTES);
    window = malloc((size_t)WINDOW * FM_SECTOR_BYTES);
    frame_bytes = malloc(FM_RECOVER_FRAME_BYTES);
    make_frames();
    test_round_trip();
    test_cuts();
    test_flips();
    test_truncation();
    test_failures();
    test_supers();
    test_lying_supers();
    test_restart();
    free(log_buffer);
    free(window);
    free(frame_bytes);
    return tap_done();
}
