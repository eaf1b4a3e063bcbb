# SPDX-License-Identifier: Apache-2.0
"""Replays a stream of what the heart was given (tests/diff/stream.h) in the model, and compares every byte of what it answered."""
import struct
from collections import Counter
from types import SimpleNamespace

import log
import params
import proof
import turn
import wire
from genesis import fork, genesis
from hashing import ZERO
from reasons import COMMITTED, MALFORMED, NAME, REJECTED
from receipt import joined
from state import FIELD, HEADER, NEXT_ID, RECORD, Header, Record

STATUS = ("COMMITTED", "BODY_FAILED", "REJECTED", "MALFORMED")


class Difference(Exception):
    pass


def agree(what, model, heart):
    if model != heart:
        show = [x.hex() if isinstance(x, bytes) else x for x in (model, heart)]
        raise Difference(f"{what}: the model says {show[0]}, the heart {show[1]}")


class Bytes:
    """The payload of one entry, read from left to right."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        self.at += n
        if self.at > len(self.data):
            raise Difference("the stream is cut")
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "little")

    def rest(self):
        return self.take(len(self.data) - self.at)


def entries(f):
    """(kind, payload) of each entry."""
    while head := f.read(5):
        size = int.from_bytes(head[1:], "little")
        data = f.read(size)
        if len(head) < 5 or len(data) < size:
            raise Difference("the stream is cut")
        yield chr(head[0]), Bytes(data)


class Replay:
    """W, and before each open batch what it was."""

    def __init__(self, check_signature=None):
        self.check_signature = check_signature      # (pk, text, signature) -> bool: what the shell's verdict has to be
        self.w = None               # state, receipt (the last), frame (the last one's hash), root
        self.open = []              # per open batch: W as it was before
        self.counts, self.reasons, self.statuses = Counter(), Counter(), Counter()
        self.pending = []           # turns of the batch that is filling

    def entry(self, kind, data):
        self.counts[kind] += 1
        {"G": self.on_genesis, "B": self.on_batch, "T": self.on_turn, "F": self.on_frame, "A": self.on_ack, "N": self.on_nak,
         "P": self.on_proof, "Q": self.on_absence, "R": self.on_verify, "K": self.on_fork, "V": self.on_planted}[kind](data)

    def run(self, f, progress=None):
        for number, (kind, data) in enumerate(entries(f)):
            try:
                self.entry(kind, data)
            except Difference as d:
                raise Difference(f"entry {number}, kind {kind}: {d}\n{data.data.hex()}") from d
            if progress and kind == "T":
                progress(self.counts["T"])

    # ------------------------------------------------------------------------------------------ entries
    def on_genesis(self, d):
        self.params = params.unpack(d.take(144))
        salt, treasury_pk = d.take(32), d.take(32)
        state, receipt = genesis(self.params, salt, treasury_pk)
        self.w = SimpleNamespace(state=state, receipt=receipt, frame=ZERO, root=state.root())
        self.open = []
        agree("genesis root", self.w.root, d.take(32))
        agree("receipt 0", receipt.pack(), d.rest())

    def on_batch(self, d):
        """Section 1: height is +1, now has not fallen. Section 6: two in memory."""
        height, now, accepted = d.number(8), d.number(4), d.number(1)
        top = self.batch if self.open else self.w.state.top
        good = len(self.open) < 2 and height == top.height + 1 and now >= top.now
        agree("a batch is accepted", good, bool(accepted))
        if good:
            self.open.append(SimpleNamespace(state=self.w.state.copy(), receipt=self.w.receipt, frame=self.w.frame, root=self.w.root))
            self.batch = SimpleNamespace(height=height, now=now, first_seq=self.w.state.top.seq + 1)
            self.pending = []

    def on_turn(self, d):
        data = d.take(d.number(2))
        verdicts = {(d.take(32), d.take(48)): bool(d.number(1)) for _ in range(d.number(1))}
        status, root = d.number(1), d.take(32)
        try:
            decoded = wire.decode(data)
        except wire.Malformed as m:
            agree("status", STATUS[MALFORMED], STATUS[status])
            agree("place of MALFORMED", (m.offset, m.field), (d.number(4), d.rest().decode()))
            self.statuses[MALFORMED] += 1
            self.last = m.offset, m.field
            return
        run = turn.Run(self.w.state, self.params, decoded, self.batch.height, self.batch.now, verdicts, self.w.root)
        try:
            out = run.run()
        except KeyError as missing:
            raise Difference(f"the model asks for a verdict that the heart did not ask for: {missing}") from missing
        said = STATUS[out.status], NAME.get(out.reason)
        agree("status and reason", said, (STATUS[status], NAME.get(self.reason_in(d, status))))
        agree("verdicts", run.asked, list(verdicts))
        if self.check_signature:
            for pk, text, signature in run.signatures:
                agree("verdict", self.check_signature(pk, text, signature), verdicts[pk, text])
        self.statuses[status] += 1
        self.reasons[out.reason] += 1
        self.last, self.detail = said[1], out.detail
        if out.status == REJECTED:
            d.number(1)
        else:
            self.sealed(out, data, d)
        agree("root", self.w.root, root)

    @staticmethod
    def reason_in(d, status):
        """The reason stands first in a refusal, and as byte 3 of a receipt."""
        return 0 if status in (COMMITTED, MALFORMED) else d.data[d.at] if status == REJECTED else d.data[d.at + 3]

    def sealed(self, out, data, d):
        receipt = turn.seal(self.w.state, self.params, out, self.w.receipt.hash(), self.w.root)
        writes = joined(out.writes)
        heart = d.take(368)
        if receipt.pack() != heart:
            for field, n, at in (("frame", 1, 4), ("effect", 1, 5), ("detail", 1, 6), ("seq", 8, 8)):
                agree(field, getattr(receipt, field), int.from_bytes(heart[at:at + n], "little"))
        agree("writes", writes, d.take(d.number(4)))
        agree("receipt", receipt.pack(), heart)
        self.w.receipt, self.w.root = receipt, receipt.post_root
        self.pending.append((data, receipt.pack(), writes))

    def on_frame(self, d):
        heart = d.take(d.number(4))
        if not self.pending:        # nothing ran: no frame
            agree("frame", b"", heart)
            return
        made = log.frame(self.w.frame, self.batch.height, self.batch.first_seq, self.batch.now, self.pending)
        agree("frame", made, heart)
        agree("sectors", log.sectors(self.w.state.top.ledger, self.batch.height, made), d.rest())
        self.w.frame = made[-32:]

    def on_ack(self, d):
        """D := D with the oldest batch; W stays."""
        self.open.pop(0)
        agree("root after ACK", self.w.root, d.take(32))

    def on_nak(self, d):
        """W := D: all open batches are dropped."""
        self.w, self.open = self.open[0], []
        agree("root after NAK", self.w.root, d.take(32))

    def on_proof(self, d):
        idx, kind, index, heart = d.number(4), d.number(1), d.number(2), d.rest()
        agree("proof", proof.prove(self.w.state, idx, kind or None, index), heart)
        agree("the proof is good", proof.verify(heart, self.w.root) is not None, heart != b"")

    def on_absence(self, d):
        id, shows, heart = d.take(32), d.number(1), d.rest()
        agree("proof of absence", proof.prove_absent(self.w.state, id), heart)
        agree("the proof shows it", proof.shows_absent(heart, self.w.root, id), bool(shows))

    def on_verify(self, d):
        root, good, data = d.take(32), d.number(1), d.rest()
        agree("the proof is good", proof.verify(data, root) is not None, bool(good))

    def on_fork(self, d):
        receipt = fork(self.w.state, self.params, d.take(32), self.w.receipt, self.w.root)
        self.w.receipt, self.w.root = receipt, receipt.post_root
        agree("root of a fork", self.w.root, d.take(32))
        agree("first receipt of a fork", receipt.pack(), d.rest())

    def on_planted(self, d):
        """The generator put a value into the state that no turn reaches in a lifetime: a counter near its end."""
        idx, kind, _, index = struct.unpack("<IBBH", d.take(8))
        layout = {HEADER: Header, RECORD: Record}.get(kind)
        value = d.rest()
        if layout is Header:
            *fields, e0, e1, e2, e3, e4, e5, e6, e7 = Header.LAYOUT.unpack(value)
            value = Header(*fields, (e0, e1, e2, e3, e4, e5, e6, e7))
        elif layout is Record:
            value = Record(*Record.LAYOUT.unpack(value))
        assert kind in (HEADER, RECORD, FIELD, NEXT_ID) and not self.open
        self.w.state.apply({(idx, kind, index): value}, self.w.state.top)
        self.w.root = self.w.state.root()
