/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/index.h"

#include "base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INDEX_VERSION 1U
#define MAP_BYTES_FIRST ((size_t)1 << 30) /* of address space; the file grows as it is filled */
#define WRITE_MAX 16384U                  /* receipts a transaction */
#define WRITE_SOON 4096U                  /* or after WAIT_NS, whichever is first */
#define WAIT_NS 500000000L

/* What by_seq holds. */
struct entry {
    uint64_t log_first;
    uint64_t sector;
    uint32_t offset;
    uint32_t zero;
    uint8_t hash[32];
};

struct about {
    uint32_t version;
    uint32_t zero;
    uint8_t store_id[32];
    uint8_t ledger[32];
};

size_t index_bytes(void)
{
    return INDEX_QUEUE * sizeof(struct index_item);
}

static fm_err failed(struct host_error *e, const char *what, int rc)
{
    return host_fail(e, rc == ENOMEM ? FM_E_NO_SPACE : FM_E_STORE_IO, "index: %s: %s", what, mdb_strerror(rc));
}

static void warn(const char *text)
{
    fprintf(stderr, "dreggd: warning: %s: older receipts are not served until the next start\n", text);
}

static MDB_val value_of(void *p, size_t n)
{
    return (MDB_val){n, p};
}

/* Agents' first eight bytes, then the nonce, big-endian: the receipts of one agent lie side by side. */
static void agent_key(const uint8_t agent[32], uint64_t nonce, uint8_t key[16])
{
    memcpy(key, agent, 8);
    for (int i = 0; i < 8; i++) {
        key[8 + i] = (uint8_t)(nonce >> (56 - 8 * i));
    }
}

/* ------------------------------------------------------------------ writing */

static int put_one(struct index_map *x, MDB_txn *txn, const struct index_item *item)
{
    uint64_t seq = item->seq;
    uint64_t hash = fm_le64(item->hash);
    struct entry entry = {item->place.log_first, item->place.sector, item->place.offset, 0, {0}};
    uint8_t agent[16];
    MDB_val seq_val = value_of(&seq, sizeof seq);
    MDB_val data = value_of(&entry, sizeof entry);
    MDB_val key = value_of(&hash, sizeof hash);
    int rc;

    memcpy(entry.hash, item->hash, 32);
    agent_key(item->agent, item->nonce, agent);
    rc = mdb_put(txn, x->by_seq, &seq_val, &data, MDB_APPEND);
    if (rc == 0) {
        rc = mdb_put(txn, x->by_hash, &key, &seq_val, 0);
    }
    key = value_of(agent, sizeof agent);
    return rc == 0 ? mdb_put(txn, x->by_agent, &key, &seq_val, 0) : rc;
}

static int write_once(struct index_map *x, uint64_t from, uint32_t n)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(x->env, NULL, 0, &txn);

    if (rc != 0) {
        return rc;
    }
    for (uint32_t i = 0; rc == 0 && i < n; i++) {
        rc = put_one(x, txn, &x->queue[(from + i) % INDEX_QUEUE]);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

/* Writes n items of the queue as one transaction; the map grows as it has to. */
static int write_items(struct index_map *x, uint64_t from, uint32_t n)
{
    int rc = write_once(x, from, n);

    while (rc == MDB_MAP_FULL && x->map_bytes < SIZE_MAX / 4U) {
        x->map_bytes *= 2U;
        pthread_mutex_lock(&x->map);
        rc = mdb_env_set_mapsize(x->env, x->map_bytes);
        pthread_mutex_unlock(&x->map);
        rc = rc == 0 ? write_once(x, from, n) : rc;
    }
    if (rc == 0) {
        atomic_fetch_add(&x->written, n);
    }
    return rc;
}

static void *work(void *cookie)
{
    struct index_map *x = cookie;

    pthread_mutex_lock(&x->lock);
    for (;;) {
        uint64_t from;
        uint64_t n;
        int rc;

        if (x->put - x->taken < WRITE_SOON && !x->ending) {
            struct timespec until;

            clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_nsec += WAIT_NS;
            until.tv_sec += until.tv_nsec / 1000000000L;
            until.tv_nsec %= 1000000000L;
            (void)pthread_cond_timedwait(&x->change, &x->lock, &until);
        }
        from = x->taken;
        n = x->put - from < WRITE_MAX ? x->put - from : WRITE_MAX;
        if (n == 0U && x->ending) {
            break;
        }
        if (n == 0U) {
            continue;
        }
        pthread_mutex_unlock(&x->lock);
        rc = atomic_load(&x->failed) ? 0 : write_items(x, from, (uint32_t)n);
        if (rc != 0) {
            warn(mdb_strerror(rc));
            atomic_store(&x->failed, true);
        }
        pthread_mutex_lock(&x->lock);
        x->taken += n;
        pthread_cond_broadcast(&x->change);
    }
    pthread_mutex_unlock(&x->lock);
    return NULL;
}

void index_push(struct index_map *x, const struct index_item *items, uint32_t n)
{
    pthread_mutex_lock(&x->lock);
    for (uint32_t i = 0; i < n; i++) {
        while (x->put - x->taken == INDEX_QUEUE) {
            pthread_cond_broadcast(&x->change);
            pthread_cond_wait(&x->change, &x->lock);
        }
        x->queue[x->put % INDEX_QUEUE] = items[i];
        x->put++;
    }
    if (x->put - x->taken >= WRITE_SOON) {
        pthread_cond_broadcast(&x->change);
    }
    pthread_mutex_unlock(&x->lock);
}

/* ------------------------------------------------------------------ finding */

static bool get_seq(struct index_map *x, MDB_txn *txn, uint64_t seq, struct index_item *found)
{
    MDB_val key = value_of(&seq, sizeof seq);
    MDB_val data;
    struct entry entry;

    if (mdb_get(txn, x->by_seq, &key, &data) != 0 || data.mv_size != sizeof entry) {
        return false;
    }
    memcpy(&entry, data.mv_data, sizeof entry);
    memset(found, 0, sizeof *found);
    found->seq = seq;
    found->place = (struct host_place){entry.log_first, entry.sector, entry.offset};
    memcpy(found->hash, entry.hash, 32);
    return true;
}

/* The i-th of the seqs under a key. */
static bool get_dup(MDB_txn *txn, MDB_dbi dbi, MDB_val key, uint32_t i, uint64_t *seq)
{
    MDB_cursor *cursor;
    MDB_val data;
    int rc;

    if (mdb_cursor_open(txn, dbi, &cursor) != 0) {
        return false;
    }
    rc = mdb_cursor_get(cursor, &key, &data, MDB_SET);
    for (uint32_t k = 0; rc == 0 && k < i; k++) {
        rc = mdb_cursor_get(cursor, &key, &data, MDB_NEXT_DUP);
    }
    if (rc == 0 && data.mv_size == sizeof *seq) {
        memcpy(seq, data.mv_data, sizeof *seq);
    }
    mdb_cursor_close(cursor);
    return rc == 0;
}

/* A look at the index as of its last transaction. */
static MDB_txn *look(struct index_map *x)
{
    MDB_txn *txn = NULL;

    pthread_mutex_lock(&x->map);
    if (x->env == NULL || atomic_load(&x->failed) || mdb_txn_begin(x->env, NULL, MDB_RDONLY, &txn) != 0) {
        pthread_mutex_unlock(&x->map);
        return NULL;
    }
    return txn;
}

static void look_end(struct index_map *x, MDB_txn *txn)
{
    mdb_txn_abort(txn);
    pthread_mutex_unlock(&x->map);
}

bool index_by_seq(struct index_map *x, uint64_t seq, struct index_item *found)
{
    MDB_txn *txn = look(x);
    bool ok = txn != NULL && get_seq(x, txn, seq, found);

    if (txn != NULL) {
        look_end(x, txn);
    }
    return ok;
}

bool index_by_hash(struct index_map *x, const uint8_t hash[32], struct index_item *found)
{
    MDB_txn *txn = look(x);
    uint64_t head = fm_le64(hash);
    uint64_t seq;
    bool ok = false;

    for (uint32_t i = 0; txn != NULL && !ok && get_dup(txn, x->by_hash, value_of(&head, sizeof head), i, &seq); i++) {
        ok = get_seq(x, txn, seq, found) && memcmp(found->hash, hash, 32) == 0;
    }
    if (txn != NULL) {
        look_end(x, txn);
    }
    return ok;
}

bool index_by_agent(struct index_map *x, const uint8_t agent[32], uint64_t nonce, uint32_t i, struct index_item *found)
{
    MDB_txn *txn = look(x);
    uint8_t key[16];
    uint64_t seq;
    bool ok;

    agent_key(agent, nonce, key);
    ok = txn != NULL && get_dup(txn, x->by_agent, value_of(key, sizeof key), i, &seq) && get_seq(x, txn, seq, found);
    if (txn != NULL) {
        look_end(x, txn);
    }
    return ok;
}

/* ------------------------------------------------------------------ opening */

static int open_maps(struct index_map *x, const char *path)
{
    MDB_txn *txn = NULL;
    int rc = mdb_env_create(&x->env);

    x->map_bytes = MAP_BYTES_FIRST;
    rc = rc == 0 ? mdb_env_set_maxdbs(x->env, 4) : rc;
    rc = rc == 0 ? mdb_env_set_mapsize(x->env, x->map_bytes) : rc;
    rc = rc == 0 ? mdb_env_open(x->env, path, MDB_NOTLS, 0600) : rc;
    rc = rc == 0 ? mdb_txn_begin(x->env, NULL, 0, &txn) : rc;
    rc = rc == 0 ? mdb_dbi_open(txn, "seq", MDB_CREATE | MDB_INTEGERKEY, &x->by_seq) : rc;
    rc = rc == 0 ? mdb_dbi_open(txn, "hash", MDB_CREATE | MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP,
                                &x->by_hash)
                 : rc;
    rc = rc == 0
             ? mdb_dbi_open(txn, "agent", MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP, &x->by_agent)
             : rc;
    rc = rc == 0 ? mdb_dbi_open(txn, "about", MDB_CREATE, &x->about) : rc;
    if (txn != NULL && rc == 0) {
        rc = mdb_txn_commit(txn);
    } else if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    return rc;
}

static void close_maps(struct index_map *x)
{
    if (x->env != NULL) {
        mdb_env_close(x->env);
        x->env = NULL;
    }
}

/* Whether the index is of this store; a fresh one is made so. Sets what is in it. */
static bool is_ours(struct index_map *x, const struct host_store *s)
{
    struct about want = {.version = INDEX_VERSION};
    char name[] = "store";
    MDB_val key = value_of(name, sizeof name);
    MDB_val data;
    MDB_cursor *cursor = NULL;
    MDB_txn *txn;
    bool ours;
    int rc;

    memcpy(want.store_id, s->log.super.store_id, 32);
    memcpy(want.ledger, s->log.super.ledger, 32);
    if (mdb_txn_begin(x->env, NULL, 0, &txn) != 0) {
        return false;
    }
    rc = mdb_get(txn, x->about, &key, &data);
    if (rc == MDB_NOTFOUND) {
        data = value_of(&want, sizeof want);
        rc = mdb_put(txn, x->about, &key, &data, 0);
    }
    ours = rc == 0 && data.mv_size == sizeof want && memcmp(data.mv_data, &want, sizeof want) == 0 &&
           mdb_cursor_open(txn, x->by_seq, &cursor) == 0;
    x->empty = true;
    if (ours && mdb_cursor_get(cursor, &key, &data, MDB_LAST) == 0 && key.mv_size == sizeof x->last_seq) {
        memcpy(&x->last_seq, key.mv_data, sizeof x->last_seq);
        x->empty = false;
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    return mdb_txn_commit(txn) == 0 && ours;
}

/* What catching up carries about. */
struct catching {
    struct index_map *x;
    struct host_error *e;
    uint8_t last_hash[32];
    bool foreign; /* the logs go on otherwise than the index ends */
};

static fm_err flush_queue(struct catching *c)
{
    struct index_map *x = c->x;
    int rc = x->put == x->taken ? 0 : write_items(x, x->taken, (uint32_t)(x->put - x->taken));

    x->taken = x->put;
    return rc == 0 ? FM_OK : failed(c->e, "writing", rc);
}

static fm_err catch_turn(void *cookie, const struct fm_log_turn *turn, const struct host_place *place)
{
    struct catching *c = cookie;
    struct index_map *x = c->x;
    const struct fm_receipt *r = &turn->receipt;
    struct index_item *item = &x->queue[x->put % INDEX_QUEUE];

    if (!x->empty && r->head.seq <= x->last_seq) {
        return FM_OK;
    }
    if (!x->empty && memcmp(r->head.prev_receipt, c->last_hash, 32) != 0) {
        c->foreign = true;
        return host_fail(c->e, FM_E_STORE_FOREIGN, "the index is of another history");
    }
    *item = (struct index_item){.seq = r->head.seq, .nonce = r->head.nonce, .place = *place};
    fm_receipt_hash(r, item->hash);
    memcpy(item->agent, r->head.agent, 32);
    memcpy(c->last_hash, item->hash, 32);
    x->last_seq = item->seq;
    x->empty = false;
    x->put++;
    return x->put - x->taken == WRITE_MAX ? flush_queue(c) : FM_OK;
}

static fm_err catch_up(struct catching *c, const struct host_store *s, const struct host_progress *progress)
{
    const struct host_visit_placed visit = {catch_turn, c};
    struct index_item last = {.seq = 0};
    uint64_t after = 0;
    fm_err err;

    if (!c->x->empty) {
        if (!index_by_seq(c->x, c->x->last_seq, &last)) {
            return failed(c->e, "reading", EIO);
        }
        memcpy(c->last_hash, last.hash, 32);
        c->foreign = c->x->last_seq > s->state.top.seq ||
                     (c->x->last_seq == s->state.top.seq && memcmp(last.hash, s->state.receipt_hash, 32) != 0);
        if (c->foreign || c->x->last_seq == s->state.top.seq) {
            return FM_OK;
        }
        after = last.place.log_first - 1U;
    }
    err = host_store_frames(s, after, &visit, progress, c->e);
    return err == FM_OK ? flush_queue(c) : err;
}

static void remove_files(const char *path)
{
    char file[4200];

    snprintf(file, sizeof file, "%s/data.mdb", path);
    (void)unlink(file);
    snprintf(file, sizeof file, "%s/lock.mdb", path);
    (void)unlink(file);
}

/* Opens what is there, and if that is no index of this store, a new one. */
static fm_err open_ours(struct index_map *x, const char *path, const struct host_store *s,
                        const struct host_progress *progress, struct host_error *e)
{
    for (int again = 0;; again++) {
        struct catching c = {.x = x, .e = e};
        int rc = open_maps(x, path);
        bool ours = rc == 0 && is_ours(x, s);
        fm_err err = ours ? catch_up(&c, s, progress) : FM_OK;

        if (ours && !c.foreign) {
            return err;
        }
        close_maps(x);
        if (again > 0) {
            return rc != 0 ? failed(e, path, rc) : host_fail(e, FM_E_STORE_IO, "index: %s cannot be made", path);
        }
        remove_files(path);
        x->put = x->taken = 0;
    }
}

fm_err index_open(struct index_map *x, const char *dir, const struct host_store *s,
                  const struct host_progress *progress,
                  struct host_error *e)
{
    char path[4096];
    pthread_condattr_t attr;
    fm_err err;

    memset(x, 0, sizeof *x);
    snprintf(path, sizeof path, "%s/index", dir);
    x->queue = malloc(index_bytes());
    if (x->queue == NULL || pthread_mutex_init(&x->lock, NULL) != 0 || pthread_mutex_init(&x->map, NULL) != 0 ||
        pthread_condattr_init(&attr) != 0 || pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&x->change, &attr) != 0) {
        return host_fail(e, FM_E_NO_SPACE, "an index needs %zu bytes", index_bytes());
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return host_fail(e, FM_E_STORE_IO, "%s: %s", path, strerror(errno));
    }
    err = open_ours(x, path, s, progress, e);
    if (err == FM_E_STORE_IO) { /* it can be made anew at the next start: the node goes on */
        warn(e->text);
        atomic_store(&x->failed, true);
        x->put = x->taken = 0;
        err = FM_OK;
    }
    if (err == FM_OK && pthread_create(&x->thread, NULL, work, x) != 0) {
        err = host_fail(e, FM_E_NO_SPACE, "a thread for the index");
    }
    x->running = err == FM_OK;
    return err;
}

void index_close(struct index_map *x)
{
    if (x->running) {
        pthread_mutex_lock(&x->lock);
        x->ending = true;
        pthread_cond_broadcast(&x->change);
        pthread_mutex_unlock(&x->lock);
        pthread_join(x->thread, NULL);
        x->running = false;
    }
    close_maps(x);
    free(x->queue);
    x->queue = NULL;
}
