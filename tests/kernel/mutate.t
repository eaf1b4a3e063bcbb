#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check after another out of the kernel and runs the root-task suite (riscv64, a short random group):
each mutant must fail. Works on a copy in build/mutate; `make test-long` runs it. With arguments: only these."""
import os
import shutil
import subprocess
import sys

ROOT = os.getcwd()
WORK = os.path.join(ROOT, "build/mutate")
# file, text that is there, what replaces it
MUTANTS = [
    ("kernel/api/syscall.c", "if ((rights & FM_RIGHT_WRITE) == 0) {", "if (false) {"),
    ("kernel/api/syscall.c", "if ((cap_rights(cap) & FM_RIGHT_WRITE) == 0) {", "if (false) {"),
    ("kernel/api/syscall.c", "CAP_ENDPOINT && (cap_rights(cap) & FM_RIGHT_READ) != 0", "CAP_ENDPOINT"),
    ("kernel/api/syscall.c", "s == NULL || cap_type(s->cap) != CAP_REPLY", "s == NULL"),
    ("kernel/api/message.c", "if (grant && to != NULL) {", "if (to != NULL) {"),
    ("kernel/api/message.h", "min_u64(info & MASK(FM_INFO_LENGTH_BITS), FM_MSG_MAX_LENGTH)",
     "(info & MASK(FM_INFO_LENGTH_BITS))"),
    ("kernel/api/message.c", "if (from == NULL || to == NULL) {", "if (from == NULL) {"),
    ("kernel/api/fault.c", "(rights & FM_RIGHT_WRITE) != 0 &&", ""),
    ("kernel/api/fault.c", "(rights & (FM_RIGHT_GRANT | FM_RIGHT_GRANT_REPLY)) != 0;", "true;"),
    ("kernel/api/fastpath.c", "(rights & FM_RIGHT_WRITE) == 0 ||", ""),
    ("kernel/object/cspace.c", "(found & MASK(guard_size)) != root.b", "false"),
    ("kernel/object/cspace.c", "if (level > bits) {", "if (false) {"),
    ("kernel/object/cspace.c", "if (depth < 1 || depth > FM_WORD_BITS) {", "if (depth > FM_WORD_BITS) {"),
    ("kernel/object/cspace.c", "if (r.bits_left != 0) {", "if (false) {"),
    ("kernel/object/mdb.c", "if (preserve || c.b != 0) {", "if (preserve) {"),
    ("kernel/object/mdb.c", "if (preserve || c.b != 0) {", "if (c.b != 0) {"),
    ("kernel/object/mdb.c", "if (guard_size + radix > FM_WORD_BITS) {", "if (false) {"),
    ("kernel/object/mdb.c", "return a->cap.b == b->cap.b && (b->prev & MDB_FIRST_BADGED) == 0;",
     "return a->cap.b == b->cap.b;"),
    ("kernel/object/mdb.c", "return a->cap.b == b->cap.b && (b->prev & MDB_FIRST_BADGED) == 0;",
     "return (b->prev & MDB_FIRST_BADGED) == 0;"),
    ("kernel/object/mdb.c", "bool write = (rights & FM_RIGHT_WRITE) != 0 && have == FRAME_READ_WRITE;",
     "bool write = (rights & FM_RIGHT_WRITE) != 0;"),
    ("kernel/object/mdb.c", "return mdb_has_children(from) ? DERIVE_REVOKE_FIRST : DERIVE_OK;", "return DERIVE_OK;"),
    ("kernel/object/mdb.c", "(a->prev & MDB_REVOCABLE) == 0 ||", ""),
    ("kernel/object/untyped.c", "if ((left >> r.bits) < r.count) {", "if (false) {"),
    ("kernel/object/untyped.c", "if (offset >= size) {", "if (false) {"),
    ("kernel/object/untyped.c", "if (r->count < 1 || r->count > FM_RETYPE_FAN_OUT) {", "if (r->count < 1) {"),
    ("kernel/object/untyped.c", "if (r->count > size - offset) {", "if (false) {"),
    ("kernel/object/untyped.c", "if (!cap_is_null(r->first[i].cap)) {", "if (false) {"),
    ("kernel/object/untyped.c", "if (cap_untyped_device(cap) && !is_frame(r.type) && r.type != FM_OBJ_UNTYPED) {",
     "if (false) {"),
    ("kernel/object/untyped.c", "arch_zero(arch_phys_to_ptr(base + from), chunk);", ""),
    ("kernel/object/cnode.c", "cap_rights(s->cap) != FM_RIGHT_ALL", "false"),
    ("kernel/object/cnode.c", "if (!cap_is_null(to->cap)) {\n        return refuse(c, FM_KERR_DELETE_FIRST);\n    }\n    struct slot *from",
     "struct slot *from"),
    ("kernel/object/tcb.c", "if (prio > authority->mcp) {", "if (false) {"),
    ("kernel/object/tcb.c", "(cap_rights(cap) & FM_RIGHT_READ) == 0 ||", ""),
    ("kernel/object/tcb.c", "if ((address & MASK(FM_IPC_BUFFER_BITS)) != 0) {", "if (false) {"),
    ("kernel/object/tcb.c", "cap_type(cap) != CAP_FRAME || cap_frame_device(cap)", "cap_type(cap) != CAP_FRAME"),
    ("kernel/object/sched_context.c", "if (extra > most) {", "if (false) {"),
    ("kernel/object/sched_context.c", "if (budget_us > period_us) {", "if (false) {"),
    ("kernel/object/irq.c", "(cap_rights(cap) & FM_RIGHT_WRITE) == 0) {", "false) {"),
    ("kernel/object/irq.c", "if (irq < FM_IRQ_MIN || irq > FM_IRQ_MAX) {", "if (irq < FM_IRQ_MIN) {"),
    ("kernel/object/irq.c", "if (kernel.irq_state[irq] != IRQ_INACTIVE) {", "if (false) {"),
    ("kernel/object/vspace.c", "if (vaddr >= FM_USER_TOP) {", "if (false) {"),
    ("kernel/object/vspace.c", "if (!m->in_range) {", "if (false) {"),
    ("kernel/object/vspace.c", "cap_untyped_bits(cap) != FM_BITS_ASID_POOL ||", ""),
    ("kernel/object/vspace.c", "cap_untyped_device(cap)) {", "false) {"),
    ("kernel/object/vspace.c", "if (table != cap_ptr(root)) {", "if (false) {"),
    ("kernel/object/vspace.c", "arch_tlb_flush_page(cap_asid(c), cap_vaddr(c));", ""),
    ("kernel/object/endpoint.c", "if (t->badge == badge) {", "if (true) {"),
    ("kernel/sched/schedule.c", "return refill_sufficient(sc, kernel.consumed);", "return true;"),
    ("kernel/arch/riscv64/kernel_machine.h", "if (rights == FRAME_KERNEL_ONLY) {\n        return 0;\n    }", ""),
    ("kernel/arch/riscv64/kernel_machine.h", "(rights == FRAME_READ_WRITE ? PTE_W : 0)", "PTE_W"),
    ("kernel/arch/riscv64/kernel_machine.h", "((attributes & FM_VM_EXECUTE_NEVER) == 0 ? PTE_X : 0)", "PTE_X"),
]
# What no program can tell, with the reason.
EQUIVALENT = {
    ("kernel/object/vspace.c", "if (table != cap_ptr(root)) {"): "needs a pool that was replaced; host fuzzing has it",
    ("kernel/object/vspace.c", "arch_tlb_flush_page(cap_asid(c), cap_vaddr(c));"): "pte_write fences everything on riscv64",
}


def sh(command, **more):
    return subprocess.run(command, shell=True, capture_output=True, text=True, **more)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    for name in ("kernel", "tests", "tools", "lib", "include", "Makefile"):
        source = os.path.join(ROOT, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, os.path.join(WORK, name))
    os.makedirs(os.path.join(WORK, "build"))
    sh(f"touch {WORK}/build/setup.stamp; cp -r {ROOT}/build/import {WORK}/build/import 2>/dev/null", cwd=WORK)
    build = "make build/kernel-test/suite-riscv64.elf EXTRA_ROOT=-DRANDOM_OPERATIONS=20000"
    run = "tests/kernel/qemu-run riscv64 build/kernel-test/suite-riscv64.elf 25 -icount shift=0,sleep=off"
    chosen = [int(a) for a in sys.argv[1:]] or range(len(MUTANTS))
    survived = 0
    print("TAP version 13")
    for i in chosen:
        path, old, new = MUTANTS[i]
        full = os.path.join(WORK, path)
        text = open(full, encoding="utf-8").read()
        label = f"MUT{i:04} {path}: {old.splitlines()[0].strip()}"
        if old not in text:
            print(f"not ok {i + 1} - {label}\n# the text is not there any more")
            survived += 1
            continue
        open(full, "w", encoding="utf-8").write(text.replace(old, new, 1))
        made = sh(build, cwd=WORK)
        out = sh(run, cwd=WORK).stdout if made.returncode == 0 else ""
        open(full, "w", encoding="utf-8").write(text)
        if made.returncode != 0 and "unused" not in made.stderr + made.stdout:
            print(f"not ok {i + 1} - {label}\n# does not compile: {(made.stderr + made.stdout)[-300:]!r}")
            survived += 1
            continue
        complete = "\n1.." in out
        killed = made.returncode != 0 or "\nnot ok" in out or not complete
        if (path, old) in EQUIVALENT and not killed:
            print(f"ok {i + 1} - {label} # SKIP {EQUIVALENT[(path, old)]}")
        else:
            print(f"{'ok' if killed else 'not ok'} {i + 1} - {label}", flush=True)
            survived += not killed
    print(f"1..{len(list(chosen))}")
    return 1 if survived else 0


sys.exit(main())
