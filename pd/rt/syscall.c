/* SPDX-License-Identifier: Apache-2.0 */
#include "pd/rt/syscall.h"

seL4_IPCBuffer *__sel4_ipc_buffer;

static inline void load(struct fm_trap *t)
{
    for (unsigned i = 0; i < FM_NUM_MR_REGS; i++) {
        t->mr[i] = __sel4_ipc_buffer->msg[i];
    }
}

static inline void store(const struct fm_trap *t)
{
    for (unsigned i = 0; i < FM_NUM_MR_REGS; i++) {
        __sel4_ipc_buffer->msg[i] = t->mr[i];
    }
}

static inline seL4_MessageInfo_t received(const struct fm_trap *t, seL4_Word *sender)
{
    store(t);
    if (sender != (seL4_Word *)0) {
        *sender = t->cptr;
    }
    return (seL4_MessageInfo_t){{t->info}};
}

void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    struct fm_trap t = {.cptr = dest, .info = info.words[0]};

    load(&t);
    fm_trap(FM_SYS_SEND, &t);
}

void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    struct fm_trap t = {.cptr = dest, .info = info.words[0]};

    load(&t);
    fm_trap(FM_SYS_NB_SEND, &t);
}

void seL4_Signal(seL4_CPtr dest)
{
    struct fm_trap t = {.cptr = dest};

    fm_trap(FM_SYS_SEND, &t);
}

seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    struct fm_trap t = {.cptr = dest, .info = info.words[0]};

    load(&t);
    fm_trap(FM_SYS_CALL, &t);
    return received(&t, (seL4_Word *)0);
}

seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct fm_trap t = {.cptr = src, .reply = reply};

    fm_trap(FM_SYS_RECV, &t);
    return received(&t, sender);
}

seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply)
{
    struct fm_trap t = {.cptr = src, .reply = reply};

    fm_trap(FM_SYS_NB_RECV, &t);
    return received(&t, sender);
}

seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *sender,
                                  seL4_CPtr reply)
{
    struct fm_trap t = {.cptr = src, .info = info.words[0], .reply = reply};

    load(&t);
    fm_trap(FM_SYS_REPLY_RECV, &t);
    return received(&t, sender);
}

seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src,
                                   seL4_Word *sender, seL4_CPtr reply)
{
    struct fm_trap t = {.cptr = src, .info = info.words[0], .reply = reply, .dest = dest};

    load(&t);
    fm_trap(FM_SYS_NB_SEND_RECV, &t);
    return received(&t, sender);
}

seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    struct fm_trap t = {.cptr = src};

    fm_trap(FM_SYS_WAIT, &t);
    return received(&t, sender);
}

seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *sender)
{
    struct fm_trap t = {.cptr = src};

    fm_trap(FM_SYS_NB_WAIT, &t);
    return received(&t, sender);
}

void seL4_Yield(void)
{
    struct fm_trap t = {.cptr = 0};

    fm_trap(FM_SYS_YIELD, &t);
}
