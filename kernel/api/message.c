/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/api/message.h"

#include "kernel/api/fault.h"
#include "kernel/arch/arch.h"
#include "kernel/object/cspace.h"
#include "kernel/object/mdb.h"

uint64_t *message_buffer(const struct tcb *t, bool for_writing)
{
    struct cap c = t->slots[TCB_BUFFER].cap;
    if (cap_type(c) != CAP_FRAME || cap_frame_device(c)) {
        return NULL;
    }
    enum frame_rights rights = cap_frame_rights(c);
    if (rights != FRAME_READ_WRITE && (for_writing || rights != FRAME_READ)) {
        return NULL;
    }
    uint64_t offset = t->buffer_va & MASK(frame_bits(cap_frame_size(c)));
    return arch_phys_to_ptr(cap_addr(c) + offset);
}

unsigned message_put(struct tcb *t, const uint64_t *words, unsigned count)
{
    unsigned in_registers = count < FM_NUM_MR_REGS ? count : FM_NUM_MR_REGS;
    for (unsigned i = 0; i < in_registers; i++) {
        t->ctx.r[FM_REG_MR0 + i] = words[i];
    }
    if (count <= FM_NUM_MR_REGS) {
        return count;
    }
    uint64_t *buffer = message_buffer(t, true);
    if (buffer == NULL) {
        return FM_NUM_MR_REGS;
    }
    for (unsigned i = FM_NUM_MR_REGS; i < count; i++) {
        buffer[FM_IPC_MSG + i] = words[i];
    }
    return count;
}

bool message_extra_caps(struct tcb *t, uint64_t info, const uint64_t *buffer,
                        struct slot *extra[FM_MSG_MAX_EXTRA_CAPS], unsigned *count,
                        uint64_t *bad_cptr, struct lookup_fault *f)
{
    unsigned wanted = info_extra(info);
    *count = 0;
    if (wanted == 0 || buffer == NULL) {
        return true;
    }
    for (unsigned i = 0; i < wanted; i++) {
        uint64_t cptr = buffer[FM_IPC_CAPS + i];
        extra[i] = cspace_lookup(t, cptr, f);
        if (extra[i] == NULL) {
            *bad_cptr = cptr;
            return false;
        }
    }
    *count = wanted;
    return true;
}

/* Where the receiver wants a capability: its slot if that is empty, else NULL. */
static struct slot *receive_slot(struct tcb *receiver, const uint64_t *buffer)
{
    struct lookup_fault f;
    const struct slot *root = cspace_lookup(receiver, buffer[FM_IPC_RECEIVE_CNODE], &f);
    if (root == NULL) {
        return NULL;
    }
    uint64_t depth = buffer[FM_IPC_RECEIVE_DEPTH];
    if (depth > FM_WORD_BITS) {
        return NULL; /* what is too short, or deeper than the CNode, fails below */
    }
    struct resolved r = cspace_resolve(root->cap, buffer[FM_IPC_RECEIVE_INDEX], (unsigned)depth);
    if (r.slot == NULL || r.bits_left != 0 || !cap_is_null(r.slot->cap)) {
        return NULL;
    }
    return r.slot;
}

/* Hands over up to three capabilities, at most one of them for real. Returns the info bits. */
static uint64_t transfer_caps(struct tcb *sender, const uint64_t *send_buffer, uint64_t info,
                              const struct endpoint *ep, struct tcb *receiver,
                              uint64_t *receive_buffer)
{
    struct slot *extra[FM_MSG_MAX_EXTRA_CAPS];
    struct lookup_fault f;
    uint64_t bad;
    unsigned count;
    unsigned unwrapped = 0;
    unsigned done = 0;
    if (!message_extra_caps(sender, info, send_buffer, extra, &count, &bad, &f) || count == 0) {
        return 0;
    }
    struct slot *target = receive_slot(receiver, receive_buffer);
    for (; done < count; done++) {
        struct cap c = extra[done]->cap;
        if (cap_type(c) == CAP_ENDPOINT && cap_ptr(c) == ep && ep != NULL) {
            receive_buffer[FM_IPC_CAPS + done] = c.b;
            unwrapped |= 1u << done;
            continue;
        }
        if (target == NULL || cap_derive(extra[done], &c) != DERIVE_OK || cap_is_null(c)) {
            break;
        }
        mdb_insert_copy(target, c, extra[done]);
        target = NULL;
    }
    return (uint64_t)unwrapped << FM_INFO_UNWRAPPED_SHIFT | (uint64_t)done << FM_INFO_EXTRA_SHIFT;
}

HOT void message_transfer(struct tcb *sender, struct endpoint *ep, uint64_t badge, bool grant,
                          struct tcb *receiver)
{
    if (UNLIKELY(sender->fault.type != FM_FAULT_NONE)) {
        uint64_t words[FAULT_MAX_WORDS];
        unsigned count = fault_message(sender, words);
        count = message_put(receiver, words, count);
        receiver->ctx.r[FM_REG_INFO] = info_make(sender->fault.type, 0, 0, count);
        receiver->ctx.r[FM_REG_CPTR] = badge;
        return;
    }
    uint64_t info = sender->ctx.r[FM_REG_INFO];
    uint64_t length = info_length(info);
    uint64_t extra_bits = 0;
    uint64_t in_registers = min_u64(length, FM_NUM_MR_REGS);
    for (unsigned i = 0; i < in_registers; i++) {
        receiver->ctx.r[FM_REG_MR0 + i] = sender->ctx.r[FM_REG_MR0 + i];
    }
    if (length > FM_NUM_MR_REGS || (grant && info_extra(info) != 0)) {
        const uint64_t *from = message_buffer(sender, false);
        uint64_t *to = message_buffer(receiver, true);
        if (length > FM_NUM_MR_REGS) {
            if (from == NULL || to == NULL) {
                length = FM_NUM_MR_REGS;
            }
            for (unsigned i = FM_NUM_MR_REGS; i < length; i++) {
                to[FM_IPC_MSG + i] = from[FM_IPC_MSG + i];
            }
        }
        if (grant && to != NULL) {
            extra_bits = transfer_caps(sender, from, info, ep, receiver, to);
        }
    }
    receiver->ctx.r[FM_REG_INFO] =
        (info & ~MASK(FM_INFO_LABEL_SHIFT)) | extra_bits | length;
    receiver->ctx.r[FM_REG_CPTR] = badge;
}
