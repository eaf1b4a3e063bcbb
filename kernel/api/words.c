/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug kernel's words for a refusal: who asked, for what, and what was expected. One line each:
 *   kernel: thread 0x... at pc 0x...: CNODE_COPY on capability 0x7d6 refused (DELETE_FIRST): expected ...
 * The numbers of the answer say most of it; the table below says the rest, by invocation and error.
 */
#include "kernel/api/call.h"
#include "kernel/boot/boot.h"

static const char *const labels[] = FM_LABEL_NAMES;
static const char *const errors[] = FM_KERR_NAMES;

/* Argument and capability numbers are those of the answer; ANY where the answer has none. */
#define ANY 0xffu

struct expected {
    uint16_t label;
    uint8_t error;
    uint8_t which;
    const char *words;
};

#define ARG(label, which, words) {FM_LABEL_##label, FM_KERR_INVALID_ARGUMENT, which, words}
#define CAP(label, which, words) {FM_LABEL_##label, FM_KERR_INVALID_CAPABILITY, which, words}
#define ILL(label, words) {FM_LABEL_##label, FM_KERR_ILLEGAL_OPERATION, ANY, words}
#define DEL(label, words) {FM_LABEL_##label, FM_KERR_DELETE_FIRST, ANY, words}
#define REV(label, words) {FM_LABEL_##label, FM_KERR_REVOKE_FIRST, ANY, words}

#define WORDS_SPACES                                                                               \
    "a CNode and an address space with an ASID that may be copied, and no long deletion in their old slots"
#define WORDS_HANDLER "no capability, or an endpoint with Write and Grant or GrantReply, as the handler"
#define WORDS_ROOT "an address space with an ASID of its own"
#define WORDS_EMPTY "an empty slot to put the capability into"

static const struct expected table[] = {
    ARG(UNTYPED_RETYPE, 0, "a type of object that exists"),
    ARG(UNTYPED_RETYPE, 1, "a size that the type can have, and frames or untyped memory only out of device memory"),
    DEL(UNTYPED_RETYPE, "only empty slots in the window"),
    DEL(CNODE_COPY, WORDS_EMPTY),
    DEL(CNODE_MINT, WORDS_EMPTY),
    DEL(CNODE_MOVE, WORDS_EMPTY),
    DEL(CNODE_MUTATE, WORDS_EMPTY),
    DEL(CNODE_ROTATE, "an empty slot, or the source itself, as the target"),
    ILL(CNODE_COPY, "a capability that may be copied: not of IRQ control, nor a table without a place"),
    ILL(CNODE_MINT, "a capability that may be copied, without a badge if one is given, and a guard that fits"),
    ILL(CNODE_MOVE, "a capability that is not being deleted"),
    ILL(CNODE_MUTATE, "a CNode whose guard fits: nothing else may be changed in place"),
    ILL(CNODE_ROTATE, "a pivot that is neither source nor target, and no badge to be set"),
    ILL(CNODE_CANCEL_BADGED_SENDS, "an endpoint with all four rights"),
    REV(CNODE_COPY, "untyped memory that nothing derives from"),
    REV(CNODE_MINT, "untyped memory that nothing derives from"),
    ILL(TCB_READ_REGISTERS, "another thread than the calling one"),
    ILL(TCB_WRITE_REGISTERS, "another thread than the calling one"),
    CAP(TCB_COPY_REGISTERS, 1, "a thread as the source"),
    ILL(TCB_CONFIGURE, WORDS_SPACES ", and a frame of memory for the buffer"),
    REV(TCB_CONFIGURE, "capabilities that may be copied"),
    ILL(TCB_SET_SPACE, WORDS_SPACES),
    REV(TCB_SET_SPACE, "capabilities that may be copied"),
    CAP(TCB_SET_SPACE, 1, WORDS_HANDLER),
    CAP(TCB_SET_PRIORITY, 1, "a thread as the authority"),
    CAP(TCB_SET_MC_PRIORITY, 1, "a thread as the authority"),
    CAP(TCB_SET_SCHED_PARAMS, 1, "a thread as the authority"),
    CAP(TCB_SET_SCHED_PARAMS, 2, "a scheduling context, or no capability"),
    CAP(TCB_SET_SCHED_PARAMS, 3, WORDS_HANDLER),
    ILL(TCB_SET_SCHED_PARAMS,
        "a context that is free or the thread's, with time if the thread waits; and some context for the caller"),
    CAP(TCB_SET_TIMEOUT_ENDPOINT, 1, WORDS_HANDLER),
    ILL(TCB_SET_IPC_BUFFER, "a frame of memory, not of a device"),
    ILL(TCB_BIND_NOTIFICATION, "a notification with Read, unbound, at which nobody waits, and a thread that has none"),
    ILL(TCB_UNBIND_NOTIFICATION, "a thread with a notification bound to it"),
    ARG(DOMAIN_SET, 0, "a domain that exists"),
    ARG(DOMAIN_SET, 1, "a thread"),
    CAP(SCHED_CONTROL_CONFIGURE, 1, "a scheduling context"),
    CAP(SC_BIND, 1, "a thread or a notification"),
    ILL(SC_BIND, "a free context and an object without one, and time in it if the thread waits"),
    CAP(SC_UNBIND_OBJECT, 1, "a thread or a notification"),
    ILL(SC_UNBIND_OBJECT, "an object that is bound to this context, not the calling thread"),
    ILL(SC_UNBIND, "a context that is not the calling thread's"),
    ILL(SC_YIELD_TO, "a context bound to another thread, of a priority within the caller's maximum"),
    REV(IRQ_ISSUE_HANDLER, "an interrupt that has no handler yet"),
    DEL(IRQ_ISSUE_HANDLER, WORDS_EMPTY),
    REV(IRQ_ISSUE_HANDLER_TRIGGER, "an interrupt that has no handler yet"),
    DEL(IRQ_ISSUE_HANDLER_TRIGGER, WORDS_EMPTY),
    CAP(IRQ_SET_NOTIFICATION, 0, "a notification with Write"),
    CAP(PAGE_TABLE_MAP, 0, "a table that is not mapped"),
    CAP(PAGE_TABLE_MAP, 1, WORDS_ROOT),
    ARG(PAGE_TABLE_MAP, 0, "an address of user space"),
    DEL(PAGE_TABLE_MAP, "a place where no table or page is yet"),
    REV(PAGE_TABLE_UNMAP, "the only capability to the table, which is not the root of a space in use"),
    CAP(PAGE_MAP, 1, WORDS_ROOT ", and the one where the frame is already mapped"),
    ARG(PAGE_MAP, 0, "an address of user space, and the one where the frame is already mapped"),
    DEL(PAGE_MAP, "an address where no page is yet"),
    CAP(ASID_CONTROL_MAKE_POOL, 1, "untyped memory of exactly one page, not of a device"),
    DEL(ASID_CONTROL_MAKE_POOL, "an empty slot, and fewer pools than there can be"),
    REV(ASID_CONTROL_MAKE_POOL, "untyped memory that nothing derives from"),
    CAP(ASID_POOL_ASSIGN, 0, "the pool that the table of pools names"),
    CAP(ASID_POOL_ASSIGN, 1, "a root table without an ASID"),
    DEL(ASID_POOL_ASSIGN, "a pool with a free place"),
};

/* Invocations that only some machines have, by the kind of the capability. */
static const struct {
    const char *kind;
    uint8_t error, which;
    const char *words;
} by_kind[] = {
    {"PAGE", FM_KERR_INVALID_ARGUMENT, 0, "a range within the page"},
    {"PAGE", FM_KERR_INVALID_ARGUMENT, 1, "an end beyond the start"},
    {"PAGE", FM_KERR_ILLEGAL_OPERATION, ANY, "a frame that is mapped, and writable if it is to be invalidated"},
    {"VSPACE", FM_KERR_INVALID_ARGUMENT, 1, "an end beyond the start"},
    {"VSPACE", FM_KERR_ILLEGAL_OPERATION, ANY, "addresses of user space"},
    {"VSPACE", FM_KERR_INVALID_CAPABILITY, 0, WORDS_ROOT},
    {"SMC", FM_KERR_ILLEGAL_OPERATION, ANY, "the one function that the capability's badge allows"},
};

/* What each invocation takes at least: message words and capabilities. */
static const struct takes {
    uint16_t label;
    uint8_t words, caps;
} takes[] = {
    {FM_LABEL_UNTYPED_RETYPE, 6, 1}, {FM_LABEL_TCB_READ_REGISTERS, 2, 0}, {FM_LABEL_TCB_WRITE_REGISTERS, 2, 0},
    {FM_LABEL_TCB_COPY_REGISTERS, 1, 1}, {FM_LABEL_TCB_CONFIGURE, 3, 3}, {FM_LABEL_TCB_SET_PRIORITY, 1, 1},
    {FM_LABEL_TCB_SET_MC_PRIORITY, 1, 1}, {FM_LABEL_TCB_SET_SCHED_PARAMS, 2, 3},
    {FM_LABEL_TCB_SET_TIMEOUT_ENDPOINT, 0, 1}, {FM_LABEL_TCB_SET_IPC_BUFFER, 1, 1}, {FM_LABEL_TCB_SET_SPACE, 2, 3},
    {FM_LABEL_TCB_BIND_NOTIFICATION, 0, 1}, {FM_LABEL_TCB_SET_TLS_BASE, 1, 0}, {FM_LABEL_TCB_SET_FLAGS, 2, 0},
    {FM_LABEL_CNODE_REVOKE, 2, 0}, {FM_LABEL_CNODE_DELETE, 2, 0}, {FM_LABEL_CNODE_CANCEL_BADGED_SENDS, 2, 0},
    {FM_LABEL_CNODE_COPY, 5, 1}, {FM_LABEL_CNODE_MINT, 6, 1}, {FM_LABEL_CNODE_MOVE, 4, 1},
    {FM_LABEL_CNODE_MUTATE, 5, 1}, {FM_LABEL_CNODE_ROTATE, 8, 2}, {FM_LABEL_IRQ_ISSUE_HANDLER, 3, 1},
    {FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 4, 1}, {FM_LABEL_IRQ_SET_NOTIFICATION, 0, 1}, {FM_LABEL_DOMAIN_SET, 1, 1},
    {FM_LABEL_SCHED_CONTROL_CONFIGURE, 5, 1}, {FM_LABEL_SC_BIND, 0, 1}, {FM_LABEL_SC_UNBIND_OBJECT, 0, 1},
    {FM_LABEL_PAGE_TABLE_MAP, 2, 1}, {FM_LABEL_PAGE_MAP, 3, 1}, {FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, 2},
    {FM_LABEL_ASID_POOL_ASSIGN, 0, 1},
};

static void decimal(uint64_t x)
{
    char digits[20];
    unsigned n = 0;
    do {
        digits[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    while (n > 0) {
        console_put(digits[--n]);
    }
}

/* The kind of a capability as the invocations' names begin. */
static const char *kind_of(struct cap c)
{
    switch ((unsigned)cap_type(c)) {
    case CAP_UNTYPED:
        return "UNTYPED";
    case CAP_CNODE:
        return "CNODE";
    case CAP_TCB:
        return "TCB";
    case CAP_SCHED_CONTEXT:
        return "SC";
    case CAP_SCHED_CONTROL:
        return "SCHED_CONTROL";
    case CAP_IRQ_CONTROL:
    case CAP_IRQ_HANDLER:
        return "IRQ";
    case CAP_FRAME:
        return "PAGE";
    case CAP_PAGE_TABLE:
        return "PAGE_TABLE";
    case CAP_VSPACE:
        return "VSPACE";
    case CAP_ASID_CONTROL:
        return "ASID_CONTROL";
    case CAP_ASID_POOL:
        return "ASID_POOL";
    case CAP_DOMAIN:
        return "DOMAIN";
    case CAP_SMC:
        return "SMC";
    default:
        return "";
    }
}

static bool begins(const char *s, const char *with)
{
    while (*with != 0) {
        if (*s++ != *with++) {
            return false;
        }
    }
    return *s == '_' || *s == 0;
}

static void say_lookup(const struct call *c)
{
    console_text(c->word[0] != 0 ? "the source's slot to be found: " : "the slot to be found: ");
    switch (c->word[1]) {
    case FM_LOOKUP_INVALID_ROOT:
        console_text("what was given to look in is no CNode, or no space that lives");
        break;
    case FM_LOOKUP_MISSING_CAPABILITY:
        console_text("nothing of that kind is there, with bits left: ");
        decimal(c->word[2]);
        break;
    case FM_LOOKUP_DEPTH_MISMATCH:
        console_text("the depth ends elsewhere than a CNode does, with bits left: ");
        decimal(c->word[2]);
        break;
    default:
        console_text("the guard is another, with bits left: ");
        decimal(c->word[2]);
        break;
    }
}

static void say_takes(const struct call *c)
{
    for (unsigned i = 0; i < sizeof takes / sizeof takes[0]; i++) {
        if (takes[i].label == c->label) {
            decimal(takes[i].words);
            console_text(" message words or more and ");
            decimal(takes[i].caps);
            console_text(" capabilities; there came ");
            decimal(c->length);
            console_text(" and ");
            decimal(c->extra_count);
            if (c->label == FM_LABEL_TCB_WRITE_REGISTERS) {
                console_text(" (and as many more words as the second one counts)");
            }
            return;
        }
    }
    console_text("a longer message");
}

static void say_other(const struct call *c)
{
    const char *kind = kind_of(c->slot->cap);
    const char *asked = c->label < FM_LABEL_COUNT && c->label != 0 ? labels[c->label] : "";
    unsigned type = (unsigned)cap_type(c->slot->cap);
    if (type == CAP_NULL || type == CAP_ZOMBIE) {
        console_text("a capability in the slot that is invoked");
        return;
    }
    if (type == CAP_ENDPOINT || type == CAP_NOTIFICATION) {
        console_text("the right to write");
        return;
    }
    if (c->first_phase && !cap_is_arch(c->slot->cap) && c->error == FM_KERR_INVALID_CAPABILITY && *kind != 0 &&
        begins(asked, kind)) {
        console_text("an object whose invocations end at once, since a receive follows");
        return;
    }
    for (unsigned i = 0; begins(asked, kind) && i < sizeof table / sizeof table[0]; i++) {
        if (table[i].label == c->label && table[i].error == c->error &&
            (table[i].which == ANY || table[i].which == c->word[0])) {
            console_text(table[i].words);
            return;
        }
    }
    for (unsigned i = 0; begins(asked, kind) && i < sizeof by_kind / sizeof by_kind[0]; i++) {
        if (begins(by_kind[i].kind, kind) && by_kind[i].error == c->error &&
            (by_kind[i].which == ANY || by_kind[i].which == c->word[0])) {
            console_text(by_kind[i].words);
            return;
        }
    }
    if (begins(asked, kind)) {
        console_text("something else; words for it are missing in kernel/api/words.c");
        return;
    }
    console_text("an invocation that a capability of kind ");
    console_text(kind);
    console_text(" has");
}

void refusal_say(const struct call *c)
{
    console_text("kernel: thread ");
    console_hex((uint64_t)(uintptr_t)c->thread);
    console_text(" at pc ");
    console_hex(c->thread->ctx.fault_pc);
    console_text(": ");
    console_text(c->label < FM_LABEL_COUNT && c->label != 0 ? labels[c->label] : "an unknown invocation");
    console_text(" on capability ");
    console_hex(c->cptr);
    console_text(" refused (");
    console_text(errors[c->error]);
    console_text("): expected ");
    switch (c->error) {
    case FM_KERR_RANGE_ERROR:
        console_text("a value from ");
        decimal(c->word[0]);
        console_text(" to ");
        decimal(c->word[1]);
        break;
    case FM_KERR_ALIGNMENT_ERROR:
        console_text("an address that is a multiple of the object's size");
        break;
    case FM_KERR_FAILED_LOOKUP:
        say_lookup(c);
        break;
    case FM_KERR_TRUNCATED_MESSAGE:
        say_takes(c);
        break;
    case FM_KERR_NOT_ENOUGH_MEMORY:
        console_text("no more than the bytes that are left: ");
        decimal(c->word[0]);
        break;
    default:
        say_other(c);
        break;
    }
    console_text("\n");
}
