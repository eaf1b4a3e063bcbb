/* SPDX-License-Identifier: Apache-2.0 */
/* Every invocation with every way to be refused: the label and the words of the answer, as the notes on
 * the ABI give them. A row that should succeed changes nothing that a later row needs. */
#include "tests/kernel/suite/suite.h"

struct row {
    const char *name;
    uint64_t cptr, label;
    unsigned words;
    uint64_t w[8];
    unsigned caps;
    uint64_t c[3];
    struct {
        uint64_t error;
        unsigned n; /* words of the answer that are compared */
        uint64_t mr[5];
    } want;
};

#define W(...) {__VA_ARGS__}
#define ROW(name, cptr, label, words, w, caps, c, ...)                                             \
    {name, cptr, FM_LABEL_##label, words, w, caps, c, {__VA_ARGS__}}

#define ARG(i) FM_KERR_INVALID_ARGUMENT, 1, W(i)
#define CAPN(i) FM_KERR_INVALID_CAPABILITY, 1, W(i)
#define RANGE(a, b) FM_KERR_RANGE_ERROR, 2, W(a, b)
#define ILLEGAL FM_KERR_ILLEGAL_OPERATION, 0, W(0)
#define TRUNCATED FM_KERR_TRUNCATED_MESSAGE, 0, W(0)
#define DELETEF FM_KERR_DELETE_FIRST, 0, W(0)
#define REVOKEF FM_KERR_REVOKE_FIRST, 0, W(0)
#define FINE FM_KERR_NONE, 0, W(0)
#define MISSING(src, bits) FM_KERR_FAILED_LOOKUP, 3, W(src, FM_LOOKUP_MISSING_CAPABILITY, bits)
#ifdef FM_ABI_AARCH64
#define MAX_US (UINT64_MAX / 8 / (FM_TIMER_HZ / 1000))
#else
#define MAX_US (UINT64_MAX / 8 / (FM_TIMER_HZ / 1000000))
#endif
#define TOP FM_USER_TOP

static const struct row rows[] = {
    /* any object */
    ROW("ERR0001 empty slot", EMPTY, TCB_SUSPEND, 0, W(0), 0, W(0), CAPN(0)),
    ROW("ERR0002 endpoint without Write", EP_NO_WRITE, TCB_SUSPEND, 0, W(0), 0, W(0), CAPN(0)),
    ROW("ERR0003 notification without Write", NTF_NO_WRITE, TCB_SUSPEND, 0, W(0), 0, W(0), CAPN(0)),
    ROW("ERR0004 reply with nobody waiting", REPLY, TCB_SUSPEND, 0, W(0), 0, W(0), FINE),
    ROW("ERR0005 untyped, wrong label", UT, TCB_SUSPEND, 6, W(0), 1, W(ROOT), ILLEGAL),
    ROW("ERR0006 CNode, wrong label", ROOT, TCB_SUSPEND, 2, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0007 TCB, wrong label", TCB, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0008 frame, wrong label", FRAME, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0009 page table, wrong label", PT, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0010 IRQ control, wrong label", FM_SLOT_IRQ_CONTROL, CNODE_COPY, 4, W(0), 1, W(ROOT), ILLEGAL),
    ROW("ERR0011 IRQ handler, wrong label", IRQ, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0012 scheduling context, wrong label", SC, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0013 ASID control, wrong label", FM_SLOT_ASID_CONTROL, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0014 ASID pool, wrong label", FM_SLOT_ASID_POOL, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0015 domain, wrong label", FM_SLOT_DOMAIN, CNODE_COPY, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0016 CNode, a later label", ROOT, IRQ_ACK, 5, W(EMPTY, 64, EP, 64, 15), 1, W(ROOT), ILLEGAL),

    /* Retype: type, size, index, depth, offset, count */
    ROW("ERR0100 Retype short", UT, UNTYPED_RETYPE, 5, W(0), 1, W(ROOT), TRUNCATED),
    ROW("ERR0101 Retype without root", UT, UNTYPED_RETYPE, 6, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0102 Retype unknown type", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_COUNT, 0, 0, 0, EMPTY, 1), 1, W(ROOT), ARG(0)),
    ROW("ERR0103 Retype size 64", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_UNTYPED, 64, 0, 0, EMPTY, 1), 1, W(ROOT),
        RANGE(0, FM_BITS_UNTYPED_MAX)),
    ROW("ERR0104 Retype too large", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_UNTYPED, FM_BITS_UNTYPED_MAX + 1, 0, 0, EMPTY, 1),
        1, W(ROOT), RANGE(0, FM_BITS_UNTYPED_MAX)),
    ROW("ERR0105 Retype CNode of size 0", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_CNODE, 0, 0, 0, EMPTY, 1), 1,
        W(ROOT), ARG(1)),
    ROW("ERR0106 Retype untyped too small", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_UNTYPED, 3, 0, 0, EMPTY, 1), 1, W(ROOT),
        ARG(1)),
    ROW("ERR0107 Retype context too small", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_SCHED_CONTEXT, 6, 0, 0, EMPTY, 1),
        1, W(ROOT),
        ARG(1)),
    ROW("ERR0108 Retype into no CNode", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, 0, 0, EMPTY, 1), 1, W(EP),
        MISSING(0, 0)),
    ROW("ERR0109 Retype, node lookup from no CNode", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, 0, 64, EMPTY, 1), 1,
        W(EP), FM_KERR_FAILED_LOOKUP, 2, W(0, FM_LOOKUP_INVALID_ROOT)),
    ROW("ERR0110 Retype, node is no CNode", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, EP, 64, 0, 1), 1, W(ROOT),
        MISSING(0, 64)),
    ROW("ERR0111 Retype, depth 65", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, EP, 65, 0, 1), 1, W(ROOT),
        RANGE(1, 64)),
    ROW("ERR0112 Retype, depth 3", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, EP, 3, 0, 1), 1, W(ROOT),
        FM_KERR_FAILED_LOOKUP,
        5, W(0, FM_LOOKUP_GUARD_MISMATCH, 3, 0, 64 - FM_ROOT_CNODE_BITS)),
    ROW("ERR0113 Retype offset", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, CN, 64, 16, 1), 1, W(ROOT),
        RANGE(0, 15)),
    ROW("ERR0114 Retype count 0", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, CN, 64, 0, 0), 1, W(ROOT),
        RANGE(1, 256)),
    ROW("ERR0115 Retype count 257", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, CN, 64, 0, 257), 1, W(ROOT),
        RANGE(1, 256)),
    ROW("ERR0116 Retype window", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, CN, 64, 10, 7), 1, W(ROOT),
        RANGE(1, 6)),
    ROW("ERR0117 Retype into a full slot", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_ENDPOINT, 0, 0, 0, FULL, 1), 1,
        W(ROOT), DELETEF),
    ROW("ERR0118 Retype more than there is", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_UNTYPED, 17, 0, 0, EMPTY, 1), 1, W(ROOT),
        FM_KERR_NOT_ENOUGH_MEMORY, 1, W(65536)),
    ROW("ERR0119 Retype more than is left", UT_CHILD, UNTYPED_RETYPE, 6, W(FM_OBJ_UNTYPED, 16, 0, 0, EMPTY, 1),
        1, W(ROOT),
        FM_KERR_NOT_ENOUGH_MEMORY, 1, W(65536 - 16)),
    ROW("ERR0120 Retype a thread in device memory", UT_DEV, UNTYPED_RETYPE, 6, W(FM_OBJ_TCB, 0, 0, 0, EMPTY,
        1), 1, W(ROOT),
        ARG(1)),
    ROW("ERR0121 Retype size 2^32 + 12", UT, UNTYPED_RETYPE, 6, W(FM_OBJ_UNTYPED, (1ul << 32) + 12, 0, 0, EMPTY, 1), 1,
        W(ROOT), RANGE(0, FM_BITS_UNTYPED_MAX)),

    /* CNode: dest index, depth, source index, depth, rights or data, ... */
    ROW("ERR0200 Delete short", ROOT, CNODE_DELETE, 1, W(EMPTY), 0, W(0), TRUNCATED),
    ROW("ERR0201 Delete, depth 0", ROOT, CNODE_DELETE, 2, W(EMPTY, 0), 0, W(0), RANGE(1, 64)),
    ROW("ERR0202 Delete, depth 65", ROOT, CNODE_DELETE, 2, W(EMPTY, 65), 0, W(0), RANGE(1, 64)),
    ROW("ERR0203 Delete, depth too small for the guard", ROOT, CNODE_DELETE, 2, W(EMPTY, 10), 0, W(0),
        FM_KERR_FAILED_LOOKUP, 5,
        W(0, FM_LOOKUP_GUARD_MISMATCH, 10, 0, 64 - FM_ROOT_CNODE_BITS)),
    ROW("ERR0204 Delete, wrong guard", ROOT, CNODE_DELETE, 2, W(EMPTY | 1ul << 40, 64), 0, W(0),
        FM_KERR_FAILED_LOOKUP, 5,
        W(0, FM_LOOKUP_GUARD_MISMATCH, 64, 0, 64 - FM_ROOT_CNODE_BITS)),
    ROW("ERR0205 Delete, depth between guard and level", ROOT, CNODE_DELETE, 2, W(0,
        64 - FM_ROOT_CNODE_BITS + 3), 0, W(0),
        FM_KERR_FAILED_LOOKUP, 4, W(0, FM_LOOKUP_DEPTH_MISMATCH, 64 - FM_ROOT_CNODE_BITS + 3, 64)),
    ROW("ERR0206 Delete in a small CNode, too deep", CN, CNODE_DELETE, 2, W(0, 7), 0, W(0), FM_KERR_FAILED_LOOKUP, 4,
        W(0, FM_LOOKUP_DEPTH_MISMATCH, 3, 0)),
    ROW("ERR0207 Delete in a small CNode, too shallow", CN, CNODE_DELETE, 2, W(0, 3), 0, W(0),
        FM_KERR_FAILED_LOOKUP, 4,
        W(0, FM_LOOKUP_DEPTH_MISMATCH, 3, 4)),
    ROW("ERR0208 Delete of nothing", ROOT, CNODE_DELETE, 2, W(EMPTY, 64), 0, W(0), FINE),
    ROW("ERR0209 Revoke of nothing", ROOT, CNODE_REVOKE, 2, W(EMPTY, 64), 0, W(0), FINE),
    ROW("ERR0210 CancelBadgedSends of no endpoint", ROOT, CNODE_CANCEL_BADGED_SENDS, 2, W(NTF, 64), 0, W(0), ILLEGAL),
    ROW("ERR0211 CancelBadgedSends without all rights", ROOT, CNODE_CANCEL_BADGED_SENDS, 2, W(EP_NO_GRANT, 64),
        0, W(0),
        ILLEGAL),
    ROW("ERR0212 CancelBadgedSends without badge", ROOT, CNODE_CANCEL_BADGED_SENDS, 2, W(EP, 64), 0, W(0), FINE),
    ROW("ERR0213 Copy short", ROOT, CNODE_COPY, 4, W(EMPTY, 64, EP, 64), 1, W(ROOT), TRUNCATED),
    ROW("ERR0214 Copy without root", ROOT, CNODE_COPY, 5, W(EMPTY, 64, EP, 64, 15), 0, W(0), TRUNCATED),
    ROW("ERR0215 Copy to a full slot", ROOT, CNODE_COPY, 5, W(FULL, 64, EP, 64, 15), 1, W(ROOT), DELETEF),
    ROW("ERR0216 Copy from nothing", ROOT, CNODE_COPY, 5, W(EMPTY, 64, EMPTY2, 64, 15), 1, W(ROOT), MISSING(1, 64)),
    ROW("ERR0217 Copy, source root is no CNode", ROOT, CNODE_COPY, 5, W(EMPTY, 64, EP, 64, 15), 1, W(EP),
        FM_KERR_FAILED_LOOKUP, 2,
        W(1, FM_LOOKUP_INVALID_ROOT)),
    ROW("ERR0218 Copy, source depth", ROOT, CNODE_COPY, 5, W(EMPTY, 64, EP, 65, 15), 1, W(ROOT), RANGE(1, 64)),
    ROW("ERR0219 Copy of IRQ control", ROOT, CNODE_COPY, 5, W(EMPTY, 64, FM_SLOT_IRQ_CONTROL, 64, 15), 1,
        W(ROOT), ILLEGAL),
    ROW("ERR0220 Copy of an untyped with children", ROOT, CNODE_COPY, 5, W(EMPTY, 64, UT_CHILD, 64, 15), 1,
        W(ROOT), REVOKEF),
    ROW("ERR0221 Copy of a page table not mapped", ROOT, CNODE_COPY, 5, W(EMPTY, 64, PT, 64, 15), 1, W(ROOT),
        ILLEGAL),
    ROW("ERR0222 Copy of a root table without ASID", ROOT, CNODE_COPY, 5, W(EMPTY, 64, VS, 64, 15), 1, W(ROOT),
        ILLEGAL),
    ROW("ERR0223 Mint short", ROOT, CNODE_MINT, 5, W(EMPTY, 64, EP, 64, 15), 1, W(ROOT), TRUNCATED),
    ROW("ERR0224 Mint of a badged endpoint", ROOT, CNODE_MINT, 6, W(EMPTY, 64, EP_BADGED, 64, 15, 9), 1,
        W(ROOT), ILLEGAL),
    ROW("ERR0225 Mint of a badged endpoint, badge 0", ROOT, CNODE_MINT, 6, W(EMPTY, 64, EP_BADGED, 64, 15, 0),
        1, W(ROOT),
        ILLEGAL),
    ROW("ERR0226 Mint, guard too long", ROOT, CNODE_MINT, 6, W(EMPTY, 64, CN, 64, 15, 61), 1, W(ROOT), ILLEGAL),
    ROW("ERR0227 Move short", ROOT, CNODE_MOVE, 3, W(EMPTY, 64, EP), 1, W(ROOT), TRUNCATED),
    ROW("ERR0228 Move from nothing", ROOT, CNODE_MOVE, 4, W(EMPTY, 64, EMPTY2, 64), 1, W(ROOT), MISSING(1, 64)),
    ROW("ERR0229 Mutate cannot badge", ROOT, CNODE_MUTATE, 5, W(EMPTY, 64, EP, 64, 7), 1, W(ROOT), ILLEGAL),
    ROW("ERR0230 Mutate short", ROOT, CNODE_MUTATE, 4, W(EMPTY, 64, EP, 64), 1, W(ROOT), TRUNCATED),
    ROW("ERR0231 Rotate short", ROOT, CNODE_ROTATE, 7, W(EMPTY, 64, 0, EP, 64, 0, NTF), 2, W(ROOT, ROOT), TRUNCATED),
    ROW("ERR0232 Rotate with one root", ROOT, CNODE_ROTATE, 8, W(EMPTY, 64, 0, CN, 64, 0, FULL, 64), 1,
        W(ROOT), TRUNCATED),
    ROW("ERR0233 Rotate, pivot is source", ROOT, CNODE_ROTATE, 8, W(EMPTY, 64, 0, CN, 64, 0, CN, 64), 2,
        W(ROOT, ROOT),
        ILLEGAL),
    ROW("ERR0234 Rotate, pivot is target", ROOT, CNODE_ROTATE, 8, W(CN, 64, 0, CN, 64, 0, FRAME, 64), 2,
        W(ROOT, ROOT),
        ILLEGAL),
    ROW("ERR0235 Rotate to a full slot", ROOT, CNODE_ROTATE, 8, W(FULL, 64, 0, CN, 64, 0, FRAME, 64), 2,
        W(ROOT, ROOT),
        DELETEF),
    ROW("ERR0236 Rotate, no source", ROOT, CNODE_ROTATE, 8, W(EMPTY, 64, 0, CN, 64, 0, EMPTY2, 64), 2, W(ROOT, ROOT),
        MISSING(1, 64)),
    ROW("ERR0237 Rotate, no pivot", ROOT, CNODE_ROTATE, 8, W(EMPTY, 64, 0, EMPTY2, 64, 0, CN, 64), 2, W(ROOT, ROOT),
        MISSING(0, 64)),
    ROW("ERR0238 Rotate cannot badge", ROOT, CNODE_ROTATE, 8, W(EMPTY, 64, 5, EP, 64, 0, CN, 64), 2, W(ROOT,
        ROOT), ILLEGAL),
    ROW("ERR0239 Rotate cannot badge the source", ROOT, CNODE_ROTATE, 8, W(EMPTY, 64, 0, CN, 64, 5, EP, 64), 2,
        W(ROOT, ROOT), ILLEGAL),
    ROW("ERR0240 Copy, source root is no CNode, depth 65", ROOT, CNODE_COPY, 5, W(EMPTY, 64, EP, 65, 15), 1, W(EP),
        FM_KERR_FAILED_LOOKUP, 2, W(1, FM_LOOKUP_INVALID_ROOT)),

    /* TCB */
    ROW("ERR0300 ReadRegisters short", TCB, TCB_READ_REGISTERS, 1, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0301 ReadRegisters of none", TCB, TCB_READ_REGISTERS, 2, W(0, 0), 0, W(0), RANGE(1, FM_UCTX_WORDS)),
    ROW("ERR0302 ReadRegisters of too many", TCB, TCB_READ_REGISTERS, 2, W(0, FM_UCTX_WORDS + 1), 0, W(0),
        RANGE(1, FM_UCTX_WORDS)),
    ROW("ERR0303 ReadRegisters of oneself", FM_SLOT_TCB, TCB_READ_REGISTERS, 2, W(0, 1), 0, W(0), ILLEGAL),
    ROW("ERR0304 WriteRegisters short", TCB, TCB_WRITE_REGISTERS, 1, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0305 WriteRegisters with fewer than it says", TCB, TCB_WRITE_REGISTERS, 3, W(0, 2, 1), 0, W(0),
        TRUNCATED),
    ROW("ERR0306 WriteRegisters of oneself", FM_SLOT_TCB, TCB_WRITE_REGISTERS, 3, W(0, 1, 1), 0, W(0), ILLEGAL),
    ROW("ERR0307 CopyRegisters short", TCB, TCB_COPY_REGISTERS, 0, W(0), 1, W(TCB_LOW), TRUNCATED),
    ROW("ERR0308 CopyRegisters from no thread", TCB, TCB_COPY_REGISTERS, 1, W(0), 1, W(EP), CAPN(1)),
    ROW("ERR0309 Configure short", TCB, TCB_CONFIGURE, 2, W(0), 3, W(ROOT, FM_SLOT_VSPACE, FRAME), TRUNCATED),
    ROW("ERR0310 Configure with two capabilities", TCB, TCB_CONFIGURE, 3, W(0), 2, W(ROOT, FM_SLOT_VSPACE),
        TRUNCATED),
    ROW("ERR0311 Configure, CSpace is no CNode", TCB, TCB_CONFIGURE, 3, W(0, 0, 0), 3, W(EP, FM_SLOT_VSPACE, FRAME),
        ILLEGAL),
    ROW("ERR0312 Configure, VSpace without ASID", TCB, TCB_CONFIGURE, 3, W(0, 0, 0), 3, W(ROOT, VS, FRAME), ILLEGAL),
    ROW("ERR0313 Configure, buffer not aligned", TCB, TCB_CONFIGURE, 3, W(0, 0, 0x50000010), 3,
        W(ROOT, FM_SLOT_VSPACE, FRAME), FM_KERR_ALIGNMENT_ERROR, 0, W(0)),
    ROW("ERR0314 Configure, buffer is no frame", TCB, TCB_CONFIGURE, 3, W(0, 0, 0x50000000), 3, W(ROOT,
        FM_SLOT_VSPACE, EP),
        ILLEGAL),
    ROW("ERR0315 Configure, buffer is a device", TCB, TCB_CONFIGURE, 3, W(0, 0, 0x50000000), 3,
        W(ROOT, FM_SLOT_VSPACE, FRAME_DEV), ILLEGAL),
    ROW("ERR0316 SetPriority short", TCB, TCB_SET_PRIORITY, 0, W(0), 1, W(FM_SLOT_TCB), TRUNCATED),
    ROW("ERR0317 SetPriority without authority", TCB, TCB_SET_PRIORITY, 1, W(1), 0, W(0), TRUNCATED),
    ROW("ERR0318 SetPriority, authority is no thread", TCB, TCB_SET_PRIORITY, 1, W(1), 1, W(EP), CAPN(1)),
    ROW("ERR0319 SetPriority above the authority", TCB, TCB_SET_PRIORITY, 1, W(6), 1, W(TCB_LOW), RANGE(0, 5)),
    ROW("ERR0320 SetPriority 256", TCB, TCB_SET_PRIORITY, 1, W(256), 1, W(FM_SLOT_TCB), RANGE(0, 255)),
    ROW("ERR0321 SetMCPriority above the authority", TCB, TCB_SET_MC_PRIORITY, 1, W(6), 1, W(TCB_LOW), RANGE(0, 5)),
    ROW("ERR0322 SetSchedParams short", TCB, TCB_SET_SCHED_PARAMS, 1, W(0), 3, W(FM_SLOT_TCB, 0, 0), TRUNCATED),
    ROW("ERR0323 SetSchedParams with two capabilities", TCB, TCB_SET_SCHED_PARAMS, 2, W(0), 2, W(FM_SLOT_TCB,
        0), TRUNCATED),
    ROW("ERR0324 SetSchedParams, authority", TCB, TCB_SET_SCHED_PARAMS, 2, W(0), 3, W(EP, 0, 0), CAPN(1)),
    ROW("ERR0325 SetSchedParams, mcp", TCB, TCB_SET_SCHED_PARAMS, 2, W(6, 0), 3, W(TCB_LOW, 0, 0), RANGE(0, 5)),
    ROW("ERR0326 SetSchedParams, priority", TCB, TCB_SET_SCHED_PARAMS, 2, W(0, 6), 3, W(TCB_LOW, 0, 0), RANGE(0, 5)),
    ROW("ERR0327 SetSchedParams, not a context", TCB, TCB_SET_SCHED_PARAMS, 2, W(0, 0), 3, W(FM_SLOT_TCB, EP,
        0), CAPN(2)),
    ROW("ERR0328 SetSchedParams, another's context", TCB, TCB_SET_SCHED_PARAMS, 2, W(0, 0), 3,
        W(FM_SLOT_TCB, FM_SLOT_SC, 0), ILLEGAL),
    ROW("ERR0329 SetSchedParams, own context away", FM_SLOT_TCB, TCB_SET_SCHED_PARAMS, 2, W(255, 255), 3,
        W(FM_SLOT_TCB, 0, 0), ILLEGAL),
    ROW("ERR0330 SetSchedParams, handler without grant", TCB, TCB_SET_SCHED_PARAMS, 2, W(0, 0), 3,
        W(FM_SLOT_TCB, 0, EP_NO_GRANT), CAPN(3)),
    ROW("ERR0331 SetSchedParams, handler without Write", TCB, TCB_SET_SCHED_PARAMS, 2, W(0, 0), 3,
        W(FM_SLOT_TCB, 0, EP_NO_WRITE), CAPN(3)),
    ROW("ERR0332 SetTimeoutEndpoint without one", TCB, TCB_SET_TIMEOUT_ENDPOINT, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0333 SetTimeoutEndpoint, no endpoint", TCB, TCB_SET_TIMEOUT_ENDPOINT, 0, W(0), 1, W(NTF), CAPN(1)),
    ROW("ERR0334 SetIPCBuffer short", TCB, TCB_SET_IPC_BUFFER, 0, W(0), 1, W(FRAME), TRUNCATED),
    ROW("ERR0335 SetIPCBuffer not aligned", TCB, TCB_SET_IPC_BUFFER, 1, W(0x200), 1, W(FRAME),
        FM_KERR_ALIGNMENT_ERROR, 0, W(0)),
    ROW("ERR0336 SetIPCBuffer, no frame", TCB, TCB_SET_IPC_BUFFER, 1, W(0x400), 1, W(EP), ILLEGAL),
    ROW("ERR0337 SetSpace short", TCB, TCB_SET_SPACE, 1, W(0), 3, W(0, ROOT, FM_SLOT_VSPACE), TRUNCATED),
    ROW("ERR0338 SetSpace, no CNode", TCB, TCB_SET_SPACE, 2, W(0, 0), 3, W(0, EP, FM_SLOT_VSPACE), ILLEGAL),
    ROW("ERR0339 SetSpace, no VSpace", TCB, TCB_SET_SPACE, 2, W(0, 0), 3, W(0, ROOT, EP), ILLEGAL),
    ROW("ERR0340 SetSpace, bad handler", TCB, TCB_SET_SPACE, 2, W(0, 0), 3, W(EP_NO_GRANT, ROOT,
        FM_SLOT_VSPACE), CAPN(1)),
    ROW("ERR0341 BindNotification without one", TCB, TCB_BIND_NOTIFICATION, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0342 BindNotification, no notification", TCB, TCB_BIND_NOTIFICATION, 0, W(0), 1, W(EP), ILLEGAL),
    ROW("ERR0343 BindNotification without Read", TCB, TCB_BIND_NOTIFICATION, 0, W(0), 1, W(NTF_NO_READ), ILLEGAL),
    ROW("ERR0344 UnbindNotification, none", TCB, TCB_UNBIND_NOTIFICATION, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0345 SetTLSBase short", TCB, TCB_SET_TLS_BASE, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0346 SetFlags short", TCB, TCB_SET_FLAGS, 1, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0347 SetFlags keeps what it knows", TCB, TCB_SET_FLAGS, 2, W(0, 1), 0, W(0), FM_KERR_NONE, 1, W(1)),
    ROW("ERR0348 SetFlags clears", TCB, TCB_SET_FLAGS, 2, W(3, 0), 0, W(0), FM_KERR_NONE, 1, W(0)),
    ROW("ERR0349 DomainSet short", FM_SLOT_DOMAIN, DOMAIN_SET, 0, W(0), 1, W(TCB), TRUNCATED),
    ROW("ERR0350 DomainSet, domain", FM_SLOT_DOMAIN, DOMAIN_SET, 1, W(16), 1, W(TCB), ARG(0)),
    ROW("ERR0351 DomainSet, no thread", FM_SLOT_DOMAIN, DOMAIN_SET, 1, W(0), 1, W(EP), ARG(1)),
    ROW("ERR0352 CopyRegisters without a source", TCB, TCB_COPY_REGISTERS, 1, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0353 Configure, CSpace is memory in use", TCB, TCB_CONFIGURE, 3, W(0, 0, 0), 3,
        W(UT_CHILD, FM_SLOT_VSPACE, FRAME), REVOKEF),
    ROW("ERR0354 Configure, buffer is memory in use", TCB, TCB_CONFIGURE, 3, W(0, 0, 0x50000000), 3,
        W(ROOT, FM_SLOT_VSPACE, UT_CHILD), REVOKEF),
    ROW("ERR0355 SetSpace with two capabilities", TCB, TCB_SET_SPACE, 2, W(0, 0), 2, W(0, ROOT), TRUNCATED),
    ROW("ERR0356 SetIPCBuffer without a frame", TCB, TCB_SET_IPC_BUFFER, 1, W(0x400), 0, W(0), TRUNCATED),
    ROW("ERR0357 SetMCPriority without authority", TCB, TCB_SET_MC_PRIORITY, 1, W(1), 0, W(0), TRUNCATED),
    ROW("ERR0358 DomainSet without a thread", FM_SLOT_DOMAIN, DOMAIN_SET, 1, W(0), 0, W(0), TRUNCATED),

    /* scheduling contexts */
    ROW("ERR0400 Configure short", 0, SCHED_CONTROL_CONFIGURE, 4, W(1000, 1000, 0, 0), 1, W(SC), TRUNCATED),
    ROW("ERR0401 Configure without context", 0, SCHED_CONTROL_CONFIGURE, 5, W(1000, 1000, 0, 0, 0), 0, W(0),
        TRUNCATED),
    ROW("ERR0402 Configure, no context", 0, SCHED_CONTROL_CONFIGURE, 5, W(1000, 1000, 0, 0, 0), 1, W(EP), CAPN(1)),
    ROW("ERR0403 Configure, budget too large", 0, SCHED_CONTROL_CONFIGURE, 5, W(~0ul, 1000, 0, 0, 0), 1, W(SC),
        RANGE(FM_MIN_BUDGET_US, MAX_US)),
    ROW("ERR0404 Configure, budget too small", 0, SCHED_CONTROL_CONFIGURE, 5, W(19, 1000, 0, 0, 0), 1, W(SC),
        RANGE(FM_MIN_BUDGET_US, MAX_US)),
    ROW("ERR0405 Configure, period too large", 0, SCHED_CONTROL_CONFIGURE, 5, W(1000, ~0ul, 0, 0, 0), 1, W(SC),
        RANGE(FM_MIN_BUDGET_US, MAX_US)),
    ROW("ERR0406 Configure, budget above period", 0, SCHED_CONTROL_CONFIGURE, 5, W(1001, 1000, 0, 0, 0), 1, W(SC),
        RANGE(FM_MIN_BUDGET_US, 1000)),
    ROW("ERR0407 Configure, too many refills", 0, SCHED_CONTROL_CONFIGURE, 5, W(500, 1000, 9, 0, 0), 1, W(SC),
        RANGE(0, 8)),
    ROW("ERR0408 Configure, refills of a small one", 0, SCHED_CONTROL_CONFIGURE, 5, W(500, 1000, 1, 0, 0), 1,
        W(SC_SMALL),
        RANGE(0, 0)),
    ROW("ERR0409 Configure, wrong label", 0, TCB_SUSPEND, 5, W(0), 1, W(SC), ILLEGAL),
    ROW("ERR0410 Bind nothing", SC, SC_BIND, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0411 Bind an endpoint", SC, SC_BIND, 0, W(0), 1, W(EP), CAPN(1)),
    ROW("ERR0412 Bind a thread that has one", SC, SC_BIND, 0, W(0), 1, W(FM_SLOT_TCB), ILLEGAL),
    ROW("ERR0413 UnbindObject, not bound", SC, SC_UNBIND_OBJECT, 0, W(0), 1, W(TCB), ILLEGAL),
    ROW("ERR0414 UnbindObject, notification not bound", SC, SC_UNBIND_OBJECT, 0, W(0), 1, W(NTF), ILLEGAL),
    ROW("ERR0415 UnbindObject, endpoint", SC, SC_UNBIND_OBJECT, 0, W(0), 1, W(EP), CAPN(1)),
    ROW("ERR0416 Unbind one's own", FM_SLOT_SC, SC_UNBIND, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0417 UnbindObject oneself", FM_SLOT_SC, SC_UNBIND_OBJECT, 0, W(0), 1, W(FM_SLOT_TCB), ILLEGAL),
    ROW("ERR0418 YieldTo nobody", SC, SC_YIELD_TO, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0419 YieldTo oneself", FM_SLOT_SC, SC_YIELD_TO, 0, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0420 Consumed of an idle context", SC, SC_CONSUMED, 0, W(0), 0, W(0), FM_KERR_NONE, 1, W(0)),
    ROW("ERR0421 UnbindObject without one", SC, SC_UNBIND_OBJECT, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0422 Configure, period too small", 0, SCHED_CONTROL_CONFIGURE, 5, W(20, 19, 0, 0, 0), 1, W(SC),
        RANGE(FM_MIN_BUDGET_US, MAX_US)),

    /* interrupts: irq, index, depth | irq, trigger, index, depth */
    ROW("ERR0500 IRQ Get short", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 2, W(40, EMPTY), 1, W(ROOT), TRUNCATED),
    ROW("ERR0501 IRQ Get out of range", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 3, W(FM_IRQ_MAX + 1, EMPTY,
        64), 1, W(ROOT),
        RANGE(FM_IRQ_MIN, FM_IRQ_MAX)),
    ROW("ERR0502 IRQ Get twice", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 3, W(50, EMPTY, 64), 1, W(ROOT), REVOKEF),
    ROW("ERR0503 IRQ Get into a full slot", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 3, W(51, FULL, 64), 1,
        W(ROOT), DELETEF),
    ROW("ERR0504 IRQ Get, depth", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 3, W(51, EMPTY, 0), 1, W(ROOT),
        RANGE(1, 64)),
    ROW("ERR0505 IRQ GetTrigger short", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER_TRIGGER, 3, W(51, 0, EMPTY), 1,
        W(ROOT),
        TRUNCATED),
    ROW("ERR0506 IRQ GetTrigger out of range", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER_TRIGGER, 4, W(~0ul, 0,
        EMPTY, 64), 1,
        W(ROOT), RANGE(FM_IRQ_MIN, FM_IRQ_MAX)),
    ROW("ERR0507 IRQ SetNotification without one", IRQ, IRQ_SET_NOTIFICATION, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0508 IRQ SetNotification, endpoint", IRQ, IRQ_SET_NOTIFICATION, 0, W(0), 1, W(EP), CAPN(0)),
    ROW("ERR0509 IRQ SetNotification without Write", IRQ, IRQ_SET_NOTIFICATION, 0, W(0), 1, W(NTF_NO_WRITE), CAPN(0)),
    ROW("ERR0510 IRQ Get without root", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 3, W(51, EMPTY, 64), 0, W(0),
        TRUNCATED),
    ROW("ERR0511 IRQ Get of one below the first", FM_SLOT_IRQ_CONTROL, IRQ_ISSUE_HANDLER, 3,
        W((uint64_t)FM_IRQ_MIN - 1, EMPTY, 64),
        1, W(ROOT), RANGE(FM_IRQ_MIN, FM_IRQ_MAX)),

    /* memory */
    ROW("ERR0600 PageTable_Map short", PT, PAGE_TABLE_MAP, 1, W(0), 1, W(FM_SLOT_VSPACE), TRUNCATED),
    ROW("ERR0601 PageTable_Map without space", PT, PAGE_TABLE_MAP, 2, W(0, 0), 0, W(0), TRUNCATED),
    ROW("ERR0602 PageTable_Map, already mapped", PT_MAPPED, PAGE_TABLE_MAP, 2, W(0, 0), 1, W(FM_SLOT_VSPACE),
        CAPN(0)),
    ROW("ERR0603 PageTable_Map, no space", PT, PAGE_TABLE_MAP, 2, W(0, 0), 1, W(EP), CAPN(1)),
    ROW("ERR0604 PageTable_Map, space without ASID", PT, PAGE_TABLE_MAP, 2, W(0, 0), 1, W(VS), CAPN(1)),
    ROW("ERR0605 PageTable_Map, beyond the top", PT, PAGE_TABLE_MAP, 2, W(TOP, 0), 1, W(FM_SLOT_VSPACE), ARG(0)),
    ROW("ERR0606 PageTable_Map, tables complete", PT, PAGE_TABLE_MAP, 2, W(MAPPED_AT, 0), 1, W(FM_SLOT_VSPACE),
        DELETEF),
    ROW("ERR0607 Page_Map short", FRAME, PAGE_MAP, 2, W(MAPPED_AT, 3), 1, W(FM_SLOT_VSPACE), TRUNCATED),
    ROW("ERR0608 Page_Map, no space", FRAME, PAGE_MAP, 3, W(MAPPED_AT, 3, 0), 1, W(EP), CAPN(1)),
    ROW("ERR0609 Page_Map, not aligned", FRAME, PAGE_MAP, 3, W(MAPPED_AT + 8, 3, 0), 1, W(FM_SLOT_VSPACE),
        FM_KERR_ALIGNMENT_ERROR,
        0, W(0)),
    ROW("ERR0610 Page_Map, beyond the top", FRAME, PAGE_MAP, 3, W(TOP, 3, 0), 1, W(FM_SLOT_VSPACE), ARG(0)),
    ROW("ERR0611 Page_Map, table missing", FRAME, PAGE_MAP, 3, W(MAPPED_AT + 0x200000, 3, 0), 1, W(FM_SLOT_VSPACE),
        MISSING(0, 21)),
    ROW("ERR0612 Page_Map, mapped in another space", FRAME_MAPPED, PAGE_MAP, 3, W(MAPPED_AT, 3, 0), 1, W(VS2),
#ifdef FM_ABI_AARCH64
        CAPN(1)),
    ROW("ERR0613 Page_Map, large page over a table", LARGE, PAGE_MAP, 3, W(MAPPED_AT, 3, 0), 1,
        W(FM_SLOT_VSPACE), MISSING(0, 12)),
#else
        MISSING(0, 30)),
    ROW("ERR0613 Page_Map, large page over a table", LARGE, PAGE_MAP, 3, W(MAPPED_AT, 3, 0), 1,
        W(FM_SLOT_VSPACE), MISSING(0, 12)),
    ROW("ERR0614 Page_Map, address taken", FRAME, PAGE_MAP, 3, W(MAPPED_AT, 3, 0), 1, W(FM_SLOT_VSPACE), DELETEF),
    ROW("ERR0615 PageTable_Unmap of a root", FM_SLOT_VSPACE, PAGE_TABLE_UNMAP, 0, W(0), 0, W(0), REVOKEF),
#endif
    ROW("ERR0616 Page_Map, mapped elsewhere", FRAME_MAPPED, PAGE_MAP, 3, W(MAPPED_AT + 0x1000, 3, 0), 1,
        W(FM_SLOT_VSPACE),
        ARG(0)),
    ROW("ERR0617 Page_Unmap of a frame not mapped", FRAME, PAGE_UNMAP, 0, W(0), 0, W(0), FINE),
    ROW("ERR0618 PageTable_Unmap of a table not mapped", PT, PAGE_TABLE_UNMAP, 0, W(0), 0, W(0), FINE),
    ROW("ERR0619 MakePool short", FM_SLOT_ASID_CONTROL, ASID_CONTROL_MAKE_POOL, 1, W(EMPTY), 2, W(UT_12, ROOT),
        TRUNCATED),
    ROW("ERR0620 MakePool with one capability", FM_SLOT_ASID_CONTROL, ASID_CONTROL_MAKE_POOL, 2, W(EMPTY, 64),
        1, W(UT_12),
        TRUNCATED),
    ROW("ERR0621 MakePool of no untyped", FM_SLOT_ASID_CONTROL, ASID_CONTROL_MAKE_POOL, 2, W(EMPTY, 64), 2,
        W(EP, ROOT),
        CAPN(1)),
    ROW("ERR0622 MakePool, size", FM_SLOT_ASID_CONTROL, ASID_CONTROL_MAKE_POOL, 2, W(EMPTY, 64), 2, W(UT,
        ROOT), CAPN(1)),
    ROW("ERR0623 MakePool, device", FM_SLOT_ASID_CONTROL, ASID_CONTROL_MAKE_POOL, 2, W(EMPTY, 64), 2, W(UT_DEV, ROOT),
        CAPN(1)),
    ROW("ERR0624 MakePool into a full slot", FM_SLOT_ASID_CONTROL, ASID_CONTROL_MAKE_POOL, 2, W(FULL, 64), 2,
        W(UT_12, ROOT),
        DELETEF),
    ROW("ERR0625 Assign nothing", FM_SLOT_ASID_POOL, ASID_POOL_ASSIGN, 0, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0626 Assign no root table", FM_SLOT_ASID_POOL, ASID_POOL_ASSIGN, 0, W(0), 1, W(EP), CAPN(1)),
    ROW("ERR0627 Assign twice", FM_SLOT_ASID_POOL, ASID_POOL_ASSIGN, 0, W(0), 1, W(VS2), CAPN(1)),
    ROW("ERR0628 Page_Map without space", FRAME, PAGE_MAP, 3, W(MAPPED_AT, 3, 0), 0, W(0), TRUNCATED),
    ROW("ERR0629 PageTable_Map where only a page fits", PT, PAGE_TABLE_MAP, 2, W(MAPPED_AT + 0x1000, 0), 1,
        W(FM_SLOT_VSPACE), DELETEF),
    ROW("ERR0631 Page_Map above the top", FRAME, PAGE_MAP, 3, W((TOP | 0xfff) + 0x1001, 3, 0), 1, W(FM_SLOT_VSPACE),
        ARG(0)),
    ROW("ERR0632 Page_Map across the top", LARGE, PAGE_MAP, 3, W(TOP & ~0x1ffffful, 3, 0), 1, W(FM_SLOT_VSPACE),
        ARG(0)),
#ifndef FM_ABI_AARCH64
    ROW("ERR0630 PageTable_Unmap of a root that has one capability", VS2, PAGE_TABLE_UNMAP, 0, W(0), 0, W(0), REVOKEF),
#endif
#ifdef FM_ABI_AARCH64
    ROW("ERR0717 frame, a label beyond its own", FRAME_MAPPED, ASID_POOL_ASSIGN, 2, W(0, 64), 0, W(0), ILLEGAL),
    ROW("ERR0718 VSpace, a label below its own", FM_SLOT_VSPACE, SC_YIELD_TO, 2, W(MAPPED_AT, MAPPED_AT + 64), 0, W(0),
        ILLEGAL),
    ROW("ERR0719 VSpace, a label beyond its own", FM_SLOT_VSPACE, SMC_CALL, 2, W(MAPPED_AT, MAPPED_AT + 64), 0, W(0),
        ILLEGAL),
    ROW("ERR0700 Page_Clean short", FRAME_MAPPED, PAGE_CLEAN_DATA, 1, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0701 Page_Clean, not mapped", FRAME, PAGE_CLEAN_DATA, 2, W(0, 64), 0, W(0), ILLEGAL),
    ROW("ERR0702 Page_Clean, empty range", FRAME_MAPPED, PAGE_CLEAN_DATA, 2, W(64, 64), 0, W(0), ARG(1)),
    ROW("ERR0703 Page_Clean, beyond the page", FRAME_MAPPED, PAGE_CLEAN_DATA, 2, W(0, 4097), 0, W(0), ARG(0)),
    ROW("ERR0704 Page_Clean", FRAME_MAPPED, PAGE_CLEAN_DATA, 2, W(0, 4096), 0, W(0), FINE),
    ROW("ERR0705 Page_Invalidate", FRAME_MAPPED, PAGE_INVALIDATE_DATA, 2, W(0, 4096), 0, W(0), FINE),
    ROW("ERR0706 Page_CleanInvalidate", FRAME_MAPPED, PAGE_CLEAN_INVALIDATE_DATA, 2, W(0, 4096), 0, W(0), FINE),
    ROW("ERR0707 Page_Unify", FRAME_MAPPED, PAGE_UNIFY_INSTRUCTION, 2, W(0, 4096), 0, W(0), FINE),
    ROW("ERR0708 VSpace_Clean short", FM_SLOT_VSPACE, VSPACE_CLEAN_DATA, 1, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0709 VSpace_Clean, empty range", FM_SLOT_VSPACE, VSPACE_CLEAN_DATA, 2, W(64, 64), 0, W(0), ARG(1)),
    ROW("ERR0710 VSpace_Clean, kernel addresses", FM_SLOT_VSPACE, VSPACE_CLEAN_DATA, 2, W(64, ~0ul), 0, W(0),
        ILLEGAL),
    ROW("ERR0711 VSpace_Clean, no ASID", VS, VSPACE_CLEAN_DATA, 2, W(64, 128), 0, W(0), CAPN(0)),
    ROW("ERR0712 VSpace_Clean over two pages", FM_SLOT_VSPACE, VSPACE_CLEAN_DATA, 2, W(MAPPED_AT,
        MAPPED_AT + 4097), 0, W(0),
        RANGE(MAPPED_AT, MAPPED_AT + 4095)),
    ROW("ERR0713 VSpace_Clean", FM_SLOT_VSPACE, VSPACE_CLEAN_DATA, 2, W(MAPPED_AT, MAPPED_AT + 4096), 0, W(0), FINE),
    ROW("ERR0714 SMC short", FM_SLOT_SMC, SMC_CALL, 7, W(0), 0, W(0), TRUNCATED),
    ROW("ERR0715 SMC, wrong label", FM_SLOT_SMC, TCB_SUSPEND, 8, W(0), 0, W(0), ILLEGAL),
    ROW("ERR0716 SMC, PSCI version", FM_SLOT_SMC, SMC_CALL, 8, W(0x84000000), 0, W(0), FINE),
#endif
};

void group_errors(void)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        uint64_t cptr = r->cptr != 0 ? r->cptr : bootinfo->sched_control.start;
        uint64_t error = invoke(cptr, r->label, r->words, r->w, r->caps, r->c);
        bool fine = error == r->want.error;
        for (unsigned k = 0; k < r->want.n; k++) {
            fine = fine && answer[k] == r->want.mr[k];
        }
        if (!TAP_OK(fine, r->name)) {
            tap_note_u64("label", error);
            for (unsigned k = 0; k < 5; k++) {
                tap_note_u64("word", answer[k]);
            }
        }
        if (r->want.error == FM_KERR_FAILED_LOOKUP || r->want.error == FM_KERR_NONE) {
            continue;
        }
        /* A refused operation has no effect: what must be empty is. */
        if (!fine) {
            cnode_delete(EMPTY);
            cnode_delete(EMPTY2);
        }
    }
}
