/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/node.h"

#include <stdarg.h>
#include <stdio.h>

static void line(struct fm_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line(struct fm_writer *w, const char *format, ...)
{
    char text[160];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof text) {
        fm_put_bytes(w, (const uint8_t *)text, (size_t)n);
    }
}

void metrics_text(struct node *n, struct fm_writer *w)
{
    static const char *const names[7] = {"committed", "body_failed", "rejected", "malformed",
                                         "busy",      "not_written", "unsure"};
    const struct metrics *m = &n->metrics;
    const struct fm_state *s = &n->store.state;

    for (size_t i = 0; i < FM_ARRAY_LEN(names); i++) {
        line(w, "turns_%s %llu\n", names[i], (unsigned long long)m->turns[i]);
    }
    line(w, "batches %llu\n", (unsigned long long)m->batches);
    line(w, "log_bytes_written %llu\n", (unsigned long long)m->log_bytes);
    line(w, "log_sectors_used %llu\n", (unsigned long long)n->store.log.next_sector);
    line(w, "log_sectors %llu\n",
         (unsigned long long)(n->store.log.super.log_bytes / FM_SECTOR_BYTES));
    line(w, "log_first_height %llu\n", (unsigned long long)n->store.log.super.log_first);
    line(w, "checkpoints %llu\n", (unsigned long long)n->store.checkpoints);
    line(w, "checkpoints_failed %llu\n", (unsigned long long)n->store.checkpoints_failed);
    line(w, "checkpoint_running %d\n", n->store.checkpointing.pid != 0 ? 1 : 0);
    line(w, "checkpoint_stop_seconds %.6f\n", n->store.checkpoint_stop_s);
    line(w, "receipts_indexed %llu\n", (unsigned long long)atomic_load(&n->index.written));
    line(w, "receipts_from_log %llu\n", (unsigned long long)m->receipts_from_log);
    line(w, "receipts_damaged %llu\n", (unsigned long long)m->receipts_damaged);
    line(w, "index_failed %d\n", atomic_load(&n->index.failed) ? 1 : 0);
    line(w, "clients %llu\n", (unsigned long long)m->clients);
    line(w, "clients_refused %llu\n", (unsigned long long)m->clients_refused);
    line(w, "clients_dropped %llu\n", (unsigned long long)m->clients_dropped);
    line(w, "bad_messages %llu\n", (unsigned long long)m->bad_messages);
    line(w, "commit_seconds %.6f\n", m->commit_s);
    line(w, "verify_seconds %.6f\n", m->verify_s);
    line(w, "verify_threads %u\n", n->verifier.nthreads);
    line(w, "verify_threads_seconds %.6f\n", (double)atomic_load(&n->verifier.ns) * 1e-9);
    line(w, "verdicts_ahead %llu\n", (unsigned long long)m->verdicts_ahead);
    line(w, "verdicts_late %llu\n", (unsigned long long)m->verdicts_late);
    line(w, "run_seconds %.6f\n", m->run_s);
    line(w, "uptime_seconds %.3f\n", node_clock() - n->started);
    line(w, "cells %u\n", s->top.ncells);
    line(w, "slots_used %u\n", s->used_slots);
    line(w, "fields_used %u\n", s->used_fields);
    line(w, "seq %llu\n", (unsigned long long)s->top.seq);
    line(w, "height %llu\n", (unsigned long long)s->top.height);
    line(w, "state_bytes %zu\n", n->store.memory_bytes);
    line(w, "recovered_turns %llu\n", (unsigned long long)n->store.recovered.turns);
    line(w, "recovered_seconds %.6f\n", n->store.recovered.seconds);
}
