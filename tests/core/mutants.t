#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check after another out of the heart and runs its tests and a short differential run: each mutant must die.
Works on copies in build/core-mutants. `make test` runs the mutants marked WORTH; MUTANTS=all runs all of them
(mutants-all.t, `make test-long`). With arguments: only the mutants with these numbers, and what killed them."""
import os
import subprocess
import sys

WORK = "build/core-mutants-all" if os.environ.get("MUTANTS") == "all" else "build/core-mutants"
FLAGS = ["clang", "-std=c11", "-O1", "-I.", "-Iinclude", "-Ilib", "-Ibuild/gen", "-D_GNU_SOURCE", "-w", "-c"]
PROGRAMS = {  # name: source, what its main becomes
    "malformed": "tests/wire/malformed.c",
    "attacks": "tests/core/attacks.c",
    "reasons": "tests/core/reasons.c",
    "rules": "tests/core/rules.c",
    "theorems": "tests/core/theorems.c",
    "halves": "tests/core/halves.c",
    "worked": "tests/core/worked.c",
    "diff": "tests/diff/diff.c",
}
HELPERS = ["tests/core/judge.c", "tests/core/world.c", "tests/ref/ref.c", "tests/ref/blake3.c", "tests/tap.c",
           "tests/tap_host.c"]
ARCHIVES = ["build/host/libcrypto.a", "build/host/libbase.a", "-lsodium"]
CAP, RUN, EFF, POL, SEAL, PROOF, STAGE, DEC = (
    "lib/core/cap.c", "lib/core/run.c", "lib/core/effects.c", "lib/core/policy.c", "lib/core/seal.c",
    "lib/core/proof.c", "lib/core/stage.c", "lib/wire/turn_decode.c")
W = "WORTH"  # in `make test` too

# file, text that is there once, what replaces it[, WORTH]
MUTANTS = [
    # cap: subset, axis by axis; derive; generations
    (CAP, "if (!fm_bits_subset(g->rights, h->rights)) {", "if (false) {", W),
    (CAP, "if (!fm_bits_subset(g->methods, h->methods)) {", "if (false) {"),
    (CAP, "g->f_lo < h->f_lo || ", ""),
    (CAP, " || g->f_hi > h->f_hi", ""),
    (CAP, "if (g->max_amount > h->max_amount) {", "if (false) {"),
    (CAP, "g->allowance > h->allowance - h->used", "g->allowance > h->allowance", W),
    (CAP, "if (g->expiry > h->expiry) {", "if (false) {", W),
    (CAP, "if (h->badge != 0U && g->badge != h->badge) {", "if (false) {"),
    (CAP, "h->badge != 0U && ", ""),
    (CAP, "if (g->group != h->group) {", "if (false) {"),
    (CAP, "held->kind > FM_DEPTH_MAX", "held->kind > FM_DEPTH_MAX + 1U"),
    (CAP, "if (self && held->epoch == FM_U32_MAX) {", "if (false) {"),
    (CAP, "if (exceeded != FM_AXIS_NONE) {", "if (false) {"),
    (CAP, "out->epoch = held->epoch;", "out->epoch = 0;"),
    (CAP, "self ? FM_KIND_ROOT : (uint8_t)(held->kind + 1U);", "FM_KIND_ROOT;", W),
    (CAP, "self ? 0 : held->generation;", "0;", W),
    (CAP, "self ? 0 : slot;", "0;"),
    (CAP, "self ? FM_U32_MAX : holder;", "self ? FM_U32_MAX : held->target;"),
    (CAP, "held->used += limits->allowance;", "", W),
    (CAP, "record->used = 0;", ""),
    (CAP, "keep && generation != FM_U32_MAX", "keep"),
    (CAP, "record->generation + 1U;", "record->generation;", W),
    # run: the prologue, verdicts, rollback
    (RUN, "h->nonce == turn->nonce && ", "", W),
    (RUN, " && turn->nonce != FM_U64_MAX", ""),
    (RUN, "h->lifecycle == FM_LIVE, FM_E_AGENT_NOT_LIVE", "true, FM_E_AGENT_NOT_LIVE"),
    (RUN, "!is_keyless(h), FM_E_NO_KEY", "true, FM_E_NO_KEY"),
    (RUN, "run->env->now <= turn->valid_until", "true"),
    (RUN, "run->env->now <= turn->valid_until", "run->env->now < turn->valid_until"),
    (RUN, "memcmp(turn->after, h->link, 32) == 0", "true"),
    (RUN, "memcmp(turn->root, run->env->root, 32) == 0", "true"),
    (RUN, "run->outcome.cost <= turn->fee", "true"),
    (RUN, "fee_paid(h, run->outcome.cost), FM_E", "true, FM_E"),
    (RUN, "h->asset == 0U && ", ""),
    (RUN, "memcmp(turn->wire + 8, run->env->ledger, 8) == 0", "true"),
    (RUN, "p->stop != FM_GO_ON || yes, FM_E_BAD_SIGNATURE", "true, FM_E_BAD_SIGNATURE", W),
    (RUN, "h->nonce += 1U;", "", W),
    (RUN, "h->balance -= (int64_t)run->outcome.cost;", ""),
    (RUN, "run->cells[i].header_put = false;", "", W),
    (RUN, "run->cells[i].first_put = FM_NO_ENTRY;", ""),
    (RUN, "run->cells[run->agent].header = run->agent_after_prologue;", "", W),
    (RUN, "header_put = true;\n    run->outcome.events_bytes = 0;", "header_put = true;"),
    (RUN, "events_bytes = 0;\n    run->outcome.caps_bytes = 0;\n}", "events_bytes = 0;\n}"),
    (RUN, "run->ncells = run->nloaded;\n    run->nputs = 0;\n    run->ncreated = 0;\n    run->cells",
     "run->nputs = 0;\n    run->ncreated = 0;\n    run->cells"),
    (RUN, "memcmp(v->pk, pk, 32) == 0 &&", "true &&"),
    (RUN, "memcmp(v->text, text, FM_SIGNED_TEXT_BYTES) == 0", "true"),
    (RUN, "memcmp(pk, run->need.pk, 32) == 0 &&", "true &&"),
    (RUN, "cost += params->fee_op[e->op - 1U];", ""),
    (RUN, "(uint64_t)turn->bytes * params->fee_byte", "0"),
    (RUN, "(uint64_t)e->nslots * params->fee_slot + ", ""),
    (RUN, "(uint8_t)o->status, agent->link", "0, agent->link"),
    (RUN, "o->detail = p.detail;", ""),
    (RUN, "cell->used = false;", ""),
    # effects: what holds of every frame
    (EFF, "(p->held.rights & right) == right", "true", W),
    (EFF, "(p->held.rights & right) == right", "right == 0U || (p->held.rights & right) != 0U"),
    (EFF, "fm_require(p, p->held.target == idx_of(p, target), FM_E_TARGET)", "true", W),
    (EFF, "fm_require(p, fm_is_cap(&p->held), FM_E_NO_CAP)", "true"),
    (EFF, "FM_E_TARGET) &&\n           fm_stage_valid(p, AGENT(p), f->slot)", "FM_E_TARGET)", W),
    (EFF, "f->slot < fm_stage_header(p, AGENT(p))->nslots", "true"),
    (EFF, "fm_require(p, target != FM_NO_ENTRY, FM_E_NO_CELL)", "true"),
    (EFF, "!fm_require(p, fm_stage_header(p, AGENT(p))->lifecycle == FM_LIVE, FM_E_NOT_LIVE) ||", ""),
    (EFF, "fm_require(p, lifecycle == FM_SEALED, FM_E_NOT_SEALED)", "true"),
    (EFF, "fm_require(p, lifecycle == FM_LIVE, FM_E_NOT_LIVE)", "true", W),
    (EFF, "if (!p->self && index == 0U) {", "if (!p->self) {"),
    (EFF, "return FM_RIGHT_LIFE | FM_RIGHT_ADMIN;", "return FM_RIGHT_LIFE;"),
    (EFF, "return FM_RIGHT_LIFE | FM_RIGHT_ADMIN;", "return FM_RIGHT_ADMIN;"),
    (EFF, "case FM_OP_LIFT:\n    case FM_OP_FIX:\n        return FM_RIGHT_ADMIN;",
     "case FM_OP_LIFT:\n    case FM_OP_FIX:\n        return 0;"),
    (EFF, "return FM_RIGHT_GRANT;", "return 0;"),
    (EFF, "return FM_RIGHT_SPAWN;", "return 0;"),
    (EFF, "return FM_RIGHT_READ;", "return 0;"),
    (EFF, "return FM_RIGHT_SEND;", "return FM_RIGHT_MINT;"),
    # effects: cells and slots that are named
    (EFF, "fm_stage_header(p, entry)->lifecycle == FM_LIVE, FM_E_NOT_LIVE", "true, FM_E_NOT_LIVE"),
    (EFF, "fm_require(p, entry != FM_NO_ENTRY, FM_E_NO_CELL)", "true"),
    (EFF, "fm_require(p, slot < fm_stage_header(p, AGENT(p))->nslots", "fm_require(p, true"),
    (EFF, "record->kind == FM_KIND_FREE && record->generation", "record->generation", W),
    (EFF, " && record->generation != FM_U32_MAX", ""),
    # effects: row by row
    (EFF, "memcmp(value, operand(p, e->data_at), 32) == 0", "true"),
    (EFF, "h->nonce == e->number", "true"),
    (EFF, "h->balance >= 0 && (uint64_t)h->balance >= e->number", "(uint64_t)h->balance >= e->number"),
    (EFF, "(uint64_t)h->balance >= e->number", "true"),
    (EFF, "e->lo <= p->run->env->now && ", ""),
    (EFF, " && p->run->env->now <= e->hi", ""),
    (EFF, "(p->held.rights & FM_RIGHT_MINT) != 0U", "true"),
    (EFF, " && *from_after >= -INT64_MAX", ""),
    (EFF, "fm_require(p, from->balance >= amount, FM_E_BALANCE)", "true", W),
    (EFF, "fm_add_i64(fm_stage_header(p, to)->balance, amount, to_after),\n                      FM_E_BALANCE",
     "(*to_after = (int64_t)((uint64_t)fm_stage_header(p, to)->balance + (uint64_t)amount), true), FM_E_BALANCE"),
    (EFF, "to == FM_NO_ENTRY || !fm_require(p, to != p->subject, FM_E_SAME_CELL) ||", "to == FM_NO_ENTRY ||"),
    (EFF, "fm_stage_header(p, to)->asset == fm_stage_header(p, p->subject)->asset", "true", W),
    (EFF, "e->number <= p->held.max_amount", "true"),
    (EFF, " && used <= p->held.allowance", "", W),
    (EFF, "p->held.used = used;", "", W),
    (EFF, "fm_require(p, e->key < fm_stage_header(p, p->subject)->nfields, FM_E_NO_FIELD)", "true"),
    (EFF, "p->held.f_lo <= e->key && ", ""),
    (EFF, " && e->key < p->held.f_hi", ""),
    (EFF, "!fm_policy_admits(p, p->subject, 1, write)", "false", W),
    (EFF, "fm_stage_header(p, issuer)->lifecycle == FM_LIVE &&", ""),
    (EFF, "fm_stage_header(p, issuer)->asset == idx_of(p, issuer)", "true"),
    (EFF, " && fm_stage_find_id(p, id) == FM_NO_ENTRY", ""),
    (EFF, "fm_stage_header(p, p->subject)->policy == FM_POLICY_FIXED && factory >= 2U", "factory >= 2U"),
    (EFF, " && factory >= 2U", ""),
    (EFF, "!metered(p) || p->held.used < p->held.allowance", "true"),
    (EFF, "p->held.used += 1U;", ""),
    (EFF, "run->env->ncells + (uint64_t)run->ncreated < run->env->params->max_cells", "true"),
    (EFF, "(e->rights != 0U && !own_slot_free(p, e->slot, &slot))", "false"),
    (EFF, "p->self ? FM_POLICY_FREE : factory;", "FM_POLICY_FREE;", W),
    (EFF, "open.target = idx_of(p, AGENT(p));", "open.target = idx_of(p, cell);"),
    (EFF, "slot.rights = e->rights;", ""),
    (EFF, "slot.generation = generation;", ""),
    (EFF, " || old->target != target->idx", ""),
    (EFF, " || old->generation == FM_U32_MAX - 1U", ""),
    (EFF, "old->target == agent && old->epoch", "old->epoch"),
    (EFF, "old->target == agent && old->epoch != target->epoch[old->group]", "old->target == agent", W),
    (EFF, "if (old->parent_holder != agent) {", "if (false) {"),
    (EFF, "return old->epoch != target->epoch[old->group] || !fm_is_cap(&parent) ||",
     "return !fm_is_cap(&parent) ||"),
    (EFF, "!fm_is_cap(&parent) ||", ""),
    (EFF, "fm_is_cap(&parent) ||\n           parent.generation != old->parent_gen;", "fm_is_cap(&parent);"),
    (EFF, "own->epoch[limits->group]", "0"),
    (EFF, "!fm_require(p, dst != AGENT(p), FM_E_SAME_CELL) ||", ""),
    (EFF, "e->slot < fm_stage_header(p, dst)->nslots", "true"),
    (EFF, "record.kind == FM_KIND_OPEN && record.target == idx_of(p, AGENT(p))", "record.kind == FM_KIND_OPEN", W),
    (EFF, "record.kind == FM_KIND_OPEN && record.target", "record.target"),
    (EFF, "if (renewed) {\n        record.generation += 1U;\n    }", ""),
    (EFF, "fm_require(p, record.kind != FM_KIND_FREE, FM_E_NO_CAP)", "true"),
    (EFF, "fm_record_bump(&record, false);", "fm_record_clear(&record, record.generation);", W),
    (EFF, "if (!fm_require(p, fm_is_cap(&record), FM_E_NO_CAP)) {", "if (false) {"),
    (EFF, "fm_record_bump(&record, true);", "", W),
    (EFF, "fm_require(p, p->held.group == 0U || p->held.group == e->group, FM_E_GROUP)", "true"),
    (EFF, "h->epoch[e->group] != FM_U32_MAX, FM_E_RETIRED", "true, FM_E_RETIRED"),
    (EFF, "any == 0U || e->group < h->nfields, FM_E_NO_FIELD", "true, FM_E_NO_FIELD"),
    (EFF, "h->epoch[e->group] += 1U;", "", W),
    (EFF, "p->held.kind == FM_KIND_ROOT && p->held.group", "p->held.group"),
    (EFF, "p->held.kind == FM_KIND_ROOT && p->held.group == e->group &&", "p->held.kind == FM_KIND_ROOT &&"),
    (EFF, " &&\n        h->epoch[e->group] != FM_U32_MAX) {", ") {"),
    (EFF, "fm_require(p, (p->held.methods >> e->method & 1U) != 0U, FM_E_METHOD)", "true"),
    (EFF, "!fm_policy_admits(p, p->subject, e->count, writes)", "false"),
    (EFF, "fm_stage_header(p, p->subject)->policy == FM_POLICY_FREE, FM_E_POLICY_SET", "true, FM_E_POLICY_SET"),
    (EFF, "p->stop != FM_GO_ON || yes, FM_E_BAD_POSSESSION", "true, FM_E_BAD_POSSESSION"),
    (EFF, "fm_require(p, p->subject != AGENT(p), FM_E_SAME_CELL)", "true"),
    (EFF, "if (!fm_require(p, giver != FM_NO_ENTRY, FM_E_NO_CELL)) {", "if (false) {"),
    (EFF, "fm_stage_header(p, p->subject)->balance == 0", "true"),
    # stage: cells counted, chains walked
    (STAGE, "fm_stage_header(p, target)->lifecycle != FM_DESTROYED", "true"),
    (STAGE, "record.epoch == fm_stage_header(p, target)->epoch[record.group]", "true", W),
    (STAGE, "p->run->env->now <= record.expiry", "true", W),
    (STAGE, "p->run->env->now <= record.expiry", "p->run->env->now < record.expiry"),
    (STAGE, "fm_stage_header(p, holder)->lifecycle == FM_LIVE", "true", W),
    (STAGE, "fm_is_cap(&parent) && parent.generation", "parent.generation"),
    (STAGE, " && parent.generation == record.parent_gen", "", W),
    (STAGE, "if (run->nused >= FM_TURN_CELLS_MAX) {\n            (void)", "if (false) {\n            (void)"),
    (STAGE, "if (run->nused >= FM_TURN_CELLS_MAX) {\n        (void)", "if (false) {\n        (void)"),
    (STAGE, "run->nused >= FM_TURN_CELLS_MAX || run->ncells", "run->ncells"),
    # policy: methods, ranges, atoms
    (POL, "if (policy == FM_POLICY_FIXED) {\n        return fm_refuse(p, FM_E_POLICY, 0);", "if (policy == FM_POLICY_FIXED) {\n        return true;", W),
    (POL, "if (rule->broken) {", "if (false) {"),
    (POL, "field[1] != 0U ||\n        !is_zero(field + 6, 2)", "!is_zero(field + 6, 2)"),
    (POL, " || !is_zero(field + 24, 8)", ""),
    (POL, "field[1] >= 1U &&", ""),
    (POL, "field[1] <= METHOD_RANGES_MAX && is_zero(field + 2, 2) &&", "field[1] <= METHOD_RANGES_MAX &&"),
    (POL, "is_zero(field + 4 + 4U * (size_t)field[1], 32U - 4U - 4U * (size_t)field[1])", "true"),
    (POL, "key < rule->lo || ", ""),
    (POL, " || key >= rule->hi", ""),
    (POL, "return memcmp(new, old, 32) == 0;", "return true;"),
    (POL, "return is_zero(old, 32);", "return true;"),
    (POL, "return number(new) >= number(old);", "return true;"),
    (POL, "number(old) != FM_U64_MAX && number(new)", "number(new)"),
    (POL, " && number(new) == number(old) + 1U", ""),
    (POL, "rule->a <= number(new) && ", ""),
    (POL, " && number(new) <= rule->b", ""),
    (POL, "value_key >= rule->hi || ", ""),
    (POL, " || !written(w, value_key)", ""),
    (POL, " || number(tag) != number(old_tag) + 1U", ""),
    (POL, "number(old_tag) == FM_U64_MAX || ", ""),
    (POL, "return is_zero(value, 32);", "return true;"),
    (POL, "name_whole(tag) && (!was", "(!was"),
    (POL, "(!was || memcmp(old_tag, tag, NAME_BYTES) == 0) &&", ""),
    (POL, " &&\n           !name_taken(run, cell, w, rule, tag_key, tag)", ""),
    (POL, "header->policy > FM_POLICY_FIXED", "true"),
    (POL, "if (!fm_require(p, key < end, FM_E_NO_METHOD)) {", "if (false) {"),
    (POL, "fm_require(p, wkey < header->nfields, FM_E_NO_FIELD)", "true"),
    (POL, "inside && p->held.f_lo", "p->held.f_lo"),
    (POL, "p->held.f_lo <= wkey && ", ""),
    (POL, " && wkey < p->held.f_hi", ""),
    (POL, "return factory->nfields < end ? factory->nfields : end;", "return factory->nfields;"),
    # seal: batches, receipts, the way back
    (SEAL, "state->nbatches == FM_STATE_BATCHES_MAX || ", ""),
    (SEAL, "batch->now < now || ", ""),
    (SEAL, " ||\n        batch->height != height + 1U", ""),
    (SEAL, "top->seq += 1U;", "", W),
    (SEAL, "top->fees += cost;", ""),
    (SEAL, "memcpy(top->prev_receipt, state->receipt_hash, 32);", ""),
    (SEAL, "memcpy(receipt->head.prev_receipt, state->receipt_hash, 32);", ""),
    (SEAL, "undo && write.cell < born", "false", W),
    (SEAL, "set_next_id(state, before, h->id);", ""),
    (SEAL, "touch(t, before);", ""),
    (SEAL, "sort_gather(&g);", ""),
    (SEAL, "memcpy(r->head.link, o->link_before, 32);", ""),
    (SEAL, "memcpy(&state->receipt, end - FM_RECEIPT_BYTES, FM_RECEIPT_BYTES);", ""),
    # proof: what must be bound
    (PROOF, " || parts->idx >= p->top.ncells", ""),
    (PROOF, " || p->header.idx != parts->idx", "", W),
    (PROOF, "if (p->index >= n) {", "if (false) {"),
    (PROOF, "err == FM_OK && !fm_reader_end(r)", "false"),
    (PROOF, "if (memcmp(digest, proven->kind == FM_WRITE_RECORD ? parts.slots_root : parts.fields_root,\n                   32) != 0) {",
     "if (false) {"),
    (PROOF, "if (memcmp(digest, root, 32) != 0) {", "if (false) {", W),
    (PROOF, "memcmp(proven->header.id, id, 32) < 0 && ", ""),
    (PROOF, " && memcmp(id, proven->next_id, 32) < 0", ""),
    (PROOF, "if (fm_state_find(state, id) != FM_INDEX_NONE) {", "if (false) {"),
    # turn_decode: every bound of the wire
    (DEC, 'within(d, 2, "magic", FM_TURN_MAGIC, FM_TURN_MAGIC, magic);', ""),
    (DEC, 'within(d, 1, "version", FM_TURN_VERSION, FM_TURN_VERSION, fm_get_u8(&d->r));', "(void)fm_get_u8(&d->r);"),
    (DEC, 'within(d, 1, "frames", 1, FM_FRAMES_MAX, t->nframes);', ""),
    (DEC, 'within(d, 2, "length", n - FM_SIG_BYTES, n - FM_SIG_BYTES, t->body_bytes);', ""),
    (DEC, 'within(d, 1, "flags", 0, FM_TURN_AFTER | FM_TURN_ROOT, t->flags);', ""),
    (DEC, 'within(d, 1, "sig_kind", 1, 1, sig_kind);', ""),
    (DEC, 'within(d, 1, "group", 0, FM_GROUPS - 1U, l->group);', ""),
    (DEC, 'within(d, 2, "rights", 0, FM_RIGHTS_ALL, l->rights);', "", W),
    (DEC, 'within(d, 2, "f_hi", 0, FM_FIELDS_MAX, l->f_hi);', ""),
    (DEC, 'within(d, 4, "f_lo", 0, l->f_hi, l->f_lo);', ""),
    (DEC, 'within(d, 1, "check kind", FM_CHECK_FIELD, FM_CHECK_TIME, e->kind);', ""),
    (DEC, 'within(d, 1, "asset", 0, FM_ASSET_OF, e->kind);', ""),
    (DEC, 'within(d, 2, "nfields", 0, FM_FIELDS_MAX, e->nfields);', ""),
    (DEC, "e->nslots < FM_NOPEN_MAX ? e->nslots : FM_NOPEN_MAX", "FM_NOPEN_MAX"),
    (DEC, 'within(d, 2, "rights", 0, FM_RIGHTS_ALL, e->rights);', ""),
    (DEC, 'refuse(d, d->r.pos - 3, "slot", 0, e->slot);', ""),
    (DEC, 'refuse(d, d->r.pos - 2, "rights", 1, 0);', ""),
    (DEC, 'within(d, 1, "method", 0, FM_METHODS - 1U, e->method);', ""),
    (DEC, 'within(d, 1, "writes", 1, FM_INVOKE_WRITES_MAX, e->count);', ""),
    (DEC, "least = key + 1U;", "", W),
    (DEC, "uint32_t least = FM_RULE_FIRST;", "uint32_t least = 0;"),
    (DEC, 'refuse(d, e->data_at, "new_pk", 1, 0);', ""),
    (DEC, 'refuse(d, e->data_at - 1U, "rotates", 1, d->rotates);', ""),
    (DEC, "op == FM_OP_DROP || op == FM_OP_REVOKE", "op == FM_OP_REVOKE"),
    (DEC, "op == FM_OP_REVOKE || op == FM_OP_OPEN", "op == FM_OP_OPEN"),
    (DEC, " || op == FM_OP_ROTATE;", ";"),
    (DEC, "op == FM_OP_SEAL && f->kind == FM_FRAME_SELF", "false"),
    (DEC, 'within(d, 8, "amount", 1, INT64_MAX, e->number);', "", W),
    (DEC, 'within(d, 2, "key", FM_RULE_FIRST, 0xffff, e->key);', ""),
    (DEC, 'within(d, 1, "group", 0, FM_GROUPS - 1U, e->group);', ""),
    (DEC, 'within(d, 1, "event bytes", 1, FM_EVENT_BYTES_MAX, e->count);', ""),
    (DEC, 'within(d, 1, "on", 0, 1, e->kind);', ""),
    (DEC, 'within(d, 1, "frame kind", FM_FRAME_SELF, FM_FRAME_SLOT, f->kind);', ""),
    (DEC, "FM_EFFECTS_MAX - t->neffects, f->neffects", "FM_EFFECTS_MAX, f->neffects"),
    (DEC, 'within(d, 1, "op", FM_OP_CHECK, FM_OP_DESTROY, e->op);', ""),
    (DEC, "if (!d->r.bad && memcmp(out, zero, 32) == 0) {", "if (false) {"),
    (DEC, "d.why.code == FM_OK && fm_reader_left(&d.r) != 0", "false"),
    (DEC, " || n > FM_TURN_BYTES_MAX) {", ") {"),
]


def run(args, **more):
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **more)


def compile_to(src, obj, extra=()):
    done = run(FLAGS + list(extra) + [src, "-o", obj])
    return done.returncode == 0, done.stdout


def obj_of(src):
    return os.path.join(WORK, src.replace("/", "_") + ".o")


def build_all():
    """Compiles the heart, the wire, the tests and one main that picks a test by name."""
    libs = [os.path.join(d, f) for d in ("lib/core", "lib/wire") for f in sorted(os.listdir(d)) if f.endswith(".c")]
    driver = os.path.join(WORK, "driver.c")
    with open(driver, "w") as f:
        for name in PROGRAMS:
            f.write(f"int main_{name}(void);\n")
        f.write("#include <string.h>\nint main(int n, char **a) {\n (void)n;\n")
        for name in PROGRAMS:
            f.write(f' if (strcmp(a[1], "{name}") == 0) return main_{name}();\n')
        f.write(" return 9;\n}\n")
    jobs = [(s, ()) for s in libs + HELPERS + [driver]] + [(s, (f"-Dmain=main_{n}",)) for n, s in PROGRAMS.items()]
    for src, extra in jobs:
        good, text = compile_to(src, obj_of(src), extra)
        if not good:
            sys.exit(f"{src} does not compile:\n{text}")
    return [obj_of(s) for s, _ in jobs]


def killer(exe, wire):
    """The name of the first test that fails with this build, or None."""
    order = [n for n in PROGRAMS if wire or n != "malformed"]
    env = dict(os.environ, DIFF_TURNS="8000", DIFF_PART="1", DIFF_SEED="77")
    for name in order:
        try:
            done = run([exe, name], env=env, timeout=60)
        except subprocess.TimeoutExpired:
            return name + " (hangs)"
        if done.returncode != 0:
            return name
    return None


def try_mutant(number, mutant, objects):
    path, old, new = mutant[:3]
    with open(path) as f:
        text = f.read()
    if text.count(old) != 1:
        return False, f"its text is there {text.count(old)} times"
    changed = os.path.join(WORK, "mutant.c")
    with open(changed, "w") as f:
        f.write(text.replace(old, new))
    obj, exe = os.path.join(WORK, "mutant.o"), os.path.join(WORK, "mutant")
    good, why = compile_to(changed, obj)
    if not good:
        return False, "it does not compile: " + why.splitlines()[0]
    linked = run(["clang"] + [obj if o == obj_of(path) else o for o in objects] +
                 [*ARCHIVES, "-o", exe])
    if linked.returncode != 0:
        return False, "it does not link: " + linked.stdout[:200]
    by = killer(exe, path == DEC)
    return by is not None, by or "it survives"


def main():
    os.makedirs(WORK, exist_ok=True)
    objects = build_all()
    exe = os.path.join(WORK, "whole")
    run(["clang"] + objects + [*ARCHIVES, "-o", exe], check=True)
    by = killer(exe, True)
    print(f"{'ok' if by is None else 'not ok'} 1 - MUT0000 the heart as it is passes", by or "")
    picked = [i for i, m in enumerate(MUTANTS) if len(m) > 3 or os.environ.get("MUTANTS") == "all"]
    if len(sys.argv) > 1:
        picked = [int(a) - 1 for a in sys.argv[1:]]
    failed = by is not None
    for n, i in enumerate(picked):
        died, note = try_mutant(i, MUTANTS[i], objects)
        failed = failed or not died
        print(f"{'ok' if died else 'not ok'} {n + 2} - MUT{i + 1:04d} {MUTANTS[i][0]}: without"
              f" {' '.join(MUTANTS[i][1].split())[:90]}\n# {note}", flush=True)
    print(f"1..{len(picked) + 1}")
    sys.exit(1 if failed else 0)


main()
