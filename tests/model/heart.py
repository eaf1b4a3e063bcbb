# SPDX-License-Identifier: Apache-2.0
"""The heart as a program to talk to (tests/diff/play.c), with the model behind each answer: what differs raises replay.Difference."""
import os
import struct
import subprocess

import ed25519
import encode
import params
import replay
from hashing import H, plain
from state import packed

PLAY = os.environ.get("HEART_PLAY", "build/host/bin/heart-play")
HASH, ED25519 = 1, 0        # how turns are signed: see play.c


def by_hash(pk, text, signature):
    """A signature that costs nothing and binds as much, for turns by the ten thousand."""
    return signature == plain(pk + text) + bytes(32)


class Heart:
    def __init__(self, signatures=HASH, **of_params):
        self.signatures = signatures
        self.play = subprocess.Popen([PLAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.model = replay.Replay(by_hash if signatures == HASH else ed25519.verify)
        self.genesis(**of_params)

    def close(self):
        self.play.stdin.close()
        self.play.stdout.close()
        return self.play.wait()

    def ask(self, kind, payload=b""):
        self.play.stdin.write(kind.encode() + struct.pack("<I", len(payload)) + payload)
        self.play.stdin.flush()
        got, data = next(replay.entries(self.play.stdout))
        try:
            self.model.entry(got, data)
        except replay.Difference as d:
            raise replay.Difference(f"{d}\nasked {kind} {payload.hex()}\nanswer {got} {data.data.hex()}") from d
        return data

    # ------------------------------------------------------------------------------------------ the ledger
    @property
    def state(self):
        return self.model.w.state

    def header(self, idx):
        return self.state.header(idx)

    def id(self, idx):
        return self.state.header(idx).id

    def genesis(self, salt=bytes(32), treasury_pk=None, **of_params):
        self.seeds = {}
        treasury_pk = treasury_pk or self.key(1)
        self.ask("G", params.pack(**of_params) + salt + treasury_pk + bytes([self.signatures]))
        self.now = 0

    def batch(self, now=None, height=None):
        """Opens the next batch; whether it was accepted."""
        before = self.model.batch if self.model.open else self.state.top
        self.now = before.now if now is None else now
        return bool(self.ask("B", struct.pack("<QI", before.height + 1 if height is None else height, self.now)).data[-1])

    def full(self):
        self.ask("E")

    def ack(self):
        self.ask("A")

    def nak(self):
        self.ask("N")

    def next_batch(self, now=None):
        """Closes and acknowledges what is open, and opens another."""
        if self.model.open:
            self.full()
            self.ack()
        return self.batch(now)

    def plant(self, idx, kind, index, value):
        self.ask("V", struct.pack("<IBBH", idx, kind, 0, index) + packed(value))

    def verify(self, proof, root):
        return bool(self.ask("R", root + proof).data[32])

    def fork(self, salt):
        self.ask("K", salt)

    def prove(self, idx, kind=0, index=0):
        return self.ask("P", struct.pack("<IBH", idx, kind, index)).data[7:]

    def prove_absent(self, id):
        return self.ask("Q", id).data[33:]

    # ------------------------------------------------------------------------------------------ turns
    def key(self, n):
        """The public key of actor n."""
        if self.signatures == HASH:
            return bytes([n]) * 32
        seed = bytes([n]) * 32
        pk = ed25519.keypair(seed)[2]
        self.seeds[pk] = seed
        return pk

    def sign(self, pk, text):
        if self.signatures == HASH:
            return plain(pk + text) + bytes(32)
        return ed25519.sign(self.seeds[pk], text)

    def possession(self, agent, new_pk, nonce=None):
        """The signature of a ROTATE."""
        h = self.header(agent)
        nonce = h.nonce if nonce is None else nonce
        return self.sign(new_pk, b"firmament key 1 " + H("rotate", self.state.top.ledger + h.id + struct.pack("<Q", nonce) + new_pk))

    def signed(self, agent, *frames, **head):
        """The wire of a turn of this agent, with its next nonce unless `nonce` says another."""
        h = self.header(agent)
        ledger = head.pop("ledger", self.state.top.ledger)
        body = encode.body(ledger, head.pop("id", h.id), head.pop("nonce", h.nonce), *frames, **{"fee": 2**64 - 1, **head})
        return body + self.sign(h.owner_pk, b"firmament turn 1" + H("turn", self.state.top.ledger + body))

    def raw(self, data):
        """Plays bytes. Returns how they ended: None for COMMITTED, a reason's name, or (offset, field) of MALFORMED."""
        self.ask("T", data)
        return self.model.last

    def turn(self, agent, *frames, **head):
        return self.raw(self.signed(agent, *frames, **head))

    def body(self, agent, body):
        """Signs and plays a body that was made by hand."""
        return self.raw(body + self.sign(self.header(agent).owner_pk, b"firmament turn 1" + H("turn", self.state.top.ledger + body)))

    def through(self, agent, slot, *effects):
        """A turn of one frame through the agent's slot, naming that capability's target."""
        target = self.id(self.state.record(agent, slot).target)
        return self.turn(agent, encode.frame(*effects, slot=slot, target=target))

    def own(self, agent, *effects):
        """A turn of one SELF frame."""
        return self.turn(agent, encode.frame(*effects))

