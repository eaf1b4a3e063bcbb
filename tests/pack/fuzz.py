#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives the packer (under ASan and UBSan) descriptions and programs with something changed at random, from a fixed seed. Whatever it is
given, it must end soon, with status 0, or with status 1 and one line that names a file: never by a signal, a sanitizer's word or silence.

    usage: tests/pack/fuzz.py [ROUNDS [SEED]]      (needs build/san/bin/pack and build/riscv64/pd)
"""
import os
import random
import re
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import refusals  # noqa: E402

WORDS = ["0", "1", "61", "62", "255", "4096", "0xffffffffffffffff", "0x8000000000000000", "-1", "", "a" * 64, "\x00", "&amp;", "<!--", "é",
         "own:", "true", "rwx", "0x", "1_0", "serial", "adder", "uart", "page", "root"]


def change_text(rng, text):
    """Some lines taken out, doubled, moved or cut, and some words replaced by others of the file or of the list."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 4)):
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        what = rng.randrange(6)
        if what == 0 and len(lines) > 1:
            del lines[i]
        elif what == 1:
            lines.insert(j, lines[i])
        elif what == 2:
            lines[i], lines[j] = lines[j], lines[i]
        elif what == 3:
            lines[i] = lines[i][:rng.randint(0, len(lines[i]))]
        else:
            parts = re.split(r'([ "=/<>])', lines[i])
            k = rng.randrange(len(parts))
            parts[k] = rng.choice(WORDS + re.split(r'[ "=/<>\n]', text))
            lines[i] = "".join(parts)
    return "\n".join(lines)


def change_elf(rng, good):
    """Some fields of the headers, or any bytes, replaced; or the file cut."""
    data = bytearray(good)
    sections, = struct.unpack_from("<Q", good, 40)
    for _ in range(rng.randint(1, 4)):
        place = rng.choice([rng.randrange(64), 64 + rng.randrange(56 * 4), rng.randrange(sections, len(good)), rng.randrange(len(good))])
        size = rng.choice([1, 2, 4, 8])
        value = rng.choice([0, 1, 7, 0x7fffffff, 1 << 40, (1 << 63) - 1, (1 << 64) - 1, (1 << 64) - 8, rng.getrandbits(64), len(good)])
        data[place:place + size] = value.to_bytes(8, "little")[:size]
    if rng.randrange(8) == 0:
        data = data[:rng.randrange(len(data))]
    return bytes(data)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    good = {n: open(f"{refusals.PDS}/{n}.elf", "rb").read() for n in ("hello", "adder")}
    bad, taken = [], [0, 0, 0]
    with tempfile.TemporaryDirectory() as folder:
        for n in range(rounds):
            system, caps, elf = refusals.SYSTEM, refusals.CAPS, good["adder"]
            kind = n % 3
            if kind == 0:
                system = change_text(rng, system)
            elif kind == 1:
                caps = change_text(rng, caps)
            else:
                elf = change_elf(rng, elf)
            with open(f"{folder}/adder.elf", "wb") as f:
                f.write(elf)
            code, error, _ = refusals.pack(folder, system, caps)
            if code == 0 and error == "":
                taken[kind] += 1
            elif code != 1 or len(error.splitlines()) != 1 or re.match(r"(system|caps):\d+: |pack: ", error) is None:
                bad.append((n, code, error))
    for kind, name in enumerate(("descriptions", ".caps files", "programs")):
        mine = [b for b in bad if b[0] % 3 == kind]
        print(f"{'not ok' if mine else 'ok'} {kind + 1} - PKFZ00{kind + 1} {(rounds + 2 - kind) // 3} changed {name}: "
              f"{taken[kind]} packed, the others refused in a line")
        for n, code, error in mine[:5]:
            print(f"# round {n}: status {code}")
            for line in error.splitlines()[:12]:
                print(f"#   {line}")
    print("1..3")
    return 1 if bad else 0


sys.exit(main())
