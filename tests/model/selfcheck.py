#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The model by itself: its hash and its signature check against published vectors, section 13, proofs to everything and their refusal.

Run from the tree's root. Every hash is taken twice, in plain Python and by the official C code; some 5 s.
"""
import blake3
import ed25519
import encode
import hashing
import params
import proof
import turn
import wire
from example import A, B, C, D, T, Story, pk, seed
from genesis import genesis
from hashing import H, MAX, ZERO
from reasons import NAME
from state import FIELD, RECORD
from tap import done, ok

LIBRARY = "build/host/test/libblake3.so"


def rows(path):
    return [line.rstrip("\n").split("\t") for line in open(path) if not line.startswith("#")]


def hex_or_none(text):
    return b"" if text == "-" else bytes.fromhex(text)


def vectors():
    bad = []
    for length, plain, keyed in rows("tests/vectors/blake3.tsv"):
        data = bytes(i % 251 for i in range(int(length)))
        if blake3.blake3_slow(data) != bytes.fromhex(plain)[:32] or \
                blake3.blake3_slow(data, b"whats the Elvish word for friend") != bytes.fromhex(keyed)[:32]:
            bad.append(length)
    ok(not bad, "MOD0001 plain Python BLAKE3 gives the published vectors, with and without a key", bad)
    fast = blake3.load(LIBRARY)
    lengths = [*range(0, 200), *range(1000, 1100), 2047, 2048, 2049, 3072, 4097, 5 * 1024, 9000, 17 * 1024 + 5]
    messages = [bytes(i * i % 251 for i in range(n)) for n in lengths]
    bad = [len(m) for m in messages for key in (None, MAX) if blake3.blake3_slow(m, key) != fast(m, key)]
    ok(not bad, "MOD0003 the official C code gives the same, over all lengths where blocks, chunks and subtrees begin", bad)
    bad = []
    for number, key, message, signature, result in rows("tests/vectors/ed25519.tsv"):
        sig = hex_or_none(signature)
        if (len(sig) == 64 and ed25519.verify(hex_or_none(key), hex_or_none(message), sig)) != (result == "valid"):
            bad.append(number)
    ok(not bad, "MOD0002 plain Python Ed25519 accepts and refuses as the published vectors say", bad)


class Chain:
    """A ledger of one batch, signed for real."""

    def __init__(self):
        self.params = params.unpack(params.pack(supply=10**6))
        self.state, self.last = genesis(self.params, bytes(32), pk(1))

    def play(self, agent, frames):
        header = self.state.header(agent)
        body = encode.body(self.state.top.ledger, header.id, header.nonce, *frames)
        text = b"firmament turn 1" + H("turn", self.state.top.ledger + body)
        signature = ed25519.sign(seed(agent), text)
        verdicts = {(header.owner_pk, text): ed25519.verify(header.owner_pk, text, signature)}
        root = self.last.post_root
        out = turn.Run(self.state, self.params, wire.decode(body + signature), 1, 100, verdicts, root).run()
        if out.status < 2:
            self.last = turn.seal(self.state, self.params, out, self.last.hash(), root)
        return out


def worked_example():
    chain = Chain()
    bad, seen = [], {}
    for i, (agent, frames, status, reason, detail) in enumerate(Story(chain.state.header(1).id).turns()):
        out = chain.play(agent, frames)
        if (out.status, NAME.get(out.reason), out.detail) != (status, reason, detail):
            bad.append((i, out.status, NAME.get(out.reason), out.detail))
        seen[i] = chain.state.copy()
    ok(not bad, "MOD0010 each turn of section 13 ends as the page says", bad)

    def record(step, holder, slot):
        r = seen[step].record(holder, slot)
        return r.depth, (r.parent_holder, r.parent_slot, r.parent_gen)
    ok(record(3, A, 4) == (1, (A, 3, 0)) and record(5, B, 0) == (2, (A, 4, 0)) and record(8, C, 2) == (3, (B, 0, 0)),
       "MOD0011 depths and parents of the chain")
    ok(seen[5].record(A, 4).used == 120 and seen[8].record(B, 0).used == 60 and seen[9].record(C, 2).used == 10,
       "MOD0012 what each record has used")
    ok(seen[9].header(T).balance == 490 and seen[9].header(D).balance == 10, "MOD0013 T has 490")
    after = seen[10].record(A, 4)
    ok(after.generation == 1 and after.is_cap and after.allowance - after.used == 80, "MOD0014 A.4 lives on, with 80 left")
    ok(seen[17].header(T).epoch[0] == 1 and seen[17].record(A, 3).epoch == 1, "MOD0015 the lift re-stamps A.3")
    return chain.state


def proofs(state):
    root = state.root()
    bad, refused = [], []
    for idx in range(state.top.ncells):
        header = state.header(idx)
        wanted = [(None, 0)] + [(RECORD, i) for i in range(header.nslots)] + [(FIELD, i) for i in range(header.nfields)]
        for kind, index in wanted[:12]:
            p = proof.prove(state, idx, kind, index)
            shown = proof.verify(p, root)
            if shown is None or shown[0] != header.pack() or (kind is not None and shown[2][:2] != (kind, index)):
                bad.append((idx, kind, index))
            refused += [proof.verify(p[:-1], root), proof.verify(p + b"\0", root), proof.verify(p, MAX)]
    ok(not bad, "MOD0020 a proof of each cell, record and field shows it", bad)
    p = proof.prove(state, T, FIELD, 0)
    refused += [proof.verify(p[:i] + bytes([p[i] ^ 1]) + p[i + 1:], root) for i in range(len(p))]
    ok(not any(refused), "MOD0021 a proof that is cut, longer, for another root, or off by one bit shows nothing")
    ids = [ZERO] + state.ids[1:] + [MAX]
    absent = [b"\x00" * 31 + b"\x01", b"\x77" * 32, b"\xff" * 31 + b"\xfe"]
    ok(all(proof.shows_absent(proof.prove_absent(state, x), root, x) for x in absent),
       "MOD0022 absence is shown, at both ends and in the middle")
    everywhere = [proof.prove(state, i) for i in range(state.top.ncells)]
    ok(not any(proof.shows_absent(p, root, x) for x in ids for p in everywhere), "MOD0023 no cell's proof shows that one of the cells, "
       "zero or MAX is absent")


if __name__ == "__main__":
    vectors()
    hashing.use_both(LIBRARY)
    proofs(worked_example())
    done()
