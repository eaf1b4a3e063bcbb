# SPDX-License-Identifier: Apache-2.0
"""Builds turns: heart.md sections 3 and 4 from the other side. Nothing is checked, so that hostile ones can be made too."""
import struct

import wire as w
from hashing import ZERO


def limits(rights=w.ALL_RIGHTS, group=0, methods=0xFFFF, badge=0, f_lo=0, f_hi=1024, expiry=2**32 - 1, max_amount=2**64 - 1,
           allowance=2**64 - 1):
    return struct.pack("<BHHIHHIQQ", group, rights, methods, badge, f_lo, f_hi, expiry, max_amount, allowance)


def check_field(key, value):
    return struct.pack("<BBH", w.CHECK, w.CHECK_FIELD, key) + value


def check_nonce(nonce):
    return struct.pack("<BBQ", w.CHECK, w.CHECK_NONCE, nonce)


def check_balance(least):
    return struct.pack("<BBQ", w.CHECK, w.CHECK_BALANCE, least)


def check_time(lo, hi):
    return struct.pack("<BBII", w.CHECK, w.CHECK_TIME, lo, hi)


def transfer(to, amount):
    return bytes([w.TRANSFER]) + to + struct.pack("<Q", amount)


def setfield(key, value):
    return struct.pack("<BH", w.SETFIELD, key) + value


def create(salt, owner_pk=ZERO, nslots=0, nfields=0, nopen=0, slot=0, rights=0, asset=0, issuer=b""):
    return struct.pack("<BQ32sB", w.CREATE, salt, owner_pk, asset) + issuer + struct.pack("<BHBBH", nslots, nfields, nopen, slot,
                                                                                      rights)


def grant(dst, slot, g):
    return struct.pack("<B32sB", w.GRANT, dst, slot) + g


def attenuate(slot, g):
    return bytes([w.ATTENUATE, slot]) + g


def drop(slot):
    return bytes([w.DROP, slot])


def revoke(slot):
    return bytes([w.REVOKE, slot])


def lift(group, key=ZERO):
    return bytes([w.LIFT, group]) + key


def invoke(method, *writes):
    """writes: (key, value)."""
    return bytes([w.INVOKE, method, len(writes)]) + b"".join(struct.pack("<H", key) + value for key, value in writes)


def event(data):
    return bytes([w.EVENT, len(data)]) + data


def fix():
    return bytes([w.FIX])


def rotate(new_pk, signature):
    return bytes([w.ROTATE]) + new_pk + signature


def seal(on):
    return bytes([w.SEAL, on])


def destroy():
    return bytes([w.DESTROY])


def open_slot(slot, giver):
    return bytes([w.OPEN, slot]) + giver


def frame(*effects, slot=None, target=None):
    head = bytes([w.SELF, len(effects)]) if slot is None else bytes([w.SLOT, len(effects), slot]) + target
    return head + b"".join(effects)


def body(ledger, agent, nonce, *frames, fee=0, valid_until=2**32 - 1, after=b"", root=b""):
    """The signed bytes; a signature goes behind them."""
    tail = after + root + b"".join(frames)
    flags = (w.FLAG_AFTER if after else 0) | (w.FLAG_ROOT if root else 0)
    return struct.pack("<HBBHBB8s32sQQI", w.MAGIC, w.VERSION, len(frames), 68 + len(tail), flags, w.ED25519, ledger[:8], agent,
                       nonce, fee, valid_until) + tail
