/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/api/call.h"

#include "kernel/api/message.h"

uint64_t call_arg(const struct call *c, unsigned i)
{
    if (i < FM_NUM_MR_REGS) {
        return c->thread->ctx.r[FM_REG_MR0 + i];
    }
    return c->buffer != NULL ? c->buffer[FM_IPC_MSG + i] : 0;
}

enum outcome refuse(struct call *c, uint64_t error)
{
    c->error = error;
    c->words = 0;
    return REFUSED;
}

enum outcome refuse_argument(struct call *c, unsigned number)
{
    c->error = FM_KERR_INVALID_ARGUMENT;
    c->words = 1;
    c->word[0] = number;
    return REFUSED;
}

enum outcome refuse_capability(struct call *c, unsigned number)
{
    c->error = FM_KERR_INVALID_CAPABILITY;
    c->words = 1;
    c->word[0] = number;
    return REFUSED;
}

enum outcome refuse_range(struct call *c, uint64_t least, uint64_t greatest)
{
    c->error = FM_KERR_RANGE_ERROR;
    c->words = 2;
    c->word[0] = least;
    c->word[1] = greatest;
    return REFUSED;
}

unsigned lookup_fault_words(const struct lookup_fault *f, uint64_t *out)
{
    unsigned n = f->type == FM_LOOKUP_INVALID_ROOT         ? 0
                 : f->type == FM_LOOKUP_MISSING_CAPABILITY ? 1
                 : f->type == FM_LOOKUP_DEPTH_MISMATCH     ? 2
                                                           : 3;
    out[0] = f->type;
    for (unsigned i = 0; i < n; i++) {
        out[1 + i] = f->detail[i];
    }
    return n + 1;
}

enum outcome refuse_lookup(struct call *c, bool source, const struct lookup_fault *f)
{
    c->error = FM_KERR_FAILED_LOOKUP;
    c->word[0] = source;
    c->words = 1 + lookup_fault_words(f, &c->word[1]);
    return REFUSED;
}

enum outcome refuse_missing(struct call *c, bool source, uint64_t bits)
{
    const struct lookup_fault f = {FM_LOOKUP_MISSING_CAPABILITY, {bits, 0, 0}};
    return refuse_lookup(c, source, &f);
}

enum outcome refuse_memory(struct call *c, uint64_t bytes_left)
{
    c->error = FM_KERR_NOT_ENOUGH_MEMORY;
    c->words = 1;
    c->word[0] = bytes_left;
    return REFUSED;
}

enum outcome call_result(struct call *c, uint64_t word)
{
    c->words = 1;
    c->word[0] = word;
    return DONE;
}
