/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: what is read comes from D alone (node.h, D1). Each is written into its connection's buffer whole, or not
 * at all. */
#include "host/node/node.h"

/* The room that an answer of n payload bytes takes is there. */
bool has_room(const struct conn *c, size_t n)
{
    return NODE_OUT_BYTES - c->out_len >= FM_MSG_HEAD_BYTES + n;
}

struct fm_writer out_writer(struct conn *c)
{
    struct fm_writer w;

    fm_writer_init(&w, c->out + c->out_len, NODE_OUT_BYTES - c->out_len);
    return w;
}

void out_done(struct conn *c, const struct fm_writer *w)
{
    FM_ASSERT(!w->bad);
    c->out_len += (uint32_t)w->len;
}

void answer_error(struct conn *c, uint32_t tag, fm_err code, const char *field,
                         uint64_t expected, uint64_t got)
{
    struct fm_writer w = out_writer(c);
    const struct fm_why why = {code, 0, field, expected, got};

    fm_msg_put_error(&w, tag, &why);
    out_done(c, &w);
}

static void answer_head(struct node *n, struct conn *c, uint32_t tag)
{
    const struct fm_state *s = &n->store.state;
    struct fm_writer w = out_writer(c);

    fm_msg_put_head(&w, FM_MSG_HEAD, tag,
                    sizeof s->top + 64U + FM_RECEIPT_BYTES + sizeof s->params);
    fm_put_bytes(&w, (const uint8_t *)&s->top, sizeof s->top);
    fm_put_bytes(&w, s->root, 32);
    fm_put_bytes(&w, s->receipt_hash, 32);
    fm_put_bytes(&w, (const uint8_t *)&s->receipt, FM_RECEIPT_BYTES);
    fm_put_bytes(&w, (const uint8_t *)&s->params, sizeof s->params);
    out_done(c, &w);
}

static uint32_t find_cell(const struct node *n, struct fm_reader *r)
{
    uint8_t how = fm_get_u8(r);
    uint8_t id[32];
    uint32_t idx;

    if (how == 1U) {
        idx = fm_get_u32(r);
        return fm_reader_end(r) && idx < n->store.state.top.ncells ? idx : FM_INDEX_NONE;
    }
    fm_get_bytes(r, id, 32);
    return fm_reader_end(r) && how == 0U ? fm_state_find(&n->store.state, id) : FM_INDEX_NONE;
}

static void answer_cell(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    static const uint8_t zero[64];
    uint32_t idx = find_cell(n, r);
    struct fm_writer w = out_writer(c);
    struct fm_cell_view v;
    uint16_t counts[2] = {0, 0};
    size_t head;

    if (idx == FM_INDEX_NONE) {
        answer_error(c, tag, FM_E_NO_CELL, "cell", n->store.state.top.ncells, 0);
        return;
    }
    fm_state_view(&n->store.state, idx, &v);
    fm_msg_put_head(&w, FM_MSG_CELL, tag, 0);
    fm_put_bytes(&w, (const uint8_t *)&n->store.state.cells[idx], sizeof(struct fm_cell));
    head = w.len;
    fm_put_zeros(&w, 4);
    for (uint16_t i = 0; i < v.header->nslots; i++) {
        if (memcmp(&v.records[i], zero, 64) != 0) {
            fm_put_u16(&w, i);
            fm_put_bytes(&w, (const uint8_t *)&v.records[i], 64);
            counts[0]++;
        }
    }
    for (uint16_t i = 0; i < v.header->nfields; i++) {
        if (memcmp(v.fields + (size_t)i * 32U, zero, 32) != 0) {
            fm_put_u16(&w, i);
            fm_put_bytes(&w, v.fields + (size_t)i * 32U, 32);
            counts[1]++;
        }
    }
    fm_put_le16(w.buf + head, counts[0]);
    fm_put_le16(w.buf + head + 2, counts[1]);
    fm_put_le32(w.buf, (uint32_t)w.len - 4U);
    out_done(c, &w);
}

static void answer_proof(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    const struct fm_state *s = &n->store.state;
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t id[32];
    uint8_t kind;
    uint16_t index;
    uint32_t idx;
    size_t bytes;
    struct fm_writer w;

    fm_get_bytes(r, id, 32);
    kind = fm_get_u8(r);
    index = fm_get_u16(r);
    if (!fm_reader_end(r)) {
        answer_error(c, tag, FM_E_BAD_MESSAGE, "proof request", 35, r->len);
        return;
    }
    idx = fm_state_find(s, id);
    if (kind == FM_MSG_PROOF_ABSENT) {
        bytes = fm_proof_make_absent(s, id, proof, sizeof proof);
    } else {
        bytes = idx == FM_INDEX_NONE ? 0 : fm_proof_make(s, idx, kind, index, proof, sizeof proof);
    }
    if (bytes == 0) {
        fm_err code = kind == FM_MSG_PROOF_ABSENT ? FM_E_CELL_EXISTS
                      : idx == FM_INDEX_NONE      ? FM_E_NO_CELL
                      : kind == FM_WRITE_RECORD   ? FM_E_NO_SLOT
                                                  : FM_E_NO_FIELD;

        answer_error(c, tag, code, "proof", 0, index);
        return;
    }
    w = out_writer(c);
    fm_msg_put_head(&w, FM_MSG_PROOF, tag, (uint32_t)bytes);
    fm_put_bytes(&w, proof, bytes);
    out_done(c, &w);
}

/* A receipt that the index found, from its log. */
static bool from_log(struct node *n, const struct index_item *item, struct fm_receipt *receipt)
{
    fm_err err = host_store_receipt(&n->store, &item->place, item->hash, receipt);

    n->metrics.receipts_damaged += err == FM_E_LOG_DAMAGED ? 1U : 0U;
    n->metrics.receipts_from_log += err == FM_OK ? 1U : 0U;
    return err == FM_OK;
}

static bool take(const struct fm_receipt *found, struct fm_receipt *receipt)
{
    if (found != NULL) {
        *receipt = *found;
    }
    return found != NULL;
}

static bool find_receipt_at(struct node *n, uint64_t seq, struct fm_receipt *receipt)
{
    struct index_item item;

    if (seq == n->birth.head.seq) {
        return take(&n->birth, receipt);
    }
    return take(receipts_by_seq(&n->receipts, seq), receipt) ||
           (index_by_seq(&n->index, seq, &item) && from_log(n, &item, receipt));
}

static bool find_receipt_hash(struct node *n, const uint8_t hash[32], struct fm_receipt *receipt)
{
    struct index_item item;
    uint8_t birth[32];

    fm_receipt_hash(&n->birth, birth);
    if (memcmp(birth, hash, 32) == 0) {
        return take(&n->birth, receipt);
    }
    return take(receipts_by_hash(&n->receipts, hash), receipt) ||
           (index_by_hash(&n->index, hash, &item) && from_log(n, &item, receipt));
}

bool find_receipt_of(struct node *n, const uint8_t agent[32], uint64_t nonce, struct fm_receipt *receipt)
{
    struct index_item item;

    if (take(receipts_by_nonce(&n->receipts, agent, nonce), receipt)) {
        return true;
    }
    /* Few agents share eight bytes, and then the receipt tells which is meant. */
    for (uint32_t i = 0; i < 16U && index_by_agent(&n->index, agent, nonce, i, &item); i++) {
        if (from_log(n, &item, receipt) && receipt->head.nonce == nonce && memcmp(receipt->head.agent, agent,
                                                                                  32) == 0) {
            return true;
        }
    }
    return false;
}

static void answer_receipt(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    struct fm_receipt receipt;
    uint8_t how = fm_get_u8(r);
    uint8_t bytes[32] = {0};
    uint64_t number = 0;
    uint64_t damaged = n->metrics.receipts_damaged;
    bool found;

    if (how != 0U) {
        fm_get_bytes(r, bytes, 32);
    }
    if (how != 2U) {
        number = fm_get_u64(r);
    }
    if (!fm_reader_end(r) || how > 2U) {
        answer_error(c, tag, FM_E_BAD_MESSAGE, "receipt request", 2, how);
        return;
    }
    found = how == 0U   ? find_receipt_at(n, number, &receipt)
            : how == 1U ? find_receipt_of(n, bytes, number, &receipt)
                        : find_receipt_hash(n, bytes, &receipt);
    if (!found) {
        fm_err err = n->metrics.receipts_damaged > damaged ? FM_E_LOG_DAMAGED : FM_E_NO_RECEIPT;

        answer_error(c, tag, err, "receipt", n->store.state.top.seq, number);
    } else {
        struct fm_writer w = out_writer(c);

        fm_msg_put_head(&w, FM_MSG_RECEIPT, tag, FM_RECEIPT_BYTES);
        fm_put_bytes(&w, (const uint8_t *)&receipt, FM_RECEIPT_BYTES);
        out_done(c, &w);
    }
}

static void answer_metrics(struct node *n, struct conn *c, uint32_t tag)
{
    struct fm_writer w = out_writer(c);

    fm_msg_put_head(&w, FM_MSG_METRICS, tag, 0);
    metrics_text(n, &w);
    fm_put_le32(w.buf, (uint32_t)w.len - 4U);
    out_done(c, &w);
}

bool answer_read(struct node *n, struct conn *c, const struct fm_msg_head *head, const uint8_t *payload)
{
    struct fm_reader r;

    fm_reader_init(&r, payload, head->payload_bytes);
    switch (head->kind) {
    case FM_MSG_HEAD:
        answer_head(n, c, head->tag);
        return true;
    case FM_MSG_CELL:
        answer_cell(n, c, head->tag, &r);
        return true;
    case FM_MSG_PROOF:
        answer_proof(n, c, head->tag, &r);
        return true;
    case FM_MSG_RECEIPT:
        answer_receipt(n, c, head->tag, &r);
        return true;
    case FM_MSG_METRICS:
        answer_metrics(n, c, head->tag);
        return true;
    default:
        return false;
    }
}
