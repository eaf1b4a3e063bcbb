/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/verify.h"

#include "crypto/sign.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

size_t verify_bytes(uint32_t nthreads)
{
    return nthreads == 0U ? 0 : VERIFY_JOBS * sizeof(struct verify_job);
}

static unsigned long long now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000000U + (unsigned long long)t.tv_nsec;
}

/* Checks one job; turn is the caller's room to decode into. */
static void check(struct verifier *v, struct verify_job *job, struct fm_turn *turn)
{
    unsigned long long start = now_ns();

    job->decoded = fm_turn_decode(turn, job->wire, job->bytes, NULL) == FM_OK;
    if (job->decoded) {
        uint8_t hash[32];

        fm_turn_hash(turn, v->ledger, hash);
        fm_turn_signed_text(hash, job->text);
        job->yes = fm_ed25519_verify(job->pk, job->text, FM_SIGNED_TEXT_BYTES, fm_turn_sig(turn));
    }
    atomic_fetch_add(&v->ns, now_ns() - start);
    atomic_store(&job->state, VERIFY_DONE);
    if (atomic_exchange(&v->wake, 0) != 0) {
        const uint64_t one = 1;

        (void)!write(v->wake_fd, &one, sizeof one);
    }
}

/* Takes the oldest posted job, under the lock. NULL if there is none. */
static struct verify_job *take(struct verifier *v)
{
    struct verify_job *job = NULL;

    if (v->taken != v->put) {
        job = &v->jobs[v->queue[v->taken % VERIFY_JOBS]];
        v->taken++;
    }
    return job;
}

static void *work(void *cookie)
{
    struct verifier *v = cookie;
    struct fm_turn *turn = malloc(sizeof *turn);

    while (turn != NULL) {
        struct verify_job *job;

        pthread_mutex_lock(&v->lock);
        while ((job = take(v)) == NULL && !v->ending) {
            pthread_cond_wait(&v->posted, &v->lock);
        }
        pthread_mutex_unlock(&v->lock);
        if (job == NULL) {
            break;
        }
        check(v, job, turn);
    }
    free(turn);
    return NULL;
}

fm_err verify_start(struct verifier *v, uint32_t nthreads, const uint8_t ledger[32])
{
    FM_ASSERT(nthreads <= VERIFY_THREADS_MAX);
    memset(v, 0, sizeof *v);
    v->wake_fd = -1;
    memcpy(v->ledger, ledger, 32);
    if (nthreads == 0U) {
        return FM_OK;
    }
    v->jobs = calloc(VERIFY_JOBS, sizeof *v->jobs);
    v->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (v->jobs == NULL || v->wake_fd < 0 || pthread_mutex_init(&v->lock, NULL) != 0 ||
        pthread_cond_init(&v->posted, NULL) != 0) {
        return FM_E_NO_SPACE;
    }
    for (uint32_t i = 0; i < VERIFY_JOBS; i++) {
        v->free[i] = VERIFY_JOBS - 1U - i;
    }
    v->nfree = VERIFY_JOBS;
    while (v->nthreads < nthreads && pthread_create(&v->threads[v->nthreads], NULL, work, v) == 0) {
        v->nthreads++;
    }
    return v->nthreads == nthreads ? FM_OK : FM_E_NO_SPACE;
}

void verify_stop(struct verifier *v)
{
    if (v->jobs == NULL) {
        return;
    }
    pthread_mutex_lock(&v->lock);
    v->ending = true;
    v->taken = v->put; /* what nobody took, nobody needs */
    pthread_cond_broadcast(&v->posted);
    pthread_mutex_unlock(&v->lock);
    for (uint32_t i = 0; i < v->nthreads; i++) {
        pthread_join(v->threads[i], NULL);
    }
    pthread_cond_destroy(&v->posted);
    pthread_mutex_destroy(&v->lock);
    close(v->wake_fd);
    free(v->jobs);
    memset(v, 0, sizeof *v);
}

uint32_t verify_post(struct verifier *v, const uint8_t *wire, size_t bytes, const uint8_t pk[32])
{
    struct verify_job *job;
    uint32_t at;

    if (v->nfree == 0U || bytes > sizeof job->wire) {
        return VERIFY_NO_JOB;
    }
    v->nfree--;
    at = v->free[v->nfree];
    job = &v->jobs[at];
    job->bytes = (uint16_t)bytes;
    job->orphan = false;
    memcpy(job->wire, wire, bytes);
    memcpy(job->pk, pk, 32);
    atomic_store(&job->state, VERIFY_POSTED);
    pthread_mutex_lock(&v->lock);
    v->queue[v->put % VERIFY_JOBS] = at;
    v->put++;
    /* A single one the node's thread does itself, sooner than a thread wakes. */
    if (v->put - v->taken > 1U) {
        pthread_cond_signal(&v->posted);
    }
    pthread_mutex_unlock(&v->lock);
    return at;
}

bool verify_done(const struct verifier *v, uint32_t job)
{
    return atomic_load(&v->jobs[job].state) == VERIFY_DONE;
}

void verify_free(struct verifier *v, uint32_t at)
{
    struct verify_job *job = &v->jobs[at];

    if (atomic_load(&job->state) == VERIFY_DONE) {
        atomic_store(&job->state, VERIFY_FREE);
        v->free[v->nfree] = at;
        v->nfree++;
    } else {
        job->orphan = true;
        v->orphans++;
    }
}

void verify_reap(struct verifier *v)
{
    for (uint32_t i = 0; v->orphans > 0U && i < VERIFY_JOBS; i++) {
        if (v->jobs[i].orphan && atomic_load(&v->jobs[i].state) == VERIFY_DONE) {
            v->jobs[i].orphan = false;
            v->orphans--;
            verify_free(v, i);
        }
    }
}

bool verify_help(struct verifier *v)
{
    struct verify_job *job;

    if (v->nthreads == 0U) {
        return false;
    }
    pthread_mutex_lock(&v->lock);
    job = take(v);
    pthread_mutex_unlock(&v->lock);
    if (job != NULL) {
        check(v, job, &v->turn);
    }
    return job != NULL;
}

void verify_before_sleep(struct verifier *v)
{
    atomic_store(&v->wake, 1);
}

void verify_after_sleep(struct verifier *v)
{
    uint64_t count;

    atomic_store(&v->wake, 0);
    (void)!read(v->wake_fd, &count, sizeof count);
}
