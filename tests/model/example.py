# SPDX-License-Identifier: Apache-2.0
"""heart.md section 13: one chain, one revocation. The turns, as (agent, frames), and what the page says of each.

The cells that the page names stand where it wants them: E = 4, A = 5, B = 6, C = 7, D = 8, the purse T = 9.
"""
import struct

import encode as e
import ed25519
import wire as w
from hashing import H

E, A, B, C, D, T = 4, 5, 6, 7, 8, 9
READ, SEND, GRANT = w.READ_BIT, w.SEND_BIT, w.GRANT_BIT
FIRST_OWNED, MAKER = 3, 1


def seed(idx):
    return bytes([idx]) * 32


def pk(idx):
    return ed25519.keypair(seed(idx))[2]


class Story:
    """Yields (agent, frames, status, reason, detail). Ids are known before the cells exist: section 1."""

    def __init__(self, treasury_id):
        self.id = {MAKER: treasury_id}
        for idx in range(FIRST_OWNED, T):
            self.id[idx] = H("id", treasury_id + struct.pack("<QQ", 0, idx))
        self.id[T] = H("id", self.id[A] + struct.pack("<QQ", 0, 0))

    def through(self, slot, *effects):
        return e.frame(*effects, slot=slot, target=self.id[T])

    def turns(self):
        id, use = self.id, self.through(2, e.transfer(self.id[D], 10))
        return [
            (MAKER, [e.frame(*[e.create(i, pk(i), nslots=8, nfields=8) for i in range(FIRST_OWNED, T)])], 0, None, 0),
            (A, [e.frame(e.create(0, nfields=8, slot=3, rights=w.ALL_RIGHTS))], 0, None, 0),
            (MAKER, [e.frame(e.transfer(id[T], 500))], 0, None, 0),
            (A, [self.through(3, e.attenuate(4, e.limits(READ | SEND | GRANT, max_amount=50, allowance=200)))], 0, None, 0),
            (B, [e.frame(e.open_slot(0, id[A]))], 0, None, 0),
            (A, [self.through(4, e.grant(id[B], 0, e.limits(READ | SEND | GRANT, max_amount=20, allowance=120)))], 0, None, 0),
            (C, [e.frame(e.open_slot(2, id[B]))], 0, None, 0),
            (B, [self.through(0, e.grant(id[C], 2, e.limits(SEND, max_amount=30, allowance=60)))], 1, "WIDENS", 4),
            (B, [self.through(0, e.grant(id[C], 2, e.limits(SEND, max_amount=10, allowance=60)))], 0, None, 0),
            (C, [use], 0, None, 0),
            (A, [e.frame(e.revoke(4))], 0, None, 0),
            (C, [use], 1, "REVOKED", 0),
            (B, [e.frame(e.drop(0), e.open_slot(0, id[E]))], 0, None, 0),
            (E, [e.frame(e.open_slot(3, id[A]))], 0, None, 0),
            (A, [self.through(3, e.grant(id[E], 3, e.limits(SEND | GRANT)))], 0, None, 0),
            (E, [self.through(3, e.grant(id[B], 0, e.limits(SEND)))], 0, None, 0),
            (C, [use], 1, "REVOKED", 0),
            (A, [self.through(3, e.lift(0, b"next key of group zero: opaque32"))], 0, None, 0),
            (A, [self.through(4, e.transfer(id[D], 10))], 1, "LIFTED", 0),
        ]
