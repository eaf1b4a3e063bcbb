/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/member.h"

/* Blocks: record, slots_log nodes, body, leaf, cells_log nodes, root; the rest of the trace hashes on, unread. */
static void directions(struct fm_member *m, uint32_t pi)
{
    struct fm_air *a = &m->air;
    for (uint32_t b = 1; b < m->blocks; b++) {
        uint32_t body = 1 + m->slots_log;
        fm_air_at(a, m->w1.dir_on, a->log_n, 64 * b, 1);
        if (b == body || b == m->blocks - 1) {
            continue; /* slots root and cells root stand on the left: direction 0 */
        }
        if (b == body + 1) {
            fm_air_at(a, m->w1.dir, a->log_n, 64 * b, 1); /* the body stands right of the cell's header */
            continue;
        }
        fm_air_at_pi(a, m->w1.dir, a->log_n, 64 * b, pi++);
    }
}

static void limbs_of(const uint8_t *bytes, uint32_t words, uint32_t *pi)
{
    for (uint32_t i = 0; i < 2 * words; i++) {
        pi[i] = fm_le16(bytes + 2 * i);
    }
}

fm_err fm_member_statement(struct fm_member *m, uint32_t slots_log, uint32_t cells_log, const uint8_t root[32],
                           uint32_t cell, uint32_t slot, const uint8_t record[64], unsigned profile)
{
    if (slots_log > FM_MEMBER_SLOTS_LOG_MAX || cells_log > FM_MEMBER_CELLS_LOG_MAX || slot >> slots_log != 0 ||
        (uint64_t)cell >> cells_log != 0) {
        return FM_E_STARK_SHAPE;
    }
    struct fm_air *a = &m->air;
    uint32_t log_n = 6;
    m->slots_log = slots_log;
    m->cells_log = cells_log;
    m->blocks = slots_log + cells_log + 4;
    while (m->blocks > 1u << (log_n - 6)) {
        log_n++;
    }
    fm_air_init(a, "member", FM_W1_COLS, log_n, 48 + slots_log + cells_log, m->code, FM_MEMBER_CODE, m->entries,
                FM_MEMBER_ENTRIES);
    fm_w1_core(a, &m->w1);
    fm_w1_key(a, &m->w1, 0, "cap");
    fm_w1_no_path(a, &m->w1, 0);
    fm_w1_key(a, &m->w1, 1 + slots_log, "body");
    fm_w1_key(a, &m->w1, 2 + slots_log, "leaf");
    fm_w1_key(a, &m->w1, m->blocks - 1, "root");
    fm_w1_words(a, &m->w1, 0, 0);
    fm_w1_digest(a, &m->w1, m->blocks - 1, 32);
    directions(m, 48);
    if (!fm_air_finish(a)) {
        return FM_E_STARK_SHAPE;
    }
    limbs_of(record, 16, m->pi);
    limbs_of(root, 8, m->pi + 32);
    for (uint32_t i = 0; i < slots_log; i++) {
        m->pi[48 + i] = slot >> i & 1;
    }
    for (uint32_t i = 0; i < cells_log; i++) {
        m->pi[48 + slots_log + i] = cell >> i & 1;
    }
    struct fm_stark_statement st = {a, fm_stark_profile(profile), m->pi, NULL, 0};
    m->st = st;
    return st.profile == NULL ? FM_E_STARK_ARGUMENT : FM_OK;
}
