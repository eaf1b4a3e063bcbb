/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/api/fault.h"

#include "kernel/api/message.h"
#include "kernel/arch/arch.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/tcb.h"

bool fault_handler_valid(struct cap c)
{
    unsigned rights = cap_rights(c);
    return cap_type(c) == CAP_ENDPOINT && (rights & FM_RIGHT_WRITE) != 0 &&
           (rights & (FM_RIGHT_GRANT | FM_RIGHT_GRANT_REPLY)) != 0;
}

bool fault_has_handler(const struct tcb *t, enum tcb_slot which)
{
    return fault_handler_valid(t->slots[which].cap);
}

static void send_to(struct tcb *t, struct cap handler, bool can_donate)
{
    const struct send how = {
        .badge = handler.b,
        .blocking = true,
        .is_call = false,
        .can_grant = (cap_rights(handler) & FM_RIGHT_GRANT) != 0,
        .can_grant_reply = (cap_rights(handler) & FM_RIGHT_GRANT_REPLY) != 0,
        .can_donate = can_donate,
    };
    endpoint_send((struct endpoint *)cap_ptr(handler), t, how);
}

COLD void fault_send(struct tcb *t)
{
    if (fault_has_handler(t, TCB_FAULT_HANDLER)) {
        send_to(t, t->slots[TCB_FAULT_HANDLER].cap, t->sc != NULL);
    } else {
        t->fault.type = FM_FAULT_NONE;
        thread_set_state(t, THREAD_INACTIVE);
    }
}

COLD void fault_timeout(struct tcb *t)
{
    t->fault.type = FM_FAULT_TIMEOUT;
    t->fault.word[0] = t->sc->badge;
    send_to(t, t->slots[TCB_TIMEOUT_HANDLER].cap, false);
}

COLD void fault_cap(struct tcb *t, uint64_t cptr, bool receiving, const struct lookup_fault *f)
{
    t->fault.type = FM_FAULT_CAP;
    t->fault.word[0] = cptr;
    t->fault.word[1] = receiving;
    t->fault.lookup = *f;
    fault_send(t);
}

unsigned fault_message(struct tcb *t, uint64_t *words)
{
    const struct fault *f = &t->fault;
    switch (f->type) {
    case FM_FAULT_CAP:
        words[FM_CAPFAULT_IP] = t->ctx.fault_pc;
        words[FM_CAPFAULT_ADDR] = f->word[0];
        words[FM_CAPFAULT_IN_RECV_PHASE] = f->word[1];
        return FM_CAPFAULT_LOOKUP_TYPE +
               lookup_fault_words(&f->lookup, &words[FM_CAPFAULT_LOOKUP_TYPE]);
    case FM_FAULT_TIMEOUT:
        words[FM_TIMEOUT_DATA] = f->word[0];
        if (t->sc == NULL) {
            return FM_TIMEOUT_CONSUMED;
        }
        words[FM_TIMEOUT_CONSUMED] = ticks_to_us(t->sc->consumed);
        t->sc->consumed = 0;
        return FM_TIMEOUT_LENGTH;
    case FM_FAULT_VM:
        words[FM_VMFAULT_IP] = t->ctx.fault_pc;
        words[FM_VMFAULT_ADDR] = f->word[0];
        words[FM_VMFAULT_PREFETCH] = f->word[2];
        words[FM_VMFAULT_FSR] = f->word[1];
        return FM_VMFAULT_LENGTH;
    default:
        return arch_fault_message(t, words);
    }
}

bool fault_reply(struct tcb *t, struct tcb *handler)
{
    uint64_t words[FAULT_MAX_WORDS];
    uint64_t info = handler->ctx.r[FM_REG_INFO];
    if (t->fault.type == FM_FAULT_CAP || t->fault.type == FM_FAULT_VM) {
        return true;
    }
    unsigned count = (unsigned)min_u64(info_length(info), FAULT_MAX_WORDS);
    const uint64_t *buffer = count > FM_NUM_MR_REGS ? message_buffer(handler, false) : NULL;
    if (buffer == NULL && count > FM_NUM_MR_REGS) {
        count = FM_NUM_MR_REGS;
    }
    for (unsigned i = 0; i < count; i++) {
        words[i] = i < FM_NUM_MR_REGS ? handler->ctx.r[FM_REG_MR0 + i] : buffer[FM_IPC_MSG + i];
    }
    if (t->fault.type == FM_FAULT_TIMEOUT) {
        /* The words are a whole register set, in the order of WriteRegisters. */
        uint64_t wanted = min_u64(info_length(info), FM_UCTX_WORDS);
        buffer = wanted > FM_NUM_MR_REGS ? message_buffer(handler, false) : NULL;
        wanted = buffer == NULL ? min_u64(wanted, FM_NUM_MR_REGS) : wanted;
        for (unsigned i = 0; i < wanted; i++) {
            arch_user_set(t, i,
                          i < FM_NUM_MR_REGS ? handler->ctx.r[FM_REG_MR0 + i]
                                             : buffer[FM_IPC_MSG + i]);
        }
    } else {
        arch_fault_reply(t, words, count);
    }
    return info_label(info) == 0;
}
