/* SPDX-License-Identifier: Apache-2.0 */
/* dregg prove receipts: of the ledger, or (--agent) of one agent, from a node. */
#include "host/cli/stark.h"

#define COUNT_MAX (FM_AGENT_STEPS_MAX + 2U)

struct receipts_work {
    struct fm_rcpt r;
    struct fm_rcpt_claim claim;
    struct fm_agent a;
    struct fm_agent_claim agent_claim;
    struct fm_agent_turn turns[COUNT_MAX];
    uint8_t heads[COUNT_MAX][FM_RCPT_HEAD_BYTES];
};

static fm_err receipts_trace(const struct stark_job *job, uint32_t *out)
{
    const struct receipts_work *w = job->of;

    return fm_rcpt_trace(&w->r, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])w->heads, out);
}

static fm_err agent_trace(const struct stark_job *job, uint32_t *out)
{
    const struct receipts_work *w = job->of;

    return fm_agent_trace(&w->a, w->turns, out);
}

/* Heads by seq, or by an agent's nonce. */
static int fetch(struct receipts_work *w, const uint8_t *agent, uint64_t first, uint32_t count)
{
    struct client c;
    int status = client_open(&c);

    for (uint32_t i = 0; status == 0 && i < count; i++) {
        uint8_t request[41] = {agent != NULL};
        struct fm_reader r;
        size_t n = 1;

        if (agent != NULL) {
            memcpy(request + 1, agent, 32);
            n += 32;
        }
        fm_put_le64(request + n, first + i);
        status = client_ask(&c, FM_MSG_RECEIPT, request, n + 8U, &r);
        if (status == 0) {
            fm_get_bytes(&r, w->heads[i], FM_RCPT_HEAD_BYTES);
        }
    }
    client_close(&c);
    return status;
}

static int ledger_job(struct stark_job *job, struct receipts_work *w, uint64_t first, uint32_t count)
{
    struct fm_rcpt_claim *c = &w->claim;
    const uint8_t *last = w->heads[count - 1U];
    struct fm_writer out;
    fm_err err;

    c->count = count;
    c->first_seq = first;
    memcpy(c->first_prev, w->heads[0] + 192, 32);
    memcpy(c->first_pre_root, w->heads[0] + 128, 32);
    memcpy(c->last_post_root, last + 160, 32);
    fm_hash(FM_H_RECEIPT, last, FM_RCPT_HEAD_BYTES, c->last_hash);
    fm_writer_init(&out, job->claim, sizeof job->claim);
    for (uint32_t i = 0; i < count; i++) {
        c->height[i] = fm_le64(w->heads[i] + 16);
    }
    fm_rcpt_put(&out, c);
    err = fm_rcpt_statement(&w->r, c, job->profile);
    job->kind = FM_STARK_RCPTCHAIN;
    job->claim_bytes = out.len;
    job->st = &w->r.st;
    job->trace = receipts_trace;
    return err == FM_OK ? 0 : say_error(err, "%u receipts", count);
}

static int agent_job(struct stark_job *job, struct receipts_work *w, uint32_t count)
{
    struct fm_agent_claim *c = &w->agent_claim;
    struct fm_writer out;
    uint8_t hash[32];
    uint8_t from[32];
    fm_err err;

    c->count = count;
    memcpy(&c->first, w->heads[0], sizeof c->first);
    memcpy(&c->last, w->heads[count - 1U], sizeof c->last);
    for (uint32_t i = 1; i + 1U < count; i++) {
        memcpy(w->turns[i - 1U].turn_hash, w->heads[i] + 64, 32);
        w->turns[i - 1U].status = w->heads[i][2];
    }
    fm_hash(FM_H_RECEIPT, w->heads[count - 1U], FM_RCPT_HEAD_BYTES, hash);
    err = fm_agent_check(c, hash, from);
    if (err == FM_OK) {
        err = fm_agent_statement(&w->a, count - 2U, from, c->last.link, job->profile);
    }
    fm_writer_init(&out, job->claim, sizeof job->claim);
    fm_agent_put(&out, c);
    job->kind = FM_STARK_RCPTCHAIN_A;
    job->claim_bytes = out.len;
    job->st = &w->a.st;
    job->trace = agent_trace;
    return err == FM_OK ? 0 : say_error(err, "%u receipts of one agent", count);
}

int cmd_prove_receipts(const struct args *a)
{
    static struct stark_job job;
    static struct receipts_work w;
    const char *agent = opt_text(a, "agent", NULL);
    const char *path;
    uint8_t id[32];
    uint64_t first;
    uint64_t count;
    int status = stark_out(a, &path);

    if (status != 0 || !stark_options(a, &job) ||
        !text_number("FIRST", a->words[0], agent != NULL ? 0 : 1, FM_U64_MAX - COUNT_MAX, &first) ||
        !text_number("COUNT", a->words[1], agent != NULL ? 3 : 1, agent != NULL ? COUNT_MAX : FM_RCPT_MAX, &count)) {
        return 2;
    }
    status = agent != NULL ? book_cell(agent, id) : 0;
    if (status == 0) {
        status = fetch(&w, agent != NULL ? id : NULL, first, (uint32_t)count);
    }
    if (status == 0) {
        status = agent != NULL ? agent_job(&job, &w, (uint32_t)count) : ledger_job(&job, &w, first, (uint32_t)count);
    }
    job.of = &w;
    return status != 0 ? status : stark_prove(&job, path);
}
