#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check out of what a claim's verifier does in plain C (files, chain, delegation, one agent's receipts, heights, shapes), one
operand of a condition at a time, and wants a test to fail. The conditions are found in the sources: of `if (...) { return FM_E_...`, of
the ternaries that end in an error, and of the predicates. A check whose loss no test sees has no place: write the test, or drop it.

usage: tests/stark/claim_mutants.py [--share N] [TEXT ...]
Every N-th mutant (default 1: all), of those whose file and operand, as printed, have one of the TEXTs. TAP on standard output."""
import argparse
import concurrent.futures
import os
import re
import subprocess

DIR = "build/host/claim-mutants"
CC = ["clang", "-std=c11", "-O1", "-fsanitize=undefined", "-fsanitize-trap=undefined", "-w", "-D_GNU_SOURCE", "-I.", "-Iinclude", "-Ilib", "-Ibuild/gen"]
CLAIMS = ["tests/stark/claims_deleg.c", "tests/stark/claims_world.c"]
TESTS = {"claims": ["tests/stark/claims.c", *CLAIMS], "agent": ["tests/stark/agent.c", "tests/stark/evil.c"],
         "statements": ["tests/stark/statements.c", "tests/stark/evil.c"], "member": ["tests/stark/member.c"],
         "file": ["tests/stark/file.c", "tests/stark/stranger.c", *CLAIMS]}
COMMON = ["tests/tap.c", "tests/tap_host.c", "tests/core/expect.c", "tests/core/world.c"]
# What is mutated, and the test that is asked first: the others come after it.
FILES = {"lib/stark/chain.c": "claims", "lib/stark/deleg.c": "claims", "lib/stark/opened.c": "claims", "lib/stark/paths.c": "statements",
         "lib/stark/rcpt.c": "statements", "lib/stark/agent.c": "agent", "lib/stark/agent_claim.c": "agent", "lib/stark/profile.c": "claims",
         "lib/stark/member.c": "member", "lib/stark/member_verify.c": "member", "lib/stark/file.c": "file", "lib/stark/claims_put.c": "claims"}
ARCHIVES = [f"build/host/lib{name}.a" for name in ("stark_state", "stark_prove", "stark_verify", "core", "wire", "crypto", "base")]


def closing(text, at):
    depth = 0
    for i in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def split(text, start, end, op):
    """Spans of the operands of `op` between start and end, outside parentheses."""
    parts, depth, at = [], 0, start
    i = start
    while i < end:
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0 and text.startswith(op, i):
            parts.append((at, i))
            at = i = i + len(op)
            continue
        i += 1
    parts.append((at, end))
    return parts


def operands(text, start, end, refuses):
    """Spans of what is checked, with what takes the check away: 0 where truth refuses, 1 where it accepts."""
    while text[start:end].strip().startswith("(") and closing(text, text.index("(", start)) == len(text[start:end].rstrip()) + start - 1:
        start, end = text.index("(", start) + 1, text.rindex(")", start, end)
    if not refuses and len(split(text, start, end, "?")) == 2: # what either branch wants; and the whole
        for branch in split(text, text.index("?", start) + 1, end, ":"):
            if len(split(text, *branch, "&&")) > 1:
                yield from operands(text, *branch, False)
        yield start, end, "1"
        return
    parts = split(text, start, end, "||" if refuses else "&&")
    if len(parts) > 1:
        for part in parts:
            yield from operands(text, *part, refuses)
    else:
        yield start, end, "0" if refuses else "1"


def ternary(text, start, end):
    """cond ? a : rest, from the outside in."""
    parts = split(text, start, end, "?")
    if len(parts) == 1:
        return
    cond, rest = parts[0], text[parts[1][0]:end]
    yield from operands(text, *cond, rest.strip().startswith("FM_E_"))
    after = split(text, parts[1][0], end, ":")
    if len(after) > 1:
        yield from ternary(text, after[1][0], end)


def mutants(path):
    text = open(path, encoding="utf-8").read()
    spans = set()
    for m in re.finditer(r"\bif (?=\()", text):
        end = closing(text, m.end())
        if re.match(r"\)\s*\{\s*(?:return (?:FM_E_|false)|e = FM_E_)", text[end:]):
            spans.update(operands(text, m.end() + 1, end, True))
    for m in re.finditer(r"(?:\breturn|\be =) ([^;]*;)", text):
        start, end = m.start(1), m.end() - 1
        if len(split(text, start, end, "?")) > 1:
            spans.update(ternary(text, start, end) if "FM_E_" in text[start:end] else ())
        elif "&&" in text[start:end] or text[start:end].startswith("!"):
            spans.update(operands(text, start, end, False))
    for m in re.finditer(r"\bsame = ([^;]*);", text):
        spans.update(operands(text, m.start(1), m.end(1), False))
    for m in re.finditer(r"\b(?:bad|false_path) \|?= ([^;]*);", text):
        if m[1] not in ("false", "true"):
            spans.update(operands(text, m.start(1), m.end(1), True))
    for start, end, instead in sorted(spans):
        what = " ".join(text[start:end].split())
        if what and what not in ("e == FM_OK", "e != FM_OK"):
            yield text.count("\n", 0, start) + 1 + (text[start:end].find(what[:1]) > 0 and text[start:end].lstrip(" ").startswith("\n")), \
                what, text[:start] + " " + instead + " " + text[end:]


def build(sources, output):
    return subprocess.run([*CC, *sources, "-o", output], capture_output=True, text=True)


def fails(test):
    """Whether it says so of one check, ends otherwise than well, or not at all: no need to run it to its end."""
    with subprocess.Popen(["timeout", "180", test], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        for line in run.stdout:
            if line.startswith("not ok"):
                run.terminate()
                return True
    return run.returncode != 0


def judge(job):
    number, path, line, what, text = job
    base = f"{DIR}/{number}"
    with open(base + ".c", "w", encoding="utf-8") as out:
        out.write(text)
    made = build(["-c", base + ".c"], base + ".o")
    if made.returncode:
        return number, path, line, what, "does not build: " + made.stderr[:200]
    for name in sorted(TESTS, key=lambda t: t != FILES[path]):
        linked = build([base + ".o", f"{DIR}/{name}.o.d/all.o", *ARCHIVES, "-lsodium"], f"{base}.{name}")
        if linked.returncode:
            return number, path, line, what, "does not link: " + linked.stderr[-300:]
        failed = fails(f"{base}.{name}")
        os.remove(f"{base}.{name}")
        if failed:
            return number, path, line, what, "killed"
    return number, path, line, what, "survives"


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--share", type=int, default=1)
    args.add_argument("texts", nargs="*")
    args = args.parse_args()
    os.makedirs(DIR, exist_ok=True)
    for name, sources in TESTS.items():
        os.makedirs(f"{DIR}/{name}.o.d", exist_ok=True)
        objects = []
        for s in [*sources, *COMMON]:
            o = f"{DIR}/{name}.o.d/{s.replace('/', '_')}.o"
            assert build(["-c", s], o).returncode == 0, s
            objects.append(o)
        subprocess.run(["ld", "-r", *objects, "-o", f"{DIR}/{name}.o.d/all.o"], check=True)
    found = [(path, *m) for path in FILES for m in mutants(path)]
    wanted = [(i, *m) for i, m in enumerate(found) if not args.texts or any(t in f"{m[0]}:{m[1]} {m[2]}" for t in args.texts)]
    jobs = wanted[::args.share]
    first = next(iter(FILES))
    lives = judge(("true", first, 0, "", open(first, encoding="utf-8").read()))[4]
    print(f"{'ok' if lives == 'survives' else 'not ok'} 1 - CMU the sources as they are: {lives}", flush=True)
    survive = n = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _, path, line, what, verdict in pool.map(judge, jobs):
            n += 1
            survive += verdict != "killed"
            print(f"{'ok' if verdict == 'killed' else 'not ok'} {n + 1} - CMU {path}:{line} without '{what[:70]}': {verdict}", flush=True)
    print(f"# {n} of {len(found)} mutants, {n - survive} killed")
    print(f"1..{n + 1}")
    return 1 if survive or n == 0 or lives != "survives" else 0


if __name__ == "__main__":
    raise SystemExit(main())
