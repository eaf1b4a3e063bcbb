# SPDX-License-Identifier: Apache-2.0
"""heart.md section 4: the checks before each effect, and the 16 rows of the table, each from left to right."""
import struct

import wire as w
from caps import derive, full_authority, next_generation, renewable, valid
from hashing import H, MAX, ZERO
from policy import admit, ranges_of
from reasons import want
from state import (DESTROYED, FIXED, FREE, FREE_FOR_GIVER, LIVE, SEALED, U32_MAX, Header, Record)

BALANCE_MIN, BALANCE_MAX = -(2**63 - 1), 2**63 - 1

RIGHT = {w.CHECK: w.READ_BIT, w.TRANSFER: w.SEND_BIT, w.SETFIELD: w.WRITE_BIT, w.CREATE: w.SPAWN_BIT, w.GRANT: w.GRANT_BIT,
         w.ATTENUATE: 0, w.LIFT: w.ADMIN_BIT, w.INVOKE: w.INVOKE_BIT, w.EVENT: w.NOTIFY_BIT, w.FIX: w.ADMIN_BIT,
         w.SEAL: w.LIFE_BIT, w.DESTROY: w.LIFE_BIT | w.ADMIN_BIT}


def before(run, frame, e):
    """The checks before each effect. Returns the subject's idx and the record used (of SELF: the full authority over the own cell)."""
    want(run.header(run.agent).lifecycle == LIVE, "NOT_LIVE")
    if frame.slot is None:
        return run.agent, full_authority(run.agent)
    target = run.named(frame.target)
    want(frame.slot < run.header(run.agent).nslots, "NO_SLOT")
    record = run.record(run.agent, frame.slot)
    want(record.is_cap, "NO_CAP")
    want(record.target == target.idx, "TARGET")
    valid(run, run.agent, frame.slot)
    if e.op == w.SEAL and e.on == 0:
        want(target.lifecycle == SEALED, "NOT_SEALED")
    else:
        want(target.lifecycle == LIVE, "NOT_LIVE")
    want(RIGHT[e.op] & ~record.rights == 0, "RIGHT")
    return target.idx, record


def other(run, id):
    """Any other cell named: exists, live."""
    header = run.named(id)
    want(header.lifecycle == LIVE, "NOT_LIVE")
    return header


def own_slot(run, slot):
    want(slot < run.header(run.agent).nslots, "NO_SLOT")
    return run.record(run.agent, slot)


def own_free_slot(run, slot):
    record = own_slot(run, slot)
    want(record.kind == FREE and record.generation != U32_MAX, "SLOT_TAKEN")
    return record


def meter(run, frame, record, amount):
    """metered: used += amount."""
    if frame.slot is not None and record.metered:
        run.put_record(run.agent, frame.slot, record._replace(used=record.used + amount))


def check(run, _frame, e, subject, _record):
    header = run.header(subject)
    if e.kind == w.CHECK_FIELD:
        want(e.key < header.nfields, "NO_FIELD")
        want(run.field(subject, e.key) == e.value, "CHECK")
    elif e.kind == w.CHECK_NONCE:
        want(header.nonce == e.nonce, "CHECK")
    elif e.kind == w.CHECK_BALANCE:
        want(header.balance >= e.least, "CHECK")
    else:
        want(e.lo <= run.now <= e.hi, "CHECK")


def transfer(run, frame, e, subject, record):
    to = other(run, e.to)
    source = run.header(subject)
    want(to.idx != subject, "SAME_CELL")
    want(to.asset == source.asset, "ASSET")
    want(e.amount <= record.max_amount, "AMOUNT")
    want(not record.metered or record.used + e.amount <= record.allowance, "ALLOWANCE")
    if source.asset == subject:
        want(record.rights & w.MINT_BIT, "RIGHT")
        want(source.balance - e.amount >= BALANCE_MIN, "BALANCE")
    else:
        want(source.balance >= e.amount, "BALANCE")
    want(to.balance + e.amount <= BALANCE_MAX, "BALANCE")
    run.put_header(source._replace(balance=source.balance - e.amount))
    run.put_header(to._replace(balance=to.balance + e.amount))
    meter(run, frame, record, e.amount)


def setfield(run, _frame, e, subject, record):
    want(e.key < run.header(subject).nfields, "NO_FIELD")
    want(record.f_lo <= e.key < record.f_hi, "FIELD")
    admit(run, subject, {e.key: e.value})
    run.put_field(subject, e.key, e.value)


def create(run, frame, e, subject, record):
    parent = run.header(subject)
    if frame.slot is not None:
        want(parent.policy == FIXED and subject >= 2, "NOT_FIXED")
        want(not record.metered or record.used < record.allowance, "ALLOWANCE")
    agent = run.header(run.agent)
    id = H("id", agent.id + struct.pack("<QQ", run.turn.nonce, e.salt))
    want(run.lookup(id) is None and id not in (ZERO, MAX), "CELL_EXISTS")
    idx = run.ncells
    want(idx < run.params.max_cells, "FULL")
    asset = {0: 0, 1: idx}.get(e.asset)
    if asset is None:
        issuer = run.lookup(e.issuer)
        want(issuer is not None and issuer.lifecycle == LIVE and issuer.asset == issuer.idx, "ASSET")
        asset = issuer.idx
    if e.rights:
        own = own_free_slot(run, e.slot)
        run.put_record(run.agent, e.slot, full_authority(idx, e.rights, generation=own.generation))
    run.put_new(Header(id, e.owner_pk, ZERO, 0, 0, idx, asset, 0 if frame.slot is None else subject, e.nfields, e.nslots,
                       LIVE, (0,) * 8))
    for slot in range(e.nopen):
        run.put_record(idx, slot, Record(kind=FREE_FOR_GIVER, target=run.agent))
    meter(run, frame, record, 1)


def grant(run, frame, e, subject, _record):
    dst = other(run, e.dst)
    want(dst.idx != run.agent, "SAME_CELL")
    want(e.slot < dst.nslots, "NO_SLOT")
    old = run.record(dst.idx, e.slot)
    open_for_agent = old.kind == FREE_FOR_GIVER and old.target == run.agent
    renewed = not open_for_agent and renewable(run, old, subject, run.header(subject))
    want(open_for_agent or renewed, "NOT_OPEN")
    new = derive(run, frame, e.limits)
    run.put_record(dst.idx, e.slot, new._replace(generation=old.generation + renewed))


def attenuate(run, frame, e, _subject, _record):
    own = own_free_slot(run, e.slot)
    new = derive(run, frame, e.limits)
    run.put_record(run.agent, e.slot, new._replace(generation=own.generation))


def drop(run, _frame, e, _subject, _record):
    old = own_slot(run, e.slot)
    want(old.kind != FREE, "NO_CAP")
    run.put_record(run.agent, e.slot, next_generation(old, keep=False) if old.is_cap else Record(generation=old.generation))


def revoke(run, _frame, e, _subject, _record):
    old = own_slot(run, e.slot)
    want(old.is_cap, "NO_CAP")
    run.put_record(run.agent, e.slot, next_generation(old, keep=True))


def lift(run, frame, e, subject, record):
    header = run.header(subject)
    if frame.slot is not None:
        want(record.group in (0, e.group), "GROUP")
    epoch = header.epoch[e.group]
    want(epoch != U32_MAX, "RETIRED")
    want(e.key == ZERO or e.group < header.nfields, "NO_FIELD")
    epoch += 1
    run.put_header(header.with_epoch(e.group, epoch))
    if e.group < header.nfields:
        run.put_field(subject, e.group, e.key)
    restamped = frame.slot is not None and record.depth == 0 and record.group == e.group
    if restamped and epoch != U32_MAX:              # a retired group holds nothing
        run.put_record(run.agent, frame.slot, record._replace(epoch=epoch))


def invoke(run, _frame, e, subject, record):
    header = run.header(subject)
    want(record.methods >> e.method & 1, "METHOD")
    ranges = ranges_of(run, header, e.method)
    for key, _ in e.writes:
        want(key < header.nfields, "NO_FIELD")
        want(any(lo <= key < hi for lo, hi in ranges) and record.f_lo <= key < record.f_hi, "FIELD")
    admit(run, subject, dict(e.writes))
    for key, value in e.writes:
        run.put_field(subject, key, value)


def event(run, _frame, e, subject, _record):
    run.events.append(struct.pack("<BBBBI", run.frame_index, run.effect_index, 0, len(e.bytes), subject) + e.bytes)


def fix(run, _frame, _e, subject, _record):
    header = run.header(subject)
    want(header.policy == 0, "POLICY_SET")
    run.put_header(header._replace(policy=FIXED))


def rotate(run, _frame, e, subject, _record):
    header = run.header(subject)
    text = b"firmament key 1 " + H("rotate", run.top.ledger + header.id + struct.pack("<Q", run.turn.nonce) + e.new_pk)
    want(run.verdict(e.new_pk, text, e.sig), "BAD_POSSESSION")
    run.put_header(header._replace(owner_pk=e.new_pk))


def seal(run, _frame, e, subject, _record):
    want(subject != run.agent, "SAME_CELL")
    run.put_header(run.header(subject)._replace(lifecycle=SEALED if e.on else LIVE))


def open_slot(run, _frame, e, _subject, _record):
    own = own_free_slot(run, e.slot)
    giver = run.named(e.giver)          # exists; need not be live (readings, 6)
    run.put_record(run.agent, e.slot, Record(kind=FREE_FOR_GIVER, generation=own.generation, target=giver.idx))


def destroy(run, _frame, _e, subject, _record):
    header = run.header(subject)
    want(header.balance == 0, "NOT_EMPTY")
    run.put_header(header._replace(lifecycle=DESTROYED))


ROW = {w.CHECK: check, w.TRANSFER: transfer, w.SETFIELD: setfield, w.CREATE: create, w.GRANT: grant, w.ATTENUATE: attenuate,
       w.DROP: drop, w.REVOKE: revoke, w.LIFT: lift, w.INVOKE: invoke, w.EVENT: event, w.FIX: fix, w.ROTATE: rotate,
       w.SEAL: seal, w.OPEN: open_slot, w.DESTROY: destroy}
