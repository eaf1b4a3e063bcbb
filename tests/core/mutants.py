#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check of the heart or its codec away at a time and wants a test to fail. The mutants are found in the sources: every
condition of an fm_require, every within() and refuse() of the decoder,
    every `if (…) { return FM_E_… / FM_AXIS_… / false; }`. A few that
change nothing are named in tests/core/equivalent.txt, with the reason.

usage: tests/core/mutants.py [SHARE]    (every SHARE-th mutant, default 6; 1: all). TAP on standard output.
MUTANTS_TESTS="NAME…" tries these tests alone."""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys

DIR = "build/host/heart-mutants"
CC = ["clang", "-std=c11", "-O1", "-w", "-D_GNU_SOURCE", "-I.", "-Iinclude", "-Ilib", "-Ibuild/gen"]
FILES = ["lib/core/cap.c", "lib/core/effects.c", "lib/core/policy.c", "lib/core/proof.c", "lib/core/run.c",
    "lib/core/stage.c",
         "lib/wire/turn_decode.c"]
TESTS = {
    "reasons": ["tests/core/reasons.c", "tests/core/expect.c", "tests/core/world.c"],
    "attacks": ["tests/core/attacks.c", "tests/core/expect.c", "tests/core/world.c"],
    "malformed": ["tests/wire/malformed.c"],
    "worked": ["tests/core/worked.c", "tests/core/world.c"],
    "halves": ["tests/core/halves.c", "tests/core/world.c"],
    "corners": ["tests/core/corners.c", "tests/core/expect.c", "tests/core/world.c"],
    "rules": ["tests/core/rules.c", "tests/core/judge.c", "tests/core/world.c"],
    "theorems": ["tests/core/theorems.c", "tests/core/judge.c", "tests/core/world.c"],
    "diff": ["tests/diff/diff.c", "tests/diff/stream.c", "tests/ref/ref.c", "tests/ref/blake3.c"],
}
EQUIVALENT = "tests/core/equivalent.txt"
COMMON = ["tests/tap.c", "tests/tap_host.c"]
# The second author's clauses are a script, which talks to a program.
MODEL = {"model": ["tests/diff/play.c", "tests/diff/stream.c"]}
TESTS.update(MODEL)
if "MUTANTS_TESTS" in os.environ:
    TESTS = {name: srcs for name, srcs in TESTS.items() if name in os.environ["MUTANTS_TESTS"].split()}
ARCHIVES = [f"build/host/lib{name}.a" for name in ("store", "core", "wire", "crypto", "base")]


def balanced(text, at):
    """The end of the parenthesis that opens at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def mutants(path):
    text = open(path).read()
    for m in re.finditer(r"\bfm_require\(p,\s*", text):
        yield m.start(), text[:m.end()] + "true || " + text[m.end():]
    if path.endswith("turn_decode.c"):
        for m in re.finditer(r"^\s+(?:\} else )?(within|refuse)\(", text, re.M):
            start, end = text.index(m[1], m.start()), balanced(text, m.end() - 1)
            yield start, text[:start] + "(void)0" + text[end + 1:]
    for m in re.finditer(r"\bif (?=\()", text):
        end = balanced(text, m.end())
        if re.match(r"\) \{\s+return (fm_why_set\(\s*why, )?(FM_E_\w+|FM_AXIS_\w+|false|fm_refuse)\b", text[end:]):
            yield m.start(), text[:m.end()] + "(false && " + text[m.end():end] + ")" + text[end:]


def label(path, at):
    text = open(path).read()
    line = text.count("\n", 0, at) + 1
    return f"{path}:{line} " + " ".join(text[at:at + 90].split())[:70]


def build(srcs, objects, out, mutant=None):
    command = CC + [o for s in srcs + COMMON for o in (objects[s],)] + ([mutant] if mutant else [])
    return subprocess.run(command + ["-Wl,--allow-multiple-definition",
        "-Wl,--start-group", *ARCHIVES, "-Wl,--end-group", "-lsodium", "-o",
                                     out], capture_output=True).returncode == 0


def run(program, name):
    """How it ends: "passes", "fails", or "hangs", which on a busy machine need not be the mutant's doing."""
    env = dict(os.environ, DIFF_TURNS="4000", DIFF_PART="1", DIFF_SEED="7", HEART_PLAY=program)
    command = ["tests/model/edges.py"] if name in MODEL else [program]
    try:
        return "passes" if subprocess.run(command, env=env, capture_output=True, timeout=180).returncode == 0 else "fails"
    except subprocess.TimeoutExpired:
        return "hangs"


def try_mutant(number, path, changed, objects):
    base = f"{DIR}/m{number}"
    source = f"{base}.c"
    with open(source, "w") as f:
        f.write(changed)
    if subprocess.run(CC + ["-c", source, "-o", f"{base}.o"], capture_output=True).returncode != 0:
        return "does not compile"
    for name, srcs in TESTS.items():
        if not build(srcs, objects, f"{base}.{name}", f"{base}.o"):
            return "does not link"
        end = run(f"{base}.{name}", name)
        os.unlink(f"{base}.{name}")
        if end != "passes":
            return name + (" (hung)" if end == "hangs" else "")
    return None


def main(share):
    os.makedirs(DIR, exist_ok=True)
    for old in glob.glob(f"{DIR}/*"):
        os.unlink(old)
    objects = {}
    for s in sorted({s for srcs in TESTS.values() for s in srcs} | set(COMMON)):
        objects[s] = f"{DIR}/{s.replace('/', '_')}.o"
        subprocess.run(CC + ["-c", s, "-o", objects[s]], check=True)
    equivalent = [line.split("#")[0].rstrip("\n").strip() for line in open(EQUIVALENT)]
    equivalent = [line for line in equivalent if line]
    healthy = all(build(srcs, objects, f"{DIR}/{name}") and run(f"{DIR}/{name}", name) == "passes" for name, srcs in TESTS.items())
    print(("ok" if healthy else "not ok") + " 1 - MUT0001 without a mutant every test passes")
    found = [(path, at, changed) for path in FILES for at, changed in mutants(path)]
    chosen = found[share // 2::share]
    failed = not healthy
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda job: try_mutant(job[0], job[1][0], job[1][2], objects), enumerate(chosen))
        for number, ((path, at, _), killer) in enumerate(zip(chosen, results), 2):
            name = label(path, at)
            same = any(re.sub(r":\d+ ", " ", name).startswith(e) for e in equivalent)
            good = killer is not None or same
            failed |= not good
            print(f"{'ok' if good else 'not ok'} {number} - MUT {name}: "
                  + (f"killed by {killer}" if killer else "changes nothing" if same else "SURVIVES"), flush=True)
    print(f"# {len(found)} mutants are there, {len(chosen)} were tried")
    print(f"1..{len(chosen) + 1}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6))
