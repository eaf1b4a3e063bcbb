# SPDX-License-Identifier: Apache-2.0
"""heart.md section 4: policies, rule fields, methods. decisions/heart-readings.md 4 says what a malformed rule does."""
import struct
from types import SimpleNamespace

from hashing import ZERO
from reasons import want
from state import FIRST_FACTORY, FIXED, U64_MAX, number

RULE_KEYS = range(8, 72)
IMMUTABLE, WRITE_ONCE, MONOTONIC, PLUS_ONE, RANGE, ENTRY = range(1, 7)
METHOD = 0x80
ATOM = struct.Struct("<BBHHHQQ8s")


def rule(field):
    """A rule field: None (no rule), a method, an atom, or a rule of kind 'malformed'."""
    if field == ZERO:
        return None
    if METHOD <= field[0] <= METHOD + 15:
        count = field[1]
        ranges = [struct.unpack_from("<HH", field, 4 + 4 * i) for i in range(min(count, 7))]
        if 1 <= count <= 7 and not any(field[2:4]) and not any(field[4 + 4 * count:]):
            return SimpleNamespace(kind="method", method=field[0] - METHOD, ranges=ranges)
    elif IMMUTABLE <= field[0] <= ENTRY:
        atom, z1, lo, hi, z2, a, b, z3 = ATOM.unpack(field)
        if z1 == 0 and z2 == 0 and not any(z3):
            return SimpleNamespace(kind="atom", atom=atom, lo=lo, hi=hi, a=a, b=b)
    return SimpleNamespace(kind="malformed")


def rules_of(run, header):
    """(key, rule) for each rule field of the cell's factory that is there and not zero."""
    factory = run.touch(header.policy)
    fields = ((k, run.field(header.policy, k)) for k in RULE_KEYS if k < factory.nfields)
    return [(k, rule(f)) for k, f in fields if f != ZERO]


def ranges_of(run, header, method):
    """The key ranges that a method may write, or NO_METHOD."""
    want(header.policy >= FIRST_FACTORY, "NO_METHOD")
    for _, r in rules_of(run, header):
        if r.kind == "method" and r.method == method:
            return r.ranges
    want(False, "NO_METHOD")


def admit(run, idx, writes):
    """POLICY, with the key of the rule that refused, unless the cell's policy admits all writes of one effect."""
    header = run.header(idx)
    if header.policy == 0:
        return
    want(header.policy != FIXED, "POLICY")
    rules = rules_of(run, header)
    for key in writes:
        for rule_key, r in rules:
            want(admits(run, header, r, key, writes), "POLICY", rule_key)


def admits(run, header, r, key, writes):
    if r.kind == "malformed":
        return False
    if r.kind == "method" or not r.lo <= key < r.hi:
        return True
    old, new = run.field(header.idx, key), writes[key]
    if r.atom == IMMUTABLE:
        return new == old
    if r.atom == WRITE_ONCE:
        return old == ZERO
    if r.atom == MONOTONIC:
        return number(new) >= number(old)
    if r.atom == PLUS_ONE:
        return number(new) == number(old) + 1
    if r.atom == RANGE:
        return r.a <= number(new) <= r.b
    return entry_admits(run, header, r, key, writes)


def name_is_well_formed(name):
    """Zero, or 1..24 nonzero bytes and then zeros: no nonzero byte after a zero one."""
    return 0 not in name.rstrip(b"\0")


def entry_admits(run, header, r, key, writes):
    """ENTRY: [lo,hi) is pairs (tag, value) at keys (lo+2i, lo+2i+1); tag = name 24 and version u64."""
    tag_key = key - (key - r.lo) % 2
    if tag_key + 1 >= r.hi or tag_key not in writes or tag_key + 1 not in writes:
        return False
    old, new = run.field(header.idx, tag_key), writes[tag_key]
    old_name, new_name, none = old[:24], new[:24], bytes(24)
    if number(new) != number(old) + 1 or not name_is_well_formed(new_name):
        return False
    if new_name == none:
        return writes[tag_key + 1] == ZERO
    if old_name not in (none, new_name):
        return False
    others = (k for k in range(r.lo, min(r.hi - 1, header.nfields), 2) if k != tag_key)
    return all(writes.get(k, run.field(header.idx, k))[:24] != new_name for k in others)


assert U64_MAX == 2**64 - 1     # number(new) = number(old) + 1 has no solution at MAX: versions and counters end there
