#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check after another out of the kernel (tests/kernel/mutants.py lists them all) and runs the root-task suite
with a short random group; what survives that, and is portable, goes through the host tests under the sanitizers. Each mutant must
fail in one of them. Usage: mutate.t [-aarch64|-riscv64] [share N] [number...]; a share runs
every Nth. Works on a copy in build/mutate-ARCH, so that nothing of the tree is touched.
FM_MUTATE_LOCK=FILE: holds that file's lock while a mutant runs and lets others in between two."""
import contextlib
import fcntl
import os
import re
import selectors
import shutil
import subprocess
import sys
import time

sys.path.insert(0, "tests/kernel")
sys.dont_write_bytecode = True
import mutants  # noqa: E402

ROOT = os.getcwd()
QEMU = {"aarch64": ["qemu-system-aarch64", "-machine", "virt,virtualization=on,gic-version=2", "-cpu", "cortex-a53"],
        "riscv64": ["qemu-system-riscv64", "-machine", "virt", "-bios", os.path.join(ROOT, "build/riscv64/firmware.elf")]}


def sh(command, cwd):
    return subprocess.run(command, shell=True, capture_output=True, text=True, cwd=cwd)


@contextlib.contextmanager
def turn():
    """One mutant's turn on a machine that is shared."""
    path = os.environ.get("FM_MUTATE_LOCK")
    if path is None:
        yield
        return
    with open(path, "a", encoding="utf-8") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def ticks(pid):
    """Processor time of a process so far, in clock ticks."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        return sum(int(n) for n in f.read().rsplit(")", 1)[1].split()[11:13])


SECONDS = 900  # for one run, on however busy a machine
HOST_S = 150   # of processor time for a host test
QUIET_S = 40  # of processor time without a word: longer than any test takes


class NoVerdict(Exception):
    """Nothing can be said of a mutant: the machine gave its run too little time, or it is no program (warnings are off: that
    nothing uses a variable any more is no test that fails)."""


def run(arch, image, seconds):
    """Why the suite failed, or None: it ran to its plan without a failure. Ends at the first failure. Hung is who computes for QUIET_S
    without a word, by processor time: how long that takes is the matter of the machine's other users."""
    command = QEMU[arch] + ["-m", "2G", "-nodefaults", "-display", "none", "-serial", "stdio", "-kernel", image, "-icount",
                            "shift=0,sleep=off"]
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text, end, why, spoke = "", time.monotonic() + seconds, "no plan", 0
    with selectors.DefaultSelector() as s:
        s.register(p.stdout, selectors.EVENT_READ)
        while True:
            if time.monotonic() > end:
                p.kill()
                p.wait()
                raise NoVerdict(f"no verdict after {seconds} seconds")
            used = ticks(p.pid)
            if used - spoke > QUIET_S * os.sysconf("SC_CLK_TCK"):
                why = "hung"
                break
            if not s.select(10):
                # Virtual time jumps to the next timer, so a machine that computes nothing waits for nothing.
                if ticks(p.pid) - used < 3:
                    why = "hung, idle"
                    break
                continue
            data = os.read(p.stdout.fileno(), 65536)
            spoke = ticks(p.pid)
            text += data.decode("utf-8", "replace")
            bad = re.search(r"^(not ok \d+ - \S+|Bail out.*|kernel:.*|.*assertion.*)[^\n]*\n", text, re.M)
            if bad:
                why = bad.group(1)
                break
            if re.search(r"^1\.\.\d+", text, re.M):
                why = None
                break
            if not data:
                break
    p.kill()
    p.wait()
    return why


HOST = ["lives", "nests", "model", "refusals", "fuzz"]


def host_tests(work):
    """As run, for the portable code's tests."""
    built = sh("make WARN=-w " + " ".join(f"build/san/test/kernel-{t}" for t in HOST), work)
    if built.returncode != 0:
        raise NoVerdict("does not compile on the host: " + (built.stderr + built.stdout)[-200:])
    for t in HOST:
        try:
            out = subprocess.run(["bash", "-c", f"ulimit -t {HOST_S}; exec build/san/test/kernel-{t}"], cwd=work, capture_output=True,
                                 text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as e:
            raise NoVerdict(f"no verdict of kernel-{t} after {SECONDS} seconds") from e
        bad = re.search(r"^(not ok \d+ - \S+|Bail out.*)", out.stdout, re.M)
        if out.returncode != 0 or bad:
            return f"kernel-{t}: " + (bad.group(1) if bad else "stopped")
    return None


def copy_tree(name):
    """A copy of what the kernel and its suite are built from, in build/NAME."""
    work = os.path.join(ROOT, "build", name)
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    for name in ("kernel", "tests", "tools", "lib", "include", "Makefile"):
        source = os.path.join(ROOT, name)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, os.path.join(work, name))
    os.makedirs(os.path.join(work, "build"))
    sh(f"touch build/setup.stamp; cp -r {ROOT}/build/import build/import 2>/dev/null", work)
    return work


def one_machine(arch, share, chosen, offset):
    work = copy_tree(f"mutate-{arch}" + ("-share" if share > 1 else ""))
    build = f"make WARN=-w build/kernel-test/suite-{arch}.elf EXTRA_ROOT=-DRANDOM_OPERATIONS=20000"
    image = os.path.join(work, f"build/kernel-test/suite-{arch}.elf")
    made = sh(build, work)
    why = run(arch, image, SECONDS) if made.returncode == 0 else made.stderr[-300:]
    print(f"{'ok' if why is None else 'not ok'} {offset + 1} - MUT {arch}: unchanged, the suite passes{'' if why is None else ' # ' + why}",
          flush=True)
    everything = mutants.mutants(arch)
    numbers = chosen or [i for i in range(len(everything)) if i % share == share // 2]
    count, bad = 1, why is not None
    for i in numbers:
        name, path, text = everything[i]
        count += 1
        label = f"{offset + count} - MUT{i:04} {arch} {name}"
        full = os.path.join(work, path)
        before = open(full, encoding="utf-8").read()
        if text is None:
            print(f"not ok {label}\n# the text is not there any more")
            bad += 1
            continue
        open(full, "w", encoding="utf-8").write(text)
        unsure = None
        with turn():
            made = sh(build, work)
            try:
                if made.returncode != 0:
                    raise NoVerdict("does not compile: " + (made.stderr + made.stdout)[-200:])
                why = run(arch, image, SECONDS)
                if why is None and "/arch/" not in path:
                    why = host_tests(work)
            except NoVerdict as e:
                unsure = str(e)
        open(full, "w", encoding="utf-8").write(before)
        reason = next((r for (n, a), r in mutants.EQUIVALENT.items() if n in name and arch in a), None)
        if unsure is not None:
            print(f"not ok {label}\n# {unsure}", flush=True)
            bad += 1
        elif why is None and reason is not None:
            print(f"ok {label} # SKIP {reason}", flush=True)
        elif why is None:
            print(f"not ok {label}", flush=True)
            bad += 1
        else:
            print(f"ok {label}\n# {' '.join(why.split())}", flush=True)
    return count, bad


def main():
    arguments = sys.argv[1:]
    name = os.path.basename(sys.argv[0])
    arches = [a for a in QEMU if a in name or "-" + a in arguments] or list(QEMU)
    share = int(arguments[arguments.index("share") + 1]) if "share" in arguments else 90 if "share" in name else 1
    if "share" in arguments:
        at = arguments.index("share")
        del arguments[at:at + 2]
    chosen = [int(a) for a in arguments if a.isdigit()]
    print("TAP version 13")
    total = bad = 0
    for arch in arches:
        n, b = one_machine(arch, share, chosen, total)
        total += n
        bad += b
    print(f"1..{total}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
