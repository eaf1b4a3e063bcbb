/* SPDX-License-Identifier: Apache-2.0 */
/* Debug system calls: only in the profile that the sel4test suite needs. */
#include "kernel/api/debug.h"

#include "kernel/api/message.h"
#include "kernel/boot/boot.h"
#include "kernel/object/cspace.h"

bool debug_call(struct tcb *t, int64_t number)
{
    struct lookup_fault f;
    switch (number) {
    case FM_SYS_DEBUG_PUTCHAR:
        console_put((char)t->ctx.r[FM_REG_CPTR]);
        return true;
    case FM_SYS_DEBUG_CAP_IDENTIFY: {
        const struct slot *s = cspace_lookup(t, t->ctx.r[FM_REG_CPTR], &f);
        t->ctx.r[FM_REG_CPTR] = s == NULL ? 0 : (uint64_t)cap_type(s->cap);
        return true;
    }
    case FM_SYS_DEBUG_NAME_THREAD:
    case FM_SYS_DEBUG_DUMP_SCHEDULER:
    case FM_SYS_DEBUG_SNAPSHOT:
        return true;
    case FM_SYS_DEBUG_HALT:
        console_text("kernel: halted by a debug call\n");
        kernel_panic(__FILE_NAME__, __LINE__);
    default:
        return false;
    }
}
