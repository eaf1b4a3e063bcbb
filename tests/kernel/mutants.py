# SPDX-License-Identifier: Apache-2.0
"""The mutants of the kernel: every rights, bounds and badge check, each taken out in turn.

Two kinds. GENERATED: in each decoder, every condition that leads to a refusal, part by part (an `a || b` gives two
mutants, a length check one for the words and one for the capabilities); so a check that is added later has its mutant at
once. LISTED: what masks, limits or copies rights and badges without refusing, by hand."""
import re

DECODERS = ["kernel/api/syscall.c", "kernel/object/cspace.c", "kernel/object/cnode.c", "kernel/object/untyped.c",
            "kernel/object/tcb.c", "kernel/object/sched_context.c", "kernel/object/irq.c", "kernel/object/vspace.c",
            "kernel/arch/{arch}/machine.c"]

# file, text that is there, what replaces it, and on which machines
LISTED = [
    # rights, on the way of a message
    ("kernel/api/syscall.c", ".can_grant = (rights & FM_RIGHT_GRANT) != 0", ".can_grant = true"),
    ("kernel/api/syscall.c", ".can_grant_reply = (rights & FM_RIGHT_GRANT_REPLY) != 0", ".can_grant_reply = true"),
    ("kernel/api/syscall.c", "(cap_rights(cap) & FM_RIGHT_GRANT) != 0);", "true);"),
    ("kernel/api/syscall.c", "CAP_ENDPOINT && (cap_rights(cap) & FM_RIGHT_READ) != 0", "CAP_ENDPOINT"),
    ("kernel/api/syscall.c", "CAP_NOTIFICATION && (cap_rights(cap) & FM_RIGHT_READ) != 0", "CAP_NOTIFICATION"),
    ("kernel/api/syscall.c", "if (n->bound == NULL || n->bound == t) {", "if (true) {"),
    ("kernel/api/syscall.c", "s == NULL || cap_type(s->cap) != CAP_REPLY", "s == NULL"),
    ("kernel/api/syscall.c", "== PREEMPTED) {\n        return PREEMPTED;\n    }\n    receive_phase", "== PREEMPTED) {\n    }\n    receive_phase"),
    ("kernel/object/endpoint.c", "t->can_grant = how.can_grant;", "t->can_grant = true;"),
    ("kernel/object/endpoint.c", "t->can_grant_reply = how.can_grant_reply;", "t->can_grant_reply = true;"),
    ("kernel/object/endpoint.c", "if (reply != NULL && may_reply) {", "if (reply != NULL) {"),
    ("kernel/object/endpoint.c", "sender->badge, sender->can_grant, t", "sender->badge, true, t"),
    ("kernel/api/message.c", "if (grant && to != NULL) {", "if (to != NULL) {"),
    ("kernel/api/message.c", "if (rights != FRAME_READ_WRITE && (for_writing || rights != FRAME_READ)) {", "if (false) {"),
    ("kernel/api/message.c", "rights != FRAME_READ_WRITE && (for_writing || rights != FRAME_READ)",
     "rights != FRAME_READ_WRITE && rights != FRAME_READ"),
    ("kernel/api/message.c", "target == NULL || cap_derive(extra[done], &c) != DERIVE_OK || cap_is_null(c)",
     "target == NULL || cap_is_null(c)"),
    ("kernel/api/message.c", "target == NULL || cap_derive(extra[done], &c) != DERIVE_OK || cap_is_null(c)",
     "target == NULL || cap_derive(extra[done], &c) != DERIVE_OK"),
    ("kernel/api/fault.c", "cap_type(c) == CAP_ENDPOINT && (rights", "(rights"),
    ("kernel/api/fault.c", "(rights & FM_RIGHT_WRITE) != 0 &&", ""),
    ("kernel/api/fault.c", "(rights & (FM_RIGHT_GRANT | FM_RIGHT_GRANT_REPLY)) != 0;", "true;"),
    ("kernel/api/fastpath.c", "(rights & FM_RIGHT_WRITE) == 0 ||", ""),
    ("kernel/api/fastpath.c", "||\n                 (rights & (FM_RIGHT_GRANT | FM_RIGHT_GRANT_REPLY)) == 0", ""),
    ("kernel/api/fastpath.c", "||\n                 (cap_rights(s->cap) & FM_RIGHT_READ) == 0", ""),
    ("kernel/api/fastpath.c", "s == NULL || cap_type(s->cap) != CAP_ENDPOINT || reply", "s == NULL || reply"),
    ("kernel/api/fastpath.c", "rs == NULL || cap_type(rs->cap) != CAP_REPLY", "rs == NULL"),
    ("kernel/api/fastpath.c", "s == NULL || cap_type(s->cap) != CAP_ENDPOINT)", "s == NULL)"),
    ("kernel/object/irq.c", "cap_type(c) == CAP_NOTIFICATION && (cap_rights(c) & FM_RIGHT_WRITE) != 0",
     "cap_type(c) == CAP_NOTIFICATION"),
    # rights, in copies
    ("kernel/object/mdb.c", "cap_rights(c) & (unsigned)rights", "cap_rights(c)"),
    ("kernel/object/mdb.c", "cap_rights(c) & (unsigned)rights", "(unsigned)rights & FM_RIGHT_ALL"),
    ("kernel/object/mdb.c", "(rights & FM_RIGHT_READ) != 0 && have != FRAME_KERNEL_ONLY", "have != FRAME_KERNEL_ONLY"),
    ("kernel/object/mdb.c", "(rights & FM_RIGHT_READ) != 0 && have != FRAME_KERNEL_ONLY", "(rights & FM_RIGHT_READ) != 0"),
    ("kernel/object/mdb.c", "(rights & FM_RIGHT_WRITE) != 0 && have == FRAME_READ_WRITE", "have == FRAME_READ_WRITE"),
    ("kernel/object/mdb.c", "(rights & FM_RIGHT_WRITE) != 0 && have == FRAME_READ_WRITE", "(rights & FM_RIGHT_WRITE) != 0"),
    ("kernel/object/mdb.c", "case CAP_ZOMBIE:\n    case CAP_IRQ_CONTROL:\n        *cap = cap_null();", "case CAP_ZOMBIE:\n        *cap = cap_null();"),
    ("kernel/object/mdb.c", "return mdb_has_children(from) ? DERIVE_REVOKE_FIRST : DERIVE_OK;", "return DERIVE_OK;"),
    ("kernel/object/mdb.c", "return arch_derive(cap) ? DERIVE_OK : DERIVE_ILLEGAL;", "arch_derive(cap);\n            return DERIVE_OK;"),
    ("kernel/object/vspace.c", "frame_rights_masked(cap_frame_rights(m.frame), call_arg(c, 1))", "FRAME_READ_WRITE"),
    ("kernel/object/vspace.c", "frame_rights_masked(cap_frame_rights(m.frame), call_arg(c, 1))", "cap_frame_rights(m.frame)"),
    ("kernel/object/vspace.c", "frame_rights_masked(cap_frame_rights(m.frame), call_arg(c, 1))",
     "frame_rights_masked(FRAME_READ_WRITE, call_arg(c, 1))"),
    ("kernel/object/vspace.c", "c->b = 0;\n        return true;", "return true;"),
    # rights, in page tables
    ("kernel/arch/riscv64/kernel_machine.h", "if (rights == FRAME_KERNEL_ONLY) {\n        return 0;\n    }", "", "riscv64"),
    ("kernel/arch/riscv64/kernel_machine.h", "(rights == FRAME_READ_WRITE ? PTE_W : 0)", "PTE_W", "riscv64"),
    ("kernel/arch/riscv64/kernel_machine.h", "((attributes & FM_VM_EXECUTE_NEVER) == 0 ? PTE_X : 0)", "PTE_X", "riscv64"),
    ("kernel/arch/aarch64/kernel_machine.h", "pte |= rights == FRAME_KERNEL_ONLY ? 0 : PTE_USER;", "pte |= PTE_USER;", "aarch64"),
    ("kernel/arch/aarch64/kernel_machine.h", "pte |= rights == FRAME_READ_WRITE ? 0 : PTE_READ_ONLY;", "", "aarch64"),
    ("kernel/arch/aarch64/kernel_machine.h", "pte |= (attributes & FM_VM_EXECUTE_NEVER) != 0 || device ? PTE_UXN : 0;", "",
     "aarch64"),
    # bounds
    ("kernel/api/message.h", "min_u64(info & MASK(FM_INFO_LENGTH_BITS), FM_MSG_MAX_LENGTH)", "(info & MASK(FM_INFO_LENGTH_BITS))"),
    ("kernel/api/message.c", "if (cap_type(c) != CAP_FRAME || cap_frame_device(c)) {", "if (cap_type(c) != CAP_FRAME) {"),
    ("kernel/api/message.c", "if (cap_type(c) != CAP_FRAME || cap_frame_device(c)) {", "if (cap_frame_device(c)) {"),
    ("kernel/api/message.c", "if (from == NULL || to == NULL) {", "if (from == NULL) {"),
    ("kernel/api/message.c", "if (from == NULL || to == NULL) {", "if (to == NULL) {"),
    ("kernel/api/message.c", "if (buffer == NULL) {\n        return FM_NUM_MR_REGS;\n    }", ""),
    ("kernel/api/message.c", "if (wanted == 0 || buffer == NULL) {", "if (wanted == 0) {"),
    ("kernel/api/message.c", "if (depth > FM_WORD_BITS) {", "if (false) {"),
    ("kernel/api/message.c", "r.slot == NULL || r.bits_left != 0 || !cap_is_null(r.slot->cap)",
     "r.slot == NULL || !cap_is_null(r.slot->cap)"),
    ("kernel/api/message.c", "r.slot == NULL || r.bits_left != 0 || !cap_is_null(r.slot->cap)",
     "r.slot == NULL || r.bits_left != 0"),
    ("kernel/api/message.c", "r.slot == NULL || r.bits_left != 0 || !cap_is_null(r.slot->cap)",
     "r.bits_left != 0 || !cap_is_null(r.slot->cap)"),
    ("kernel/api/syscall.c", "if (c.buffer == NULL) {\n            c.length = min_u64(c.length, FM_NUM_MR_REGS);\n        }", ""),
    ("kernel/api/fault.c", "(unsigned)min_u64(info_length(info), FAULT_MAX_WORDS)", "(unsigned)info_length(info)"),
    ("kernel/api/fault.c", "if (buffer == NULL && count > FM_NUM_MR_REGS) {", "if (false) {"),
    ("kernel/api/fault.c", "min_u64(info_length(info), FM_UCTX_WORDS)", "info_length(info)"),
    ("kernel/object/tcb.c", "count = min_u64(count, FM_UCTX_WORDS);", ""),
    ("kernel/object/cspace.c", "if (UNLIKELY(cap_type(root) != CAP_CNODE)) {", "if (false) {"),
    ("kernel/object/cspace.c", "(found & MASK(guard_size)) != root.b", "false"),
    ("kernel/object/cspace.c", "guard_size > bits || (found", "(found"),
    ("kernel/object/cspace.c", "if (level > bits) {", "if (false) {"),
    ("kernel/object/cspace.c", "    if (cap_type(root) != CAP_CNODE) {", "    if (false) {"),
    ("kernel/object/cspace.c", "if (r.bits_left != 0) {", "if (false) {"),
    ("kernel/api/fastpath.c", "if (UNLIKELY(guard_size + radix > bits)) {", "if (false) {"),
    ("kernel/api/fastpath.c", "& MASK(guard_size)) != root.b", "& MASK(guard_size)) != root.b && false"),
    ("kernel/api/fastpath.c", "if (!is_small(info)) {", "if (false) {"),
    ("kernel/api/fastpath.c", "sc->reply == NULL || !is_small(info)", "sc->reply == NULL"),
    ("kernel/object/mdb.c", "if (guard_size + radix > FM_WORD_BITS) {", "if (false) {"),
    ("kernel/object/mdb.c", "offset < BIT(cap_untyped_bits(a)) && bytes <= BIT(cap_untyped_bits(a)) - offset",
     "bytes <= BIT(cap_untyped_bits(a)) - offset"),
    ("kernel/object/untyped.c", "arch_zero(arch_phys_to_ptr(base + from), chunk);", ""),
    ("kernel/object/vspace.c", "m.vaddr < FM_USER_TOP && FM_USER_TOP - m.vaddr >= BIT(bits)", "m.vaddr < FM_USER_TOP"),
    ("kernel/object/vspace.c", "m.vaddr < FM_USER_TOP && FM_USER_TOP - m.vaddr >= BIT(bits)", "FM_USER_TOP - m.vaddr >= BIT(bits)"),
    ("kernel/object/vspace.c", "arch_tlb_flush_page(cap_asid(c), cap_vaddr(c));", ""),
    ("kernel/object/vspace.c", "pte_paddr(*w.entry) == cap_addr(c)", "true"),
    ("kernel/sched/schedule.c", "return refill_sufficient(sc, kernel.consumed);", "return true;"),
    # badges
    ("kernel/api/syscall.c", ".badge = cap.b,", ".badge = 0,"),
    ("kernel/api/fault.c", ".badge = handler.b,", ".badge = 0,"),
    ("kernel/api/message.c", "cap_type(c) == CAP_ENDPOINT && cap_ptr(c) == ep && ep != NULL", "cap_type(c) == CAP_ENDPOINT && ep != NULL"),
    ("kernel/api/fastpath.c", "server->ctx.r[FM_REG_CPTR] = s->cap.b;", "server->ctx.r[FM_REG_CPTR] = 0;"),
    ("kernel/object/mdb.c", "if (preserve || c.b != 0) {", "if (preserve) {"),
    ("kernel/object/mdb.c", "if (preserve || c.b != 0) {", "if (c.b != 0) {"),
    ("kernel/object/mdb.c", "&& a->cap.b != 0) {", "&& false) {"),
    ("kernel/object/mdb.c", "return a->cap.b == b->cap.b && (b->prev & MDB_FIRST_BADGED) == 0;", "return a->cap.b == b->cap.b;"),
    ("kernel/object/mdb.c", "return a->cap.b == b->cap.b && (b->prev & MDB_FIRST_BADGED) == 0;",
     "return (b->prev & MDB_FIRST_BADGED) == 0;"),
    ("kernel/object/mdb.c", "(a->prev & MDB_REVOCABLE) == 0 ||", ""),
    ("kernel/object/mdb.c", "return copy.b != from.b;", "return false;"),
    ("kernel/object/mdb.c", "mdb_flags(n) | (s->prev & MDB_FIRST_BADGED)", "mdb_flags(n)"),
    ("kernel/object/endpoint.c", "if (t->badge == badge) {", "if (true) {"),
    ("kernel/object/endpoint.c", "t->badge = how.badge;", "t->badge = 0;"),
    ("kernel/object/notification.c", "n->badge |= badge;", "n->badge = badge;"),
]

BOTH = ("aarch64", "riscv64")

# What no program can tell, with the reason: (part of the mutant's name, machines).
EQUIVALENT = {
    ("irq < FM_IRQ_MIN || irq > FM_IRQ_MAX: without irq < FM_IRQ_MIN", ("aarch64",)): "FM_IRQ_MIN is 0 there",
    ("page_table_unmap: is_root(cap)", ("aarch64",)): "a root is a capability of another kind there",
    ("check_place_replacing:", ("riscv64",)): "the order of aarch64, not called there",
    ("check_place_empty:", ("aarch64",)): "the order of riscv64, not called there",
    ("check_entry: !m->mapped && pte_is_present", ("aarch64",)): "a page is replaced there",
    ("pool_assign: named == NULL", BOTH): "a pool is in the table as long as there is a capability to it",
    ("pool_assign: named != pool", BOTH): "the same",
    ("kernel/api/message.c: if (cap_type(c) != CAP_FRAME || cap_frame_device(c)) { -> if (cap_type(c) != CAP_FRAME) {", BOTH):
        "no device gets into the slot: check_buffer",
    ("kernel/object/irq.c: cap_type(c) == CAP_NOTIFICATION && (cap_rights", BOTH): "SetNotification lets no other one in",
    ("kernel/api/message.c: if (cap_type(c) != CAP_FRAME || cap_frame_device(c)) { -> if (cap_frame_device(c)) {", BOTH):
        "the slot holds a frame or nothing, and nothing has no rights",
    ("rs == NULL || cap_type(rs->cap) != CAP_REPLY -> rs == NULL", BOTH):
        "the next condition compares it with the reply object that the context came with",
    ("arch_tlb_flush_page(cap_asid(c), cap_vaddr(c)); -> nothing", ("riscv64",)): "pte_write fences everything there",
}


def split(cond, op):
    parts, depth, now, i = [], 0, "", 0
    while i < len(cond):
        depth += {"(": 1, ")": -1}.get(cond[i], 0)
        if depth == 0 and cond.startswith(op, i):
            parts.append(now)
            now = ""
            i += len(op)
            continue
        now += cond[i]
        i += 1
    return parts + [now]


def generated(path, text):
    """(start, end, replacement, description) of each mutant of a decoder."""
    for m in re.finditer(r"if \(([^{};]*?)\) \{\n(?:[^\n{}]*\n){0,2}?\s*(?:return )?refuse", text):
        cond = m.group(1)
        parts = split(cond, "||")
        line = " ".join(cond.split())
        lacks = re.fullmatch(r"call_lacks\(c, (.*), (\d)\)", line)
        if lacks:
            words, caps = lacks.groups()
            if words != "0":
                yield m.start(1), m.end(1), f"call_lacks(c, 0, {caps})", f"{line}: without the words"
            if caps != "0":
                yield m.start(1), m.end(1), f"call_lacks(c, {words}, 0)", f"{line}: without the capabilities"
        elif len(parts) == 1:
            yield m.start(1), m.end(1), "false", line
        else:
            for i, part in enumerate(parts):
                rest = " || ".join(p.strip() for k, p in enumerate(parts) if k != i)
                yield m.start(1), m.end(1), rest, f"{line}: without {' '.join(part.split())}"


def mutants(arch):
    """All of them for one machine, in a fixed order: (name, path, whole new text)."""
    out = []
    for pattern in DECODERS:
        path = pattern.format(arch=arch)
        text = open(path, encoding="utf-8").read()
        function = None
        for start, end, new, what in generated(path, text):
            function = re.findall(r"^(?:static )?(?:\w+ )*(?:\w+ \**)(\w+)\([^;]*?\n?\{", text[:start], re.M)[-1]
            out.append((f"{path} {function}: {what}", path, text[:start] + new + text[end:]))
    for path, old, new, *where in LISTED:
        if where and arch not in where:
            continue
        text = open(path, encoding="utf-8").read()
        name = f"{path}: {' '.join(old.split())} -> {' '.join(new.split()) or 'nothing'}"
        out.append((name, path, text.replace(old, new, 1) if old in text else None))
    return out
