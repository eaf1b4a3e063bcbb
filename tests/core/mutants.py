#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check of the heart or its codec away at a time and wants a test to fail. The mutants are found in the sources: every
condition of an fm_require, every within() and refuse() of the decoder,
    every `if (…) { return FM_E_… / FM_AXIS_… / false; }`. A few that
change nothing are named in tests/core/equivalent.txt, with the reason.

usage: tests/core/mutants.py [SHARE [PART…]]    (every SHARE-th mutant, default 6; 1: all). TAP on standard output."""

import re
import sys

sys.path.insert(0, "tests")
import mutate  # noqa: E402


def mutants(path):
    text = open(path).read()
    for m in re.finditer(r"\bfm_require\(p,\s*", text):
        yield m.start(), text[:m.end()] + "true || " + text[m.end():]
    if path.endswith("turn_decode.c"):
        for m in re.finditer(r"^\s+(?:\} else )?(within|refuse)\(", text, re.M):
            start, end = text.index(m[1], m.start()), mutate.balanced(text, m.end() - 1)
            yield start, text[:start] + "(void)0" + text[end + 1:]
    yield from mutate.conditions(text, r"return (fm_why_set\(\s*why, )?(FM_E_\w+|FM_AXIS_\w+|false)\b")


mutate.run(mutate.Room(
    dir="build/host/heart-mutants",
    files=["lib/core/cap.c", "lib/core/effects.c", "lib/core/policy.c", "lib/core/proof.c", "lib/core/run.c", "lib/core/stage.c",
           "lib/wire/turn_decode.c"],
    mutants=mutants,
    tests={
        "reasons": ["tests/core/reasons.c", "tests/core/expect.c", "tests/core/world.c"],
        "attacks": ["tests/core/attacks.c", "tests/core/expect.c", "tests/core/world.c"],
        "malformed": ["tests/wire/malformed.c"],
        "worked": ["tests/core/worked.c", "tests/core/world.c"],
        "halves": ["tests/core/halves.c", "tests/core/world.c"],
        "corners": ["tests/core/corners.c", "tests/core/expect.c", "tests/core/world.c"],
        "rules": ["tests/core/rules.c", "tests/core/judge.c", "tests/core/world.c"],
        "theorems": ["tests/core/theorems.c", "tests/core/judge.c", "tests/core/world.c"],
        "diff": ["tests/diff/diff.c", "tests/ref/ref.c", "tests/ref/blake3.c"],
    },
    archives=["core", "wire", "crypto", "base"],
    libs=["-lsodium"],
    env={"DIFF_TURNS": "4000", "DIFF_PART": "1", "DIFF_SEED": "7"},
    equivalent="tests/core/equivalent.txt",
), 6)
