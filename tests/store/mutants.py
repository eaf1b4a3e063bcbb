#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check of the store away at a time and wants a test to fail: tests/core/mutants.py over lib/store, with the store's
tests. Beside those mutants: every comparison of a hash, every refusal, every zeroing and flush of recovery that can be skipped.

usage: tests/store/mutants.py [SHARE]    (every SHARE-th mutant, default 4; 1: all). TAP on standard output."""

import importlib.util
import os
import re
import sys

spec = importlib.util.spec_from_file_location("core_mutants", "tests/core/mutants.py")
engine = importlib.util.module_from_spec(spec)
spec.loader.exec_module(engine)

engine.DIR = "build/host/store-mutants"
engine.FILES = ["lib/store/log.c", "lib/store/log_recover.c", "lib/store/super.c", "lib/store/frame.c", "lib/store/checkpoint.c"]
engine.TESTS = {
    "bytes": ["tests/store/bytes.c", "tests/core/world.c"],
    "log": ["tests/store/log.c", "tests/store/disk.c"],
}
os.environ["LOG_FLIP_STEP"] = "13"  # every thirteenth bit and byte: a mutant is one of many
engine.ARCHIVES = [f"build/host/lib{name}.a" for name in ("store", "core", "wire", "crypto", "base")]
engine.EQUIVALENT = "tests/store/equivalent.txt"


def parts(text, start, end):
    """The top-level operands of || and && in a parenthesis."""
    at, depth, cuts = start + 1, 0, []
    for i in range(start + 1, end):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0 and text[i:i + 2] in ("||", "&&"):
            cuts.append((at, i, text[i:i + 2]))
            at = i + 2
    return cuts + [(at, end, cuts[-1][2])] if cuts else []


def mutants(path):
    text = open(path).read()
    for m in re.finditer(r"\bif (?=\()", text):
        end = engine.balanced(text, m.end())
        if not re.match(r"\) \{\s+(return|begin_tail)\b", text[end:]):
            continue
        yield m.start(), text[:m.end()] + "(false && " + text[m.end():end] + ")" + text[end:]
        for a, b, joint in parts(text, m.end(), end):  # one reason of several
            yield a, text[:a] + (" false && " if joint == "||" else " true || ") + text[a:b] + text[b:]
    for m in re.finditer(r"^    rec->step = (STEP_FLUSH|STEP_ZERO|rec->torn \? STEP_ZERO : STEP_END);", text, re.M):
        yield m.start(), text[:m.start()] + "    rec->step = STEP_END;" + text[m.end():]
    for m in re.finditer(r"^\s+(log->phase = FM_LOG_FLUSHING|memcpy\(log->super\.\w+, [^;]*|log->super\.\w+ (?:\+=|=) [^;]*);", text, re.M):
        other = "log->phase = FM_LOG_MARKING; acknowledge(log)" if "FLUSHING" in m[1] else "(void)0"
        yield m.start(), text[:m.start(1)] + other + text[m.end(1):]


engine.mutants = mutants
sys.exit(engine.main(int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("MUTANTS_SHARE", "4"))))
