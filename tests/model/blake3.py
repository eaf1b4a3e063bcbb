# SPDX-License-Identifier: Apache-2.0
"""BLAKE3, twice: plain Python as the paper gives it, and the official C code through ctypes for speed.

Only what the heart needs: 32 bytes of output, with or without a key. Source: J. O'Connor, J.-P. Aumasson, S. Neves,
Z. Wilcox-O'Hearn, "BLAKE3: one function, fast everywhere" (2020), section 2. `test_blake3.py` compares both with the published vectors.
"""
import ctypes
import struct

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH = 1, 2, 4, 8, 16
BLOCK, CHUNK, M32 = 64, 1024, 0xFFFFFFFF

# The message words that each of the seven rounds takes: the permutation applied 0, 1, ... 6 times.
SCHEDULE = [tuple(range(16))]
for _ in range(6):
    SCHEDULE.append(tuple(SCHEDULE[-1][p] for p in PERMUTATION))
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),    # columns
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))    # diagonals


def compress(cv, block, counter, length, flags):
    """The compression function, cut to its first eight words: the next chaining value, or at the root the hash."""
    m = struct.unpack("<16I", block.ljust(BLOCK, b"\0"))
    v = [*cv, *IV[:4], counter & M32, counter >> 32, length, flags]
    for words in SCHEDULE:
        for i, (a, b, c, d) in enumerate(QUARTERS):
            for x, r1, r2 in ((m[words[2 * i]], 16, 12), (m[words[2 * i + 1]], 8, 7)):
                v[a] = (v[a] + v[b] + x) & M32
                t = v[d] ^ v[a]
                v[d] = (t >> r1 | t << (32 - r1)) & M32
                v[c] = (v[c] + v[d]) & M32
                t = v[b] ^ v[c]
                v[b] = (t >> r2 | t << (32 - r2)) & M32
    return tuple(v[i] ^ v[i + 8] for i in range(8))


def node(data, key, flags, counter, root):
    """The chaining value of the subtree over `data`, which begins at chunk number `counter`."""
    if len(data) > CHUNK:
        left = CHUNK                        # the largest power of two of chunks that leaves something to the right
        while 2 * left < len(data):
            left *= 2
        children = node(data[:left], key, flags, counter, 0) + node(data[left:], key, flags, counter + left // CHUNK, 0)
        return compress(key, struct.pack("<16I", *children), 0, BLOCK, flags | PARENT | root)
    cv, blocks = key, max(1, -(-len(data) // BLOCK))
    for i in range(blocks):
        block = data[i * BLOCK:(i + 1) * BLOCK]
        end = CHUNK_END | root if i == blocks - 1 else 0
        cv = compress(cv, block, counter, len(block), flags | (CHUNK_START if i == 0 else 0) | end)
    return cv


def blake3_slow(data, key=None):
    """BLAKE3 of `data` in plain Python; keyed if a 32-byte `key` is given. About 100 us a block."""
    words = struct.unpack("<8I", key) if key is not None else IV
    return struct.pack("<8I", *node(data, words, KEYED_HASH if key is not None else 0, 0, ROOT))


def load(path):
    """The same function from the official C code, built as a shared object by tests/model/build.mk."""
    function = ctypes.CDLL(path).fm_model_blake3
    function.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
    function.restype = None

    def blake3_fast(data, key=None):
        out = ctypes.create_string_buffer(32)
        function(key, data, len(data), out)
        return out.raw

    return blake3_fast
