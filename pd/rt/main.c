/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop of a domain, and the words that the packer writes into it. */
#include "pd/rt/rt.h"

/* In .data, so that they lie in the file and the packer can write them. */
#define PATCHED __attribute__((section(".data"), used))

PATCHED char microkit_name[MICROKIT_PD_NAME_LENGTH] = "";
PATCHED seL4_Bool microkit_passive = 0;
PATCHED seL4_Word microkit_irqs = 0;
PATCHED seL4_Word microkit_notifications = 0;
PATCHED seL4_Word microkit_pps = 0;
PATCHED seL4_Word fm_reply_count = 1;

seL4_Bool microkit_have_signal;
seL4_CPtr microkit_signal_cap;
seL4_MessageInfo_t microkit_signal_msg;

#define REPLIES_MAX (1U + FM_SYS_EXTRA_REPLIES)

static bool reply_waits[REPLIES_MAX]; /* somebody deferred waits on this Reply object */
static unsigned reply_now;            /* the one that the next receive takes          */
static bool deferred;                 /* fm_reply_defer() was called for this caller  */

void fm_rt_main(void);

static seL4_CPtr reply_cap(unsigned i)
{
    return i == 0U ? FM_SYS_REPLY : FM_SYS_EXTRA_REPLY + (seL4_CPtr)i - 1U;
}

unsigned fm_reply_objects(void)
{
    return fm_reply_count < REPLIES_MAX ? (unsigned)fm_reply_count : REPLIES_MAX;
}

unsigned fm_reply_waiting(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < REPLIES_MAX; i++) {
        n += reply_waits[i] ? 1U : 0U;
    }
    return n;
}

bool fm_reply_defer(fm_reply_token *token)
{
    if (deferred) {
        return false;
    }
    for (unsigned i = 0; i < fm_reply_objects(); i++) {
        if (i != reply_now && !reply_waits[i]) {
            *token = reply_now;
            reply_waits[reply_now] = true;
            reply_now = i;
            deferred = true;
            return true;
        }
    }
    return false;
}

void fm_reply_send(fm_reply_token token, microkit_msginfo info)
{
    FM_ASSERT(token < REPLIES_MAX && reply_waits[token]);
    reply_waits[token] = false;
    seL4_Send(reply_cap(token), info);
}

__attribute__((weak)) microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)msginfo;
    fm_rt_bad_channel("protected() is missing, called", ch);
    return microkit_msginfo_new(0, 0);
}

__attribute__((weak)) seL4_Bool fault(microkit_child child, microkit_msginfo msginfo,
                                      microkit_msginfo *reply_msginfo)
{
    (void)msginfo;
    (void)reply_msginfo;
    fm_rt_bad_channel("fault() is missing, child", child);
    return seL4_False;
}

__attribute__((weak)) microkit_msginfo fm_invoked(seL4_Word badge, microkit_msginfo info)
{
    (void)badge;
    (void)info;
    return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
}

void fm_rt_bad_channel(const char *what, microkit_channel ch)
{
    fm_print("%s: no such channel: %u\n", what, ch);
}

static void deliver(seL4_Word badge)
{
    for (microkit_channel ch = 0; badge != 0U; ch++, badge >>= 1) {
        if ((badge & 1U) != 0U) {
            notified(ch);
        }
    }
}

/* Waits for the next event, sending first what is to be sent. */
static microkit_msginfo next_event(bool have_reply, microkit_msginfo reply, seL4_Word *badge)
{
    seL4_CPtr cap = reply_cap(reply_now);

    if (have_reply) {
        if (microkit_have_signal != 0) {
            microkit_have_signal = seL4_False;
            seL4_Send(microkit_signal_cap, microkit_signal_msg);
        }
        return seL4_ReplyRecv(FM_SYS_INPUT, reply, badge, cap);
    }
    if (microkit_have_signal != 0) {
        microkit_have_signal = seL4_False;
        return seL4_NBSendRecv(microkit_signal_cap, microkit_signal_msg, FM_SYS_INPUT, badge, cap);
    }
    return seL4_Recv(FM_SYS_INPUT, badge, cap);
}

/* Serves one event; true if *reply is to be sent. */
static bool serve(seL4_Word badge, microkit_msginfo info, microkit_msginfo *reply)
{
    deferred = false;
    if ((badge & FM_BADGE_CALL) != 0U) {
        if ((badge & FM_BADGE_MINTED) != 0U) {
            *reply = fm_invoked(badge, info);
        } else {
            *reply = protected((microkit_channel)(badge & 0x3fU), info);
        }
        return !deferred;
    }
    if ((badge & FM_BADGE_FAULT) != 0U) {
        return fault((microkit_child)(badge & 0xffU), info, reply) != seL4_False;
    }
    deliver(badge);
    return false;
}

void fm_rt_main(void)
{
    microkit_msginfo reply = microkit_msginfo_new(0, 0);
    bool have_reply = false;

    __sel4_ipc_buffer = (seL4_IPCBuffer *)FM_RT_IPC_BUFFER;
    init();
    if (microkit_passive != 0) {
        microkit_have_signal = seL4_True;
        microkit_signal_cap = MONITOR_EP;
        microkit_signal_msg = seL4_MessageInfo_new(0, 0, 0, 0);
    }
    for (microkit_channel ch = 0; ch <= MICROKIT_MAX_CHANNEL_ID; ch++) {
        if (fm_rt_in(microkit_irqs, ch)) {
            (void)seL4_IRQHandler_Ack(BASE_IRQ_CAP + ch);
        }
    }
    for (;;) {
        seL4_Word badge = 0;
        microkit_msginfo info = next_event(have_reply, reply, &badge);

        have_reply = serve(badge, info, &reply);
    }
}
