/* SPDX-License-Identifier: Apache-2.0 */
/* Proof files: made and checked. */
#include "host/cli/stark.h"

#include "host/cli/crew.h"
#include "stark/prove.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

bool stark_options(const struct args *a, struct stark_job *job)
{
    static const char *const names[] = {"P100", "P128", "U100", "P100F"};
    const char *name = opt_text(a, "profile", "P100");
    uint64_t threads;

    if (!opt_number(a, "threads", 1, 1, CREW_HANDS_MAX, &threads)) {
        return false;
    }
    job->threads = (unsigned)threads;
    for (unsigned i = 0; i < FM_ARRAY_LEN(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            job->profile = i + 1U;
            return true;
        }
    }
    (void)say_error(FM_E_USAGE, "--profile takes P100, P128, U100 or P100F, got '%s'", name);
    return false;
}

int stark_out(const struct args *a, const char **path)
{
    *path = opt_text(a, "out", NULL);
    return *path != NULL ? 0 : say_error(FM_E_USAGE, "--out FILE takes the proof");
}

static void say_ms(const char *key, double s)
{
    char text[32];

    snprintf(text, sizeof text, "%.1f", s * 1e3);
    say_text(key, text);
}

/* What proving takes, all at once. */
struct room {
    uint32_t *trace;
    void *arena;
    void *scratch;
    uint8_t *proof;
    size_t need;
    size_t cap;
    size_t len;
};

static bool take_room(struct room *r, const struct fm_stark_statement *st)
{
    r->need = fm_stark_arena_size(st);
    r->cap = fm_stark_proof_size(st);
    r->trace = calloc((size_t)st->air->ncols << st->air->log_n, sizeof *r->trace);
    r->arena = malloc(r->need);
    r->proof = malloc(r->cap);
    r->scratch = malloc(fm_stark_verify_scratch());
    return r->need != 0 && r->trace != NULL && r->arena != NULL && r->proof != NULL && r->scratch != NULL;
}

static void leave_room(struct room *r)
{
    free(r->trace);
    free(r->arena);
    free(r->proof);
    free(r->scratch);
}

static int write_file(const struct stark_job *job, const struct room *r, const char *path)
{
    uint8_t head[FM_STARK_CLAIM_AT];
    struct fm_writer w;
    FILE *out = fopen(path, "wb");

    fm_writer_init(&w, head, sizeof head);
    fm_file_put(&w, job->kind, job->profile, job->claim_bytes);
    if (out == NULL || fwrite(head, 1, sizeof head, out) != sizeof head ||
        fwrite(job->claim, 1, job->claim_bytes, out) != job->claim_bytes ||
        fwrite(r->proof, 1, r->len, out) != r->len || fclose(out) != 0) {
        return say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    }
    return 0;
}

static void tell_phase(enum fm_stark_phase begins)
{
    say_progress(crew_phase_name(begins), begins + 1U, FM_PHASES + 1U);
}

/* By as many threads as the job wants. Says what is wrong, if something is. */
static int make_proof(const struct stark_job *job, struct room *r, struct crew *crew)
{
    struct fm_stark_fault fault = {0};
    fm_err err = fm_stark_prove_by(&crew->hook, job->st, r->trace, r->arena, r->need, r->proof, r->cap, &r->len,
                                   &fault);

    if (err == FM_E_STARK_TRACE) {
        return say_error(err, "constraint %u does not hold in row %u", fault.constraint, fault.row);
    }
    if (err == FM_E_STARK_ARENA || err == FM_E_STARK_OUTPUT) {
        return say_error(err, "%zu bytes are needed", fault.need);
    }
    return err == FM_OK ? 0 : say_error(err, "no proof was made");
}

static void say_proof(const struct stark_job *job, const struct room *r, const struct crew *crew, const double times[4],
                      const char *path)
{
    say_begin();
    say_bool("ok", true);
    say_text("proof", path);
    say_u64("bytes", FM_STARK_CLAIM_AT + job->claim_bytes + r->len);
    say_text("profile", job->st->profile->name);
    say_u64("proven_bits", job->st->profile->bits);
    say_u64("rows", 1ULL << job->st->air->log_n);
    say_u64("memory_bytes", r->need);
    say_u64("threads", job->threads);
    say_ms("trace_ms", times[1] - times[0]);
    say_ms("prove_ms", times[2] - times[1]);
    for (unsigned i = 0; i < FM_PHASE_DONE; i++) {
        char key[32];

        snprintf(key, sizeof key, "prove_%s_ms", crew_phase_name((enum fm_stark_phase)i));
        say_ms(key, crew->phase_s[i]);
    }
    say_ms("verify_ms", times[3] - times[2]);
    say_end();
}

int stark_prove(const struct stark_job *job, const char *path)
{
    struct room r;
    static struct crew crew;
    double times[4];
    fm_err err;
    int status = 0;

    if (!take_room(&r, job->st)) {
        leave_room(&r);
        return say_error(FM_E_NO_SPACE, "a proof of %u rows needs %zu bytes of memory", 1U << job->st->air->log_n,
                         r.need);
    }
    if (!crew_open(&crew, job->threads)) {
        leave_room(&r);
        return say_error(FM_E_NO_SPACE, "%u threads cannot be had", job->threads);
    }
    crew.tell = tell_phase;
    say_progress("trace", 0, FM_PHASES + 1U);
    times[0] = seconds();
    err = job->trace(job, r.trace);
    times[1] = seconds();
    status = err == FM_OK ? make_proof(job, &r, &crew) : say_error(err, "there is nothing true to prove");
    times[2] = seconds();
    if (status == 0) {
        err = fm_stark_verify(job->st, r.proof, r.len, r.scratch, fm_stark_verify_scratch());
        status = err == FM_OK ? 0 : say_error(err, "nothing was written to %s", path);
    }
    times[3] = seconds();
    say_progress("verify", FM_PHASES + 1U, FM_PHASES + 1U);
    status = status == 0 ? write_file(job, &r, path) : status;
    if (status == 0) {
        say_proof(job, &r, &crew, times, path);
    }
    crew_close(&crew);
    leave_room(&r);
    return status;
}

bool stark_is_proof(const uint8_t *bytes, size_t n)
{
    return n >= FM_STARK_CLAIM_AT && memcmp(bytes, FM_FILE_MAGIC, 16) == 0;
}

/* A file that was examined: what came of it, and its claim, which says what it is about. */
struct exam {
    uint8_t trusted[32]; /* a root, or a receipt's hash */
    const char *from;    /* --from, or NULL */
    struct fm_file file;
    fm_err err;
};

static int malformed(void)
{
    return say_error(FM_E_STARK_CLAIM, "the claim is not well formed");
}

static void hex_text(const uint8_t bytes[32], char text[65])
{
    for (size_t i = 0; i < 32; i++) {
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
}

/* Another receipt, or root, than the one that is trusted. */
static int other_end(const struct exam *x, const uint8_t got[32])
{
    char came[65];
    char named[65];

    hex_text(got, came);
    hex_text(x->trusted, named);
    return say_error(FM_E_PROOF_ROOT, "the proof is about %s, you trust %s", came, named);
}

static void say_limits(const struct fm_limits *l)
{
    char rights[128];

    rights_text(l->rights, rights, sizeof rights);
    say_text("rights", rights);
    say_u64("methods", l->methods);
    say_u64("fields_from", l->f_lo);
    say_u64("fields_to", l->f_hi);
    say_u64("max_amount", l->max_amount);
    say_u64("allowance", l->allowance);
    say_u64("expiry", l->expiry);
    say_u64("badge", l->badge);
    say_u64("group", l->group);
}

static int exam_member(struct exam *x)
{
    struct fm_stark_member m;
    struct fm_record record;
    char rights[128];

    if (!fm_file_member(&x->file.claim, &m)) {
        return malformed();
    }
    if (x->err != FM_OK) {
        char named[65];

        hex_text(x->trusted, named);
        return say_error(x->err, "it is not shown that slot %u of cell %u holds this record under root %s", m.slot,
                         m.cell, named);
    }
    memcpy(&record, m.record, sizeof record);
    rights_text(record.rights, rights, sizeof rights);
    say_begin();
    say_text("statement", "MEMBER");
    say_u64("cell", m.cell);
    say_u64("slot", m.slot);
    say_u64("kind", record.kind);
    say_text("rights", rights);
    say_u64("target", record.target);
    return 0;
}

/* Where in its claim a chain is not what it says. */
static int refuse_chain(const struct exam *x, const struct fm_chain_claim *c)
{
    uint8_t at = 0;
    uint8_t axis = 0;
    uint8_t root[32];

    fm_opened_root(&c->state, root);
    if (memcmp(root, x->trusted, 32) != 0) {
        return other_end(x, root);
    }
    return fm_chain_check(c, x->trusted, &at, &axis) != FM_OK ? say_error(x->err, "link %u, axis %u", at, axis)
                                                              : say_error(x->err, "CAPCHAIN");
}

static int exam_chain(struct exam *x)
{
    static struct fm_chain_claim c;
    char name[CLI_NAME_MAX];

    if (!fm_chain_get(&x->file.claim, &c)) {
        return malformed();
    }
    if (x->err != FM_OK) {
        return refuse_chain(x, &c);
    }
    say_begin();
    say_text("statement", "CAPCHAIN");
    book_name(c.link[0].cell.header.id, name);
    say_text("holder", name);
    say_u64("slot", c.link[0].slot);
    book_name(c.target.header.id, name);
    say_text("target", name);
    say_limits(&c.limits);
    say_u64("links", c.nlinks);
    say_u64("as_of", c.now);
    say_hex("ledger", c.state.top.ledger, 32);
    return 0;
}

static int exam_receipts(struct exam *x)
{
    static struct fm_rcpt_claim c;

    if (!fm_rcpt_get(&x->file.claim, &c)) {
        return malformed();
    }
    if (x->err != FM_OK) {
        return x->err == FM_E_PROOF_ROOT ? other_end(x, c.last_hash) : say_error(x->err, "RCPTCHAIN");
    }
    say_begin();
    say_text("statement", "RCPTCHAIN");
    say_u64("receipts", c.count);
    say_u64("first_seq", c.first_seq);
    say_u64("first_height", c.height[0]);
    say_u64("last_height", c.height[c.count - 1U]);
    say_hex("follows", c.first_prev, 32);
    say_hex("from_root", c.first_pre_root, 32);
    say_hex("to_root", c.last_post_root, 32);
    return 0;
}

static int exam_agent(struct exam *x)
{
    struct fm_agent_claim c;
    char name[CLI_NAME_MAX];
    uint8_t hash[32];
    uint8_t want[32];

    if (!fm_agent_get(&x->file.claim, &c)) {
        return malformed();
    }
    if (x->err == FM_E_PROOF_ROOT) {
        fm_hash(FM_H_RECEIPT, (const uint8_t *)&c.last, sizeof c.last, hash);
        return other_end(x, hash);
    }
    if (x->err != FM_OK) {
        return say_error(x->err, "RCPTCHAIN-A");
    }
    fm_hash(FM_H_RECEIPT, (const uint8_t *)&c.first, sizeof c.first, hash);
    if (x->from != NULL && (!text_hex(x->from, want, 32) || memcmp(hash, want, 32) != 0)) {
        char text[65];

        hex_text(hash, text);
        return say_error(FM_E_PROOF_ROOT, "the proof begins at receipt %s, --from names %s", text, x->from);
    }
    say_begin();
    say_text("statement", "RCPTCHAIN-A");
    book_name(c.last.agent, name);
    say_text("agent", name);
    say_u64("receipts", c.count);
    say_u64("first_nonce", c.first.nonce);
    say_u64("last_nonce", c.last.nonce);
    say_hex("from_receipt", hash, 32);
    say_bool("from_trusted", x->from != NULL);
    return 0;
}

static int exam_delegation(struct exam *x)
{
    static struct fm_deleg_claim c;
    bool whole = x->file.kind == FM_STARK_DELEG_W;
    char name[CLI_NAME_MAX];
    uint8_t hash[32];

    if (!fm_deleg_get(&x->file.claim, whole, &c)) {
        return malformed();
    }
    fm_receipt_hash(&c.receipt, hash);
    if (x->err == FM_E_PROOF_ROOT && memcmp(hash, x->trusted, 32) != 0) {
        return other_end(x, hash);
    }
    if (x->err != FM_OK) {
        return say_error(x->err, whole ? "DELEG-W" : "DELEG-P");
    }
    say_begin();
    say_text("statement", whole ? "DELEG-W" : "DELEG-P");
    book_name(c.held.link[0].cell.header.id, name);
    say_text("from", name);
    say_u64("from_slot", c.held.link[0].slot);
    say_u64("links", c.held.nlinks);
    book_name(c.dst.header.id, name);
    say_text("to", name);
    say_u64("slot", c.dst_slot);
    book_name(c.held.target.header.id, name);
    say_text("target", name);
    say_limits(&c.held.limits);
    say_u64("seq", c.receipt.head.seq);
    say_hex("ledger", c.held.state.top.ledger, 32);
    return 0;
}

/* Says what was shown, or why nothing was. */
static int report(struct exam *x)
{
    static int (*const exams[])(struct exam *x) = {
        [FM_STARK_MEMBER] = exam_member,     [FM_STARK_CAPCHAIN] = exam_chain,    [FM_STARK_RCPTCHAIN] = exam_receipts,
        [FM_STARK_DELEG_P] = exam_delegation, [FM_STARK_RCPTCHAIN_A] = exam_agent, [FM_STARK_DELEG_W] = exam_delegation,
    };
    int status;

    if (x->err == FM_E_STARK_CLAIM || x->err == FM_E_STARK_PROFILE) {
        return x->err == FM_E_STARK_CLAIM ? malformed()
                                          : say_error(x->err, "profile %u claims no 100 bits", x->file.profile);
    }
    status = exams[x->file.kind](x);
    if (status == 0) {
        say_u64("proven_bits", fm_stark_profile(x->file.profile)->bits);
        say_bool("ok", true);
        say_end();
    }
    return status;
}

int stark_verify(const struct args *a, const uint8_t *bytes, size_t n)
{
    struct exam x = {.from = opt_text(a, "from", NULL)};
    size_t need = fm_stark_file_scratch();
    const char *option;
    void *scratch;

    x.err = fm_file_open(&x.file, bytes, n);
    if (x.err != FM_OK) {
        return say_error(x.err, "%zu bytes", n);
    }
    if (x.file.kind < FM_STARK_MEMBER || x.file.kind > FM_STARK_DELEG_W) {
        return say_error(FM_E_STARK_KIND, "a statement of kind %u is not known here", x.file.kind);
    }
    option = x.file.kind == FM_STARK_MEMBER || x.file.kind == FM_STARK_CAPCHAIN ? "root" : "receipt";
    if (!text_hex(opt_text(a, option, ""), x.trusted, 32)) {
        return say_error(FM_E_USAGE, "this proof is checked against --%s, 64 hexadecimal digits that you trust",
            option);
    }
    scratch = malloc(need);
    if (scratch == NULL) {
        return say_error(FM_E_NO_SPACE, "checking a proof");
    }
    x.err = fm_stark_file_verify(x.file.kind, x.trusted, bytes, n, scratch, need);
    free(scratch);
    return report(&x);
}
