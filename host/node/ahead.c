/* SPDX-License-Identifier: Apache-2.0 */
/* Turns of a connection, looked at before their time, so that a thread can check their signatures (verify.h). */
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

void ahead_look(struct node *n, struct conn *c)
{
    struct fm_msg_head head;

    if (c->ahead_at < c->in_at) {
        c->ahead_at = c->in_at; /* reads were served that nobody looks at ahead */
    }
    while (c->ahead_count < NODE_AHEAD_MAX &&
           fm_msg_look(c->in + c->ahead_at, c->in_len - c->ahead_at, FM_MSG_REQUEST_MAX, &head) == FM_MSG_WHOLE_HEAD &&
           c->in_len - c->ahead_at >= FM_MSG_HEAD_BYTES + head.payload_bytes) {
        if (head.kind == FM_MSG_TURN) {
            c->ahead[(c->ahead_first + c->ahead_count) % NODE_AHEAD_MAX] =
                post(n, c->in + c->ahead_at + FM_MSG_HEAD_BYTES, head.payload_bytes);
            c->ahead_count++;
        }
        c->ahead_at += FM_MSG_HEAD_BYTES + head.payload_bytes;
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
