# SPDX-License-Identifier: Apache-2.0
"""heart.md section 2: capabilities. `run` is the turn under way (turn.py): it reads and stages, and knows agent and now."""
from reasons import want
from state import DESTROYED, LIVE, NOBODY, U32_MAX, U64_MAX, Record
from wire import ALL_RIGHTS


def full_authority(target, rights=ALL_RIGHTS, epoch=0, generation=0):
    """A depth-0 record: these rights over `target`, else unlimited, of group 0."""
    return Record(kind=1, group=0, rights=rights, generation=generation, target=target, badge=0, epoch=epoch,
                  parent_holder=NOBODY, parent_gen=0, methods=0xFFFF, parent_slot=0, f_lo=0, f_hi=1024, expiry=U32_MAX,
                  max_amount=U64_MAX, allowance=U64_MAX, used=0)


def cap_subset(g, h):
    """0, or the first axis on which limits g exceed record h."""
    metered = g.allowance != U64_MAX
    within = (
        g.rights & ~h.rights == 0,
        g.methods & ~h.methods == 0,
        h.f_lo <= g.f_lo and g.f_hi <= h.f_hi,
        g.max_amount <= h.max_amount,
        not h.metered or (metered and g.allowance <= h.allowance - h.used),
        g.expiry <= h.expiry,
        h.badge in (0, g.badge),
        g.group == h.group,
    )
    return 0 if all(within) else 1 + within.index(False)


def valid(run, holder, slot):
    """Refuses unless the capability in that slot is valid now."""
    record = run.record(holder, slot)
    target = run.touch(record.target)
    want(target.lifecycle != DESTROYED, "NOT_LIVE")
    want(record.epoch == target.epoch[record.group], "LIFTED")
    want(run.now <= record.expiry, "EXPIRED")
    for _ in range(9):
        want(run.touch(holder).lifecycle == LIVE, "HOLDER_NOT_LIVE")
        if record.depth == 0:
            return
        run.touch(record.parent_holder)
        parent = run.record(record.parent_holder, record.parent_slot)
        want(parent.is_cap and parent.generation == record.parent_gen, "REVOKED")
        holder, record = record.parent_holder, parent
    raise AssertionError("a chain of more than 9 records")


def derive(run, frame, g):
    """The new record, narrower than what the frame holds, but for the generation, which is its slot's. Spends `used` of a metered one."""
    if frame.slot is None:
        epoch = run.header(run.agent).epoch[g.group]
        want(epoch != U32_MAX, "RETIRED")
        kind, target, parent = 1, run.agent, (NOBODY, 0, 0)
        # cap_subset cannot refuse here: a decoded turn names no limit beyond the full authority over the own cell
    else:
        held = run.record(run.agent, frame.slot)
        want(held.depth < 8, "DEPTH")
        axis = cap_subset(g, held)
        want(axis == 0, "WIDENS", axis)
        kind, target, epoch, parent = held.kind + 1, held.target, held.epoch, (run.agent, frame.slot, held.generation)
        if held.metered:
            run.put_record(run.agent, frame.slot, held._replace(used=held.used + g.allowance))
    return Record(kind=kind, group=g.group, rights=g.rights, target=target, badge=g.badge, epoch=epoch,
                  parent_holder=parent[0], parent_slot=parent[1], parent_gen=parent[2], methods=g.methods, f_lo=g.f_lo,
                  f_hi=g.f_hi, expiry=g.expiry, max_amount=g.max_amount, allowance=g.allowance, used=0)


def renewable(run, old, new_target, target_header):
    """Section 4: a dead record that this agent gave may be given anew."""
    if not old.is_cap or old.target != new_target or old.generation + 1 >= U32_MAX:
        return False
    lifted = old.epoch != target_header.epoch[old.group]
    if old.depth == 0:
        return old.target == run.agent and lifted
    if old.parent_holder != run.agent:
        return False
    parent = run.record(run.agent, old.parent_slot)
    return lifted or not (parent.is_cap and parent.generation == old.parent_gen)


def next_generation(record, keep):
    """The record after its slot's generation rose by one: kept, or free. The step that reaches MAX takes the record along (section 2)."""
    generation = record.generation + 1
    return record._replace(generation=generation) if keep and generation < U32_MAX else Record(generation=generation)
