# SPDX-License-Identifier: Apache-2.0
"""heart.md section 1 (state), section 2 (the record's bytes), section 7 (its commitment).

State is one map from addresses (cell, kind, index) to values, and beside it the ledger record `top`. An address that is not in the map
holds zero. Values never change in place, so a copy of the map is a snapshot.
"""
import bisect
import struct
from typing import NamedTuple

from hashing import H, MAX, ZERO

HEADER, RECORD, FIELD, NEXT_ID = 1, 2, 3, 4      # section 8: the kinds of a write
LIVE, SEALED, DESTROYED = 0, 1, 2
FREE, FREE_FOR_GIVER = 0, 255                    # section 2: a slot's kind when it holds no capability
FIXED, FIRST_FACTORY = 1, 2                      # section 4: policy 0 is free
U32_MAX, U64_MAX = 2**32 - 1, 2**64 - 1
NOBODY = U32_MAX                                 # parent_holder of a record that has no parent


class Header(NamedTuple):
    id: bytes
    owner_pk: bytes
    link: bytes
    nonce: int
    balance: int
    idx: int
    asset: int
    policy: int
    nfields: int
    nslots: int
    lifecycle: int
    epoch: tuple

    LAYOUT = struct.Struct("<32s32s32sQqIIIHBB8I")

    def pack(self):
        return self.LAYOUT.pack(*self[:-1], *self.epoch)

    def with_epoch(self, group, value):
        return self._replace(epoch=self.epoch[:group] + (value,) + self.epoch[group + 1:])


class Record(NamedTuple):
    kind: int = 0
    group: int = 0
    rights: int = 0
    generation: int = 0
    target: int = 0
    badge: int = 0
    epoch: int = 0
    parent_holder: int = 0
    parent_gen: int = 0
    methods: int = 0
    parent_slot: int = 0
    zero: int = 0
    f_lo: int = 0
    f_hi: int = 0
    expiry: int = 0
    max_amount: int = 0
    allowance: int = 0
    used: int = 0

    LAYOUT = struct.Struct("<BBHIIIIIIHBBHHIQQQ")

    def pack(self):
        return self.LAYOUT.pack(*self)

    @property
    def is_cap(self):
        return self.kind not in (FREE, FREE_FOR_GIVER)

    @property
    def depth(self):
        return self.kind - 1

    @property
    def metered(self):
        return self.allowance != U64_MAX


EMPTY = Record()


class Top(NamedTuple):
    ncells: int
    now: int
    seq: int
    height: int
    fees: int
    ledger: bytes
    params_hash: bytes
    prev_receipt: bytes

    LAYOUT = struct.Struct("<IIQQQ32s32s32s")

    def pack(self):
        return self.LAYOUT.pack(*self)


def packed(value):
    return value if isinstance(value, bytes) else value.pack()


def number(field):
    """Section 1: the number of a field is its last 8 bytes."""
    return int.from_bytes(field[24:], "little")


# ---------------------------------------------------------------------------------------------- section 7: trees
def depth(n):
    return 0 if n <= 1 else (n - 1).bit_length()


_nodes = {}


def node(left, right):
    pair = left + right
    found = _nodes.get(pair)
    if found is None:
        if len(_nodes) > 1_000_000:     # a memory of pure results, so that forgetting it changes nothing
            _nodes.clear()
        found = _nodes[pair] = H("node", pair)
    return found


def levels(leaves, n, e0):
    """All levels of the tree over n leaves, a missing one being e0, from the leaves up to the level of one node."""
    level, empty = list(leaves), e0
    rows = [level]
    for _ in range(depth(n)):
        if len(level) % 2:
            level = level + [empty]
        level = [node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
        empty = node(empty, empty)
        rows.append(level)
    return rows


def tree(leaves, n, e0):
    return levels(leaves, n, e0)[-1][0] if n else e0


def siblings(leaves, n, e0, index):
    """The d(n) hashes beside the path from leaf `index`, from below."""
    path, empty = [], e0
    for row in levels(leaves, n, e0)[:-1]:
        path.append(row[index ^ 1] if index ^ 1 < len(row) else empty)
        empty, index = node(empty, empty), index // 2
    return path


def climb(leaf, index, path):
    """The root that a path leads to."""
    for other in path:
        leaf = node(other, leaf) if index & 1 else node(leaf, other)
        index >>= 1
    return leaf


E_CAP, E_FIELD = H("cap", bytes(64)), H("field", ZERO)


# ---------------------------------------------------------------------------------------------- state
class State:
    """The map, top, and what can be computed from them: ids in order, and a memory of leaves by cell."""

    def __init__(self):
        self.map = {}
        self.top = None
        self.by_id = {}
        self.ids = []           # sorted as bytes
        self._parts = {}        # idx -> (slots_root, fields_root, leaf)

    def copy(self):
        other = State()
        other.map, other.top, other.by_id, other.ids = dict(self.map), self.top, dict(self.by_id), list(self.ids)
        other._parts = dict(self._parts)
        return other

    def header(self, idx):
        return self.map[idx, HEADER, 0]

    def record(self, idx, slot):
        return self.map.get((idx, RECORD, slot), EMPTY)

    def field(self, idx, key):
        return self.map.get((idx, FIELD, key), ZERO)

    def next_id(self, idx):
        return self.map[idx, NEXT_ID, 0]

    def neighbours(self, id):
        """The ids next to `id`, below (cell 0 has the lowest) and above (MAX: none), as strings of bytes (readings, 2)."""
        at = bisect.bisect_left(self.ids, id)
        above = bisect.bisect_right(self.ids, id)
        return self.ids[at - 1], self.ids[above] if above < len(self.ids) else MAX

    def apply(self, writes, top):
        """Take over a write set (address -> value) and the new top."""
        for address, value in writes.items():
            idx, kind, _ = address
            if kind == HEADER and address not in self.map:
                bisect.insort(self.ids, value.id)
                self.by_id[value.id] = idx
            self.map[address] = value
            self._parts.pop(idx, None)
        self.top = top

    # ------------------------------------------------------------------------------------------ commitment
    def slot_leaves(self, idx):
        return [H("cap", self.record(idx, s).pack()) for s in range(self.header(idx).nslots)]

    def field_leaves(self, idx):
        return [H("field", self.field(idx, k)) for k in range(self.header(idx).nfields)]

    def parts(self, idx):
        """(slots_root, fields_root, leaf) of one cell."""
        found = self._parts.get(idx)
        if found is None:
            h = self.header(idx)
            slots = tree(self.slot_leaves(idx), h.nslots, E_CAP)
            fields = tree(self.field_leaves(idx), h.nfields, E_FIELD)
            leaf = H("leaf", H("cell", h.pack() + self.next_id(idx)) + H("body", slots + fields))
            found = self._parts[idx] = (slots, fields, leaf)
        return found

    def leaves(self):
        return [self.parts(i)[2] for i in range(self.top.ncells)]

    def root(self):
        return H("root", tree(self.leaves(), self.top.ncells, ZERO) + H("top", self.top.pack()))
