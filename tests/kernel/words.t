#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the root-task suite on the debug kernel of both machines: it passes as on the release kernel, and the
console says each refusal in words, with at least one sentence for every error label that there is."""
import re
import subprocess
import sys

LINE = re.compile(r"^kernel: thread 0x[0-9a-f]{16} at pc 0x[0-9a-f]{16}: ([A-Z_]+|an unknown invocation) on capability "
                  r"0x[0-9a-f]{16} refused \((\w+)\): expected (.+)$", re.M)
number = failed = 0


def result(fine, name, note=""):
    global number, failed
    number += 1
    failed += not fine
    print(f"{'ok' if fine else 'not ok'} {number} - {name}", flush=True)
    if note:
        print(f"# {note}")


def expect(lines, invocation, error, words, name):
    result(any(i == invocation and e == error and words in w for i, e, w in lines), name, f"{invocation} {error}: {words}")


print("TAP version 13")
table = re.search(r"^seq KERR 0\n(.*?)\n\n", open("kernel/abi.def", encoding="utf-8").read(), re.M | re.S).group(1)
errors = [n for n in re.findall(r"^next (\w+)", table, re.M) if n != "NONE"]
for k, arch in enumerate(("aarch64", "riscv64")):
    more = ["-bios", "build/riscv64/firmware.elf"] if arch == "riscv64" else []
    out = subprocess.run(["tests/kernel/qemu-run", arch, f"build/kernel-test/suite-debug-{arch}.elf", "150", "-icount",
                          "shift=0,sleep=off", *more], capture_output=True, text=True).stdout
    lines = LINE.findall(out)
    bad = re.findall(r"^not ok.*", out, re.M)
    result(not bad and re.search(r"^1\.\.\d+", out, re.M) is not None, f"WRD{k}001 {arch}: the suite passes on the debug kernel",
           "; ".join(bad[:5]))
    result(len(lines) == len(re.findall("^kernel: ", out, re.M)) and len(lines) >= 250,
           f"WRD{k}002 {arch}: every line of the kernel is a whole sentence", f"{len(lines)} refusals")
    result("are missing in" not in out, f"WRD{k}003 {arch}: no refusal is without words of its own")
    for e in errors:
        result(any(e == got for _, got, _ in lines), f"WRD{k}01 {arch}: words for {e}")
    # One sentence whose content is checked for each label.
    expect(lines, "UNTYPED_RETYPE", "INVALID_ARGUMENT", "a type of object that exists", f"WRD{k}020 {arch}")
    expect(lines, "TCB_COPY_REGISTERS", "INVALID_CAPABILITY", "a thread as the source", f"WRD{k}021 {arch}")
    expect(lines, "SC_UNBIND", "ILLEGAL_OPERATION", "not the calling thread's", f"WRD{k}022 {arch}")
    expect(lines, "UNTYPED_RETYPE", "RANGE_ERROR", "a value from 1 to 256", f"WRD{k}023 {arch}")
    expect(lines, "PAGE_MAP", "ALIGNMENT_ERROR", "a multiple of the object's size", f"WRD{k}024 {arch}")
    expect(lines, "CNODE_COPY", "FAILED_LOOKUP", "the source's slot to be found", f"WRD{k}025 {arch}")
    expect(lines, "CNODE_MINT", "TRUNCATED_MESSAGE", "6 message words or more and 1 capabilities; there came 5 and 1",
           f"WRD{k}026 {arch}")
    expect(lines, "CNODE_COPY", "DELETE_FIRST", "an empty slot", f"WRD{k}027 {arch}")
    expect(lines, "CNODE_COPY", "REVOKE_FIRST", "untyped memory that nothing derives from", f"WRD{k}028 {arch}")
    expect(lines, "UNTYPED_RETYPE", "NOT_ENOUGH_MEMORY", "the bytes that are left: 65536", f"WRD{k}029 {arch}")
print(f"1..{number}")
sys.exit(failed != 0)
