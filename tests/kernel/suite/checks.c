/* SPDX-License-Identifier: Apache-2.0 */
/* Rights, bounds and badges that a table of refusals does not reach: each stands against one check of the kernel,
    and the
 * mutation run (tests/kernel/mutants.py) shows that without the check a test here fails. */
#include "tests/kernel/suite/suite.h"

static uint64_t ntf;
static volatile uint64_t stage;

static void mark(uint64_t value)
{
    stage = value;
    wait(ntf);
}

/* Only objects that end at once may be invoked by a call that receives afterwards. */
static void first_phase(void)
{
    struct thread *t = spawn(mark, 7, 0);
    MUST(tcb_set_priority(t->tcb, 200));
    tcb_set_priority(FM_SLOT_TCB, 100);
    stage = 0;
    signal(ntf);
    struct regs r = {.cptr = ntf, .info = INFO(FM_LABEL_TCB_RESUME, 0, 0), .reply = t->tcb};
    sys(FM_SYS_NB_SEND_WAIT, &r);
    same(stage, 0, "CHK0001 no thread is resumed in the sending half of NBSendWait");
    MUST(tcb_resume(t->tcb));
    same(stage, 7, "CHK0002 the same invocation by Call does it");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
}

/* A thread's CSpace that nobody else has any more would be long to replace. */
static void long_deletion(void)
{
    uint64_t tcb = make(FM_OBJ_TCB, 0), node = make(FM_OBJ_CNODE, 4);
    const uint64_t words[] = {0, 0, 0};
    const uint64_t first[] = {node, FM_SLOT_VSPACE, 0}, second[] = {ROOT, FM_SLOT_VSPACE, 0}, space[] = {0, ROOT,
        FM_SLOT_VSPACE};
    same(invoke(tcb, FM_LABEL_TCB_CONFIGURE, 3, words, 3, first), 0, "CHK0010 a CSpace");
    MUST(cnode_delete(node));
    same(invoke(tcb, FM_LABEL_TCB_CONFIGURE, 3, words, 3, second), FM_KERR_ILLEGAL_OPERATION,
         "CHK0011 the last capability to it is not replaced by Configure");
    same(invoke(tcb, FM_LABEL_TCB_SET_SPACE, 2, words, 3, space), FM_KERR_ILLEGAL_OPERATION, "CHK0012 nor by SetSpace");
    MUST(cnode_delete(tcb));
}

void group_checks(void)
{
    ntf = make(FM_OBJ_NOTIFICATION, 0);
    first_phase();
    long_deletion();
}
