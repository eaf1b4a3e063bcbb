#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes one check of libbiscuit away at a time and wants a test to fail: every `if (…)` that leads to a refusal or a `no`, and a list
by hand of what compares, masks and counts. What changes nothing is named in tests/biscuit/equivalent.txt, with the reason.

usage: tests/biscuit/mutants.py [SHARE [PART…]]    (every SHARE-th mutant, default 16; 1: all). TAP on standard output."""

import re
import sys

sys.path.insert(0, "tests")
import mutate  # noqa: E402

REFUSES = (r"(return (fm_why_set|fm_pb_fail|lose|fail|fm_b_fault|fm_b_expected|FM_E_|FM_B_FALSE\b|FM_B_NONE\b|false\b|ERROR|NO\b|-[123]\b|"
           r"SIZE_MAX|NULL\b)|\(void\)(lose|fm_pb_fail|fm_b_fault|fm_b_expected)\(|(err|m->err|r->bad|\*err|w\.bad|w->bad) = |none\()")

# path, what stands there, what stands there instead
BY_HAND = [
    ("keys.c", "fm_ed25519_verify(key->bytes, msg, n, sig) ? FM_OK : FM_E_TOKEN_SIGNATURE", "FM_OK"),
    ("keys.c", "p256->verify(key->bytes, msg, n, sig, sig_len) ? FM_OK : FM_E_TOKEN_SIGNATURE", "FM_OK"),
    ("keys.c", "(key->bytes[0] == 2 || key->bytes[0] == 3)", "true"),
    ("keys.c", "key->len == 33 &&", ""),
    ("keys.c", "return canonical_y(y) ? FM_OK : FM_E_TOKEN_KEY;", "return FM_OK;"),
    ("keys.c", "y[31] &= 0x7fU;", ""),
    ("keys.c", "if (previous != NULL) {", "if (false) {"),
    ("keys.c", "fm_pbw_raw(w, b->next.bytes, b->next.len);\n    if", "if"),
    ("keys.c", "fm_pbw_raw(w, prev_sig, prev_len);", ""),
    ("token.c", "key.len == last->next.len && fm_equal_ct(key.bytes, last->next.bytes, key.len) ? FM_OK : FM_E_TOKEN_PROOF", "FM_OK"),
    ("token.c", "if (err != FM_OK || !b->external) {\n        return err;", "if (true) {\n        return err;"),
    ("token.c", "key = &token->block[i].next;", ""),
    ("token.c", "err = verify_proof(token, p256, room, longest + 512U);", ""),
    ("token.c", "return bits == 0 ? len : SIZE_MAX;", "return len;"),
    ("eval.c", "(f->origin & ~r->trusted) != 0 ||", ""),
    ("eval.c", "j.origin[r->nbody] | 1ULL << r->block", "1ULL << r->block"),
    ("eval.c", "j->origin[d] | f->origin", "f->origin"),
    ("eval.c", "*good = hit != reject;", "*good = hit;"),
    ("eval.c", "(!v->allow || v->nfailed > 0)", "!v->allow"),
    ("eval.c", "(!v->allow || v->nfailed > 0)", "v->nfailed > 0"),
    ("eval.c", "*good = all && found;", "*good = all;"),
    ("eval.c", "if (holds != all) {", "if (holds) {"),
    ("eval.c", "if (good) {\n            v->policy", "if (true) {\n            v->policy"),
    ("eval.c", "j->bound_at[var] == depth", "true"),
    ("program.c", "return otherwise | own;", "return ~0ULL;"),
    ("program.c", "origins |= w->key_blocks[scopes[i].key];", "origins |= ~0ULL;"),
    ("program.c", "block == FM_BISCUIT_AUTHORIZER ? 0 : (2ULL << block) - 1U", "~0ULL >> 1"),
    ("program.c", "uint64_t standard = 1ULL | 1ULL << FM_BISCUIT_AUTHORIZER;", "uint64_t standard = ~0ULL;"),
    ("load.c", "f.num > 2 || p->version < 4 || (f.num == 2 && p->version < 6)", "f.num > 2"),
    ("load.c", "fm_b_program_version(w, p, false) > p->version ||", ""),
    ("load.c", "if (b->external && p != NULL) {", "if (false) {"),
    ("load.c", "w->key_blocks[k] |= 1ULL << i;", "w->key_blocks[k] |= 3ULL << i;"),
    ("mint.c", "newer ? 1 : least", "least"),
    ("mint.c", "version = t->block[i].version > version ? t->block[i].version : version;", ""),
    ("revoked.c", "memcmp(r[0], r[1], 32) != 0", "false"),
    ("revoked.c", "return twins && carry == 0;", "return carry == 0;"),
    ("revoked.c", "twins && (carry & 0xffU) == order[i]", "twins"),
    ("expr.c", "m->w->fuel -= steps;", ""),
    ("expr.c", "w->fuel--;\n            step(&m);", "step(&m);"),
    ("expr.c", "left == right) == (sub", "left != right) == (sub"),
    ("expr.c", "*holds = err == FM_OK && r == FM_B_TRUE;", "*holds = err == FM_OK;"),
    ("expr.c", "(a == INT64_MIN && b == -1)", "false"),
    ("values.c", "(a->n == 0 || memcmp(a->ptr, b->ptr, value_bytes(a)) == 0)", "true"),
    ("values.c", "a->n == b->n && a->num == b->num &&", "a->n == b->n &&"),
    ("values.c", "a->type == b->type && ", ""),
    ("limits.c", "l.rights == 0 || ", ""),
    ("limits.c", "l.expiry < question->time", "false"),
    ("limits.c", "op == FM_B_LT ? t - 1U : t", "t"),
    ("limits.c", "(op == FM_B_GE && now >= t) || (op == FM_B_GT && now > t)", "op == FM_B_GE || op == FM_B_GT"),
    ("limits.c", "c->kind == 2 && (a == AMOUNT", "(a == AMOUNT"),
    ("limits.c", "c->kind == 0 && c->nqueries == 1 &&", ""),
    ("profile.c", "$p.ends_with(\\\"/\\\"), ", ""),
    ("decide.c", "!fm_b_set_contains(&in->exclude, resource, n) &&", ""),
    ("decide.c", "w->rels[r->attr].tainted = attrs;", ""),
    ("decide.c", "w->rels[r->head.rel].tainted = true;\n", "\n"),
    ("decide.c", "return w->rels[resource].first == FM_B_NONE;", "return true;"),
    ("reduce.c", "(q->nexprs > 0 && !holds) || ", ""),
    ("reduce.c", "p->rel != x->resource || !x->pure || found", "p->rel != x->resource || found"),
    ("bounds.c", "c == 0xd7ff ? 0xe000 : c + 1U", "c + 1U"),
]


def mutants(path):
    text = open(path).read()
    yield from mutate.conditions(text, REFUSES)
    for m in re.finditer(r"fm_wipe\(", text):  # what is secret stays where it was
        yield m.start(), text[:m.start()] + "(void)sizeof(" + text[m.end():]
    for name, before, after in BY_HAND:
        if path.endswith("/" + name):
            at = text.find(before)
            if at < 0:
                sys.exit(f"{path}: no such text: {before}")
            yield at, text[:at] + after + text[at + len(before):]


KIT = "tests/biscuit/kit.c"
# Without parts on the command line, what verifies and decides.
DECIDING = ["token", "keys", "pb", "load", "mint", "revoked", "program", "eval", "limits", "profile"]
OTHERS = ["values", "expr", "regex", "parse", "parse_term", "parse_expr", "decide", "reduce", "bounds"]
NAMES = DECIDING + (OTHERS if len(sys.argv) > 2 else [])
mutate.run(mutate.Room(
    dir="build/host/biscuit-mutants",
    files=[f"lib/biscuit/{name}.c" for name in NAMES],
    mutants=mutants,
    tests={
        "hostile": ["tests/biscuit/hostile.c", KIT],
        "hostile-bytes": ["tests/biscuit/hostile_bytes.c", "tests/biscuit/rawpb.c"],
        "hostile-chain": ["tests/biscuit/hostile_chain.c"],
        "forms": ["tests/biscuit/forms.c"],
        "regex": ["tests/biscuit/regex.c", KIT, "tests/vectors.c"],
        "meaning": ["tests/biscuit/meaning.c", KIT, "tests/vectors.c"],
        "secrets": ["tests/biscuit/secrets.c", KIT],
        "mint": ["tests/biscuit/mint.c", KIT],
        "profile": ["tests/biscuit/profile.c"],
        "corpus": ["tests/biscuit/corpus.c", KIT, "tests/vectors.c"],
        "decide": ["tests/biscuit/decide.c", "tests/biscuit/random_token.c"],
    },
    archives=["biscuit", "biscuit_p256", "core", "wire", "crypto", "base"],
    libs=["-lsodium", "-lcrypto"],
    env={"PAIRS": "6000", "NO_DAMAGE": "1"},
    equivalent="tests/biscuit/equivalent.txt",
), 16)
