#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kernel's own bugs are told, in the release kernel too: a fault is put into a copy of the kernel, on the path of a system call, and
the console must name it. A kernel that goes on, or that stands still without a word, fails."""
import importlib.machinery
import importlib.util
import os
import re
import sys

sys.dont_write_bytecode = True
_loader = importlib.machinery.SourceFileLoader("mutate", "tests/kernel/mutate.t")
mutate = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", _loader))
_loader.exec_module(mutate)

TRAP = r"kernel: trap in the kernel: cause \w+ value {} pc {}"
FAULTS = [("reads where nothing is mapped", "(void)*(volatile uint64_t *)8;", TRAP.format("0x0{15}8", r"0xffffffff\w{8}")),
          ("writes to its own code", "*(volatile uint32_t *)(uintptr_t)&entry_syscall = 0;", TRAP.format(r"0xffffffff\w{8}", r"0xffffffff\w{8}")),
          ("jumps to nowhere", "((void (*)(void))64)();", TRAP.format("0x0{14}40", "0x0{14}40")),
          ("breaks an invariant", "KASSERT(number == 123456);", r"kernel: assertion failed: \S*syscall.c line \w+")]


def main():
    print("TAP version 13")
    count = bad = 0
    for arch in mutate.QEMU:
        work = mutate.copy_tree(f"panic-{arch}")
        path = os.path.join(work, "kernel/api/syscall.c")
        before = open(path, encoding="utf-8").read()
        head = "HOT void entry_syscall(int64_t number)\n{\n"
        for name, code, want in FAULTS:
            count += 1
            open(path, "w", encoding="utf-8").write(before.replace(head, head + "    " + code + "\n"))
            made = mutate.sh(f"make build/kernel-test/suite-{arch}.elf", work)
            said = mutate.run(arch, os.path.join(work, f"build/kernel-test/suite-{arch}.elf"), mutate.SECONDS) if made.returncode == 0 else made.stderr
            good = head in before and said is not None and re.fullmatch(want, said.strip()) is not None
            bad += not good
            print(f"{'ok' if good else 'not ok'} {count} - PANIC{count:02} {arch}: a kernel that {name} says so\n# {' '.join((said or 'nothing').split())[-300:]}",
                  flush=True)
    print(f"1..{count}")
    return 1 if bad else 0


sys.exit(main())
