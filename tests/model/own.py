#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random turns by the second author: small worlds, few values, all of them near an edge; made from the model's state, run through the heart.

Where tests/diff makes turns that mostly run, these mostly stand beside the line between two outcomes: the value that a check compares with, one more, one less.
Environment: MODEL_WORLDS (60 worlds of 400 turns take some 20 s), MODEL_SEED.
"""
import os
import random
import struct
from collections import Counter

import encode as e
import hashing
import heart
import replay
import turn
import wire
import wire as w
from hashing import MAX, ZERO
from reasons import COMMITTED, NAME
from state import FIELD, HEADER, RECORD, U32_MAX, U64_MAX, number
from tap import done, note, ok

ACTORS = (1, 2, 3, 4)


class Verdicts(dict):
    """Answers each question itself: is the last signature that was asked about by this key over this text?"""
    signatures = ()

    def __missing__(self, question):
        return heart.by_hash(*question, self.signatures[-1][2])


class Own:
    def __init__(self, seed):
        self.r = random.Random(seed)
        fees = self.r.random() < 0.3
        self.h = heart.Heart(supply=self.r.choice((50000, 2**63 - 1)), max_cells=self.r.choice((12, 14, 18, 30)),
                             fees=(3, 0, 1, 1) if fees else (0, 0, 0, 0), fee_op=(1,) * 16 if fees else (0,) * 16)
        self.h.batch(100)
        for i in ACTORS:
            self.h.own(1, e.create(i, self.h.key(i), nslots=6, nfields=self.r.choice((0, 8, 9, 16))))
            self.h.own(1, e.transfer(self.id(2 + i), 2000 if fees else 60))
        for agent in (3, 4):
            self.factory(agent)
        self.turns = 0

    def factory(self, agent):
        """A factory with a few rules, and two children: one held by the agent, one that has a key."""
        h = self.h
        h.own(agent, e.create(9, nfields=self.r.choice((10, 12, 72)), slot=0, rights=w.ALL_RIGHTS))
        for key in (8, 9, 10, 11)[:self.r.randrange(1, 5)]:
            h.through(agent, 0, e.setfield(key, self.rule()))
        h.through(agent, 0, e.fix(), e.create(10, nfields=self.r.choice((10, 11, 12)), slot=1, rights=w.ALL_RIGHTS),
                  e.create(11, h.key(agent), nslots=4, nfields=self.r.choice((10, 11, 12))))

    # ------------------------------------------------------------------------------------------ picking
    def chance(self, percent):
        return self.r.randrange(100) < percent

    def id(self, idx):
        return self.h.state.header(idx).id

    def cell(self):
        return self.r.randrange(self.h.state.top.ncells)

    def some_id(self):
        return self.r.choice((ZERO, MAX)) if self.chance(2) else self.id(self.cell())

    def near(self, value, top):
        """A number at, one above or one below `value`."""
        return min(top, max(0, value + self.r.choice((-1, 0, 0, 0, 1))))

    def slot(self, idx):
        n = self.h.state.header(idx).nslots
        return self.r.choice((n & 255, 255)) if n == 0 or self.chance(3) else self.r.randrange(n)

    def key(self, idx):
        n = self.h.state.header(idx).nfields
        return self.r.choice((8, 9, 10, 11, max(8, n - 1), max(8, n), 1023))

    def value(self, old=ZERO):
        word = bytes(24) + struct.pack("<Q", self.near(number(old), U64_MAX))
        return self.r.choice((ZERO, old, word, word, self.r.choice((b"a", b"b")) + bytes(23) + struct.pack("<Q", min(U64_MAX, number(old) + 1))))

    def limits(self, held):
        """What is held, mostly, with an axis or two moved by one step."""
        if held is None:
            g = dict(group=self.r.randrange(3), rights=w.ALL_RIGHTS, methods=0xFFFF, badge=0, f_lo=8, f_hi=1024, expiry=U32_MAX,
                     max_amount=U64_MAX, allowance=U64_MAX)
        else:
            left = held.allowance if not held.metered else held.allowance - held.used
            g = dict(group=held.group, rights=held.rights, methods=held.methods, badge=held.badge, f_lo=held.f_lo, f_hi=held.f_hi,
                     expiry=held.expiry, max_amount=held.max_amount, allowance=left)
        for _ in range(self.r.choice((0, 1, 1, 2, 3))):
            axis = self.r.choice(tuple(g))
            g[axis] = {"group": lambda v: self.r.randrange(3), "rights": lambda v: v ^ (1 << self.r.randrange(10)),
                       "methods": lambda v: v ^ (1 << self.r.randrange(16)), "badge": lambda v: self.r.choice((0, 1, v, U32_MAX)),
                       "f_lo": lambda v: min(self.near(v, 1024), g["f_hi"]), "f_hi": lambda v: max(g["f_lo"], self.near(v, 1024)),
                       "expiry": lambda v: self.r.choice((self.near(v, U32_MAX), self.near(self.h.now, U32_MAX))),
                       "max_amount": lambda v: self.r.choice((self.near(v, U64_MAX), 5)),
                       "allowance": lambda v: self.r.choice((self.near(v, U64_MAX), v // 2, 20))}[axis](g[axis])
        return e.limits(**g)

    # ------------------------------------------------------------------------------------------ effects
    def effect(self, agent, subject, record):
        s, r = self.h.state, self.r
        h, me = s.header(subject), s.header(agent)
        key = self.key(subject)
        kind = r.randrange(18)
        if kind == 0:
            nonce = h.nonce + (subject == agent)
            return r.choice((e.check_field(key if self.chance(80) else r.randrange(9), self.value(s.field(subject, key))),
                             e.check_nonce(self.near(nonce, U64_MAX)), e.check_balance(self.near(h.balance, U64_MAX)),
                             e.check_time(self.near(self.h.now, U32_MAX), self.near(self.h.now, U32_MAX))))
        if kind in (1, 2):
            most = [h.balance, 1, 5, 2**63 - 1]
            if record is not None:
                most += [record.max_amount, record.allowance - record.used]
            return e.transfer(self.some_id(), min(2**63 - 1, max(1, self.near(r.choice(most), 2**63 - 1))))
        if kind in (3, 4):
            return e.setfield(key, self.rule() if self.chance(40) else self.value(s.field(subject, key)))
        if kind == 5:
            keyless, nslots = self.chance(60), r.choice((0, 1, 6))
            rights = r.choice((w.ALL_RIGHTS, 1 << r.randrange(10))) if keyless or self.chance(20) else 0
            asset = r.choice((0, 0, 0, 1, 2))
            return e.create(r.randrange(4), ZERO if keyless else self.h.key(r.choice(ACTORS)), nslots=nslots, nfields=r.choice((0, 9, 12, 16)),
                            nopen=r.randrange(nslots + 1), slot=self.slot(agent) if rights else 0, rights=rights, asset=asset,
                            issuer=self.some_id() if asset == 2 else b"")
        if kind in (6, 7, 8):
            return e.grant(*self.receiver(agent), self.limits(record))
        if kind == 9:
            return e.attenuate(self.slot(agent), self.limits(record))
        if kind == 10:
            return e.lift(r.randrange(3), r.choice((ZERO, MAX)))
        if kind in (11, 12):
            keys = sorted({min(k, 1024) for k in r.choice(((8, 9), (10, 11), (9, 10), (key,), (8, 9, 10, 11)))})
            return e.invoke(r.randrange(2), *[(k, self.value(s.field(subject, k))) for k in keys])
        if kind == 13:
            return r.choice((e.event(b"e"), e.fix(), e.fix(), e.destroy() if self.chance(25) else e.event(b"f")))
        if record is not None:
            return e.seal(r.choice((0, 0, 1))) if kind < 16 else e.transfer(self.id(agent), 1)
        new = self.h.key(r.choice(ACTORS))
        return {14: e.drop(self.slot(agent)), 15: e.revoke(self.slot(agent)), 16: e.open_slot(self.slot(agent), self.some_id()),
                17: e.rotate(new, self.h.possession(agent, new, me.nonce - self.chance(10)) if me.nonce else bytes(64))}[kind]

    def receiver(self, agent):
        """A slot that waits for this agent, or holds what it gave; or any."""
        s = self.h.state
        waiting = [(i, n) for i in range(s.top.ncells) for n in range(min(6, s.header(i).nslots))
                   if s.record(i, n).kind and (s.record(i, n).target == agent or s.record(i, n).parent_holder == agent)]
        idx, slot = self.r.choice(waiting) if waiting and self.chance(85) else (self.cell(), 0)
        return self.id(idx), slot if waiting else self.slot(idx)

    def rule(self):
        r = self.r
        if self.chance(30):
            return (bytes([0x80 + r.randrange(2), r.choice((1, 1, 2, 7, 8)), 0, r.choice((0, 0, 0, 1))]) +
                    struct.pack("<HHHH", r.choice((8, 9)), r.choice((9, 10, 12, 1024)), 9, 11)).ljust(32, b"\0")
        lo, hi = r.choice((7, 8, 9, 10)), r.choice((8, 9, 10, 11, 12, 1024))
        return struct.pack("<BBHHHQQ8s", r.choice((0, 1, 2, 3, 4, 5, 6, 6, 6, 7)), r.choice((0,) * 9 + (1,)), lo, hi, 0, r.randrange(3), 2 + r.randrange(3),
                           bytes(8))

    def frame(self, agent):
        s = self.h.state
        slots = [n for n in range(min(8, s.header(agent).nslots)) if s.record(agent, n).is_cap]
        if slots and self.chance(65):
            slot = self.r.choice(slots)
            record = s.record(agent, slot)
            return e.frame(*[self.effect(agent, record.target, record) for _ in range(self.r.choice((1, 1, 1, 2)))], slot=slot,
                           target=self.id(record.target))
        return e.frame(*[self.effect(agent, agent, None) for _ in range(self.r.choice((1, 1, 1, 2, 3)))])

    # ------------------------------------------------------------------------------------------ runs
    def agent(self):
        s = self.h.state
        able = [i for i in range(1, s.top.ncells) if s.header(i).owner_pk != ZERO and s.header(i).lifecycle == 0]
        return self.r.choice(able) if able and self.chance(98) else self.cell()

    def turn(self):
        agent = self.agent()
        head = {}
        if self.chance(3):
            head = self.r.choice(({"nonce": self.near(self.h.header(agent).nonce, U64_MAX)}, {"valid_until": self.near(self.h.now, U32_MAX)},
                                  {"after": self.h.header(agent).link}, {"root": self.h.model.w.root}, {"fee": self.r.randrange(12)}))
            if head.get("after") == ZERO:
                head = {}
        data = self.h.signed(agent, *[self.frame(agent) for _ in range(self.r.choice((1, 1, 1, 2)))], **head)
        if self.chance(1):
            at = self.r.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << self.r.randrange(8)]) + data[at + 1:]
        return data

    def commits(self, data):
        """What the model says of a turn, without running it."""
        model = self.h.model
        try:
            run = turn.Run(model.w.state, model.params, wire.decode(data), model.batch.height, model.batch.now, Verdicts(), model.w.root)
        except wire.Malformed:
            return False
        Verdicts.signatures = run.signatures
        return run.run().status == COMMITTED

    def step(self):
        """Of some turns one that commits, so that chains grow; of the others the first."""
        tries = 10 if self.chance(60) else 1
        for _ in range(tries):
            data = self.turn()
            if tries > 1 and self.commits(data):
                break
        self.h.raw(data)
        self.turns += 1

    def plant(self):
        s, idx = self.h.state, self.cell()
        h = s.header(idx)
        kind = self.r.choice((HEADER, RECORD, FIELD))
        if kind == HEADER:
            self.h.plant(idx, HEADER, 0, h.with_epoch(self.r.randrange(3), U32_MAX - self.r.randrange(3)))
        elif kind == RECORD and h.nslots:
            slot = self.r.randrange(min(6, h.nslots))
            self.h.plant(idx, RECORD, slot, s.record(idx, slot)._replace(generation=U32_MAX - 1 - self.r.randrange(2)))
        elif kind == FIELD and h.nfields > 8 and h.policy != 1:
            self.h.plant(idx, FIELD, self.r.randrange(8, h.nfields), b"a" + bytes(23) + struct.pack("<Q", U64_MAX - self.r.randrange(2)))

    def run(self, turns):
        """Batches of some turns, one or two at a time, some of them dropped."""
        h = self.h
        h.next_batch()
        while self.turns < turns:
            for _ in range(self.r.randrange(1, 9)):
                self.step()
            h.full()
            if len(h.model.open) == 1 and h.model.pending and self.chance(25):
                h.batch()
                continue
            if self.chance(8):
                h.nak()
            else:
                h.ack()
                if h.model.open:
                    h.ack() if self.chance(70) else h.nak()
            if self.chance(20):
                self.plant()
            if self.chance(5):
                h.prove_absent(self.r.choice((self.id(self.cell()), self.r.randbytes(32))))
            h.batch(h.now + (self.chance(20) and self.r.randrange(3)))
        h.full()
        h.ack()
        return h.close()


def main():
    hashing.use_library("build/host/test/libblake3.so")
    worlds, seed = int(os.environ.get("MODEL_WORLDS", 60)), int(os.environ.get("MODEL_SEED", 0))
    reasons, statuses, difference, turns = Counter(), Counter(), None, 0
    for seed in range(seed, seed + worlds):
        world = Own(seed)
        try:
            ended = world.run(400)
            difference = None if ended == 0 else f"the heart's program ended with {ended}"
        except replay.Difference as d:
            difference = str(d)[:4000]
        reasons.update(world.h.model.reasons)
        statuses.update(world.h.model.statuses)
        turns += world.turns
        if difference:
            note(f"MODEL_SEED={seed} MODEL_WORLDS=1 shows it")
            break
    ok(not difference, f"MOD0200 {turns} turns of {worlds} small worlds: model and heart agree on every byte", difference)
    ok(statuses[COMMITTED] > turns // 4 and len(reasons) > 30, "MOD0201 of all kinds", (statuses, len(reasons)))
    note(f"{statuses[0]} committed, {statuses[1]} body failed, {statuses[2]} rejected, {statuses[3]} malformed")
    note("met: " + ", ".join(f"{NAME[code]} {n}" for code, n in sorted(reasons.items()) if code))
    done()


if __name__ == "__main__":
    main()
