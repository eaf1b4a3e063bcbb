/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seL4's user interface (MCS) for domains and the root task: types, system calls, invocations.
 *
 * The names and argument orders are those of libsel4, so that a domain compiles against either; the
 * code is ours, and every number comes from kernel/abi.def. Only what this project uses is here.
 * Every invocation returns the error label of the reply; its detail words are then in the message
 * registers, seL4_GetMR(0) and up.
 */
#ifndef FM_SEL4_SEL4_H
#define FM_SEL4_SEL4_H

#include <firmament/abi/abi.h>
#include <stdint.h>

typedef uint64_t seL4_Word;
typedef uint64_t seL4_CPtr;
typedef uint64_t seL4_Uint64;
typedef uint32_t seL4_Uint32;
typedef uint16_t seL4_Uint16;
typedef uint8_t seL4_Uint8;
typedef int8_t seL4_Bool;

#define seL4_True ((seL4_Bool)1)
#define seL4_False ((seL4_Bool)0)
#define seL4_CapNull 0U

typedef enum {
    seL4_NoError = FM_KERR_NONE,
    seL4_InvalidArgument = FM_KERR_INVALID_ARGUMENT,
    seL4_InvalidCapability = FM_KERR_INVALID_CAPABILITY,
    seL4_IllegalOperation = FM_KERR_ILLEGAL_OPERATION,
    seL4_RangeError = FM_KERR_RANGE_ERROR,
    seL4_AlignmentError = FM_KERR_ALIGNMENT_ERROR,
    seL4_FailedLookup = FM_KERR_FAILED_LOOKUP,
    seL4_TruncatedMessage = FM_KERR_TRUNCATED_MESSAGE,
    seL4_DeleteFirst = FM_KERR_DELETE_FIRST,
    seL4_RevokeFirst = FM_KERR_REVOKE_FIRST,
    seL4_NotEnoughMemory = FM_KERR_NOT_ENOUGH_MEMORY,
} seL4_Error;

typedef struct seL4_MessageInfo {
    seL4_Word words[1];
} seL4_MessageInfo_t;

typedef struct seL4_CapRights {
    seL4_Word words[1];
} seL4_CapRights_t;

/* The page of 1 KiB through which messages longer than four words and capabilities travel. */
typedef struct seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Word msg[FM_MSG_MAX_LENGTH];
    seL4_Word userData;
    seL4_Word caps_or_badges[FM_MSG_MAX_EXTRA_CAPS];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer;

_Static_assert(sizeof(seL4_IPCBuffer) == 1U << FM_IPC_BUFFER_BITS, "the buffer is 1 KiB");

extern seL4_IPCBuffer *__sel4_ipc_buffer;

static inline seL4_MessageInfo_t seL4_MessageInfo_new(seL4_Word label, seL4_Word unwrapped,
                                                      seL4_Word extra, seL4_Word length)
{
    return (seL4_MessageInfo_t){{label << FM_INFO_LABEL_SHIFT |
                                 (unwrapped & 7U) << FM_INFO_UNWRAPPED_SHIFT |
                                 (extra & 3U) << FM_INFO_EXTRA_SHIFT | (length & 127U)}};
}

static inline seL4_Word seL4_MessageInfo_get_label(seL4_MessageInfo_t info)
{
    return info.words[0] >> FM_INFO_LABEL_SHIFT;
}

static inline seL4_Word seL4_MessageInfo_get_length(seL4_MessageInfo_t info)
{
    return info.words[0] & 127U;
}

static inline seL4_Word seL4_MessageInfo_get_extraCaps(seL4_MessageInfo_t info)
{
    return info.words[0] >> FM_INFO_EXTRA_SHIFT & 3U;
}

static inline seL4_CapRights_t seL4_CapRights_new(seL4_Word grant_reply, seL4_Word grant,
                                                  seL4_Word read, seL4_Word write)
{
    return (seL4_CapRights_t){
        {(grant_reply & 1U) << 3 | (grant & 1U) << 2 | (read & 1U) << 1 | (write & 1U)}};
}

#define seL4_AllRights (seL4_CapRights_new(1, 1, 1, 1))
#define seL4_CanRead (seL4_CapRights_new(0, 0, 1, 0))
#define seL4_CanWrite (seL4_CapRights_new(0, 0, 0, 1))
#define seL4_ReadWrite (seL4_CapRights_new(0, 0, 1, 1))

static inline void seL4_SetMR(int i, seL4_Word value)
{
    __sel4_ipc_buffer->msg[i] = value;
}

static inline seL4_Word seL4_GetMR(int i)
{
    return __sel4_ipc_buffer->msg[i];
}

static inline void seL4_SetCap(int i, seL4_CPtr cap)
{
    __sel4_ipc_buffer->caps_or_badges[i] = cap;
}

static inline seL4_Word seL4_GetBadge(int i)
{
    return __sel4_ipc_buffer->caps_or_badges[i];
}

static inline void seL4_SetCapReceivePath(seL4_CPtr cnode, seL4_CPtr index, seL4_Word depth)
{
    __sel4_ipc_buffer->receiveCNode = cnode;
    __sel4_ipc_buffer->receiveIndex = index;
    __sel4_ipc_buffer->receiveDepth = depth;
}

/* System calls (pd/rt/syscall.c). A received badge is written to *sender, which may be null. */
void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info);
void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t info);
seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t info);
seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply);
seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender, seL4_CPtr reply);
seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t info, seL4_Word *sender,
                                  seL4_CPtr reply);
seL4_MessageInfo_t seL4_NBSendRecv(seL4_CPtr dest, seL4_MessageInfo_t info, seL4_CPtr src,
                                   seL4_Word *sender, seL4_CPtr reply);
seL4_MessageInfo_t seL4_Wait(seL4_CPtr src, seL4_Word *sender);
seL4_MessageInfo_t seL4_NBWait(seL4_CPtr src, seL4_Word *sender);
void seL4_Yield(void);
void seL4_Signal(seL4_CPtr dest);

/* Invocations (pd/rt/invoke.c). */
seL4_Error seL4_Untyped_Retype(seL4_CPtr service, seL4_Word type, seL4_Word size_bits,
                               seL4_CPtr root, seL4_Word node_index, seL4_Word node_depth,
                               seL4_Word node_offset, seL4_Word num_objects);
seL4_Error seL4_CNode_Revoke(seL4_CPtr service, seL4_Word index, seL4_Uint8 depth);
seL4_Error seL4_CNode_Delete(seL4_CPtr service, seL4_Word index, seL4_Uint8 depth);
seL4_Error seL4_CNode_CancelBadgedSends(seL4_CPtr service, seL4_Word index, seL4_Uint8 depth);
seL4_Error seL4_CNode_Copy(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                           seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth,
                           seL4_CapRights_t rights);
seL4_Error seL4_CNode_Mint(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                           seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth,
                           seL4_CapRights_t rights, seL4_Word badge);
seL4_Error seL4_CNode_Move(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                           seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth);
seL4_Error seL4_CNode_Mutate(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                             seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth,
                             seL4_Word badge);
seL4_Error seL4_TCB_Configure(seL4_CPtr service, seL4_CPtr cspace_root, seL4_Word cspace_data,
                              seL4_CPtr vspace_root, seL4_Word vspace_data, seL4_Word buffer,
                              seL4_CPtr buffer_frame);
seL4_Error seL4_TCB_SetSchedParams(seL4_CPtr service, seL4_CPtr authority, seL4_Word mcp,
                                   seL4_Word priority, seL4_CPtr sched_context, seL4_CPtr fault_ep);
seL4_Error seL4_TCB_SetTimeoutEndpoint(seL4_CPtr service, seL4_CPtr timeout_ep);
seL4_Error seL4_TCB_WriteRegisters(seL4_CPtr service, seL4_Bool resume, seL4_Uint8 arch_flags,
                                   seL4_Word count, const seL4_Word *regs);
seL4_Error seL4_TCB_ReadRegisters(seL4_CPtr service, seL4_Bool suspend, seL4_Uint8 arch_flags,
                                  seL4_Word count, seL4_Word *regs);
seL4_Error seL4_TCB_Suspend(seL4_CPtr service);
seL4_Error seL4_TCB_Resume(seL4_CPtr service);
seL4_Error seL4_TCB_BindNotification(seL4_CPtr service, seL4_CPtr notification);
/* *flags receives the flags that are set afterwards; a kernel leaves out those it does not know. */
seL4_Error seL4_TCB_SetFlags(seL4_CPtr service, seL4_Word clear, seL4_Word set, seL4_Word *flags);
seL4_Error seL4_SchedControl_ConfigureFlags(seL4_CPtr service, seL4_CPtr sched_context,
                                            seL4_Word budget_us, seL4_Word period_us,
                                            seL4_Word extra_refills, seL4_Word badge,
                                            seL4_Word flags);
seL4_Error seL4_SchedContext_Bind(seL4_CPtr service, seL4_CPtr cap);
seL4_Error seL4_SchedContext_Unbind(seL4_CPtr service);
seL4_Error seL4_SchedContext_UnbindObject(seL4_CPtr service, seL4_CPtr cap);
seL4_Error seL4_IRQControl_GetTrigger(seL4_CPtr service, seL4_Word irq, seL4_Word trigger,
                                      seL4_CPtr root, seL4_Word index, seL4_Uint8 depth);
seL4_Error seL4_IRQHandler_Ack(seL4_CPtr service);
seL4_Error seL4_IRQHandler_SetNotification(seL4_CPtr service, seL4_CPtr notification);
seL4_Error seL4_IRQHandler_Clear(seL4_CPtr service);
seL4_Error seL4_ASIDPool_Assign(seL4_CPtr service, seL4_CPtr vspace);

/* One name on both machines for what libsel4 names after each. */
seL4_Error fm_page_table_map(seL4_CPtr service, seL4_CPtr vspace, seL4_Word vaddr, seL4_Word attr);
seL4_Error fm_page_map(seL4_CPtr service, seL4_CPtr vspace, seL4_Word vaddr,
                       seL4_CapRights_t rights, seL4_Word attr);
seL4_Error fm_page_unmap(seL4_CPtr service);
seL4_Error fm_page_address(seL4_CPtr service, seL4_Word *paddr);
/* aarch64 only. Makes code that was written through this frame's mapping visible to instruction fetch. */
seL4_Error fm_page_unify(seL4_CPtr service, seL4_Word bytes);
/* aarch64 only. A secure monitor call, eight words in and out. */
seL4_Error fm_smc_call(seL4_CPtr service, const seL4_Word in[8], seL4_Word out[8]);

#endif
