# SPDX-License-Identifier: Apache-2.0
"""heart.md section 3 (turn wire), the operands of section 4, the limits of section 14: bytes to a turn, or MALFORMED."""
from types import SimpleNamespace

from hashing import MAX, ZERO  # noqa: F401 (MAX for those who import names from here)

MAGIC, VERSION, ED25519 = 0x4D46, 1, 1
TURN_BYTES, HEAD_BYTES, SIGNATURE_BYTES = 4096, 68, 64
FLAG_AFTER, FLAG_ROOT = 1, 2
SELF, SLOT = 0, 1

(CHECK, TRANSFER, SETFIELD, CREATE, GRANT, ATTENUATE, DROP, REVOKE, LIFT, INVOKE, EVENT, FIX, ROTATE, SEAL, OPEN,
 DESTROY) = range(1, 17)
SELF_ONLY = {DROP, REVOKE, OPEN, ROTATE}

READ_BIT, INVOKE_BIT, WRITE_BIT, SEND_BIT, GRANT_BIT, SPAWN_BIT, NOTIFY_BIT, MINT_BIT, LIFE_BIT, ADMIN_BIT = (
    1 << i for i in range(10))
ALL_RIGHTS = 0x3FF
AMOUNT_MAX = 2**63 - 1

CHECK_FIELD, CHECK_NONCE, CHECK_BALANCE, CHECK_TIME = 1, 2, 3, 4


class Malformed(Exception):
    """Decided from the bytes alone: the place, and the name of what is wrong there."""

    def __init__(self, offset, field):
        super().__init__(f"{field} at {offset}")
        self.offset, self.field = offset, field


class Cursor:
    """Reads from left to right; each value is judged when it is read (decisions/heart-readings.md, 13)."""

    def __init__(self, data):
        self.data, self.at, self.start = data, 0, 0

    def take(self, n):
        self.start = self.at
        if self.at + n > len(self.data):
            raise Malformed(self.at, "end of body")
        self.at += n
        return self.data[self.start:self.at]

    def number(self, size, field, least=0, most=None):
        value = int.from_bytes(self.take(size), "little")
        self.want(value >= least and (most is None or value <= most), field)
        return value

    def u8(self, field, least=0, most=None):
        return self.number(1, field, least, most)

    def u16(self, field, least=0, most=None):
        return self.number(2, field, least, most)

    def u32(self, field):
        return self.number(4, field)

    def u64(self, field, least=0, most=None):
        return self.number(8, field, least, most)

    def want(self, condition, field, before=0):
        """Refuse at the value just read, or some bytes before it."""
        if not condition:
            raise Malformed(self.start - before, field)


def limits(c):
    """Section 2: the 33 bytes of limits."""
    g = SimpleNamespace()
    g.group = c.u8("group", most=7)
    g.rights = c.u16("rights")
    c.want(g.rights & ~ALL_RIGHTS == 0, "rights")
    g.methods = c.u16("methods")
    g.badge = c.u32("badge")
    g.f_lo = c.u16("f_lo")
    g.f_hi = c.u16("f_hi")
    c.want(g.f_hi <= 1024, "f_hi")
    c.want(g.f_lo <= g.f_hi, "f_lo", before=2)
    g.expiry = c.u32("expiry")
    g.max_amount = c.u64("max_amount")
    g.allowance = c.u64("allowance")
    return g


def op_check(c, e):
    e.kind = c.u8("check kind", 1, 4)
    if e.kind == CHECK_FIELD:
        e.key = c.u16("key")
        e.value = c.take(32)
    elif e.kind == CHECK_NONCE:
        e.nonce = c.u64("nonce")
    elif e.kind == CHECK_BALANCE:
        e.least = c.u64("least")
    else:
        e.lo = c.u32("lo")
        e.hi = c.u32("hi")


def op_transfer(c, e):
    e.to = c.take(32)
    e.amount = c.u64("amount", 1, AMOUNT_MAX)


def op_setfield(c, e):
    e.key = c.u16("key", 8)
    e.value = c.take(32)


def op_create(c, e):
    e.salt = c.u64("salt")
    e.owner_pk = c.take(32)
    e.asset = c.u8("asset", 0, 2)
    e.issuer = c.take(32) if e.asset == 2 else None
    e.nslots = c.u8("nslots")
    e.nfields = c.u16("nfields", 0, 1024)
    e.nopen = c.u8("nopen", 0, 8)
    c.want(e.nopen <= e.nslots, "nopen")
    e.slot = c.u8("slot")
    e.rights = c.u16("rights")
    c.want(e.rights & ~ALL_RIGHTS == 0, "rights")
    c.want(e.rights != 0 or e.slot == 0, "slot", before=1)
    c.want(e.rights != 0 or e.owner_pk != ZERO, "rights")


def op_grant(c, e):
    e.dst = c.take(32)
    e.slot = c.u8("slot")
    e.limits = limits(c)


def op_attenuate(c, e):
    e.slot = c.u8("slot")
    e.limits = limits(c)


def op_slot(c, e):
    e.slot = c.u8("slot")


def op_lift(c, e):
    e.group = c.u8("group", 0, 7)
    e.key = c.take(32)


def op_invoke(c, e):
    e.method = c.u8("method", 0, 15)
    n = c.u8("writes", 1, 8)
    e.writes, last = [], 7
    for _ in range(n):
        key = c.u16("key")
        c.want(key > last, "key")       # not below 8, and strictly rising
        e.writes.append((key, c.take(32)))
        last = key


def op_event(c, e):
    n = c.u8("event bytes", 1, 64)
    e.bytes = c.take(n)


def op_fix(_c, _e):
    pass


def op_rotate(c, e):
    e.new_pk = c.take(32)
    c.want(e.new_pk != ZERO, "new_pk")
    e.sig = c.take(64)


def op_seal(c, e):
    e.on = c.u8("on", 0, 1)


def op_open(c, e):
    e.slot = c.u8("slot")
    e.giver = c.take(32)


def op_destroy(_c, _e):
    pass


OPERANDS = {CHECK: op_check, TRANSFER: op_transfer, SETFIELD: op_setfield, CREATE: op_create, GRANT: op_grant,
            ATTENUATE: op_attenuate, DROP: op_slot, REVOKE: op_slot, LIFT: op_lift, INVOKE: op_invoke, EVENT: op_event,
            FIX: op_fix, ROTATE: op_rotate, SEAL: op_seal, OPEN: op_open, DESTROY: op_destroy}


def frame(c, seen):
    """One frame. `seen` counts effects and ROTATEs over the whole turn."""
    f = SimpleNamespace(slot=None, target=None, effects=[])
    f.kind = c.u8("frame kind", SELF, SLOT)
    n = c.u8("effects", 1, 64 - seen.effects)
    seen.effects += n
    if f.kind == SLOT:
        f.slot = c.u8("slot")
        f.target = c.take(32)
    for _ in range(n):
        e = SimpleNamespace()
        e.op = c.u8("op", CHECK, DESTROY)
        c.want(not (f.kind == SLOT and e.op in SELF_ONLY), "op in a SLOT frame")
        c.want(not (f.kind == SELF and e.op == SEAL), "op in a SELF frame")
        seen.rotates += e.op == ROTATE
        c.want(seen.rotates <= 1, "rotates")
        OPERANDS[e.op](c, e)
        f.effects.append(e)
    return f


def decode(wire):
    """A turn with its signature, or Malformed. No state is looked at."""
    if not HEAD_BYTES + SIGNATURE_BYTES <= len(wire) <= TURN_BYTES:
        raise Malformed(0, "turn bytes")
    t = SimpleNamespace(wire=wire)
    c = Cursor(wire[:-SIGNATURE_BYTES])
    c.u16("magic", MAGIC, MAGIC)
    c.u8("version", VERSION, VERSION)
    nframes = c.u8("frames", 1, 8)
    length = c.u16("length")
    c.want(length + SIGNATURE_BYTES == len(wire), "length")
    flags = c.u8("flags")
    c.want(flags & ~(FLAG_AFTER | FLAG_ROOT) == 0, "flags")
    c.u8("sig_kind", ED25519, ED25519)
    t.ledger8 = c.take(8)
    t.agent = c.take(32)
    t.nonce = c.u64("nonce")
    t.fee = c.u64("fee")
    t.valid_until = c.u32("valid_until")
    t.body, t.signature = wire[:length], wire[length:]
    t.after = t.root = None
    if flags & FLAG_AFTER:
        t.after = c.take(32)
        c.want(t.after != ZERO, "after")
    if flags & FLAG_ROOT:
        t.root = c.take(32)
        c.want(t.root != ZERO, "root")
    seen = SimpleNamespace(effects=0, rotates=0)
    t.frames = [frame(c, seen) for _ in range(nframes)]
    if c.at != length:
        raise Malformed(c.at, "bytes left over")
    return t
