# SPDX-License-Identifier: Apache-2.0
"""heart.md section 1, Genesis; section 6, FORK; decisions/heart-readings.md 7 and 8."""
import struct

import policy
from caps import full_authority
from hashing import H, MAX, ZERO, plain
from receipt import Receipt
from state import FIELD, FIXED, HEADER, LIVE, NEXT_ID, RECORD, Header, State, Top

ISSUER, TREASURY, FACTORY_DIR = 0, 1, 2


def cell(idx, id, owner_pk, balance, policy, nslots, nfields):
    return Header(id, owner_pk, ZERO, 0, balance, idx, 0, policy, nfields, nslots, LIVE, (0,) * 8)


def id_of(idx):
    return H("id", ZERO + struct.pack("<QQ", 0, idx))


def directory_rules():
    """Section 11: field 8 = ENTRY [8,1024), field 9 = method 1 over [8,1024)."""
    entry = policy.ATOM.pack(policy.ENTRY, 0, 8, 1024, 0, 0, 0, bytes(8))
    method = struct.pack("<BBxxHH24x", policy.METHOD + 1, 1, 8, 1024)
    return {8: entry, 9: method}


def genesis(params, salt, treasury_pk):
    """The first state and receipt 0."""
    state = State()
    ids = [ZERO, id_of(TREASURY), id_of(FACTORY_DIR)]
    writes = {
        (ISSUER, HEADER, 0): cell(ISSUER, ids[0], ZERO, -params.supply, 0, 0, 0),
        (TREASURY, HEADER, 0): cell(TREASURY, ids[1], treasury_pk, params.supply, 0, 64, 8),
        (FACTORY_DIR, HEADER, 0): cell(FACTORY_DIR, ids[2], ZERO, 0, FIXED, 0, 10),
        (TREASURY, RECORD, 0): full_authority(ISSUER),
        (TREASURY, RECORD, 1): full_authority(FACTORY_DIR),
    }
    for key, value in directory_rules().items():
        writes[FACTORY_DIR, FIELD, key] = value
    ring = sorted(ids) + [MAX]
    for idx, id in enumerate(ids):
        writes[idx, NEXT_ID, 0] = ring[ring.index(id) + 1]
    params_hash = plain(params.bytes)
    ledger = H("fork", params_hash + salt)
    state.apply(writes, Top(3, 0, 0, 0, 0, ledger, params_hash, ZERO))
    receipt = Receipt(seq=0, height=0, nonce=0, agent=MAX, turn_hash=ledger, post_root=state.root(), now=0,
                      assurance=params.assurance)
    return state, receipt


def fork(state, params, salt, last, root):
    """Section 6: the same cells under another ledger id, and its first receipt, which is the next in the chain. Changes `state`."""
    top = state.top
    ledger = H("fork", top.ledger + last.hash() + salt)
    state.apply({}, top._replace(seq=top.seq + 1, height=top.height + 1, ledger=ledger, prev_receipt=last.hash()))
    return Receipt(seq=top.seq + 1, height=top.height + 1, nonce=0, agent=MAX, turn_hash=ledger, pre_root=root, post_root=state.root(),
                   prev_receipt=last.hash(), now=top.now, assurance=params.assurance)
