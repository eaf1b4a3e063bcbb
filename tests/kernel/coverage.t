#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Line coverage of the kernel's portable code by its host tests (models, nests, the fuzzer's walk), by clang's source
coverage: at least 90 % overall, and no file below 80 %. Builds its own instrumented programs in build/coverage/kernel."""
import json
import os
import subprocess
import sys

OUT = "build/coverage/kernel"
FLAGS = ["-std=c11", "-g", "-O1", "-fprofile-instr-generate", "-fcoverage-mapping", "-D_GNU_SOURCE", "-I.", "-Iinclude", "-Ilib",
         "-Ibuild/gen", "-Itests/kernel/host", "-DFM_ABI_HOST_RISCV64", "-DFM_ABI_SEL4TEST"]
PROGRAMS = {"model": ["tests/kernel/model.c"], "nests": ["tests/kernel/nests.c"], "lives": ["tests/kernel/lives.c"], "refusals": ["tests/kernel/refusals.c", "tests/kernel/suite/errors.c",
                                                                          "tests/kernel/suite/main.c"],
            "fuzz": ["tests/kernel/fuzz_seeded.c", "tests/kernel/fuzz.c"]}
LEAST, LEAST_FILE = 90.0, 80.0


def sh(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def compile_all(sources):
    jobs = []
    for s in sources:
        o = os.path.join(OUT, s.replace("/", "_") + ".o")
        jobs.append((o, subprocess.Popen(["clang", *FLAGS, "-c", s, "-o", o])))
        if len(jobs) % 2 == 0:
            jobs[-2][1].wait()
    for o, p in jobs:
        if p.wait() != 0:
            sys.exit(f"Bail out! {o} does not compile")
    return [o for o, _ in jobs]


def main():
    os.makedirs(OUT, exist_ok=True)
    portable = sh("make", "-s", "kernel-portable").split()
    tests = [p for p in PROGRAMS.items() if all(os.path.exists(s) for s in p[1])]
    common = compile_all(portable + ["kernel/api/nowords.c", "tests/kernel/host/machine.c", "tests/kernel/host/invariants.c",
                                     "tests/kernel/host/user.c", "tests/tap.c", "tests/tap_host.c"])
    profiles, binaries = [], []
    for name, sources in tests:
        binary, profile = f"{OUT}/{name}", f"{OUT}/{name}.profraw"
        sh("clang", *FLAGS, *compile_all(sources), *common, "-o", binary)
        subprocess.run([binary], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LLVM_PROFILE_FILE": profile, "ROUNDS": "150"})
        profiles.append(profile)
        binaries.append(binary)
    sh("llvm-profdata", "merge", "-o", f"{OUT}/all.profdata", *profiles)
    objects = [x for b in binaries[1:] for x in ("-object", b)]
    data = json.loads(sh("llvm-cov", "export", "-summary-only", "-instr-profile", f"{OUT}/all.profdata", binaries[0], *objects,
                         "-ignore-filename-regex", "tests/.*|lib/.*"))["data"][0]
    here = os.getcwd() + "/"
    files = sorted((f["summary"]["lines"]["percent"], f["filename"].replace(here, ""), f["summary"]["lines"]) for f in data["files"])
    lines = data["totals"]["lines"]
    print("TAP version 13")
    for percent, name, of in files:
        print(f"# {percent:6.2f} %  {of['covered']:4} of {of['count']:4}  {name}")
    fine = lines["percent"] >= LEAST
    print(f"{'ok' if fine else 'not ok'} 1 - KCOV001 the host tests run {lines['percent']:.2f} % of the portable kernel's "
          f"{lines['count']} lines; {LEAST:.0f} % is the least")
    low = [n for p, n, _ in files if p < LEAST_FILE and n.endswith(".c")]
    print(f"{'not ok' if low else 'ok'} 2 - KCOV002 no file is below {LEAST_FILE:.0f} % {' '.join(low)}")
    if "--show" in sys.argv:
        print(sh("llvm-cov", "show", "-instr-profile", f"{OUT}/all.profdata", binaries[0], *objects, "-ignore-filename-regex",
                 "tests/.*|lib/.*"))
    print("1..2")
    return 0 if fine and not low else 1


sys.exit(main())
