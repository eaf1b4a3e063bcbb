/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interface of a protection domain, with Microkit's names and semantics, so that a domain's
 * source compiles against this header and against an installed Microkit SDK.
 *
 * A domain supplies init() and notified(), and, if others call it or it has children, protected()
 * and fault(). The runtime owns the loop. What goes beyond Microkit is in pd/rt/rt.h.
 */
#ifndef FM_MICROKIT_H
#define FM_MICROKIT_H

#include <sel4/sel4.h>

typedef unsigned int microkit_channel;
typedef unsigned int microkit_child;
typedef seL4_MessageInfo_t microkit_msginfo;

#define MICROKIT_MAX_CHANNELS 62
#define MICROKIT_MAX_CHANNEL_ID (MICROKIT_MAX_CHANNELS - 1)
#define MICROKIT_PD_NAME_LENGTH 64

/* Slots of a domain's first CNode. */
#define INPUT_CAP 1
#define REPLY_CAP 4
#define MONITOR_EP 5
#define ARM_SMC_CAP 7
#define BASE_OUTPUT_NOTIFICATION_CAP 10
#define BASE_ENDPOINT_CAP 74
#define BASE_IRQ_CAP 138
#define BASE_TCB_CAP 202
#define BASE_USER_CAPS 458

/* Supplied by the domain. */
void init(void);
void notified(microkit_channel ch);
microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo);
seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo);

/* Written into the ELF by the packer. */
extern char microkit_name[MICROKIT_PD_NAME_LENGTH];
extern seL4_Bool microkit_passive;
extern seL4_Word microkit_irqs;
extern seL4_Word microkit_notifications;
extern seL4_Word microkit_pps;

/* The one signal that is sent together with the next receive. */
extern seL4_Bool microkit_have_signal;
extern seL4_CPtr microkit_signal_cap;
extern seL4_MessageInfo_t microkit_signal_msg;

/* Text goes to the serial domain through the console ring, or nowhere if the domain has none. */
void microkit_dbg_putc(int c);
void microkit_dbg_puts(const char *s);
void microkit_dbg_put8(seL4_Uint8 x);
void microkit_dbg_put32(seL4_Uint32 x);

/* Says which channel was misused and how, in the domain's own console. */
void fm_rt_bad_channel(const char *what, microkit_channel ch);

static inline seL4_Bool fm_rt_in(seL4_Word set, microkit_channel ch)
{
    return ch <= MICROKIT_MAX_CHANNEL_ID && (set >> ch & 1U) != 0U;
}

static inline void microkit_notify(microkit_channel ch)
{
    if (!fm_rt_in(microkit_notifications, ch)) {
        fm_rt_bad_channel("microkit_notify", ch);
        return;
    }
    seL4_Signal(BASE_OUTPUT_NOTIFICATION_CAP + ch);
}

static inline void microkit_irq_ack(microkit_channel ch)
{
    if (!fm_rt_in(microkit_irqs, ch)) {
        fm_rt_bad_channel("microkit_irq_ack", ch);
        return;
    }
    (void)seL4_IRQHandler_Ack(BASE_IRQ_CAP + ch);
}

static inline microkit_msginfo microkit_ppcall(microkit_channel ch, microkit_msginfo msginfo)
{
    if (!fm_rt_in(microkit_pps, ch)) {
        fm_rt_bad_channel("microkit_ppcall", ch);
        return seL4_MessageInfo_new(0, 0, 0, 0);
    }
    return seL4_Call(BASE_ENDPOINT_CAP + ch, msginfo);
}

/* Continues a child at another address; its memory and other registers are as they were. */
static inline void microkit_pd_restart(microkit_child pd, seL4_Word entry_point)
{
    (void)seL4_TCB_WriteRegisters(BASE_TCB_CAP + pd, seL4_True, 0, 1, &entry_point);
}

static inline void microkit_pd_stop(microkit_child pd)
{
    (void)seL4_TCB_Suspend(BASE_TCB_CAP + pd);
}

static inline void microkit_pd_resume(microkit_child pd)
{
    (void)seL4_TCB_Resume(BASE_TCB_CAP + pd);
}

static inline microkit_msginfo microkit_msginfo_new(seL4_Word label, seL4_Uint16 count)
{
    return seL4_MessageInfo_new(label, 0, 0, count);
}

static inline seL4_Word microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return seL4_MessageInfo_get_label(msginfo);
}

static inline seL4_Word microkit_msginfo_get_count(microkit_msginfo msginfo)
{
    return seL4_MessageInfo_get_length(msginfo);
}

static inline void microkit_mr_set(seL4_Uint8 mr, seL4_Word value)
{
    seL4_SetMR(mr, value);
}

static inline seL4_Word microkit_mr_get(seL4_Uint8 mr)
{
    return seL4_GetMR(mr);
}

static inline void microkit_deferred_notify(microkit_channel ch)
{
    if (!fm_rt_in(microkit_notifications, ch)) {
        fm_rt_bad_channel("microkit_deferred_notify", ch);
        return;
    }
    microkit_have_signal = seL4_True;
    microkit_signal_cap = BASE_OUTPUT_NOTIFICATION_CAP + ch;
    microkit_signal_msg = seL4_MessageInfo_new(0, 0, 0, 0);
}

static inline void microkit_deferred_irq_ack(microkit_channel ch)
{
    if (!fm_rt_in(microkit_irqs, ch)) {
        fm_rt_bad_channel("microkit_deferred_irq_ack", ch);
        return;
    }
    microkit_have_signal = seL4_True;
    microkit_signal_cap = BASE_IRQ_CAP + ch;
    microkit_signal_msg = seL4_MessageInfo_new(FM_LABEL_IRQ_ACK, 0, 0, 0);
}

/* Capability pointer of slot 1..63 of the domain's root CNode. */
static inline seL4_CPtr microkit_cspace_root_slot_to_cptr(seL4_Word slot)
{
    return slot << 58;
}

#endif
