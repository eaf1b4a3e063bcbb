/* SPDX-License-Identifier: Apache-2.0 */
#include "store/super.h"

#include "crypto/hash.h"
#include "wire/cursor.h"

static const uint8_t magic[16] = "firmament store1";
#define SUPER_HASH_AT 480U

void fm_super_encode(const struct fm_super *s, uint8_t bytes[FM_SECTOR_BYTES])
{
    struct fm_writer w;

    fm_writer_init(&w, bytes, FM_SECTOR_BYTES);
    fm_put_bytes(&w, magic, sizeof magic);
    fm_put_u32(&w, FM_STORE_VERSION);
    fm_put_zeros(&w, 4);
    fm_put_u64(&w, s->counter);
    fm_put_bytes(&w, s->store_id, 32);
    fm_put_bytes(&w, s->ledger, 32);
    fm_put_u64(&w, s->log_bytes);
    fm_put_u64(&w, s->log_first);
    fm_put_bytes(&w, s->log_prev, 32);
    fm_put_u64(&w, s->mark_height);
    fm_put_u64(&w, s->mark_seq);
    fm_put_bytes(&w, s->mark_hash, 32);
    for (size_t i = 0; i < 2; i++) {
        fm_put_u64(&w, s->checkpoint[i].height);
        fm_put_u64(&w, s->checkpoint[i].bytes);
        fm_put_bytes(&w, s->checkpoint[i].receipt_hash, 32);
    }
    fm_put_zeros(&w, SUPER_HASH_AT - w.len);
    fm_hash(FM_H_SECTOR, bytes, SUPER_HASH_AT, bytes + SUPER_HASH_AT);
}

fm_err fm_super_decode(struct fm_super *s, const uint8_t bytes[FM_SECTOR_BYTES], struct fm_why *why)
{
    struct fm_reader r;
    uint8_t hash[32];
    uint32_t version;

    fm_hash(FM_H_SECTOR, bytes, SUPER_HASH_AT, hash);
    if (memcmp(bytes, magic, sizeof magic) != 0 || memcmp(hash, bytes + SUPER_HASH_AT, 32) != 0) {
        return fm_why_set(why, FM_E_STORE_NONE, 0, "superblock", 0, 0);
    }
    fm_reader_init(&r, bytes + sizeof magic, SUPER_HASH_AT - sizeof magic);
    version = fm_get_u32(&r);
    if (version != FM_STORE_VERSION) {
        return fm_why_set(why, FM_E_STORE_VERSION, 16, "version", FM_STORE_VERSION, version);
    }
    fm_get_zeros(&r, 4);
    s->counter = fm_get_u64(&r);
    fm_get_bytes(&r, s->store_id, 32);
    fm_get_bytes(&r, s->ledger, 32);
    s->log_bytes = fm_get_u64(&r);
    s->log_first = fm_get_u64(&r);
    fm_get_bytes(&r, s->log_prev, 32);
    s->mark_height = fm_get_u64(&r);
    s->mark_seq = fm_get_u64(&r);
    fm_get_bytes(&r, s->mark_hash, 32);
    for (size_t i = 0; i < 2; i++) {
        s->checkpoint[i].height = fm_get_u64(&r);
        s->checkpoint[i].bytes = fm_get_u64(&r);
        fm_get_bytes(&r, s->checkpoint[i].receipt_hash, 32);
    }
    if (r.bad || s->log_bytes % FM_SECTOR_BYTES != 0U) {
        return fm_why_set(why, FM_E_STORE_NONE, (uint32_t)r.pos, "superblock", 0, 0);
    }
    return FM_OK;
}

fm_err fm_super_choose(struct fm_super *s, const uint8_t area[FM_SUPER_AREA_BYTES],
                       struct fm_why *why)
{
    struct fm_super copy[FM_SUPER_COPIES];
    fm_err err[FM_SUPER_COPIES];

    for (size_t i = 0; i < FM_SUPER_COPIES; i++) {
        err[i] = fm_super_decode(&copy[i], area + i * FM_SUPER_STRIDE, why);
    }
    if (err[0] != FM_OK && err[1] != FM_OK) {
        return err[0] == FM_E_STORE_VERSION ? err[0] : err[1];
    }
    *s = err[1] != FM_OK || (err[0] == FM_OK && copy[0].counter > copy[1].counter) ? copy[0]
                                                                                   : copy[1];
    return FM_OK;
}
