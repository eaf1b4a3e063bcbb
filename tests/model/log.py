# SPDX-License-Identifier: Apache-2.0
"""heart.md section 6: the bytes of a frame, and of the sectors that carry it."""
import struct

from hashing import H, ZERO

SECTOR, PAYLOAD = 512, 496


def frame(previous, height, first_seq, now, turns):
    """`turns`: (turn, receipt, writes) as bytes, in order. Returns the frame's bytes."""
    body = b"".join(struct.pack("<HH", len(turn), len(writes)) + turn + receipt + writes for turn, receipt, writes in turns)
    length = len(ZERO) + 32 + len(body) + 32
    data = previous + struct.pack("<QQIIIxxxx", height, first_seq, now, len(turns), length) + body
    return data + H("frame", data)


def sectors(ledger, height, data):
    """The frame as 512-byte sectors: height, sector, count, check, 496 bytes of the frame, zero-padded."""
    count = -(-len(data) // PAYLOAD)
    out = []
    for i in range(count):
        head = struct.pack("<QHH", height, i, count)
        check = H("sector", ledger + head)[:4]
        out.append(head + check + data[i * PAYLOAD:(i + 1) * PAYLOAD].ljust(PAYLOAD, b"\0"))
    return b"".join(out)
