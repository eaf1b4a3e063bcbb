/* SPDX-License-Identifier: Apache-2.0 */
/* Turns of a connection, looked at before their time: so that a thread can check their signatures (verify.h), and so
 * that their cells are in the cache when they run (core/ahead.h). */
#include "host/node/node.h"

#define AGENT_AT 16U /* in a turn's bytes (heart.md section 3) */

/* Posts one turn with the pk that its agent has now. */
static uint32_t post(struct node *n, const uint8_t *wire, size_t bytes)
{
    const struct fm_state *s = &n->store.state;
    uint32_t idx;

    if (n->verifier.nthreads == 0U || bytes < FM_TURN_HEAD_BYTES + FM_SIG_BYTES) {
        return VERIFY_NO_JOB;
    }
    idx = fm_state_find(s, wire + AGENT_AT);
    return idx == FM_INDEX_NONE ? VERIFY_NO_JOB : verify_post(&n->verifier, wire, bytes, s->cells[idx].header.owner_pk);
}

uint32_t ahead_whole(const struct conn *c, uint32_t at, struct fm_msg_head *head)
{
    size_t have = c->in_len - at;

    return fm_msg_look(c->in + at, have, FM_MSG_REQUEST_MAX, head) == FM_MSG_WHOLE_HEAD &&
                   have >= FM_MSG_HEAD_BYTES + head->payload_bytes
               ? (uint32_t)(FM_MSG_HEAD_BYTES + head->payload_bytes)
               : 0U;
}

void ahead_look(struct node *n, struct conn *c)
{
    struct fm_msg_head head;
    uint32_t bytes;

    if (c->ahead_at < c->in_at) {
        c->ahead_at = c->in_at; /* reads were served that nobody looks at ahead */
    }
    while (c->ahead_count < NODE_AHEAD_MAX && (bytes = ahead_whole(c, c->ahead_at, &head)) > 0U) {
        if (head.kind == FM_MSG_TURN) {
            c->ahead[(c->ahead_first + c->ahead_count) % NODE_AHEAD_MAX] =
                post(n, c->in + c->ahead_at + FM_MSG_HEAD_BYTES, head.payload_bytes);
            c->ahead_count++;
        }
        c->ahead_at += bytes;
    }
}

uint32_t ahead_next(const struct conn *c)
{
    return c->ahead_count > 0U ? c->ahead[c->ahead_first] : VERIFY_NO_JOB;
}

bool ahead_waits(const struct node *n, const struct conn *c)
{
    uint32_t job = ahead_next(c);

    return job != VERIFY_NO_JOB && !verify_done(&n->verifier, job);
}

void ahead_pop(struct node *n, struct conn *c)
{
    uint32_t job = ahead_next(c);

    if (c->ahead_count > 0U) {
        c->ahead_first = (c->ahead_first + 1U) % NODE_AHEAD_MAX;
        c->ahead_count--;
    }
    if (job != VERIFY_NO_JOB) {
        verify_free(&n->verifier, job);
    }
}

void ahead_drop(struct node *n, struct conn *c)
{
    while (c->ahead_count > 0U) {
        ahead_pop(n, c);
    }
}

void ahead_fetch(struct node *n, struct conn *c, uint32_t after)
{
    struct fm_msg_head head;
    uint32_t bytes;

    if (c->fetched_at <= after) { /* the first time, or reads were served */
        c->fetched_at = after;
        c->fetched = 0;
    }
    while (c->fetched < FM_AHEAD_TURNS && (bytes = ahead_whole(c, c->fetched_at, &head)) > 0U) {
        if (head.kind == FM_MSG_TURN &&
            fm_turn_decode(&n->coming, c->in + c->fetched_at + FM_MSG_HEAD_BYTES, head.payload_bytes, NULL) == FM_OK) {
            fm_ahead_note(&n->ahead, &n->store.state, &n->coming);
        }
        c->fetched++;
        c->fetched_at += bytes;
    }
    c->fetched -= c->fetched > 0U ? 1U : 0U;
}
