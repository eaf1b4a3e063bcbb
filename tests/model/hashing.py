# SPDX-License-Identifier: Apache-2.0
"""heart.md section 7: H.x(m) is BLAKE3 of m keyed with K.x = BLAKE3("firmament 1 x").

`use_library(path)` swaps plain Python for the official C code; `use_both(path)` runs both and compares every result.
"""
import blake3

DOMAINS = ("turn", "link", "id", "cap", "field", "cell", "body", "leaf", "node", "root", "top", "writes", "events", "caps",
           "rest", "receipt", "rotate", "frame", "sector", "fork")
KEY = {x: blake3.blake3_slow(b"firmament 1 " + x.encode()) for x in DOMAINS}
ZERO, MAX = bytes(32), b"\xff" * 32

_blake3 = blake3.blake3_slow


def use_library(path):
    global _blake3
    _blake3 = blake3.load(path)


def use_both(path):
    global _blake3
    fast = blake3.load(path)

    def both(data, key=None):
        a, b = blake3.blake3_slow(data, key), fast(data, key)
        if a != b:
            raise AssertionError(f"the two BLAKE3 differ over {len(data)} bytes: {a.hex()} {b.hex()}")
        return a
    _blake3 = both


def plain(m):
    return _blake3(m)


def H(x, m):
    return _blake3(m, KEY[x])
