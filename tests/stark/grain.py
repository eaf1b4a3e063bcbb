#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Poseidon2 over BabyBear, width 16, in plain integers: its constants from the Grain LFSR, and the permutation.

  grain.py table     prints lib/stark/poseidon2_table.c
  grain.py vectors   prints tests/vectors/poseidon2.tsv

The generator is the one of the Poseidon papers (eprint 2019/458, appendix F; 2023/323 takes it over): an 80-bit register
that starts with field type, S-box, bits, width and round counts, 160 bits thrown away, self-shrinking, draws of 31 bits
of which those not below p are thrown away. The first vector is published: Plonky3, baby-bear/src/poseidon2.rs,
test_default_babybear_poseidon2_width_16; so are the constants there and in HorizenLabs/poseidon2.
"""
import random
import sys

P = 2**31 - 2**27 + 1
WIDTH, HALF, INTERNAL, BITS = 16, 4, 13, 31
PUBLISHED_IN = [894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055, 19776022,
                42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913]
PUBLISHED_OUT = [516096821, 90309867, 1101817252, 1660784290, 360715097, 1789519026, 1788910906, 563338433, 319524748,
                 1741414159, 1650859320, 894311162, 1121347488, 1692793758, 1052633829, 1344246938]


def grain():
    """Bits of the self-shrinking generator for a prime field and x^alpha."""
    state = []
    for value, width in ((1, 2), (0, 4), (BITS, 12), (WIDTH, 12), (2 * HALF, 10), (INTERNAL, 10), (2**30 - 1, 30)):
        state += [value >> (width - 1 - i) & 1 for i in range(width)]

    def step():
        bit = state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
        del state[0]
        state.append(bit)
        return bit

    for _ in range(160):
        step()
    while True:
        keep, bit = step(), step()
        if keep:
            yield bit


def constants():
    bits = grain()
    out = []
    while len(out) < 2 * HALF * WIDTH + INTERNAL:
        value = 0
        for _ in range(BITS):
            value = 2 * value + next(bits)
        if value < P:
            out.append(value)
    first = HALF * WIDTH
    external = out[:first] + out[first + INTERNAL:]
    return [external[i:i + WIDTH] for i in range(0, len(external), WIDTH)], out[first:first + INTERNAL]


def diagonal():
    def over(power):
        return pow(2, -power, P)
    row = [-2, 1, 2, over(1), 3, 4, -over(1), -3, -4, over(8), over(2), over(3), over(27), -over(8), -over(4), -over(27)]
    return [x % P for x in row]


def external_layer(s):
    circ = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]
    s = [sum(circ[i % 4][j] * s[i // 4 * 4 + j] for j in range(4)) for i in range(WIDTH)]
    return [(s[i] + sum(s[i % 4::4])) % P for i in range(WIDTH)]


def permute(s):
    external, internal = constants()
    s = external_layer(s)
    for r in range(2 * HALF):
        if r == HALF:
            for c in internal:
                s = [pow(s[0] + c, 7, P)] + s[1:]
                s = [(d * x + sum(s)) % P for d, x in zip(diagonal(), s)]
        s = external_layer([pow(x + c, 7, P) for x, c in zip(s, external[r])])
    return s


def words(values, indent):
    lines = [", ".join(f"0x{v:08x}" for v in values[i:i + 8]) for i in range(0, len(values), 8)]
    return (",\n" + indent).join(lines)


def table():
    external, internal = constants()
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by tests/stark/grain.py table; tests/stark/poseidon2.t makes it again and compares. */")
    print('#include "stark/poseidon2.h"\n')
    print("const uint32_t fm_p2_external[2 * FM_P2_HALF][FM_P2_WIDTH] = {")
    print(",\n".join("    {" + words(row, "     ") + "}" for row in external) + ",\n};\n")
    print("const uint32_t fm_p2_internal[FM_P2_INTERNAL] = {\n    " + words(internal, "    ") + ",\n};\n")
    print("/* -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/4, 1/8, 1/2^27, -1/2^8, -1/16, -1/2^27 */")
    print("const uint32_t fm_p2_diagonal[FM_P2_WIDTH] = {\n    " + words(diagonal(), "    ") + ",\n};")


def vectors():
    assert permute(PUBLISHED_IN) == PUBLISHED_OUT, "not the published permutation"
    print("# 16 words in, 16 words out; the first line is Plonky3's, the others are tests/stark/grain.py's")
    draw = random.Random(1)
    inputs = [PUBLISHED_IN, [0] * WIDTH, [P - 1] * WIDTH] + [[draw.randrange(P) for _ in range(WIDTH)] for _ in range(13)]
    for s in inputs:
        print(" ".join(map(str, s)) + "\t" + " ".join(map(str, permute(s))))


{"table": table, "vectors": vectors}[sys.argv[1]]()
