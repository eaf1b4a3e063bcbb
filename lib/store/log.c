/* SPDX-License-Identifier: Apache-2.0 */
#include "store/log.h"

void fm_log_open(struct fm_log *log, const struct fm_super *super, uint64_t next_sector,
                 uint64_t height, const uint8_t hash[32], uint8_t *sectors)
{
    log->super = *super;
    log->phase = FM_LOG_IDLE;
    log->next_sector = next_sector;
    log->height = height;
    memcpy(log->hash, hash, 32);
    log->sectors = sectors;
    log->sector_bytes = 0;
}

fm_err fm_log_put(struct fm_log *log, uint64_t height, const uint8_t hash[32], uint64_t last_seq,
                  const uint8_t *frame, size_t len)
{
    uint64_t capacity = log->super.log_bytes / FM_SECTOR_BYTES;

    if (log->phase == FM_LOG_STOPPED) {
        return FM_E_STORE_STOPPED;
    }
    if (height == log->height && memcmp(hash, log->hash, 32) == 0) {
        return FM_OK;
    }
    if ((log->phase != FM_LOG_IDLE && log->phase != FM_LOG_MARKING) || height != log->height + 1U) {
        return FM_E_HEIGHT;
    }
    if (len > FM_FRAME_BYTES_MAX || fm_frame_sectors(len) > capacity - log->next_sector) {
        return FM_E_LOG_FULL;
    }
    fm_frame_to_sectors(log->super.ledger, height, frame, len, log->sectors);
    log->sector_bytes = (size_t)fm_frame_sectors(len) * FM_SECTOR_BYTES;
    log->put_height = height;
    log->put_seq = last_seq;
    memcpy(log->put_hash, hash, 32);
    log->phase = FM_LOG_WRITING;
    return FM_OK;
}

bool fm_log_io(struct fm_log *log, struct fm_io *io)
{
    switch (log->phase) {
    case FM_LOG_IDLE:
    case FM_LOG_STOPPED:
        return false;
    case FM_LOG_WRITING:
        *io = (struct fm_io){FM_IO_WRITE, FM_AREA_LOG, log->next_sector * FM_SECTOR_BYTES,
                             log->sectors, log->sector_bytes};
        return true;
    case FM_LOG_FLUSHING:
        *io = (struct fm_io){FM_IO_FLUSH, FM_AREA_LOG, 0, NULL, 0};
        return true;
    case FM_LOG_MARKING:
        *io = (struct fm_io){FM_IO_WRITE, FM_AREA_SUPER, fm_super_at(log->super.counter),
                             log->super_sector, FM_SECTOR_BYTES};
        return true;
    }
    return false;
}

static void acknowledge(struct fm_log *log)
{
    log->next_sector += log->sector_bytes / FM_SECTOR_BYTES;
    log->height = log->put_height;
    memcpy(log->hash, log->put_hash, 32);
    log->super.mark_height = log->put_height;
    log->super.mark_seq = log->put_seq;
    memcpy(log->super.mark_hash, log->put_hash, 32);
    log->super.counter += 1U;
    fm_super_encode(&log->super, log->super_sector);
}

void fm_log_done(struct fm_log *log, bool ok)
{
    if (!ok) {
        log->phase = FM_LOG_STOPPED;
        return;
    }
    switch (log->phase) {
    case FM_LOG_WRITING:
        log->phase = FM_LOG_FLUSHING;
        break;
    case FM_LOG_FLUSHING:
        acknowledge(log);
        log->phase = FM_LOG_MARKING;
        break;
    case FM_LOG_MARKING:
        log->phase = FM_LOG_IDLE;
        break;
    case FM_LOG_IDLE:
    case FM_LOG_STOPPED:
        break;
    }
}

bool fm_log_head(const struct fm_log *log, uint64_t *height, uint8_t hash[32])
{
    if (log->phase == FM_LOG_STOPPED) {
        return false;
    }
    *height = log->height;
    memcpy(hash, log->hash, 32);
    return true;
}

void fm_log_restart(struct fm_log *log)
{
    FM_ASSERT(log->phase == FM_LOG_IDLE);
    log->next_sector = 0;
    log->super.log_first = log->height + 1U;
    memcpy(log->super.log_prev, log->hash, 32);
}
