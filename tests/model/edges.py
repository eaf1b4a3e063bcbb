#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""heart.md clause by clause, at the edges: the heart and the model judge the same turns, byte for byte, and both must say what the text says.

Ids count on from MOD1000; the number in brackets is the section. Run from the tree's root; some 10 s.
"""
import struct
import sys

import encode as e
import example
import hashing
import heart
import policy
import replay
import wire as w
from caps import full_authority
from hashing import MAX, ZERO
from state import FIELD, FREE_FOR_GIVER, HEADER, RECORD, U32_MAX, U64_MAX, Record
from tap import done, ok

R, I, W, S, G, SP, N, M, L, AD = (1 << i for i in range(10))
TREASURY, DIR = 1, 2
A, B, C, D = 3, 4, 5, 6
_next = 1000


def expect(text, got, want=None):
    """`got` is what the turn ended with (None: committed)."""
    global _next
    ok(got == want, f"MOD{_next} {text}: {want or 'committed'}", f"got {got}")
    _next += 1


def word(n):
    """A field whose number is n."""
    return bytes(24) + struct.pack("<Q", n)


def atom(kind, lo, hi, a=0, b=0):
    return policy.ATOM.pack(kind, 0, lo, hi, 0, a, b, bytes(8))


def method(m, *ranges, count=None):
    body = b"".join(struct.pack("<HH", lo, hi) for lo, hi in ranges)
    return (bytes([0x80 + m, len(ranges) if count is None else count, 0, 0]) + body).ljust(32, b"\0")


def tag(name, version):
    return name.ljust(24, b"\0") + struct.pack("<Q", version)


def world(cells=4, nslots=12, nfields=20, money=1000, **of_params):
    """A ledger with a batch open and some keyed cells, A and on."""
    h = heart.Heart(**of_params)
    h.batch(1000)
    for i in range(cells):
        idx = A + i
        assert h.own(TREASURY, e.create(idx, h.key(idx), nslots=nslots, nfields=nfields)) is None
        if money:
            assert h.own(TREASURY, e.transfer(h.id(idx), money)) is None
    return h


def give(h, giver, taker, slot, limits, through=None):
    """taker opens, giver grants, from SELF or from one of its slots; the grant's end."""
    assert h.own(taker, e.open_slot(slot, h.id(giver))) is None
    act = e.grant(h.id(taker), slot, limits)
    return h.own(giver, act) if through is None else h.through(giver, through, act)


def end(h):
    h.full()
    h.ack()
    ok(h.close() == 0, "the heart's program ends well")


# ---------------------------------------------------------------------------------------------- section 13, signed for real
def worked_example():
    h = heart.Heart(signatures=heart.ED25519, treasury_pk=example.pk(example.MAKER))
    for idx in range(10):
        h.key(idx)
    h.batch(1000)
    bad = []
    for i, (agent, frames, _, reason, detail) in enumerate(example.Story(h.id(example.MAKER)).turns()):
        got = h.turn(agent, *frames)
        if (got, h.model.detail) != (reason, detail):
            bad.append((i, got, h.model.detail))
    expect("[13] the worked example, each receipt, write set and root byte for byte, Ed25519", bad or None)
    wire = bytearray(h.signed(example.D, e.frame(e.event(b"x"))))
    wire[-1] ^= 0x20
    expect("[3] one bit of a signature", h.raw(bytes(wire)), "BAD_SIGNATURE")
    own = h.header(example.D).owner_pk
    sig = bytearray(h.possession(example.D, h.key(77)))
    expect("[4] ROTATE with the possession of a key", h.own(example.D, e.rotate(h.key(77), bytes(sig))))
    expect("[5] the old key's turn", h.raw(h.signed(example.D, e.frame(e.event(b"x")))[:-64] + h.sign(own, b"old")), "BAD_SIGNATURE")
    sig[5] ^= 1
    expect("[4] ROTATE with a bad one", h.own(example.D, e.rotate(h.key(77), bytes(sig))), "BAD_POSSESSION")
    end(h)


# ---------------------------------------------------------------------------------------------- sections 1 and 5
def order_and_clock():
    h = heart.Heart()
    height = h.state.top.height
    for number, now, good in ((0, 5, False), (2, 5, False), (U64_MAX, 5, False), (1, 5, True), (1, 5, False), (3, 5, False), (2, 4, False),
                              (2, 5, True), (3, 5, False)):
        expect(f"[1] batch {number} at {now}, behind {height}", h.batch(now, number), good)
        height = number if good else height
    h.nak()
    expect("[6] both dropped, the first again, and at an earlier time", h.batch(0, 1), True)
    h.full()
    h.ack()
    expect("[1] an empty batch leaves no height behind", h.batch(0, 1), True)
    h.own(TREASURY, e.event(b"x"))
    h.full()
    h.ack()
    expect("[1] a batch with a receipt does", h.batch(0, 1), False)
    h.close()


def prologue():
    h = world()
    good = e.frame(e.event(b"x"))
    expect("[5] valid until this second", h.turn(A, good, valid_until=1000))
    expect("[5] valid until the one before", h.turn(A, good, valid_until=999), "TOO_LATE")
    expect("[5] another ledger", h.turn(A, good, ledger=MAX), "WRONG_LEDGER")
    expect("[5] an agent that is not there", h.turn(A, good, id=MAX), "NO_AGENT")
    expect("[5] a keyless agent", h.turn(DIR, good), "NO_KEY")
    expect("[5] the nonce before", h.turn(A, good, nonce=h.header(A).nonce - 1), "NONCE")
    expect("[5] the nonce after", h.turn(A, good, nonce=h.header(A).nonce + 1), "NONCE")
    expect("[5] the nonce is judged before the time", h.turn(A, good, nonce=9, valid_until=0), "NONCE")
    expect("[5] the time before the link", h.turn(A, good, valid_until=0, after=MAX), "TOO_LATE")
    expect("[5] the link before the root", h.turn(A, good, after=MAX, root=MAX), "LINK")
    expect("[5] link and root as they are", h.turn(A, good, after=h.header(A).link, root=h.model.w.root))
    old = h.model.w.root
    expect("[5] a turn that may go on", h.turn(B, good))
    expect("[5] the root before that", h.turn(A, good, root=old), "STALE_ROOT")
    h.full()
    h.ack()
    h.plant(A, HEADER, 0, h.header(A)._replace(nonce=U64_MAX - 1))
    h.batch()
    expect("[readings 9] the last nonce but one", h.turn(A, good))
    expect("[readings 9] nonce MAX", h.turn(A, good), "NONCE")
    expect("[5] a seal of the agent's cell", give(h, C, B, 0, e.limits(L)))
    expect("[4] sealed", h.through(B, 0, e.seal(1)))
    expect("[5] a sealed agent", h.turn(C, good), "AGENT_NOT_LIVE")
    end(h)


def fees():
    h = heart.Heart(fees=(7, 1, 3, 2), fee_op=tuple(range(100, 116)))
    h.batch(1000)
    act = e.create(3, h.key(A), nslots=5, nfields=9)
    cost = 7 + (68 + 2 + len(act) + 64) + 103 + 3 * 5 + 2 * 9
    expect("[5] cost is base, bytes, ops, slots, fields: one less is offered", h.turn(TREASURY, e.frame(act), fee=cost - 1), "FEE_LOW")
    before = h.header(TREASURY).balance
    expect("[5] exactly that is offered", h.turn(TREASURY, e.frame(act), fee=cost))
    ok(before - h.header(TREASURY).balance == cost == h.state.top.fees, "MOD1999 [1] what was paid is in fees")
    one = 7 + (68 + 2 + 3 + 64) + 110
    expect("[5] money for one turn and one unit", h.own(TREASURY, e.transfer(h.id(A), one + 1)))
    good = e.frame(e.event(b"x"))
    expect("[5] it is paid", h.turn(A, good))
    expect("[5] one unit is left", h.turn(A, good), "FEE_UNPAID")
    expect("[5] the offer is judged first", h.turn(A, good, fee=0), "FEE_LOW")
    expect("[5] exactly the balance", h.own(TREASURY, e.transfer(h.id(A), one - 1)))
    expect("[5] is enough", h.turn(A, good))
    ok(h.header(A).balance == 0, "MOD1998 [5] and leaves nothing")
    expect("[5] a body that fails pays too", h.own(TREASURY, e.check_nonce(0)), "CHECK")
    expect("[1] a cell of its own asset", h.own(TREASURY, e.create(4, h.key(B), asset=1)))
    expect("[5] cannot pay", h.turn(B, good), "FEE_UNPAID")
    end(h)


# ---------------------------------------------------------------------------------------------- section 3
def malformed():
    h = world()

    def say(text, body, want):
        expect(f"[3] {text}", h.body(A, body), want)

    def one(*effects, slot=None, **head):
        return e.body(h.state.top.ledger, h.id(A), h.header(A).nonce, e.frame(*effects, slot=slot, target=h.id(A)), **head)
    event = e.event(b"x")
    say("64 effects in a frame", one(*[event] * 64), None)
    say("65 effects", one(*[event] * 65), (69, "effects"))
    frames = [e.frame(event)] * 8
    say("8 frames", e.body(h.state.top.ledger, h.id(A), h.header(A).nonce, *frames), None)
    say("9 frames", e.body(h.state.top.ledger, h.id(A), h.header(A).nonce, *frames, frames[0]), (3, "frames"))
    many = [e.frame(*[event] * 32), e.frame(*[event] * 33)]
    say("65 effects in two frames", e.body(h.state.top.ledger, h.id(A), h.header(A).nonce, *many), (68 + 2 + 96 + 1, "effects"))
    say("an event of 64", one(e.event(b"x" * 64)), None)
    say("an event of 65", one(e.event(b"x" * 65)), (71, "event bytes"))
    say("an event of none", one(e.event(b"")), (71, "event bytes"))
    say("amount 0", one(e.transfer(h.id(B), 0)), (103, "amount"))
    say("amount 2^63", one(e.transfer(h.id(B), 2**63)), (103, "amount"))
    say("amount 2^63 - 1", one(e.transfer(h.id(B), 2**63 - 1)), "BALANCE")
    say("key 7", one(e.setfield(7, ZERO)), (71, "key"))
    say("invoke key 7", one(e.invoke(0, (7, ZERO))), (73, "key"))
    say("invoke keys equal", one(e.invoke(0, (8, ZERO), (8, ZERO))), (107, "key"))
    say("invoke without a write", one(e.invoke(0)), (72, "writes"))
    say("invoke with 9", one(e.invoke(0, *[(8 + i, ZERO) for i in range(9)])), (72, "writes"))
    say("method 16", one(e.invoke(16, (8, ZERO))), (71, "method"))
    say("group 8", one(e.lift(8)), (71, "group"))
    say("a group of 8 in limits", one(e.attenuate(0, e.limits(group=8))), (72, "group"))
    say("an eleventh right", one(e.attenuate(0, e.limits(rights=0x400))), (73, "rights"))
    say("f_hi 1025", one(e.attenuate(0, e.limits(f_hi=1025))), (83, "f_hi"))
    say("f_lo above f_hi", one(e.attenuate(0, e.limits(f_lo=9, f_hi=8))), (81, "f_lo"))
    say("f_lo 1025, f_hi 1024", one(e.attenuate(0, e.limits(f_lo=1025))), (81, "f_lo"))
    say("an empty range of fields", one(e.attenuate(11, e.limits(f_lo=8, f_hi=8))), None)
    say("keyless, without rights", one(e.create(0)), (71 + 8 + 32 + 1 + 1 + 2 + 1 + 1, "rights"))
    say("a slot without rights", one(e.create(0, h.key(9), slot=1)), (71 + 8 + 32 + 1 + 1 + 2 + 1, "slot"))
    say("a slot without rights, keyless", one(e.create(0, slot=1)), (71 + 8 + 32 + 1 + 1 + 2 + 1, "slot"))
    say("nopen above nslots", one(e.create(0, h.key(9), nslots=2, nopen=3)), (71 + 8 + 32 + 1 + 1 + 2, "nopen"))
    say("nopen 9", one(e.create(0, h.key(9), nslots=9, nopen=9)), (71 + 8 + 32 + 1 + 1 + 2, "nopen"))
    say("1025 fields", one(e.create(0, h.key(9), nfields=1025)), (71 + 8 + 32 + 1 + 1, "nfields"))
    say("asset 3", one(e.create(0, h.key(9), asset=3)), (71 + 8 + 32, "asset"))
    say("SEAL in a SELF frame", one(e.seal(1)), (70, "op in a SELF frame"))
    say("SEAL 2", one(e.seal(2), slot=0), (104, "on"))
    for act in (e.drop(0), e.revoke(0), e.open_slot(0, ZERO), e.rotate(MAX, bytes(64))):
        say(f"op {act[0]} in a SLOT frame", one(act, slot=0), (103, "op in a SLOT frame"))
    rotate = e.rotate(MAX, bytes(64))
    say("two ROTATEs", one(rotate, rotate), (70 + 97, "rotates"))
    say("a new key of zeros", one(e.rotate(ZERO, bytes(64))), (71, "new_pk"))
    say("after of zeros", one(event, after=ZERO), (68, "after"))
    say("root of zeros behind a link", one(event, after=MAX, root=ZERO), (100, "root"))
    for kind in (0, 5):
        say(f"CHECK {kind}", one(bytes([w.CHECK, kind]) + bytes(34)), (71, "check kind"))
    say("op 0", one(bytes([0])), (70, "op"))
    say("op 17", one(bytes([17])), (70, "op"))
    say("a byte left over", one(event + b"\0")[:4] + struct.pack("<H", 74) + one(event + b"\0")[6:], (73, "bytes left over"))
    end(h)


def wire_bounds():
    """[14] turns of 4096 bytes and one more; [3] cut and longer by one."""
    h = world()
    many = [e.event(b"x" * 64)] * 59 + [e.event(b"y" * 63)]
    whole = h.signed(A, e.frame(*many, e.event(b"z")))
    ok(len(whole) == 4096, "MOD1997 [14] a turn of 4096 bytes")
    expect("[14] runs", h.raw(whole))
    expect("[14] 4097", h.raw(h.signed(A, e.frame(*many, e.event(b"zz")))), (0, "turn bytes"))
    last = e.event(b"z")
    expect("[3] one byte behind", h.raw(h.signed(A, e.frame(last)) + b"\0"), (4, "length"))
    expect("[3] one byte short", h.raw(h.signed(A, e.frame(last))[:-1]), (4, "length"))
    expect("[3] 131 bytes", h.raw(bytes(131)), (0, "turn bytes"))
    expect("[3] nothing", h.raw(b""), (0, "turn bytes"))
    end(h)


# ---------------------------------------------------------------------------------------------- section 4, row by row
def checks():
    h = world()
    nonce = h.header(A).nonce
    expect("[4] CHECK of the agent's nonce sees the prologue's", h.own(A, e.check_nonce(nonce + 1)))
    expect("[4] and not the turn's", h.own(A, e.check_nonce(nonce + 1)), "CHECK")
    expect("[4] CHECK least is the balance", h.own(A, e.check_balance(1000)))
    expect("[4] least is one more", h.own(A, e.check_balance(1001)), "CHECK")
    expect("[4] least 2^63", h.own(A, e.check_balance(2**63)), "CHECK")
    expect("[4] least 0 of an issuer below zero", h.through(TREASURY, 0, e.check_balance(0)), "CHECK")
    expect("[4] least 2^64-1 of an issuer below zero", h.through(TREASURY, 0, e.check_balance(2**64 - 1)), "CHECK")
    expect("[4] lo = now = hi", h.own(A, e.check_time(1000, 1000)))
    expect("[4] lo > now", h.own(A, e.check_time(1001, 2000)), "CHECK")
    expect("[4] hi < now", h.own(A, e.check_time(0, 999)), "CHECK")
    expect("[4] lo > hi", h.own(A, e.check_time(1000, 999)), "CHECK")
    expect("[readings 1] CHECK of a key commitment", h.own(A, e.lift(3, MAX), e.check_field(3, MAX)))
    expect("[4] a field that the cell has", h.own(A, e.check_field(19, ZERO)))
    expect("[4] one that it has not", h.own(A, e.check_field(20, ZERO)), "NO_FIELD")
    expect("[4] READ without it", give(h, A, B, 0, e.limits(rights=0xFFFF & w.ALL_RIGHTS & ~R, f_lo=9, f_hi=9)))
    expect("[4] CHECK needs READ", h.through(B, 0, e.check_time(0, 9999)), "RIGHT")
    expect("[4] READ with no field", give(h, A, B, 1, e.limits(rights=R, f_lo=9, f_hi=9)))
    expect("[4] CHECK looks beyond f_lo, f_hi", h.through(B, 1, e.check_field(8, ZERO)))
    end(h)


def before_each_effect():
    h = world()
    expect("[4] a record of A for B", give(h, A, B, 0, e.limits(rights=S | L | AD)))
    aid = h.id(A)

    def through(slot, target, *effects):
        return h.turn(B, e.frame(*effects, slot=slot, target=target))
    pay = e.transfer(h.id(C), 1)
    expect("[4] the target first: no such cell, no such slot", through(200, MAX, pay), "NO_CELL")
    expect("[4] then the slot", through(12, aid, pay), "NO_SLOT")
    expect("[4] nothing in it", through(5, aid, pay), "NO_CAP")
    expect("[4] opened for somebody", h.own(B, e.open_slot(5, h.id(C))))
    expect("[4] an open one", through(5, aid, pay), "NO_CAP")
    expect("[4] another cell's", through(0, h.id(C), pay), "TARGET")
    expect("[4] the right before the row", through(0, aid, e.setfield(4000, ZERO)), "RIGHT")
    expect("[4] and ATTENUATE needs none", through(0, aid, e.attenuate(6, e.limits(rights=0))))
    expect("[4] a record without any right still attenuates", through(6, aid, e.attenuate(7, e.limits(rights=0))))
    expect("[4] sealing", through(0, aid, e.seal(1)))
    expect("[4] the subject is sealed: before the right", through(6, aid, pay), "NOT_LIVE")
    expect("[4] sealed again", through(0, aid, e.seal(1)), "NOT_LIVE")
    expect("[4] the right comes after: unseal by who may not", through(6, aid, e.seal(0)), "RIGHT")
    expect("[4] unsealed", through(0, aid, e.seal(0)))
    expect("[4] unsealed again: before the right", through(6, aid, e.seal(0)), "NOT_SEALED")
    expect("[4] a cell over itself: A to B to A", give(h, B, A, 0, e.limits()))
    expect("[4] B has a record of its own cell", h.own(B, e.attenuate(8, e.limits(rights=L | S | AD))))
    expect("[4] SEAL of the agent", h.through(B, 8, e.seal(1)), "SAME_CELL")
    expect("[4] UNSEAL of the agent", h.through(B, 8, e.seal(0)), "NOT_SEALED")
    expect("[4] the agent's cell through a slot pays like SELF", h.through(B, 8, e.transfer(h.id(C), 1)))
    expect("[4] to itself", h.through(B, 8, e.transfer(h.id(B), 1)), "SAME_CELL")
    expect("[2] B seals A; what A gave to B lives, for A is no holder of it", h.through(B, 0, e.seal(1)))
    expect("[2] but a chain over a sealed holder does not", h.through(B, 0, e.seal(0)))
    expect("[2] A passes on what B gave", give(h, A, C, 0, e.limits(), through=0))
    expect("[2] B seals A again", h.through(B, 0, e.seal(1)))
    expect("[2] C's chain has a sealed holder", h.through(C, 0, e.event(b"x")), "HOLDER_NOT_LIVE")
    expect("[2] unsealed, it is back", h.through(B, 0, e.seal(0)))
    expect("[2] and works", h.through(C, 0, e.event(b"x")))
    expect("[4] A pays all it has", h.own(A, e.transfer(h.id(D), 1000)))
    expect("[4] A is destroyed by B", h.through(B, 0, e.destroy()))
    expect("[2] destroyed is not sealed", h.through(B, 0, e.seal(0)), "NOT_LIVE")
    expect("[2] a destroyed holder ends the chain for good", h.through(C, 0, e.event(b"x")), "HOLDER_NOT_LIVE")
    expect("[4] to a destroyed cell", h.own(C, e.transfer(aid, 1)), "NOT_LIVE")
    expect("[4] OPEN for one", h.own(C, e.open_slot(9, aid)))
    expect("[4] its id stays taken", h.turn(A, e.frame(e.event(b"x"))), "AGENT_NOT_LIVE")
    expect("[4] D destroys itself and goes on", h.own(D, e.transfer(h.id(C), 2000), e.destroy(), e.event(b"x")), "NOT_LIVE")
    expect("[4] D is not empty", h.own(D, e.destroy()), "NOT_EMPTY")
    expect("[4] D ends", h.own(D, e.transfer(h.id(C), 2000), e.destroy()))
    end(h)


def transfers():
    h = world(supply=2**63 - 1)
    expect("[4] the issuer pays out at its end", h.through(TREASURY, 0, e.transfer(h.id(A), 1)), "BALANCE")
    expect("[4] one more than there is", h.own(C, e.transfer(h.id(D), 1001)), "BALANCE")
    expect("[4] all there is", h.own(C, e.transfer(h.id(D), 1000)))
    expect("[4] one more", h.own(C, e.transfer(h.id(D), 1)), "BALANCE")
    expect("[4] burn one", h.own(A, e.transfer(h.id(0), 1)))
    expect("[4] mint one", h.through(TREASURY, 0, e.transfer(h.id(A), 1)))
    expect("[4] a root record without MINT", h.through(TREASURY, 0, e.attenuate(9, e.limits(rights=S))))
    expect("[4] is refused by RIGHT", h.through(TREASURY, 9, e.transfer(h.id(A), 1)), "RIGHT")
    expect("[4] after the amount", h.through(TREASURY, 0, e.attenuate(10, e.limits(rights=S, max_amount=5, allowance=8))))
    expect("[4] above max_amount", h.through(TREASURY, 10, e.transfer(h.id(A), 6)), "AMOUNT")
    expect("[4] at max_amount: then MINT", h.through(TREASURY, 10, e.transfer(h.id(A), 5)), "RIGHT")
    expect("[4] an own asset", h.own(A, e.create(0, h.key(20), asset=1, nslots=2, nfields=9)))
    coin = h.state.top.ncells - 1
    expect("[4] a cell of that asset", h.own(A, e.create(1, h.key(21), asset=2, issuer=h.id(coin), nslots=2)))
    holder = coin + 1
    expect("[4] another", h.own(A, e.create(2, h.key(22), asset=2, issuer=h.id(coin))))
    expect("[4] a cell of what is no issuer", h.own(A, e.create(3, h.key(23), asset=2, issuer=h.id(holder))), "ASSET")
    expect("[4] of what is not there", h.own(A, e.create(3, h.key(23), asset=2, issuer=MAX)), "ASSET")
    expect("[4] of the native issuer", h.own(A, e.create(3, h.key(23), asset=2, issuer=ZERO)))
    expect("[4] the issuer mints for itself", h.own(coin, e.transfer(h.id(holder), 2**63 - 1)))
    expect("[4] one more", h.own(coin, e.transfer(h.id(holder + 1), 1)), "BALANCE")
    expect("[4] to another asset: SAME_CELL, then ASSET, then the rest", h.own(holder, e.transfer(h.id(A), 2**63 - 1)), "ASSET")
    expect("[4] back to the issuer", h.own(holder, e.transfer(h.id(coin), 2**63 - 1)))
    expect("[4] an issuer at zero pays no more than it may", h.own(coin, e.transfer(h.id(holder), 5)))
    expect("[4] with something out it is not empty", h.own(coin, e.destroy()), "NOT_EMPTY")
    expect("[4] all is back", h.own(holder, e.transfer(h.id(coin), 5)))
    expect("[4] it ends", h.own(coin, e.destroy()))
    expect("[4] a dead issuer's new cell", h.own(A, e.create(9, h.key(24), asset=2, issuer=h.id(coin))), "ASSET")
    h.full()
    h.ack()
    h.plant(A, HEADER, 0, h.header(A)._replace(balance=2**63 - 2))
    h.batch()
    expect("[4] to the brim", h.own(B, e.transfer(h.id(A), 1)))
    expect("[4] over it", h.own(B, e.transfer(h.id(A), 1)), "BALANCE")
    h.close()


def allowance():
    h = world()
    expect("[2] A gives B 100", give(h, A, B, 0, e.limits(rights=S | G | SP, max_amount=60, allowance=100)))
    expect("[2] 60 of them", h.through(B, 0, e.transfer(h.id(D), 60)))
    expect("[2] 41 more", h.through(B, 0, e.transfer(h.id(D), 41)), "ALLOWANCE")
    expect("[2] B passes on 41", give(h, B, C, 0, e.limits(rights=S, max_amount=9, allowance=41), through=0), "WIDENS")
    ok(h.model.detail == 5, "MOD1996 [2] axis 5")
    expect("[2] unmetered", h.through(B, 0, e.grant(h.id(C), 0, e.limits(rights=S, max_amount=9))), "WIDENS")
    ok(h.model.detail == 5, "MOD1995 [2] axis 5 again")
    expect("[2] 40", h.through(B, 0, e.grant(h.id(C), 0, e.limits(rights=S, max_amount=9, allowance=40))))
    expect("[2] B has none left", h.through(B, 0, e.transfer(h.id(D), 1)), "ALLOWANCE")
    expect("[2] C has", h.through(C, 0, e.transfer(h.id(D), 9)))
    expect("[2] CREATE counts one, after NOT_FIXED", h.through(B, 0, e.create(7, h.key(9))), "NOT_FIXED")
    expect("[2] C drops what it has; nothing comes back", h.own(C, e.drop(0)))
    expect("[2] B still has none", h.through(B, 0, e.transfer(h.id(D), 1)), "ALLOWANCE")
    expect("[2] an allowance of none may pass on none", give(h, B, C, 0, e.limits(rights=S, max_amount=9, allowance=0), through=0))
    end(h)


def axes():
    h = world()
    held = dict(rights=w.ALL_RIGHTS, group=2, methods=0xFF, badge=7, f_lo=9, f_hi=15, expiry=5000, max_amount=50, allowance=100)
    expect("[2] what is held", give(h, A, B, 0, e.limits(**held)))
    expect("[2] exactly that", h.through(B, 0, e.attenuate(1, e.limits(**{**held, "allowance": 100}))))
    expect("[2] the record has nothing left to split", h.through(B, 0, e.attenuate(2, e.limits(**{**held, "allowance": 1}))), "WIDENS")
    expect("[2] what is held, again", give(h, A, B, 3, e.limits(**{**held, "rights": w.ALL_RIGHTS & ~M})))
    wider = [("rights", w.ALL_RIGHTS), ("methods", 0x100), ("f_lo", 8), ("max_amount", 51), ("allowance", 101), ("expiry", 5001), ("badge", 0),
             ("group", 1)]
    base = {**held, "rights": R, "allowance": 10}
    for axis, (name, value) in enumerate(wider, 1):
        expect(f"[2] axis {axis}, {name}", h.through(B, 3, e.attenuate(4, e.limits(**{**base, name: value}))), "WIDENS")
        ok(h.model.detail == axis, f"MOD{1900 + axis} [2] detail {axis}")
        rest = dict(wider[axis:])
        expect(f"[2] axis {axis} is the first of those from it on", h.through(B, 3, e.attenuate(4, e.limits(**{**base, name: value, **rest}))),
               "WIDENS")
        ok(h.model.detail == axis, f"MOD{1910 + axis} [2] detail {axis}")
    expect("[2] f_hi", h.through(B, 3, e.attenuate(4, e.limits(**{**base, "f_hi": 16}))), "WIDENS")
    expect("[2] an empty range outside is no narrower", h.through(B, 3, e.attenuate(4, e.limits(**{**base, "f_lo": 3, "f_hi": 3}))), "WIDENS")
    expect("[2] under badge 0", h.own(A, e.attenuate(5, e.limits())))
    expect("[2] a badge may be set", h.through(A, 5, e.attenuate(6, e.limits(badge=U32_MAX))))
    expect("[2] and not unset", h.through(A, 6, e.attenuate(7, e.limits(badge=0))), "WIDENS")
    expect("[2] of its group while there", h.through(B, 3, e.lift(1)), "GROUP")
    expect("[2] expiry: the last second", h.next_batch(5000), True)
    expect("[2] is good", h.through(B, 3, e.event(b"x")))
    expect("[2] the next", h.next_batch(5001), True)
    expect("[2] is not", h.through(B, 3, e.event(b"x")), "EXPIRED")
    expect("[4] a dead record is dropped without authority", h.own(B, e.drop(3)))
    end(h)


def depths():
    h = world()
    expect("[2] depth 0", h.own(A, e.attenuate(0, e.limits())))
    for i in range(8):
        expect(f"[2] depth {i + 1}", h.through(A, i, e.attenuate(i + 1, e.limits())))
    expect("[2] depth 9", h.through(A, 8, e.attenuate(9, e.limits())), "DEPTH")
    expect("[2] DEPTH is judged before WIDENS", h.through(A, 8, e.attenuate(9, e.limits(group=1))), "DEPTH")
    expect("[4] the slot before both", h.through(A, 8, e.attenuate(8, e.limits(group=1))), "SLOT_TAKEN")
    expect("[2] a walk of nine", h.through(A, 8, e.event(b"x")))
    expect("[2] the root record is revoked", h.own(A, e.revoke(0)))
    expect("[2] the ninth step finds it", h.through(A, 8, e.event(b"x")), "REVOKED")
    end(h)


def saturation():
    h = world()
    expect("[2] a record at A", h.own(A, e.attenuate(0, e.limits())))
    expect("[2] two of them given", give(h, A, B, 0, e.limits(), through=0))
    expect("[2] two of them given", give(h, A, B, 1, e.limits(), through=0))
    h.full()
    h.ack()
    h.plant(A, RECORD, 0, h.state.record(A, 0)._replace(generation=U32_MAX - 2))
    h.plant(B, RECORD, 0, h.state.record(B, 0)._replace(generation=U32_MAX - 2))
    h.plant(B, RECORD, 1, h.state.record(B, 1)._replace(generation=U32_MAX - 1))
    h.plant(C, RECORD, 0, Record(generation=U32_MAX - 1))
    h.plant(C, RECORD, 1, Record(generation=U32_MAX))
    h.plant(C, RECORD, 2, Record(kind=FREE_FOR_GIVER, generation=U32_MAX - 1, target=A))
    h.plant(D, HEADER, 0, h.header(D).with_epoch(1, U32_MAX - 1).with_epoch(2, U32_MAX))
    h.batch()
    expect("[4] renewed: the slot's generation MAX-2 goes to MAX-1", h.through(A, 0, e.grant(h.id(B), 0, e.limits())))
    ok(h.state.record(B, 0).generation == U32_MAX - 1, "MOD1994 [4] it has risen")
    expect("[4] at MAX-1 it is not renewable", h.through(A, 0, e.grant(h.id(B), 1, e.limits())), "NOT_OPEN")
    expect("[4] a living one is not renewable", h.through(A, 0, e.grant(h.id(B), 0, e.limits())), "NOT_OPEN")
    expect("[2] REVOKE at MAX-2", h.own(A, e.revoke(0)))
    ok(h.state.record(A, 0).is_cap, "MOD1993 [2] keeps the record")
    expect("[2] REVOKE at MAX-1", h.own(A, e.revoke(0)))
    ok(h.state.record(A, 0) == Record(generation=U32_MAX), "MOD1992 [2] takes the record along, and retires the slot")
    for text, act, want in (("REVOKE", e.revoke(0), "NO_CAP"), ("DROP", e.drop(0), "NO_CAP"), ("OPEN", e.open_slot(0, h.id(B)), "SLOT_TAKEN"),
                            ("ATTENUATE", e.attenuate(0, e.limits()), "SLOT_TAKEN"),
                            ("CREATE", e.create(99, slot=0, rights=1), "SLOT_TAKEN")):
        expect(f"[2] a retired slot: {text}", h.own(A, act), want)
    expect("[2] a free slot at MAX-1 still takes one", h.own(C, e.attenuate(0, e.limits())))
    expect("[2] DROP of it retires", h.own(C, e.drop(0)))
    ok(h.state.record(C, 0) == Record(generation=U32_MAX), "MOD1991 [2] the slot is retired")
    expect("[2] an open slot at MAX-1 takes a grant", h.own(A, e.grant(h.id(C), 2, e.limits())))
    expect("[2] A lifts", h.own(A, e.lift(0)))
    expect("[4] and may not renew it there, which would retire the slot", h.own(A, e.grant(h.id(C), 2, e.limits())), "NOT_OPEN")
    expect("[2] DROP of an open slot keeps its generation", h.own(C, e.open_slot(3, h.id(A)), e.drop(3)))
    ok(h.state.record(C, 3) == Record(), "MOD1990 [2] it is as it was")
    expect("[2] SELF cannot derive in a retired group", h.own(D, e.attenuate(0, e.limits(group=2))), "RETIRED")
    expect("[2] a retired group is not lifted", h.own(D, e.lift(2)), "RETIRED")
    expect("[2] RETIRED is judged before NO_FIELD", h.own(D, e.lift(2, MAX)), "RETIRED")
    expect("[2] a root record of the group that is nearly over", h.own(D, e.attenuate(1, e.limits(group=1))))
    expect("[2] another of group 0", h.own(D, e.attenuate(2, e.limits(group=0))))
    expect("[2] LIFT to the last epoch, through the first", h.through(D, 1, e.lift(1)))
    expect("[2] takes it along", h.through(D, 1, e.event(b"x")), "LIFTED")
    expect("[2] and no other group's", h.through(D, 2, e.event(b"x")))
    expect("[2] through group 0: retired", h.through(D, 2, e.lift(1)), "RETIRED")
    h.close()


def lifts():
    h = world(nfields=9)
    expect("[4] the key's field", h.own(A, e.lift(7, MAX)))
    expect("[4] a cell without fields", h.own(A, e.create(50, h.key(30), nslots=4)))
    bare = h.state.top.ncells - 1
    expect("[4] LIFT without a key", h.own(bare, e.lift(7)))
    expect("[4] LIFT with one", h.own(bare, e.lift(0, MAX)), "NO_FIELD")
    expect("[4] a key of zeros clears the field", h.own(A, e.lift(7)))
    ok(h.state.field(A, 7) == ZERO, "MOD1989 [4] it is zero")
    expect("[2] a root record of group 3", h.own(A, e.attenuate(0, e.limits(group=3))))
    expect("[2] its child", h.through(A, 0, e.attenuate(1, e.limits(group=3))))
    expect("[2] lifts through itself and lives", h.through(A, 0, e.lift(3)))
    expect("[2] again, in one turn, and goes on", h.through(A, 0, e.lift(3), e.lift(3), e.event(b"x")))
    expect("[2] its child does not", h.through(A, 1, e.event(b"x")), "LIFTED")
    expect("[2] a child of it anew", h.through(A, 0, e.attenuate(2, e.limits(group=3))))
    expect("[2] a child lifts the group and dies of it", h.through(A, 2, e.lift(3), e.event(b"x")), "LIFTED")
    expect("[2] and it is undone, for the body failed", h.through(A, 2, e.event(b"x")))
    expect("[2] it lifts alone", h.through(A, 2, e.lift(3)))
    expect("[2] all of the group are dead", h.through(A, 0, e.event(b"x")), "LIFTED")
    expect("[2] group 0 lifts any", h.own(A, e.attenuate(3, e.limits())))
    expect("[2] group 5", h.through(A, 3, e.lift(5), e.event(b"x")))
    expect("[2] and its own, and lives", h.through(A, 3, e.lift(0), e.event(b"x")))
    expect("[2] LIFT of the agent's epoch moves what SELF derives", h.own(A, e.attenuate(4, e.limits(group=3))))
    ok(h.state.record(A, 4).epoch == h.header(A).epoch[3] == 4, "MOD1988 [2] epoch[group] of the cell")
    end(h)


def renewal():
    h = world()
    expect("[4] A mints for B", give(h, A, B, 0, e.limits(group=1)))
    expect("[4] and again while it lives", h.own(A, e.grant(h.id(B), 0, e.limits(group=1))), "NOT_OPEN")
    expect("[4] lifted", h.own(A, e.lift(1)))
    expect("[4] who is not the giver", h.own(C, e.grant(h.id(B), 0, e.limits())), "NOT_OPEN")
    expect("[4] renewed into another group", h.own(A, e.grant(h.id(B), 0, e.limits(group=0))))
    ok(h.state.record(B, 0).generation == 1, "MOD1987 [4] its generation has risen")
    expect("[4] B attenuates from it", h.through(B, 0, e.attenuate(1, e.limits(rights=G | S))))
    expect("[4] B gives to C", give(h, B, C, 0, e.limits(rights=S), through=1))
    expect("[4] B drops the parent", h.own(B, e.drop(1)))
    expect("[4] C's is dead", h.through(C, 0, e.transfer(h.id(D), 1)), "REVOKED")
    expect("[4] B renews it from elsewhere", h.through(B, 0, e.grant(h.id(C), 0, e.limits(rights=R))))
    expect("[4] that lives", h.through(C, 0, e.check_time(0, U32_MAX)))
    expect("[4] B opens a slot where the parent was", h.own(B, e.open_slot(1, h.id(A))))
    expect("[4] A cannot renew what B gave", h.own(A, e.grant(h.id(C), 0, e.limits())), "NOT_OPEN")
    expect("[4] B's record is revoked by nobody; LIFT of A's group 0", h.own(A, e.lift(0)))
    expect("[4] B may renew what is lifted, but holds nothing that lives", h.through(B, 0, e.grant(h.id(C), 0, e.limits(rights=R))), "LIFTED")
    expect("[4] nor with its own cell's authority: another target", h.own(B, e.grant(h.id(C), 0, e.limits(rights=R))), "NOT_OPEN")
    expect("[4] a maker holds the root record of a keyed cell", h.own(A, e.create(60, h.key(40), nslots=3, nfields=8, slot=7, rights=w.ALL_RIGHTS)))
    made = h.state.top.ncells - 1
    expect("[4] the cell lifts group 0", h.own(made, e.lift(0)))
    expect("[4] the maker is out", h.through(A, 7, e.event(b"x")), "LIFTED")
    expect("[4] the cell may renew its maker's record: depth 0 and target = agent", h.own(made, e.grant(h.id(A), 7, e.limits(rights=R))))
    expect("[4] LIFT and its survivors in one turn", h.turn(made, e.frame(e.lift(0), e.grant(h.id(A), 7, e.limits(rights=R | S)))))
    expect("[4] GRANT to oneself", h.own(made, e.grant(h.id(made), 0, e.limits())), "SAME_CELL")
    expect("[4] a slot that is not there", h.own(made, e.grant(h.id(A), 12, e.limits())), "NO_SLOT")
    expect("[4] opened for another", h.own(B, e.drop(1), e.open_slot(1, h.id(C))))
    expect("[4] the giver is A", h.own(A, e.grant(h.id(B), 1, e.limits())), "NOT_OPEN")
    expect("[4] a free slot is not open", h.own(A, e.grant(h.id(B), 5, e.limits())), "NOT_OPEN")
    end(h)


def births():
    h = world(max_cells=12)
    expect("[4] a cell", h.own(A, e.create(5, h.key(9))))
    expect("[4] twice in one turn", h.own(A, e.create(6, h.key(9)), e.create(6, h.key(9))), "CELL_EXISTS")
    expect("[4] another salt in another turn of the same number is another id", h.own(A, e.create(6, h.key(9))))
    expect("[4] nslots 255, nfields 1024, nopen 8", h.own(A, e.create(7, h.key(50), nslots=255, nfields=1024, nopen=8)))
    big = h.state.top.ncells - 1
    ok(all(h.state.record(big, i).target == A and h.state.record(big, i).kind == FREE_FOR_GIVER for i in range(8)) and
       h.state.record(big, 8) == Record(), "MOD1986 [4] slots 0..7 are open for the agent")
    expect("[14] field 1023", h.own(big, e.setfield(1023, MAX)))
    expect("[14] field 1024", h.own(big, e.setfield(1024, MAX)), "NO_FIELD")
    expect("[14] slot 254", h.own(big, e.open_slot(254, h.id(A))))
    expect("[14] slot 255", h.own(big, e.open_slot(255, h.id(A))), "NO_SLOT")
    expect("[4] rights into a slot that is taken", h.own(big, e.create(1, slot=254, rights=1)), "SLOT_TAKEN")
    expect("[4] ASSET before the slot", h.own(big, e.create(1, slot=254, rights=1, asset=2, issuer=MAX)), "ASSET")
    expect("[4] through a slot over a cell that is not FIXED", h.own(big, e.attenuate(100, e.limits())))
    expect("[4] is NOT_FIXED", h.through(big, 100, e.create(1, h.key(9))), "NOT_FIXED")
    expect("[4] FIX", h.own(big, e.fix()))
    expect("[4] FIX again", h.own(big, e.fix()), "POLICY_SET")
    expect("[4] a FIXED cell's field, to what it is", h.own(big, e.setfield(1023, MAX)), "POLICY")
    expect("[4] its key commitment still changes", h.own(big, e.lift(0, MAX)))
    expect("[4] the record is of before the lift", h.through(big, 100, e.create(1, h.key(9))), "LIFTED")
    expect("[4] another, metered with 1", h.own(big, e.attenuate(101, e.limits(allowance=1))))
    expect("[4] a child of it, with a root record", h.through(big, 101, e.create(1, nfields=9, slot=102, rights=W)))
    child = h.state.top.ncells - 1
    ok(h.header(child).policy == big and h.state.record(big, 102) == full_authority(child, W), "MOD1985 [4] its policy is the factory")
    expect("[4] and no second", h.through(big, 101, e.create(2, h.key(9))), "ALLOWANCE")
    expect("[4] NOT_FIXED comes first", h.own(TREASURY, e.attenuate(30, e.limits(allowance=0))))
    expect("[4] a treasury that is not FIXED", h.through(TREASURY, 30, e.create(2, h.key(9))), "NOT_FIXED")
    expect("[4] FIX of the treasury", h.own(TREASURY, e.fix()))
    expect("[4] is no factory: idx 1", h.through(TREASURY, 30, e.create(2, h.key(9))), "NOT_FIXED")
    expect("[4] FIX of the issuer", h.through(TREASURY, 0, e.fix()))
    expect("[4] is no factory: idx 0", h.through(TREASURY, 0, e.create(2, h.key(9))), "NOT_FIXED")
    expect("[4] FACTORY_DIR is", h.through(TREASURY, 1, e.create(2, h.key(9), nfields=10)))
    expect("[4] full", h.own(A, e.create(9, h.key(9))), "FULL")
    expect("[4] FULL is judged before ASSET", h.own(A, e.create(9, h.key(9), asset=2, issuer=MAX)), "FULL")
    end(h)


def wide():
    h = world(cells=70, money=0)
    ids = [h.id(A + i) for i in range(70)]
    expect("[14] 63 cells beside the agent: 63 OPENs into 63 slots", h.own(A, e.create(1, h.key(200), nslots=80, nfields=8)))
    me = h.state.top.ncells - 1
    opens = [e.open_slot(i, ids[i]) for i in range(64)]
    expect("[5] the 65th cell", h.own(me, *opens), "TOO_WIDE")
    expect("[5] 64 cells", h.own(me, *opens[:63], e.event(b"x")))
    more = [e.drop(i) for i in range(63)]
    expect("[4] the slots again", h.own(me, *more))
    expect("[5] at 64, an id that is not there is too wide too", h.own(me, *opens[:63], e.open_slot(70, MAX)), "TOO_WIDE")
    expect("[5] at 63, it is not there", h.own(me, *opens[:62], e.open_slot(70, MAX)), "NO_CELL")
    expect("[5] at 64, a birth", h.own(me, *opens[:63], e.create(1, h.key(9))), "TOO_WIDE")
    expect("[5] at 63, a birth", h.own(me, *opens[:62], e.create(1, h.key(9))))
    expect("[4] the slots again", h.own(me, *more[:62]))
    expect("[5] 63 births", h.own(me, *[e.create(i, h.key(9)) for i in range(63)]))
    expect("[5] 64 births", h.own(me, *[e.create(i, h.key(9)) for i in range(64)]), "TOO_WIDE")
    expect("[5] births with eight open slots each: 694 addresses", h.own(me, *[e.create(i, h.key(9), nslots=8, nopen=8) for i in range(63)]))
    free = [e.drop(i) for i in range(62)]
    expect("[5] an own slot for each birth", h.own(me, *free) if h.state.record(me, 0).kind else None)
    widest = [e.create(100 + i, nslots=8, nopen=8, slot=i, rights=1) for i in range(63)]
    expect("[5] 63 births, eight open slots and an own one each", h.own(me, *widest))
    size = len(h.model.pending[-1][2])
    ok(168 + 63 * 856 < size <= 56616, "MOD1984 [readings 14] the widest write set fits its u16", size)
    end(h)


def survivors():
    """[2] a lift and 58 grants in one turn; [14] the lengths that the page names."""
    h = world(cells=60, nslots=3, money=5)
    for i in range(58):
        assert h.own(A + 1 + i, e.open_slot(0, h.id(A))) is None
    grants = [e.grant(h.id(A + 1 + i), 0, e.limits(rights=S | R)) for i in range(58)]
    expect("[2] 58 grants", h.own(A, *grants))
    h.next_batch()
    expect("[2] a lift and its 58 survivors, in one turn", h.own(A, e.lift(0, MAX), *grants))
    expect("[2] the first of them", h.through(A + 1, 0, e.check_time(0, U32_MAX)))
    expect("[2] and the last", h.through(A + 58, 0, e.check_time(0, U32_MAX)))
    expect("[2] a key is rotated", h.own(A + 1, e.rotate(h.key(250), h.possession(A + 1, h.key(250)))))
    expect("[2] which changes no capability", h.through(A + 1, 0, e.check_time(0, U32_MAX)))
    expect("[2] nor what the giver's new key gave", h.own(A, e.rotate(h.key(251), h.possession(A, h.key(251)))))
    expect("[2] to the last", h.through(A + 58, 0, e.check_time(0, U32_MAX)))
    pay, me = e.transfer(h.id(A), 1), dict(slot=0, target=h.id(A))
    bind = e.invoke(1, (8, ZERO), (9, ZERO))
    sizes = [len(h.signed(A, f)) for f in (e.frame(pay), e.frame(pay, **me), e.frame(grants[0], **me), e.frame(bind, **me),
                                           e.frame(e.lift(0), *grants[:30]))]
    ok(sizes == [175, 208, 234, 238, 2178], "MOD1983 [14] the lengths of some turns", sizes)
    end(h)


# ---------------------------------------------------------------------------------------------- policies
def factory(h, agent, rules, nfields=16):
    """A keyless FIXED cell with these rule fields, held in the agent's slot 0; a child of nfields in slot 1."""
    assert h.own(agent, e.create(70, nfields=72, slot=0, rights=w.ALL_RIGHTS)) is None
    for key, value in rules.items():
        assert h.through(agent, 0, e.setfield(key, value)) is None
    assert h.through(agent, 0, e.fix()) is None
    assert h.through(agent, 0, e.create(71, nfields=nfields, slot=1, rights=w.ALL_RIGHTS)) is None


def ruled(text, rules, *steps, nfields=16):
    """Each step: (writes as {key: value}, how it ends, detail). One write goes by SETFIELD, several by INVOKE of method 0."""
    h = world(cells=1)
    factory(h, A, rules, nfields)
    for i, (writes, want, detail) in enumerate(steps):
        single = len(writes) == 1
        act = e.setfield(*next(iter(writes.items()))) if single else e.invoke(0, *sorted(writes.items()))
        expect(f"[4] {text}, step {i + 1}", h.through(A, 1, act), want)
        if want:
            ok(h.model.detail == detail, f"MOD{2000 + _next} [4] {text}: detail {detail}", h.model.detail)
    end(h)


def rules():
    every = method(0, (0, 1024))
    yes, no = None, "POLICY"
    ruled("IMMUTABLE", {8: atom(1, 9, 10)}, ({9: ZERO}, yes, 0), ({9: MAX}, no, 8), ({8: MAX}, yes, 0), ({10: MAX}, yes, 0))
    ruled("WRITE_ONCE", {9: atom(2, 9, 10)}, ({9: MAX}, yes, 0), ({9: MAX}, no, 9), ({9: ZERO}, no, 9))
    ruled("MONOTONIC", {8: atom(3, 9, 10)}, ({9: word(5)}, yes, 0), ({9: b"\xff" * 24 + word(5)[24:]}, yes, 0), ({9: word(4)}, no, 8),
          ({9: word(U64_MAX)}, yes, 0))
    ruled("PLUS_ONE", {8: atom(4, 9, 10)}, ({9: word(1)}, yes, 0), ({9: word(1)}, no, 8), ({9: word(3)}, no, 8), ({9: word(2)}, yes, 0))
    ruled("RANGE", {8: atom(5, 9, 10, 3, 5)}, ({9: word(2)}, no, 8), ({9: word(3)}, yes, 0), ({9: word(5)}, yes, 0), ({9: word(6)}, no, 8))
    ruled("RANGE a > b", {8: atom(5, 9, 10, 5, 3)}, ({9: word(4)}, no, 8), ({10: word(4)}, yes, 0))
    ruled("lo = hi covers nothing", {8: atom(1, 9, 9)}, ({9: MAX}, yes, 0))
    ruled("lo > hi covers nothing", {8: atom(1, 12, 9)}, ({9: MAX}, yes, 0), ({12: MAX}, yes, 0), ({10: MAX}, yes, 0))
    ruled("a, b of an atom without them", {8: policy.ATOM.pack(1, 0, 9, 10, 0, 77, 78, bytes(8))}, ({9: ZERO}, yes, 0), ({9: MAX}, no, 8))
    ruled("two rules: the lower key first", {10: atom(1, 9, 10), 20: atom(5, 9, 10, 1, 1)}, ({9: word(1)}, no, 10), ({9: ZERO}, no, 20))
    ruled("keys outside, rules inside", {8: atom(1, 11, 12), 9: atom(1, 10, 11), 12: every}, ({10: MAX, 11: MAX}, no, 9))
    ruled("the last rule field", {71: atom(1, 9, 10)}, ({9: MAX}, no, 71))
    for text, bad in (("atom 0 with a range", atom(0, 9, 10)), ("atom 7", atom(7, 9, 10)), ("atom 127", atom(0x7F, 9, 10)),
                      ("method 16", method(16, (8, 9))), ("byte 1", b"\1\1" + atom(1, 9, 10)[2:]), ("bytes 6 and 7", atom(1, 9, 10)[:7] + b"\1" +
                      bytes(24)), ("its end", atom(1, 9, 10)[:31] + b"\1"), ("a method without ranges", method(1)),
                      ("a method with 8", method(1, count=8)), ("a method with a byte behind", method(1, (8, 9))[:31] + b"\1"),
                      ("a method with byte 2", bytes([0x81, 1, 1]) + method(1, (8, 9))[3:])):
        ruled(f"malformed: {text}", {30: bad}, ({15: ZERO}, no, 30))
    ruled("malformed after another that refuses", {8: atom(1, 9, 10), 9: atom(9, 9, 10)}, ({9: MAX}, no, 8), ({9: ZERO}, no, 9))
    ruled("a method with all seven ranges", {8: method(0, *[(8 + i, 9 + i) for i in range(7)])},
          ({8: MAX, 14: MAX}, yes, 0), ({8: MAX, 15: MAX}, "FIELD", 0))
    ruled("a method's empty range", {8: method(0, (12, 9))}, ({9: MAX, 10: MAX}, "FIELD", 0))
    ruled("the first field of a method counts", {8: method(0, (9, 10)), 9: every}, ({9: MAX, 10: MAX}, "FIELD", 0))
    ruled("NO_FIELD before FIELD, write by write", {8: method(0, (9, 10))}, ({9: MAX, 16: MAX}, "NO_FIELD", 0), ({10: MAX, 16: MAX}, "FIELD", 0))
    ruled("no such method", {8: method(1, (9, 10))}, ({9: MAX, 16: MAX}, "NO_METHOD", 0))


def entries():
    every = method(0, (0, 1024))
    yes, no = None, "POLICY"
    entry = {8: atom(6, 8, 16), 9: every}
    v = word(77)
    ruled("ENTRY", entry,
          ({8: tag(b"a", 1)}, no, 8), ({9: v}, no, 8),                                   # one key alone
          ({8: tag(b"a", 0), 9: v}, no, 8), ({8: tag(b"a", 2), 9: v}, no, 8),            # the version
          ({8: tag(b"a", 1), 9: v}, yes, 0),
          ({8: tag(b"b", 2), 9: v}, no, 8),                                              # renamed in place
          ({8: tag(b"a", 2), 9: ZERO}, yes, 0),                                          # a value of zeros is a value
          ({10: tag(b"a", 1), 11: v}, no, 8),                                            # another pair has it
          ({8: tag(b"", 3), 9: v}, no, 8), ({8: tag(b"", 3), 9: ZERO}, yes, 0),          # unbound
          ({8: tag(b"b", 1), 9: v}, no, 8), ({8: tag(b"b", 4), 9: v}, yes, 0),           # versions never fall
          ({10: tag(b"c" * 24, 1), 11: v}, yes, 0),
          ({12: tag(b"d\0e", 1), 13: v}, no, 8), ({12: tag(b"\0e", 1), 13: v}, no, 8),   # names that are not whole
          ({12: tag(b"q", 1), 13: v, 14: tag(b"q", 1), 15: v}, no, 8),                   # twice in one effect
          ({12: tag(b"q", 1), 13: v, 14: tag(b"r", 1), 15: v}, yes, 0),
          ({12: tag(b"", 2), 13: ZERO, 14: tag(b"r", 2), 15: v}, yes, 0),
          ({12: tag(b"r", 3), 13: v, 14: tag(b"", 3), 15: ZERO}, yes, 0))                # a name moves in one effect
    ruled("ENTRY over an odd range: the last key is no pair", {8: atom(6, 8, 13), 9: every},
          ({12: tag(b"a", 1)}, no, 8), ({12: tag(b"a", 1), 13: v}, no, 8), ({10: tag(b"a", 1), 11: v}, yes, 0), ({13: v}, yes, 0))
    ruled("ENTRY in a cell with an odd number of fields", {8: atom(6, 8, 1024), 9: every},
          ({14: tag(b"a", 1)}, no, 8), ({12: tag(b"a", 1), 13: v}, yes, 0), nfields=15)
    ruled("ENTRY from an odd key", {8: atom(6, 9, 13), 9: every},
          ({9: tag(b"a", 1), 10: v}, yes, 0), ({8: MAX}, yes, 0), ({10: v, 11: tag(b"a", 1)}, no, 8), ({13: MAX}, yes, 0))
    ruled("ENTRY over keys that only LIFT writes", {8: atom(6, 7, 11), 9: every}, ({8: MAX}, no, 8), ({9: tag(b"a", 1), 10: v}, yes, 0))
    h = world(cells=1)
    factory(h, A, entry)
    h.full()
    h.ack()
    child = h.state.record(A, 1).target
    h.plant(child, FIELD, 8, tag(b"a", U64_MAX))
    h.plant(child, FIELD, 12, word(U64_MAX))
    h.batch()
    expect("[4] ENTRY at version MAX", h.through(A, 1, e.invoke(0, (8, tag(b"a", 0)), (9, v))), "POLICY")
    expect("[4] a version MAX without a name", h.through(A, 1, e.invoke(0, (12, tag(b"z", 0)), (13, v))), "POLICY")
    h.close()


# ---------------------------------------------------------------------------------------------- sections 6 and 7
def trees():
    """Ledgers of 3 to 70 cells, proofs of everything at each power of two and beside it; births that are dropped again."""
    h = heart.Heart()
    h.batch(1)
    wrong = 0
    while h.state.top.ncells < 70:
        n = h.state.top.ncells
        if n in (3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65):
            for idx in range(n):
                h.prove(idx)
            for kind, index in ((FIELD, 3), (FIELD, 8), (RECORD, 0), (RECORD, 2), (9, 0)):
                h.prove(n - 1, kind, index)
            h.prove(TREASURY, RECORD, 63)
            for x in (ZERO, MAX, bytes(31) + b"\1", b"\xff" * 31 + b"\xfe", b"\x80" + bytes(31), *h.state.ids):
                wrong += bool(h.prove_absent(x)) != (x not in h.state.by_id and x != MAX)
            h.full()
            h.ack()
            root = h.model.w.root
            h.batch()
            h.own(TREASURY, *[e.create(100 + i, h.key(9), nslots=3, nfields=4, nopen=1) for i in range(1 + n // 2)])
            h.full()
            h.batch()
            h.own(TREASURY, e.create(500, h.key(9), nslots=1))
            h.full()
            h.nak()
            wrong += h.model.w.root != root
            h.batch()
        h.own(TREASURY, e.create(n, h.key(9), nslots=n % 4, nfields=n % 9))
        h.next_batch()
    ok(wrong == 0, "MOD2900 [7] proofs of all cells, of absence at both ends and between, and dropped births, as the tree grows", wrong)
    ok(h.prove(h.state.top.ncells) == b"" and h.prove(TREASURY, RECORD, 64) == b"" and h.prove(TREASURY, FIELD, 8) == b"",
       "MOD2901 [7] no proof of what is not there")
    end(h)


def bad_proofs():
    """Proofs that were tampered with: no byte may change, none be missing or too many, no part be another proof's."""
    h = world(cells=3, nslots=5, nfields=9)
    h.own(A, e.setfield(8, MAX), e.open_slot(0, h.id(B)))
    h.full()
    h.ack()
    root, accepted, tried = h.model.w.root, 0, 0
    proofs = [h.prove(A), h.prove(A, RECORD, 0), h.prove(A, RECORD, 4), h.prove(A, FIELD, 8), h.prove(B, FIELD, 8)]
    ok(all(h.verify(p, root) for p in proofs), "MOD2910 [7] good proofs")
    for p in proofs:
        changed = [p[:i] + bytes([p[i] ^ 1 << i % 8]) + p[i + 1:] for i in range(0, len(p), 5)]
        changed += [p[:i] for i in (*range(0, len(p), 32), len(p) - 1)] + [p + b"\0", p + p[-32:], b""]
        changed += [q for q in (p[:len(proofs[0])] + r[len(proofs[0]):] for r in proofs[1:]) if q not in proofs]    # another proof's item
        tried += len(changed)
        accepted += sum(h.verify(q, root) for q in changed) + h.verify(p, MAX)
    ok(tried > 500 and accepted == 0, "MOD2911 [7] bad proofs", (tried, accepted))
    h.close()


def forks():
    h = world()
    late = h.signed(A, e.frame(e.event(b"x")))
    h.full()
    h.ack()
    h.fork(b"s" * 32)
    h.batch()
    expect("[6] a turn for the ledger that was forked", h.raw(late), "WRONG_LEDGER")
    expect("[6] with the new one's name on it", h.raw(late[:8] + h.state.top.ledger[:8] + late[16:]), "BAD_SIGNATURE")
    expect("[6] a turn for the new one", h.own(A, e.event(b"x")))
    h.full()
    h.ack()
    h.fork(bytes(32))
    h.batch()
    expect("[6] forked again", h.own(A, e.event(b"x")))
    end(h)


CHAPTERS = (worked_example, order_and_clock, prologue, fees, malformed, wire_bounds, checks, before_each_effect, transfers, allowance, axes,
            depths, saturation, lifts, renewal, births, wide, survivors, rules, entries, trees, bad_proofs, forks)


def main():
    hashing.use_library("build/host/test/libblake3.so")
    wanted = sys.argv[1:]
    for chapter in CHAPTERS:
        if not wanted or chapter.__name__ in wanted:
            try:
                chapter()
            except replay.Difference as d:
                ok(False, f"MOD9999 {chapter.__name__}: model and heart agree", str(d)[:4000])
    done()


if __name__ == "__main__":
    main()
