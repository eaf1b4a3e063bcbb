#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The random turns of tests/diff through the model: both generators, the one blind to the state and the one that looks at it.

The heart (diff-random, here without its C reference) writes what it was given and what it answered into a pipe; the model replays and
compares every byte. Environment: MODEL_TURNS in all (120,000 take about a minute of one core), MODEL_SEED, MODEL_FILE=PATH replays one file.
"""
import os
import subprocess
import sys
import time

import hashing
import replay
from heart import by_hash
from reasons import NAME
from tap import done, note, ok

DIFF, LIBRARY = "build/host/test/diff-random", "build/host/test/libblake3.so"


def generated(turns, seed, wise):
    """What the generator writes, and the process."""
    r, w = os.pipe()
    env = {**os.environ, "DIFF_TURNS": str(turns), "DIFF_SEED": str(seed), "DIFF_WISE": str(wise), "DIFF_PART": "1", "DIFF_REF": "0",
           "DIFF_STREAM": f"/dev/fd/{w}"}
    process = subprocess.Popen([DIFF], env=env, pass_fds=[w], stdout=subprocess.PIPE, text=True)
    os.close(w)
    return os.fdopen(r, "rb", buffering=1 << 20), process


def judge(what, turns, seed, wise, seen):
    start = time.process_time()
    judged = replay.Replay(by_hash)
    f, process = generated(turns, seed, wise)
    difference = None
    try:
        with f:
            judged.run(f)
    except replay.Difference as d:
        difference = str(d)
    said, _ = process.communicate()
    c, s = judged.counts, judged.statuses
    ok(difference is None, f"MOD0100 {what}: model and heart agree on every byte", difference)
    ok(process.returncode == 0 and c["T"] >= turns, f"MOD0101 {what}: over as many turns as were asked for", said)
    note(f"{c['T']} turns: {s[0]} committed, {s[1]} body failed, {s[2]} rejected, {s[3]} malformed; {c['B']} batches opened or refused, "
         f"{c['F']} frames, {c['N']} drops, {c['P'] + c['Q']} proofs, {c['V']} planted; {time.process_time() - start:.0f} s of one core")
    seen.update(judged.reasons)
    return judged


def main():
    hashing.use_library(LIBRARY)
    if "MODEL_FILE" in os.environ:
        replay.Replay(by_hash).run(open(os.environ["MODEL_FILE"], "rb"))
        return
    turns, seed = int(os.environ.get("MODEL_TURNS", 120000)), int(os.environ.get("MODEL_SEED", 1))
    seen = replay.Counter()
    judge("blind turns", turns // 3, seed, 0, seen)
    judge("turns that look at the state", turns - turns // 3, seed + 1000000, 65, seen)
    missing = [name for code, name in NAME.items() if not seen[code]]
    ok(not missing, f"MOD0103 each of the {len(NAME)} reasons was met", missing)
    note("met: " + ", ".join(f"{name} {seen[code]}" for code, name in sorted(NAME.items())))
    done()


if __name__ == "__main__":
    sys.exit(main())
