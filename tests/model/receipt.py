# SPDX-License-Identifier: Apache-2.0
"""heart.md section 8: the receipt, 368 bytes, and the write set's bytes."""
import struct
from typing import NamedTuple

from hashing import H, ZERO
from state import packed

NO_EFFECT = 255
VERSION = 1


class Receipt(NamedTuple):
    seq: int
    height: int
    nonce: int
    agent: bytes
    turn_hash: bytes
    post_root: bytes
    now: int
    assurance: int
    status: int = 0
    reason: int = 0
    frame: int = 0
    effect: int = NO_EFFECT
    detail: int = 0
    link: bytes = ZERO
    pre_root: bytes = ZERO
    prev_receipt: bytes = ZERO
    cost: int = 0
    writes_hash: bytes = ZERO
    events_hash: bytes = ZERO
    caps_hash: bytes = ZERO

    def rest(self):
        return struct.pack("<QIBxxx32s32s32s", self.cost, self.now, self.assurance, self.writes_hash, self.events_hash,
                           self.caps_hash)

    def head(self):
        return struct.pack("<HBBBBBBQQQ32s32s32s32s32s32s32s", VERSION, self.status, self.reason, self.frame, self.effect,
                           self.detail, 0, self.seq, self.height, self.nonce, self.agent, self.turn_hash, self.link,
                           self.pre_root, self.post_root, self.prev_receipt, H("rest", self.rest()))

    def pack(self):
        return self.head() + self.rest()

    def hash(self):
        return H("receipt", self.head())


def joined(writes):
    """The entries of a write set, sorted, each address once: cell u32, kind u8, zero, index u16, whole new value."""
    return b"".join(struct.pack("<IBBH", idx, kind, 0, index) + packed(value)
                    for (idx, kind, index), value in sorted(writes.items()))
