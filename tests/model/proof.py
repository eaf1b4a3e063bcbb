# SPDX-License-Identifier: Apache-2.0
"""heart.md section 7, Proof: of a cell, of one record or field in it, of the absence of an id; and their verifier."""
import struct

from hashing import H, MAX, ZERO
from state import E_CAP, E_FIELD, FIELD, RECORD, climb, depth, siblings

TOP_BYTES, HEADER_BYTES, RECORD_BYTES, FIELD_BYTES = 128, 160, 64, 32


def prove(state, idx, kind=None, index=0):
    """top, idx, d(ncells) siblings, next_id, header, slots_root, fields_root; and kind, index, record or field, its siblings.

    Of what is not there nothing is proved: no bytes.
    """
    if idx >= state.top.ncells or kind not in (None, RECORD, FIELD):
        return b""
    if kind and index >= (state.header(idx).nslots if kind == RECORD else state.header(idx).nfields):
        return b""
    header = state.header(idx)
    slots_root, fields_root, _ = state.parts(idx)
    path = siblings(state.leaves(), state.top.ncells, ZERO, idx)
    out = state.top.pack() + struct.pack("<I", idx) + b"".join(path) + state.next_id(idx) + header.pack() + slots_root + fields_root
    if kind == RECORD:
        out += struct.pack("<BH", kind, index) + state.record(idx, index).pack()
        out += b"".join(siblings(state.slot_leaves(idx), header.nslots, E_CAP, index))
    elif kind == FIELD:
        out += struct.pack("<BH", kind, index) + state.field(idx, index)
        out += b"".join(siblings(state.field_leaves(idx), header.nfields, E_FIELD, index))
    return out


def prove_absent(state, id):
    """A proof of the one cell with id' < id < next_id'; no bytes if `id` is there, or is MAX, which counts as taken (section 1)."""
    return b"" if id in state.by_id or id == MAX else prove(state, state.by_id[state.neighbours(id)[0]])


def verify(proof, root):
    """What a proof shows under `root`: (header bytes, next_id, None or (kind, index, value)), or None if it shows nothing."""
    at = 0

    def take(n):
        nonlocal at
        at += n
        if at > len(proof):
            raise ValueError("short")
        return proof[at - n:at]

    try:
        top = take(TOP_BYTES)
        ncells = int.from_bytes(top[:4], "little")
        idx = int.from_bytes(take(4), "little")
        path = [take(32) for _ in range(depth(ncells))]
        next_id, header, slots_root, fields_root = take(32), take(HEADER_BYTES), take(32), take(32)
        item = None
        if at < len(proof):
            kind, index = struct.unpack("<BH", take(3))
            count, size, domain, item_root = {
                RECORD: (header[126], RECORD_BYTES, "cap", slots_root),
                FIELD: (int.from_bytes(header[124:126], "little"), FIELD_BYTES, "field", fields_root)}[kind]
            value = take(size)
            item_path = [take(32) for _ in range(depth(count))]
            if index >= count or climb(H(domain, value), index, item_path) != item_root:
                return None
            item = kind, index, value
    except (ValueError, KeyError):
        return None
    leaf = H("leaf", H("cell", header + next_id) + H("body", slots_root + fields_root))
    whole = at == len(proof) and idx < ncells and int.from_bytes(header[112:116], "little") == idx
    if not whole or H("root", climb(leaf, idx, path) + H("top", top)) != root:
        return None
    return header, next_id, item


def shows_absent(proof, root, id):
    """Whether the proof shows that no cell has this id."""
    shown = verify(proof, root)
    return shown is not None and shown[0][:32] < id < shown[1]
