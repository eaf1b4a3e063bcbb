#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Boots one system after another under qemu-run and prints one TAP result for each, its console as comments.

    suite.py ARCH FILE      FILE: one system a line: NAME [timeout=S] [icount] [plain] [fails] [ours] [send="AFTER=TEXT"] then
                            indented lines "need TEXT", "never TEXT", "until TEXT" that the console must
                            (not) show, in this order: needs are also compared by order.
fails: the run must be judged bad.  ours: about what only the kernel of this tree does.
Each console is compared with the one that the real seL4 gave (docs/evidence/consoles), sizes and places left out.
FM_RECORD=1 writes those anew.
FM_KERNEL_GIVEN=1 boots build/image/ARCH/NAME-given.img instead (another kernel).
"""
import difflib
import os
import re
import shlex
import subprocess
import sys


def read(path):
    systems = []
    for line in open(path, encoding="utf-8"):
        if line.strip() == "" or line.startswith("#"):
            continue
        if not line[0].isspace():
            words = shlex.split(line)
            systems.append((words[0], dict(w.split("=", 1) if "=" in w else (w, "") for w in words[1:]), []))
        else:
            systems[-1][2].append(tuple(line.strip().split(" ", 1)))
    return systems


def in_order(console, needs):
    """The first text that does not come after the one before it, or None."""
    at = 0
    for text in needs:
        found = console.find(text, at)
        if found < 0:
            return text
        at = found + 1
    return None


def plain(console):
    """The console without what may differ from build to build: firmware's banner, sizes, places of code."""
    lines = console.splitlines()
    start = next((i for i, line in enumerate(lines) if "loader: Firmament" in line), 0)
    out = []
    for line in lines[start:]:
        line = re.sub(r"pc 0x[0-9a-f]+", "pc *", line)
        line = re.sub(r"0x(2[0-9]|3[0-9a])[0-9a-f]{6}\b", r"0x\1*", line)
        line = re.sub(r"0x3fffff[0-9a-f]+", "0x3fffff*", line)
        line = re.sub(r"\d+ objects, \d+ KiB left", "* objects, * KiB left", line)
        line = re.sub(r"PANIC: too little memory: .*", "PANIC: too little memory: *", line)
        line = re.sub(r"(proof bytes|proof hash|prover's memory, KiB): \w+", r"\1: *", line)
        line = re.sub(r"clock: (closed|readable)", "clock: *", line)
        line = re.sub(r"\(0x[0-9a-f]+\)", "(*)", line)
        out.append(line)
    return out


def compare(arch, name, console):
    """Differences from the console that the real kernel gave, or none if none was recorded."""
    path = f"docs/evidence/consoles/{arch}/{name}.txt"
    if os.environ.get("FM_RECORD"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(plain(console)) + "\n")
        return []
    if not os.path.exists(path):
        return [f"no recorded console: {path}"]
    recorded = open(path, encoding="utf-8").read().splitlines()
    return list(difflib.unified_diff(recorded, plain(console), "seL4", "here", lineterm="", n=1))


def boot(arch, name, options, lines):
    image = f"build/image/{arch}/{name}{'-given' if os.environ.get('FM_KERNEL_GIVEN') else ''}.img"
    command = ["build/host/bin/qemu-run", "--arch", arch, "--timeout", options.get("timeout", "60")]
    command += [f"--{flag}" for flag in ("icount", "plain") if flag in options]
    if not os.environ.get("FM_KERNEL_GIVEN"):
        command += ["--bios", "build/riscv64/firmware.elf"]
    qemu = f"build/image/{arch}/{name}/{name}.qemu"
    if "send" in options:
        command += ["--send", options["send"]]
    for kind, text in lines:
        if kind in ("never", "until"):
            command += [f"--{kind}", text]
    more = ["--"] + shlex.split(open(qemu, encoding="utf-8").read(), comments=True) if os.path.exists(qemu) else []
    done = subprocess.run(command + [image] + more, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          errors="replace")
    missing = in_order(done.stdout, [text for kind, text in lines if kind == "need"])
    wanted = 1 if "fails" in options else 0
    return done.returncode == wanted and missing is None, done.stdout, missing


def main():
    arch, path = sys.argv[1], sys.argv[2]
    systems = [s for s in read(path) if s[1].get("only", arch) == arch]
    if os.environ.get("FM_KERNEL_GIVEN"):
        systems = [s for s in systems if "ours" not in s[1]]
    chosen = sys.argv[3:]
    systems = [s for s in systems if not chosen or s[0] in chosen]
    failed = 0
    print(f"1..{len(systems)}")
    for n, (name, options, lines) in enumerate(systems, 1):
        good, console, missing = boot(arch, name, options, lines)
        difference = compare(arch, name, console) if good and "ours" not in options else []
        good = good and not difference
        failed += not good
        for line in console.splitlines():
            print(f"# {line}")
        for line in difference:
            print(f"# {line}")
        if missing is not None:
            print(f"# not seen, or not in this order: {missing}")
        print(f"{'ok' if good else 'not ok'} {n} - {name} on {arch}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
