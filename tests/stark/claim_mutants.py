#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check out of what a claim's verifier does in plain C (chain, delegation, one agent's receipts, heights, shapes), one operand
of a condition at a time, and wants a test to fail. The conditions are found in the sources: of `if (...) { return FM_E_...`, of the
ternaries that end in an error, and of the predicates. Those that change nothing are named below, with the reason.

usage: tests/stark/claim_mutants.py [SHARE]    (every SHARE-th mutant, default 1: all). TAP on standard output."""
import concurrent.futures
import os
import re
import subprocess
import sys

DIR = "build/host/claim-mutants"
CC = ["clang", "-std=c11", "-O1", "-w", "-D_GNU_SOURCE", "-I.", "-Iinclude", "-Ilib", "-Ibuild/gen"]
FILES = ["lib/stark/chain.c", "lib/stark/deleg.c", "lib/stark/agent_claim.c", "lib/stark/rcpt.c", "lib/stark/agent.c",
         "lib/stark/paths.c", "lib/stark/opened.c", "lib/stark/profile.c", "lib/stark/file.c"]
WORLD = ["tests/core/expect.c", "tests/core/world.c"]
TESTS = {"claims": ["tests/stark/claims.c", "tests/stark/claims_deleg.c", "tests/stark/claims_world.c"], "agent": ["tests/stark/agent.c", "tests/stark/evil.c"],
         "statements": ["tests/stark/statements.c", "tests/stark/evil.c"],
         "file": ["tests/stark/file.c", "tests/stark/stranger.c", "tests/stark/claims_deleg.c", "tests/stark/claims_world.c"]}
COMMON = ["tests/tap.c", "tests/tap_host.c", *WORLD]
ARCHIVES = [f"build/host/lib{name}.a" for name in ("stark_state", "stark_prove", "stark_verify", "core", "wire", "crypto", "base")]
# file: start of an operand -> why its loss changes nothing
EQUIVALENT = {
    ("lib/stark/chain.c", "r->kind == FM_KIND_ROOT"): "what would be one less than a root record is no capability, seen before",
    ("lib/stark/chain.c", "r->bad"): "a claim cut before its count of links has none",
    ("lib/stark/chain.c", "up->record.target == r->target"): "the heart never makes a record whose parent has another target (T10)",
    ("lib/stark/chain.c", "up->record.epoch == r->epoch"): "a parent re-stamped by a lift leaves its children LIFTED, seen before",
}


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
        if "?" in text[start:end] and "FM_E_" in text[start:end] and "FM_E_STARK_ARGUMENT" not in text[start:end]:
            spans.update(ternary(text, start, end))
        elif "&&" in text[start:end] and "?" not in text[start:end]:
            spans.update(operands(text, start, end, False))
    for m in re.finditer(r"\b(?:bad|false_path) \|?= ([^;]*);", text):
        if m[1] not in ("false", "true"):
            spans.update(operands(text, m.start(1), m.end(1), True))
    for start, end, instead in sorted(spans):
        what = " ".join(text[start:end].split())
        if what and not what.startswith(("e == FM_OK", "e != FM_OK")):
            yield text.count("\n", 0, start) + 1 + (text[start:end].find(what[:1]) > 0 and text[start:end].lstrip(" ").startswith("\n")), \
                what, text[:start] + " " + instead + " " + text[end:]


def build(sources, output):
    return subprocess.run([*CC, *sources, "-o", output], capture_output=True, text=True)


def judge(job):
    number, path, line, what, text = job
    base = f"{DIR}/{number}"
    with open(base + ".c", "w", encoding="utf-8") as out:
        out.write(text)
    made = build(["-c", base + ".c"], base + ".o")
    if made.returncode:
        return number, path, line, what, "does not build: " + made.stderr[:200]
    for name in TESTS:
        linked = build([base + ".o", f"{DIR}/{name}.o.d/all.o", *ARCHIVES, "-lsodium"], f"{base}.{name}")
        if linked.returncode:
            return number, path, line, what, "does not link: " + linked.stderr[-300:]
        try:
            run = subprocess.run([f"{base}.{name}"], capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired:
            return number, path, line, what, "killed"
        os.remove(f"{base}.{name}")
        if run.returncode:
            return number, path, line, what, "killed"
    return number, path, line, what, "survives"


def main():
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
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
    jobs = [(i, *m) for i, m in enumerate(found) if i % share == 0]
    failed = n = same = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, path, line, what, verdict in pool.map(judge, jobs):
            n += 1
            reason = next((r for (f, start), r in EQUIVALENT.items() if f == path and what.startswith(start)), None)
            good = verdict == "killed" or (verdict == "survives" and reason is not None)
            same += verdict == "survives" and reason is not None
            failed += not good
            print(f"{'ok' if good else 'not ok'} {n} - CMU {path}:{line} without '{what[:70]}': {verdict}"
                  f"{': ' + reason if verdict == 'survives' and reason else ''}", flush=True)
    print(f"# {n} of {len(found)} mutants, {n - failed - same} killed, {same} change nothing")
    print(f"1..{n}")
    return 1 if failed or n == 0 else 0


if __name__ == "__main__":
    raise SystemExit(main())
