#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The proven bits again, by somebody else: each round's error as an exact fraction, from the formulas as docs/spec/stark.md gives
them, without a look at tools/check/soundness. Then that program's output, and the table of the specification, must say the same.
Prints, for each profile, which round decides."""
import math
import re
import subprocess
from fractions import Fraction as Q
from math import isqrt

FIELD = (2 ** 31 - 2 ** 27 + 1) ** 5
OPENINGS, CONSTRAINTS, DEGREE = 400, 420, 3
SCALE = 1 << 120


def root(x):
    """A lower and an upper bound of the square root of a fraction."""
    r = isqrt(x.numerator * SCALE * SCALE // x.denominator)
    return Q(r, SCALE), Q(r + 1, SCALE)


def bits(error):
    return math.log2(error.denominator) - math.log2(error.numerator)


def folds(log_n):
    """Degree bounds before each fold, and arities: to 8 coefficients up to 2^9 rows, to at most 2^8 beyond."""
    at = log_n
    while True:
        step = (3 if at > 8 else 0) if log_n > 9 else max(0, min(3, at - 3))
        if step == 0:
            return
        yield at, 1 << step
        at -= step


def rounds(log_n, log_b, queries, work, m):
    """Errors of every round. m None: unique decoding; else the Johnson bound with that parameter."""
    q_work, batch, commit, deep = work
    rho, n = Q(1, 1 << log_b), 1 << log_n
    big = n << log_b
    if m is None:
        theta, size, keep = (1 - rho) / 2, Q(1), 1 - (1 - rho) / 2
    else:
        up = root(rho)[1]
        keep = up * (1 + Q(1, 2 * m))
        theta, size = 1 - keep, (m + Q(1, 2)) / root(rho)[0]
    if theta <= 0 or n + 2 >= (1 - theta) * big:
        return None

    def near(points):
        if m is None:
            return (theta * points + 1) / FIELD
        h = m + Q(1, 2)
        return ((2 * h ** 5 + 3 * h * theta * rho) * points / (3 * rho * root(rho)[0]) + h / root(rho)[0]) / FIELD

    found = {"hash": Q(1, 1 << 128), "query": keep ** queries / (1 << q_work),
             "batching": near(big) * (OPENINGS - 1) / (1 << batch),
             "constraints": size * CONSTRAINTS / FIELD,
             "point": size * (DEGREE * (n + 1) + n - 1) / (FIELD - n - big) / (1 << deep)}
    for i, (at, arity) in enumerate(folds(log_n)):
        found[f"fold {i}"] = near((1 << at) << log_b) * (arity - 1) / (1 << commit)
    return found


def worst(row):
    """Least bits over every length, by unique decoding and by the best Johnson parameter, and the round that decides."""
    log_b, queries, *work, _, top = row
    unique, johnson = [], []
    for log_n in range(3 if log_b == 1 else 2, top + 1):
        def least(m):
            found = rounds(log_n, log_b, queries, work, m)
            return min((bits(e), name) for name, e in found.items()) if found else (0.0, "none")
        unique.append(least(None))
        low, high = 3, 400  # the query round gains with m, the others lose: the least of them rises, then falls
        while low < high:
            m = (low + high) // 2
            if least(m + 1) > least(m):
                low = m + 1
            else:
                high = m
        johnson.append(least(low))
    return min(unique), min(johnson)


def main():
    rows = re.findall(r'^PROFILE\("(\w+)", ([^)]*)\)', open("lib/stark/profiles.def", encoding="utf-8").read(), re.M)
    table = subprocess.run(["tools/check/soundness", "--table"], capture_output=True, text=True, check=True).stdout.splitlines()
    spec = open("docs/spec/stark.md", encoding="utf-8").read().splitlines()
    header = open("lib/stark/verify.h", encoding="utf-8").read()
    n = failed = 0

    def result(good, text):
        nonlocal n, failed
        n += 1
        failed += not good
        print(f"{'ok' if good else 'not ok'} {n} - {text}")

    result(f"OPENINGS_MAX {OPENINGS}u" in header and f"CONSTRAINTS_MAX {CONSTRAINTS}u" in header,
           "BIT0001 the verifier refuses tables wider than these figures are for")
    for (name, text), line in zip(rows, table):
        row = [int(x) for x in text.split(",")][1:]
        (udr, udr_round), (jbr, jbr_round) = worst(row)
        cells = [c.strip() for c in line.strip("|").split("|")]
        result(cells[0] == name and abs(float(cells[5]) - udr) < 0.06 and abs(float(cells[6]) - jbr) < 0.06,
               f"BIT0002 {name}: unique decoding {udr:.2f} ({udr_round}), Johnson {jbr:.2f} ({jbr_round}); tools/check/soundness says "
               f"{cells[5]} and {cells[6]}")
        result(line in spec, f"BIT0003 {name}: the specification has that row")
        result((udr if name.startswith("U") else max(udr, jbr)) >= row[-2], f"BIT0004 {name}: claims {row[-2]} and has them")
    print(f"1..{n}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
