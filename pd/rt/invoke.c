/* SPDX-License-Identifier: Apache-2.0 */
/* Invocations of kernel objects: a Call whose label names the method. Argument orders: notes 1.7. */
#include <sel4/sel4.h>

static seL4_Error call(seL4_CPtr service, seL4_Word label, seL4_Word caps, seL4_Word length)
{
    seL4_MessageInfo_t info = seL4_Call(service, seL4_MessageInfo_new(label, 0, caps, length));

    return (seL4_Error)seL4_MessageInfo_get_label(info);
}

static void words(const seL4_Word *w, int n)
{
    for (int i = 0; i < n; i++) {
        seL4_SetMR(i, w[i]);
    }
}

#define CALL_WORDS(service, label, caps, ...)                                                      \
    (words((const seL4_Word[]){__VA_ARGS__},                                                       \
           (int)(sizeof((const seL4_Word[]){__VA_ARGS__}) / sizeof(seL4_Word))),                   \
     call((service), (label), (caps),                                                              \
          sizeof((const seL4_Word[]){__VA_ARGS__}) / sizeof(seL4_Word)))

seL4_Error seL4_Untyped_Retype(seL4_CPtr service, seL4_Word type, seL4_Word size_bits,
                               seL4_CPtr root, seL4_Word node_index, seL4_Word node_depth,
                               seL4_Word node_offset, seL4_Word num_objects)
{
    seL4_SetCap(0, root);
    return CALL_WORDS(service, FM_LABEL_UNTYPED_RETYPE, 1, type, size_bits, node_index, node_depth,
                      node_offset, num_objects);
}

seL4_Error seL4_CNode_Revoke(seL4_CPtr service, seL4_Word index, seL4_Uint8 depth)
{
    return CALL_WORDS(service, FM_LABEL_CNODE_REVOKE, 0, index, depth);
}

seL4_Error seL4_CNode_Delete(seL4_CPtr service, seL4_Word index, seL4_Uint8 depth)
{
    return CALL_WORDS(service, FM_LABEL_CNODE_DELETE, 0, index, depth);
}

seL4_Error seL4_CNode_CancelBadgedSends(seL4_CPtr service, seL4_Word index, seL4_Uint8 depth)
{
    return CALL_WORDS(service, FM_LABEL_CNODE_CANCEL_BADGED_SENDS, 0, index, depth);
}

seL4_Error seL4_CNode_Copy(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                           seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth,
                           seL4_CapRights_t rights)
{
    seL4_SetCap(0, src_root);
    return CALL_WORDS(service, FM_LABEL_CNODE_COPY, 1, dest_index, dest_depth, src_index, src_depth,
                      rights.words[0]);
}

seL4_Error seL4_CNode_Mint(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                           seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth,
                           seL4_CapRights_t rights, seL4_Word badge)
{
    seL4_SetCap(0, src_root);
    return CALL_WORDS(service, FM_LABEL_CNODE_MINT, 1, dest_index, dest_depth, src_index, src_depth,
                      rights.words[0], badge);
}

seL4_Error seL4_CNode_Move(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                           seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth)
{
    seL4_SetCap(0, src_root);
    return CALL_WORDS(service, FM_LABEL_CNODE_MOVE, 1, dest_index, dest_depth, src_index,
                      src_depth);
}

seL4_Error seL4_CNode_Mutate(seL4_CPtr service, seL4_Word dest_index, seL4_Uint8 dest_depth,
                             seL4_CPtr src_root, seL4_Word src_index, seL4_Uint8 src_depth,
                             seL4_Word badge)
{
    seL4_SetCap(0, src_root);
    return CALL_WORDS(service, FM_LABEL_CNODE_MUTATE, 1, dest_index, dest_depth, src_index,
                      src_depth, badge);
}

seL4_Error seL4_TCB_Configure(seL4_CPtr service, seL4_CPtr cspace_root, seL4_Word cspace_data,
                              seL4_CPtr vspace_root, seL4_Word vspace_data, seL4_Word buffer,
                              seL4_CPtr buffer_frame)
{
    seL4_SetCap(0, cspace_root);
    seL4_SetCap(1, vspace_root);
    seL4_SetCap(2, buffer_frame);
    return CALL_WORDS(service, FM_LABEL_TCB_CONFIGURE, 3, cspace_data, vspace_data, buffer);
}

seL4_Error seL4_TCB_SetSchedParams(seL4_CPtr service, seL4_CPtr authority, seL4_Word mcp,
                                   seL4_Word priority, seL4_CPtr sched_context, seL4_CPtr fault_ep)
{
    seL4_SetCap(0, authority);
    seL4_SetCap(1, sched_context);
    seL4_SetCap(2, fault_ep);
    return CALL_WORDS(service, FM_LABEL_TCB_SET_SCHED_PARAMS, 3, mcp, priority);
}

seL4_Error seL4_TCB_SetTimeoutEndpoint(seL4_CPtr service, seL4_CPtr timeout_ep)
{
    seL4_SetCap(0, timeout_ep);
    return call(service, FM_LABEL_TCB_SET_TIMEOUT_ENDPOINT, 1, 0);
}

seL4_Error seL4_TCB_WriteRegisters(seL4_CPtr service, seL4_Bool resume, seL4_Uint8 arch_flags,
                                   seL4_Word count, const seL4_Word *regs)
{
    seL4_SetMR(0, (seL4_Word)(resume != 0 ? FM_TCB_WRITE_RESUME : 0) | (seL4_Word)arch_flags << 8);
    seL4_SetMR(1, count);
    for (seL4_Word i = 0; i < count; i++) {
        seL4_SetMR((int)(i + 2U), regs[i]);
    }
    return call(service, FM_LABEL_TCB_WRITE_REGISTERS, 0, count + 2U);
}

seL4_Error seL4_TCB_ReadRegisters(seL4_CPtr service, seL4_Bool suspend, seL4_Uint8 arch_flags,
                                  seL4_Word count, seL4_Word *regs)
{
    seL4_Error e = CALL_WORDS(
        service, FM_LABEL_TCB_READ_REGISTERS, 0,
        (seL4_Word)(suspend != 0 ? FM_TCB_READ_SUSPEND : 0) | (seL4_Word)arch_flags << 8, count);

    for (seL4_Word i = 0; e == seL4_NoError && i < count; i++) {
        regs[i] = seL4_GetMR((int)i);
    }
    return e;
}

seL4_Error seL4_TCB_Suspend(seL4_CPtr service)
{
    return call(service, FM_LABEL_TCB_SUSPEND, 0, 0);
}

seL4_Error seL4_TCB_Resume(seL4_CPtr service)
{
    return call(service, FM_LABEL_TCB_RESUME, 0, 0);
}

seL4_Error seL4_TCB_BindNotification(seL4_CPtr service, seL4_CPtr notification)
{
    seL4_SetCap(0, notification);
    return call(service, FM_LABEL_TCB_BIND_NOTIFICATION, 1, 0);
}

seL4_Error seL4_TCB_SetFlags(seL4_CPtr service, seL4_Word clear, seL4_Word set, seL4_Word *flags)
{
    seL4_Error e = CALL_WORDS(service, FM_LABEL_TCB_SET_FLAGS, 0, clear, set);

    if (e == seL4_NoError) {
        *flags = seL4_GetMR(0);
    }
    return e;
}

seL4_Error seL4_SchedControl_ConfigureFlags(seL4_CPtr service, seL4_CPtr sched_context,
                                            seL4_Word budget_us, seL4_Word period_us,
                                            seL4_Word extra_refills, seL4_Word badge,
                                            seL4_Word flags)
{
    seL4_SetCap(0, sched_context);
    return CALL_WORDS(service, FM_LABEL_SCHED_CONTROL_CONFIGURE, 1, budget_us, period_us,
                      extra_refills, badge, flags);
}

seL4_Error seL4_SchedContext_Bind(seL4_CPtr service, seL4_CPtr cap)
{
    seL4_SetCap(0, cap);
    return call(service, FM_LABEL_SC_BIND, 1, 0);
}

seL4_Error seL4_SchedContext_Unbind(seL4_CPtr service)
{
    return call(service, FM_LABEL_SC_UNBIND, 0, 0);
}

seL4_Error seL4_SchedContext_UnbindObject(seL4_CPtr service, seL4_CPtr cap)
{
    seL4_SetCap(0, cap);
    return call(service, FM_LABEL_SC_UNBIND_OBJECT, 1, 0);
}

seL4_Error seL4_IRQControl_GetTrigger(seL4_CPtr service, seL4_Word irq, seL4_Word trigger,
                                      seL4_CPtr root, seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return CALL_WORDS(service, FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 1, irq, trigger, index, depth);
}

seL4_Error seL4_IRQHandler_Ack(seL4_CPtr service)
{
    return call(service, FM_LABEL_IRQ_ACK, 0, 0);
}

seL4_Error seL4_IRQHandler_SetNotification(seL4_CPtr service, seL4_CPtr notification)
{
    seL4_SetCap(0, notification);
    return call(service, FM_LABEL_IRQ_SET_NOTIFICATION, 1, 0);
}

seL4_Error seL4_IRQHandler_Clear(seL4_CPtr service)
{
    return call(service, FM_LABEL_IRQ_CLEAR, 0, 0);
}

seL4_Error seL4_ASIDPool_Assign(seL4_CPtr service, seL4_CPtr vspace)
{
    seL4_SetCap(0, vspace);
    return call(service, FM_LABEL_ASID_POOL_ASSIGN, 1, 0);
}

seL4_Error fm_page_table_map(seL4_CPtr service, seL4_CPtr vspace, seL4_Word vaddr, seL4_Word attr)
{
    seL4_SetCap(0, vspace);
    return CALL_WORDS(service, FM_LABEL_PAGE_TABLE_MAP, 1, vaddr, attr);
}

seL4_Error fm_page_map(seL4_CPtr service, seL4_CPtr vspace, seL4_Word vaddr,
                       seL4_CapRights_t rights, seL4_Word attr)
{
    seL4_SetCap(0, vspace);
    return CALL_WORDS(service, FM_LABEL_PAGE_MAP, 1, vaddr, rights.words[0], attr);
}

seL4_Error fm_page_unmap(seL4_CPtr service)
{
    return call(service, FM_LABEL_PAGE_UNMAP, 0, 0);
}

seL4_Error fm_page_address(seL4_CPtr service, seL4_Word *paddr)
{
    seL4_Error e = call(service, FM_LABEL_PAGE_GET_ADDRESS, 0, 0);

    if (e == seL4_NoError) {
        *paddr = seL4_GetMR(0);
    }
    return e;
}
