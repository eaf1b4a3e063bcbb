# SPDX-License-Identifier: Apache-2.0
"""heart.md section 5: prologue, body, status; run and seal. Section 8: write set, events, caps."""
import struct
from types import SimpleNamespace

import effects
import wire as w
from hashing import H, ZERO
from reasons import BODY_FAILED, COMMITTED, REJECTED, Refuse, want
from receipt import NO_EFFECT, Receipt, joined
from state import FIELD, HEADER, LIVE, NEXT_ID, RECORD, U64_MAX

CELLS_PER_TURN = 64


def cost(params, turn):
    """A static function of the wire: base + bytes + per op, CREATE also per slot and field."""
    total = params.fee_base + params.fee_byte * len(turn.wire)
    for frame in turn.frames:
        for e in frame.effects:
            total += params.fee_op[e.op - 1]
            if e.op == w.CREATE:
                total += params.fee_slot * e.nslots + params.fee_field * e.nfields
    return total


class Run:
    """One turn under way over a state that it does not change: a stage for the prologue, and nested in it one for the body.

    `verdicts` maps (pk, text) to True or False: the verifier's word, never computed here. A verdict that is not there is a
    fault of the shell (KeyError).
    """

    def __init__(self, state, params, turn, height, now, verdicts, root):
        self.state, self.params, self.turn, self.height, self.now, self.root = state, params, turn, height, now, root
        self.verdicts = verdicts
        self.top, self.ncells = state.top, state.top.ncells
        self.turn_hash = H("turn", self.top.ledger + turn.body)
        self.agent = None
        self.stage, self.body = {}, {}
        self.born = {}                  # id -> idx of the cells that this turn made
        self.named_cells = set()        # by id, absent ones too: at most 64
        self.events, self.caps = [], []
        self.asked, self.signatures = [], []        # the verdicts asked for, in order
        self.frame_index = self.effect_index = 0

    # ------------------------------------------------------------------------------------------ reading
    def _get(self, address, read):
        if address in self.body:
            return self.body[address]
        return self.stage[address] if address in self.stage else read(address[0], address[2])

    def header(self, idx):
        return self._get((idx, HEADER, 0), lambda i, _: self.state.header(i))

    def record(self, idx, slot):
        return self._get((idx, RECORD, slot), self.state.record)

    def field(self, idx, key):
        return self._get((idx, FIELD, key), self.state.field)

    def _count(self, id):
        """Section 5: the 65th distinct cell fails its effect."""
        want(id in self.named_cells or len(self.named_cells) < CELLS_PER_TURN, "TOO_WIDE")
        self.named_cells.add(id)

    def lookup(self, id):
        """The header of the cell with this id, or None."""
        self._count(id)
        idx = self.born.get(id, self.state.by_id.get(id))
        return None if idx is None else self.header(idx)

    def named(self, id):
        header = self.lookup(id)
        want(header is not None, "NO_CELL")
        return header

    def touch(self, idx):
        """The header of a cell that the state names."""
        header = self.header(idx)
        self._count(header.id)
        return header

    def verdict(self, pk, text, signature):
        self.asked.append((pk, text))
        self.signatures.append((pk, text, signature))
        return self.verdicts[pk, text]

    # ------------------------------------------------------------------------------------------ writing
    def put_header(self, header):
        self.body[header.idx, HEADER, 0] = header

    def put_record(self, idx, slot, record):
        self.body[idx, RECORD, slot] = record

    def put_field(self, idx, key, value):
        self.body[idx, FIELD, key] = value

    def put_new(self, header):
        self.put_header(header)
        self.born[header.id] = header.idx
        self.ncells += 1

    # ------------------------------------------------------------------------------------------ section 5
    def prologue(self):
        turn, top = self.turn, self.top
        want(turn.ledger8 == top.ledger[:8], "WRONG_LEDGER")
        agent = self.lookup(turn.agent)
        want(agent is not None, "NO_AGENT")
        want(agent.lifecycle == LIVE, "AGENT_NOT_LIVE")
        want(agent.owner_pk != ZERO, "NO_KEY")
        want(turn.nonce == agent.nonce and turn.nonce != U64_MAX, "NONCE")
        want(self.now <= turn.valid_until, "TOO_LATE")
        want(turn.after is None or turn.after == agent.link, "LINK")
        want(turn.root is None or turn.root == self.root, "STALE_ROOT")
        self.cost = cost(self.params, turn)
        want(self.cost <= turn.fee, "FEE_LOW")
        want(self.cost == 0 or (agent.asset == 0 and self.cost <= agent.balance), "FEE_UNPAID")
        want(self.verdict(agent.owner_pk, b"firmament turn 1" + self.turn_hash, turn.signature), "BAD_SIGNATURE")
        self.agent, self.link_before = agent.idx, agent.link
        self.stage[agent.idx, HEADER, 0] = agent._replace(nonce=agent.nonce + 1, balance=agent.balance - self.cost)

    def run_body(self):
        for self.frame_index, frame in enumerate(self.turn.frames):
            for self.effect_index, e in enumerate(frame.effects):
                subject, record = effects.before(self, frame, e)
                if frame.slot is not None and self.effect_index == 0:
                    self.caps.append(struct.pack("<BBBBIIIII", self.frame_index, record.kind, frame.slot, 0, self.agent,
                                                 record.generation, record.target, record.badge, record.epoch))
                effects.ROW[e.op](self, frame, e, subject, record)

    def run(self):
        """An outcome: REJECTED, without effect; or COMMITTED or BODY_FAILED with what has to be written."""
        out = SimpleNamespace(status=COMMITTED, reason=0, frame=0, effect=NO_EFFECT, detail=0, run=self)
        try:
            self.prologue()
        except Refuse as refusal:
            out.status, out.reason = REJECTED, refusal.reason
            return out
        try:
            self.run_body()
        except Refuse as refusal:
            out.status, out.reason, out.detail = BODY_FAILED, refusal.reason, refusal.detail
            out.frame, out.effect = self.frame_index, self.effect_index
            self.body, self.born, self.ncells, self.events, self.caps = {}, {}, self.top.ncells, [], []
        out.writes = {**self.stage, **self.body}
        agent = out.writes[self.agent, HEADER, 0]
        link = H("link", self.link_before + self.turn_hash + bytes([out.status]))
        out.writes[self.agent, HEADER, 0] = agent._replace(link=link)
        return out


def link_new_cells(state, born, writes):
    """Section 7: each new cell stands in the ring of ids, behind its predecessor. Adds the next_ids to the writes."""
    for id, idx in born.items():
        below, above = state.neighbours(id)
        below = max([below] + [i for i in born if i < id])
        above = min([above] + [i for i in born if i > id])
        writes[idx, NEXT_ID, 0] = above
        writes[born.get(below, state.by_id.get(below)), NEXT_ID, 0] = id


def seal(state, params, out, prev_receipt, pre_root):
    """Gives a finished turn its place in the one order: applies it to `state` and returns the receipt."""
    run, old = out.run, state.top
    link_new_cells(state, run.born, out.writes)
    top = old._replace(ncells=run.ncells, now=run.now, seq=old.seq + 1, height=run.height, fees=old.fees + run.cost,
                       prev_receipt=prev_receipt)
    state.apply(out.writes, top)
    return Receipt(
        status=out.status, reason=out.reason, frame=out.frame, effect=out.effect, detail=out.detail, seq=top.seq, height=top.height,
        nonce=run.turn.nonce, agent=run.turn.agent, turn_hash=run.turn_hash, link=run.link_before, pre_root=pre_root,
        post_root=state.root(), prev_receipt=prev_receipt, cost=run.cost, now=run.now, assurance=params.assurance,
        writes_hash=H("writes", joined(out.writes)), events_hash=H("events", b"".join(run.events)),
        caps_hash=H("caps", b"".join(run.caps)))
