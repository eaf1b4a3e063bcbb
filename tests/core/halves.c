/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves at their seams: batches in order, verdicts that nobody asked for, proofs with a
 * bit flipped, limits of the wire. */
#include "crypto/sign.h"
#include "tests/core/world.h"
#include "tests/tap.h"

#include <stdio.h>

static void test_batches(struct world *w)
{
    struct fm_batch first = {w->state.top.height + 1U, w->batch.now};
    struct fm_batch next = {first.height + 6U, first.now};

    TAP_OK(!fm_state_open_batch(&w->state, &next), "HLV0001 a batch that skips heights is refused");
    next = (struct fm_batch){first.height, w->state.top.now - 1U};
    TAP_OK(!fm_state_open_batch(&w->state, &next), "HLV0002 a batch whose clock fell is refused");
    TAP_OK(fm_state_open_batch(&w->state, &first), "HLV0003 the next batch opens");
    next = (struct fm_batch){first.height + 6U, first.now};
    TAP_OK(!fm_state_open_batch(&w->state, &next),
           "HLV0004 the second one may not skip either, though no turn was sealed");
    next.height = first.height;
    TAP_OK(!fm_state_open_batch(&w->state, &next), "HLV0005 nor stand at the same height");
    next = (struct fm_batch){first.height + 1U, first.now - 1U};
    TAP_OK(!fm_state_open_batch(&w->state, &next), "HLV0006 nor turn the clock back");
    next.now = first.now;
    TAP_OK(fm_state_open_batch(&w->state, &next), "HLV0007 the second batch opens");
    next.height++;
    TAP_OK(!fm_state_open_batch(&w->state, &next), "HLV0008 a third one does not");
    fm_state_nak(&w->state);
}

/* A shell that supplies verdicts on other things gets asked, and the turn ends in a bounded number of calls. */
static void test_verdicts(struct world *w, struct actor *a)
{
    struct fm_turn_maker *m = world_begin(w, a);
    struct actor next;
    struct fm_run_env env;
    uint8_t text[FM_SIGNED_TEXT_BYTES] = {1};
    uint8_t sig[64];
    unsigned calls = 0;

    actor_keys(&next, 77);
    fm_rotate_text(w->state.top.ledger, a->id, world_header(w, a->idx)->nonce, next.pk, text);
    fm_ed25519_sign(next.sk, text, sizeof text, sig);
    fm_turn_self(m);
    fm_turn_rotate(m, next.pk, sig);
    w->wire_bytes = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
    TAP_EQ(fm_turn_decode(&w->turn, w->wire, w->wire_bytes, NULL), FM_OK,
           "HLV0009 a turn with two signatures");
    fm_state_env(&w->state, w->batch.now, &env);
    fm_drive_begin(&w->run, &w->state, &env, &w->turn);
    while (calls < 100 && fm_drive_step(&w->run, &w->state) == FM_RUN_NEED_VERDICT) {
        uint8_t other[FM_SIGNED_TEXT_BYTES] = {(uint8_t)calls};

        /* foreign verdicts before and after the one that was asked for, all of them yes */
        fm_run_supply_verdict(&w->run, next.pk, other, true);
        fm_run_supply_verdict(&w->run, w->run.need.pk, w->run.need.text,
                              fm_ed25519_verify(w->run.need.pk, w->run.need.text,
                                                FM_SIGNED_TEXT_BYTES, w->run.need.sig));
        other[1] = 9;
        fm_run_supply_verdict(&w->run, a->pk, other, true);
        calls++;
    }
    TAP_EQ(calls, 2, "HLV0010 two verdicts are asked for, whatever else is supplied");
    TAP_EQ(w->run.outcome.status, FM_COMMITTED, "HLV0011 and the turn commits");
}

/* A verdict belongs to a key and a text: yes for another key over the same text, as after a ROTATE, is no verdict. */
static void test_other_key(struct world *w, struct actor *a)
{
    struct fm_turn_maker *m = world_begin(w, a);
    struct fm_run_env env;
    struct actor other;

    actor_keys(&other, 78);
    fm_turn_self(m);
    fm_turn_check_balance(m, 0);
    w->wire_bytes = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
    (void)!fm_turn_decode(&w->turn, w->wire, w->wire_bytes, NULL);
    fm_state_env(&w->state, w->batch.now, &env);
    fm_drive_begin(&w->run, &w->state, &env, &w->turn);
    TAP_EQ(fm_drive_step(&w->run, &w->state), FM_RUN_NEED_VERDICT,
           "HLV0028 a verdict is asked for");
    for (int i = 0; i < 4; i++) {
        fm_run_supply_verdict(&w->run, other.pk, w->run.need.text, true);
    }
    TAP_EQ(fm_drive_step(&w->run, &w->state), FM_RUN_NEED_VERDICT,
           "HLV0029 and asked for again: yes for another key, four times, is none");
    fm_run_supply_verdict(&w->run, w->run.need.pk, w->run.need.text, false);
    TAP_EQ(fm_drive_step(&w->run, &w->state), FM_RUN_DONE, "HLV0030 the right one ends it");
    TAP_OK(w->run.outcome.status == FM_REJECTED && world_reason(w) == FM_E_BAD_SIGNATURE,
           "HLV0031 with what it says, no");
}

/* Whether what a proof shows is so: a flipped index may point at another empty slot, which is as true. */
static bool is_true(const struct world *w, const struct fm_proven *p)
{
    const struct fm_header *h = world_header(w, p->header.idx);

    if (memcmp(h, &p->header, sizeof *h) != 0) {
        return false;
    }
    return p->kind == 0U ||
           (p->kind == FM_WRITE_RECORD
                ? memcmp(world_record(w, h->idx, (uint8_t)p->index), &p->record, 64) == 0
                : memcmp(world_field(w, h->idx, p->index), p->value, 32) == 0);
}

static void test_proofs(struct world *w, struct actor *a)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t absent[32] = {5};
    struct fm_proven proven;
    unsigned accepted = 0;
    unsigned tried = 0;

    for (uint8_t kind = 0; kind <= FM_WRITE_FIELD; kind++) {
        size_t n = kind == 1U ? fm_proof_make_absent(&w->state, absent, proof, sizeof proof)
                              : fm_proof_make(&w->state, a->idx, kind, kind == 0U ? 0 : 3, proof,
                                              sizeof proof);
        char name[96];

        snprintf(name, sizeof name, "HLV0012 a proof of kind %u verifies", kind);
        TAP_OK(n > 0 && fm_proof_verify(proof, n, w->state.root, &proven, NULL) == FM_OK, name);
        if (kind == 1U) {
            TAP_OK(fm_proven_absent(&proven, absent) &&
                       !fm_proven_absent(&proven, proven.header.id) &&
                       !fm_proven_absent(&proven, proven.next_id),
                   "HLV0013 it shows that one absent, and not its neighbours");
        }
        for (size_t bit = 0; bit < n * 8U; bit++) {
            proof[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
            if (fm_proof_verify(proof, n, w->state.root, &proven, NULL) == FM_OK) {
                accepted += is_true(w, &proven) ? 0U : 1U;
            }
            tried++;
            proof[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
        }
        for (size_t cut = 0; cut < n; cut++) {
            if (fm_proof_verify(proof, cut, w->state.root, &proven, NULL) == FM_OK) {
                accepted +=
                    is_true(w, &proven) ? 0U : 1U; /* a cut may leave the proof of the cell alone */
            }
            tried++;
        }
        accepted += fm_proof_verify(proof, n + 1U <= sizeof proof ? n + 1U : n, w->state.root,
                                    &proven, NULL) == FM_OK
                        ? 1U
                        : 0U;
    }
    tap_note_u64("proofs with a flip or a cut", tried);
    TAP_EQ(accepted, 0, "HLV0014 no flipped bit, cut or added byte shows what is not so");
    TAP_EQ(fm_proof_make_absent(&w->state, a->id, proof, sizeof proof), 0,
           "HLV0015 a cell that exists cannot be shown absent");
    memset(absent, 0xff, sizeof absent);
    TAP_EQ(fm_proof_make_absent(&w->state, absent, proof, sizeof proof), 0,
           "HLV0040 nor the id MAX, which counts as taken");
    absent[31] = 0xfe;
    TAP_OK(fm_proof_make_absent(&w->state, absent, proof, sizeof proof) > 0,
           "HLV0041 the one below it can");
}

/* Limits of heart.md section 14 at their edges, as MALFORMED or not. */
static bool decodes(struct world *w)
{
    size_t n = fm_turn_finish(&w->maker);

    if (n == 0) {
        return false;
    }
    memset(w->wire + n, 0, FM_SIG_BYTES);
    return fm_turn_decode(&w->turn, w->wire, n + FM_SIG_BYTES, &w->why) == FM_OK;
}

static bool with_frames(struct world *w, struct actor *a, int frames)
{
    struct fm_turn_maker *m = world_begin(w, a);

    for (int i = 0; i < frames; i++) {
        fm_turn_self(m);
        fm_turn_fix(m);
    }
    return decodes(w);
}

static bool with_effects(struct world *w, struct actor *a, int effects)
{
    struct fm_turn_maker *m = world_begin(w, a);

    fm_turn_self(m);
    for (int i = 0; i < effects; i++) {
        fm_turn_fix(m);
    }
    return decodes(w);
}

static bool with_writes(struct world *w, struct actor *a, uint8_t n, uint16_t first)
{
    struct fm_turn_maker *m = world_begin(w, a);
    uint8_t writes[9 * 34] = {0};

    for (uint8_t i = 0; i < n; i++) {
        fm_put_le16(writes + i * 34U, (uint16_t)(first + i));
    }
    fm_turn_self(m);
    fm_turn_invoke(m, 1, n, writes);
    return decodes(w);
}

static bool with_create(struct world *w, struct actor *a, struct fm_create c)
{
    struct fm_turn_maker *m = world_begin(w, a);

    c.owner_pk[0] = 1;
    fm_turn_self(m);
    fm_turn_create(m, &c);
    return decodes(w);
}

static bool with_limits(struct world *w, struct actor *a, struct fm_limits l)
{
    struct fm_turn_maker *m = world_begin(w, a);

    fm_turn_self(m);
    fm_turn_attenuate(m, 0, &l);
    return decodes(w);
}

static bool with_event(struct world *w, struct actor *a, uint8_t n)
{
    const uint8_t bytes[65] = {0};
    struct fm_turn_maker *m = world_begin(w, a);

    fm_turn_self(m);
    fm_turn_event(m, n, bytes);
    return decodes(w);
}

static void test_edges(struct world *w, struct actor *a)
{
    struct fm_limits l = limits_of(0);

    TAP_OK(with_frames(w, a, 1) && with_frames(w, a, 8) && !with_frames(w, a, 9) &&
               !with_frames(w, a, 0),
           "HLV0016 1 to 8 frames");
    TAP_OK(with_effects(w, a, 64) && !with_effects(w, a, 65) && !with_effects(w, a, 0),
           "HLV0017 1 to 64 effects");
    TAP_OK(with_writes(w, a, 8, 8) && !with_writes(w, a, 9, 8) && !with_writes(w, a, 0, 8) &&
               !with_writes(w, a, 1, 7),
           "HLV0018 1 to 8 writes, no key below 8");
    TAP_OK(with_event(w, a, 64) && !with_event(w, a, 65) && !with_event(w, a, 0),
           "HLV0019 events of 1 to 64 bytes");
    TAP_OK(with_create(w, a, (struct fm_create){.nfields = 1024}) &&
               !with_create(w, a, (struct fm_create){.nfields = 1025}),
           "HLV0020 up to 1024 fields");
    TAP_OK(with_create(w, a, (struct fm_create){.nslots = 8, .nopen = 8}) &&
               !with_create(w, a, (struct fm_create){.nslots = 9, .nopen = 9}) &&
               !with_create(w, a, (struct fm_create){.nslots = 7, .nopen = 8}),
           "HLV0021 up to 8 open slots, and no more than there are");
    TAP_OK(!with_create(w, a, (struct fm_create){.slot = 1}) &&
               !with_create(w, a, (struct fm_create){.rights = 0x400}) &&
               !with_create(w, a, (struct fm_create){.asset = 3}),
           "HLV0022 a slot without rights, an unknown right, an unknown asset");
    TAP_OK(with_limits(w, a, l), "HLV0023 limits");
    l.f_hi = 1025;
    TAP_OK(!with_limits(w, a, l) && w->why.code == FM_E_MALFORMED &&
               strcmp(w->why.field, "f_hi") == 0 && w->why.expected == 1024 && w->why.got == 1025,
           "HLV0024 f_hi above 1024: the place, what was expected and what came");
    l.f_hi = 8;
    l.f_lo = 9;
    TAP_OK(!with_limits(w, a, l), "HLV0025 f_lo above f_hi");
    l.f_lo = 8;
    l.group = 8;
    TAP_OK(!with_limits(w, a, l), "HLV0026 group 8");
    l.group = 7;
    l.rights = 0x400;
    TAP_OK(!with_limits(w, a, l), "HLV0027 an eleventh right");
}

int main(void)
{
    struct world *w = world_new(NULL);
    struct actor *a = world_actor(w, 0, 8, 16, 100);

    (void)world_actor(w, 1, 3, 9, 0);
    test_batches(w);
    test_verdicts(w, a);
    test_other_key(w, a);
    test_proofs(w, a);
    test_edges(w, a);
    world_free(w);
    return tap_done();
}
