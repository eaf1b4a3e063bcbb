#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The transcript again,
    written from docs/spec/stark.md with a BLAKE3 of its own: reads the Fibonacci proofs that tests/stark/cross.c
left in a folder,
    and goes through each as a verifier does. Two things can only come out if every absorb and every draw agrees: the
nonce has the work that the profile wants,
    and the query positions need exactly as many openings as the proof has bytes for.
usage: tests/stark/transcript.py FOLDER"""

import struct
import sys

P = 2013265921
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
# name -> (id, log2 of 1/rho, queries, work of query, batch, commit, deep)
PROFILES = {"P100": (1, 3, 59, 16, 0, 0, 0), "U100": (3, 3, 97, 20, 0, 0, 0), "P100F": (4, 2, 87, 16, 0, 0, 0),
            "P100H": (5, 1, 172, 16, 0, 0, 0), "P128": (2, 3, 80, 20, 20, 20, 8)}
MASK = 0xFFFFFFFF


def ror(x, n):
    return (x >> n | x << (32 - n)) & MASK


def compress(cv, block, counter, length, flags):
    v = list(cv) + list(IV[:4]) + [counter & MASK, counter >> 32, length, flags]
    m = list(struct.unpack("<16I", block.ljust(64, b"\0")))

    def g(a, b, c, d, x, y):
        for word, first, second in ((x, 16, 12), (y, 8, 7)):
            v[a] = (v[a] + v[b] + word) & MASK
            v[d] = ror(v[d] ^ v[a], first)
            v[c] = (v[c] + v[d]) & MASK
            v[b] = ror(v[b] ^ v[c], second)

    for _ in range(7):
        for i in range(4):
            g(i, 4 + i, 8 + i, 12 + i, m[2 * i], m[2 * i + 1])
        for i in range(4):
            g(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[8 + 2 * i], m[9 + 2 * i])
        m = [m[i] for i in ORDER]
    return [v[i] ^ v[i + 8] for i in range(8)] + [v[i + 8] ^ cv[i] for i in range(8)]


def keyed(key, data, n):
    """BLAKE3 keyed, n bytes of output. Messages of several chunks are trees of them."""
    words = struct.unpack("<8I", key)

    def chunk(part, index):
        cv, blocks = list(words), [part[i:i + 64] for i in range(0, len(part), 64)] or [b""]
        for i, block in enumerate(blocks[:-1]):
            cv = compress(cv, block, index, 64, 16 | (1 if i == 0 else 0))[:8]
        return cv, blocks[-1], index, len(blocks[-1]), 16 | 2 | (1 if len(blocks) == 1 else 0)

    nodes = [chunk(data[i:i + 1024], i // 1024) for i in range(0, max(len(data), 1), 1024)]

    def tree(part):
        if len(part) == 1:
            return part[0]
        left = 1 << ((len(part) - 1).bit_length() - 1)
        pair = b"".join(struct.pack("<8I", *compress(*node)[:8]) for node in (tree(part[:left]), tree(part[left:])))
        return list(words), pair, 0, 64, 16 | 4

    cv, block, counter, length, flags = tree(nodes)
    out = b""
    while len(out) < n:  # the root's counter numbers the output
        out += struct.pack("<16I", *compress(cv, block, len(out) // 64, length, flags | 8))
    return out[:n]


class Transcript:
    def __init__(self):
        self.state = bytes(32)

    def absorb(self, tag, data):
        self.state = keyed(self.state, struct.pack("<BI", tag, len(data)) + data, 32)

    def stream(self, label):
        n, out = 0, b""
        while True:
            if n + 4 > len(out):
                out = keyed(self.state, struct.pack("<BIB", 14, 1, label), len(out) + 256)
            yield struct.unpack_from("<I", out, n)[0]
            n += 4

    def element(self, label):
        draws = (w & 0x7FFFFFFF for w in self.stream(label))
        good = (w for w in draws if w < P)
        return [next(good) for _ in range(5)]

    def worked(self, nonce, bits):
        first = struct.unpack("<Q", keyed(self.state, struct.pack("<BIQ", 12, 8, nonce), 8))[0]
        return first >> (64 - bits) == 0


def arities(log_n):
    log, out = log_n, []
    while True:
        k = (3 if log > 8 else 0) if log_n > 9 else min(3, max(log - 3, 0))
        if k == 0:
            return out, log
        out.append(k)
        log -= k


def siblings(leaves, depth):
    count, nodes = 0, sorted(leaves)
    for _ in range(depth):
        count += sum(1 for v in nodes if v ^ 1 not in nodes)
        nodes = sorted({v >> 1 for v in nodes})
    return count


def leaf_of(pos, log_d, log_a):
    return pos >> log_d << (log_d - log_a) | pos & ((1 << log_d) - 1) & ((1 << (log_d - log_a)) - 1)


def fibonacci(n):
    a, b = 1, 1
    for _ in range(n - 1):
        a, b = b, (a + b) % P
    return b


def check(path, profile_name, log_n):
    data = open(path, "rb").read()
    ident, log_b, queries, *work = PROFILES[profile_name]
    layers, log_last = arities(log_n)
    assert data[:8] == b"FMSP\1" + bytes([ident, log_n, 0]), "head"
    assert struct.unpack_from("<I", data, 40)[0] == 3, "public inputs"
    at = 44

    def take(n):
        nonlocal at
        at += n
        return data[at - n:at]

    def done(bits):
        if bits > 0:
            nonce = struct.unpack("<Q", take(8))[0]
            assert t.worked(nonce, bits), "work"
            t.absorb(13, struct.pack("<Q", nonce))

    t = Transcript()
    t.absorb(1, b"firmament stark 1, BLAKE3, DEEP-ALI, FRI")
    t.absorb(2, struct.pack("<BBBHBBBBB", ident, 5, log_b, queries, *work, len(layers)) + bytes(layers).ljust(10,
        b"\0"))
    t.absorb(3, data[8:40])
    t.absorb(4, bytes([log_n]))
    t.absorb(5, struct.pack("<3I", 1, 1, fibonacci(1 << log_n)))
    t.absorb(6, b"cross")
    t.absorb(7, take(32))
    t.element(1)
    t.absorb(8, take(32))
    done(work[3])
    t.element(2)
    t.absorb(9, take(20 * 5))
    done(work[1])
    t.element(3)
    for i in range(len(layers)):
        if i > 0:
            t.absorb(10, take(32))
        done(work[2])
        t.element(4)
    t.absorb(11, take(20 << log_last))
    done(work[0])
    draws = t.stream(0)
    group = layers[0] if layers else log_n
    positions = {leaf_of(next(draws) & ((1 << (log_n + log_b)) - 1), log_n, group) for _ in range(queries)}
    depth = log_n - group + log_b
    size = at + len(positions) * ((8 + 20) << group) + 2 * 32 * siblings(positions, depth)
    log_d = log_n - group
    for k in layers[1:]:
        leaves = {leaf_of(p, log_d, k) for p in positions}
        size += 20 * ((len(leaves) << k) - len(positions)) + 32 * siblings(leaves, log_d - k + log_b)
        positions, log_d = leaves, log_d - k
    assert size == len(data), f"{size} bytes are needed, {len(data)} are there"


def main():
    folder = sys.argv[1]
    done = 0
    for name, logs in (("P100", (2, 4, 6, 8, 10)), ("U100", (8,)), ("P100F", (8,)), ("P100H", (9,)), ("P128", (5,))):
        for log_n in logs:
            check(f"{folder}/{name}.{log_n}", name, log_n)
            done += 1
    print(f"# {done} proofs: work found, lengths foretold")


main()
