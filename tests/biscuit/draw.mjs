// SPDX-License-Identifier: Apache-2.0
// Draws random expressions and random tokens with authorizers, and writes them with biscuit-wasm's verdicts, for
// tests/biscuit/meaning.c: node tests/biscuit/draw.mjs > tests/vectors/biscuit/meaning.tsv
// Cases in which the two differ for a reason of docs/spec/tokens.md (the order of matches) are left out.
import { foreign as f, Ours, hex, text, bytes, foreign_authorize } from "./foreign.mjs";
import { Random, block, authorizer, expr } from "./grammar.mjs";

const EXPRESSIONS = 1500;
const TOKENS = 260;
const ours = new Ours();
const key_of = (s) => f.PrivateKey.fromBytes(bytes(s), f.SignatureAlgorithm.Ed25519);
const public_of = (s) => f.KeyPair.fromPrivateKey(key_of(s)).getPublicKey();
const root_secret = "11".repeat(32);
const third_secret = "22".repeat(32);
const root = public_of(root_secret);
const keys = [public_of(third_secret).toString()];
const names = [[/Overflow/, "EXPR_OVERFLOW"], [/InvalidType/, "EXPR_TYPE"], [/DivideByZero/, "EXPR_DIVISION"],
  [/ShadowedVariable/, "EXPR_SHADOWED"], [/UnknownVariable/, "EXPR_VARIABLE"]];
const name_of = (e) => names.find(([re]) => re.test(e))?.[1] ?? e;
const escaped = (s) => s.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");

console.log("# Random programs with biscuit-wasm 0.6.0's verdicts; written by tests/biscuit/draw.mjs. Tokens have root key 1111…");
console.log("# token (- for none)\tauthorizer\tverdict\tpolicy\tfailed checks");
async function row(token, raw, code) {
  const mine = await ours.say("authorize", raw, root.toString(), text(code));
  const theirs = foreign_authorize(token, code);
  if (theirs[4] === "code" || mine[0] !== name_of(theirs[0])) return false;
  if (/^(ok|TOKEN_)/.test(mine[0]) && mine.slice(0, 4).join() !== theirs.slice(0, 4).join()) return false;
  return [escaped(code), mine[0], mine[1], mine[3]].join("\t");
}
const fresh = (r) => Array.from({ length: 32 }, () => r.below(256).toString(16).padStart(2, "0")).join("");
const empty = (await ours.say("mint", "00", root_secret, root_secret, text("a(1);")))[1];
const parsed = f.Biscuit.fromBytes(bytes(empty), root);
for (let i = 0, n = 0; n < EXPRESSIONS && i < 9 * EXPRESSIONS; i++) {
  const r = new Random(i * 104729 + 3);
  const line = await row(parsed, empty, `check if ${expr(r, "bool", {}, 1 + r.below(3))}; allow if true;`);
  if (line && ++n) console.log(`-\t${line}`);
}
for (let i = 0, n = 0; n < TOKENS && i < 9 * TOKENS; i++) {
  const r = new Random(i * 1299709 + 5);
  r.empty_maps = true;
  let token = (await ours.say("mint", "00", root_secret, fresh(r), text(block(r, keys))))[1];
  for (let b = 1 + r.below(2); b > 0 && token?.length > 100; b--) {
    if (r.chance(50)) token = (await ours.say("attenuate", token, fresh(r), text(block(r, keys))))[1];
    else {
      const signed = await ours.say("sign", (await ours.say("request", token))[1], "00", third_secret, text(block(r, keys)));
      token = (await ours.say("append", token, fresh(r), signed[1]))[1];
    }
  }
  if (!(token?.length > 100)) continue;
  r.empty_maps = false;
  const theirs = f.Biscuit.fromBytes(bytes(token), root);
  for (let k = 0; k < 3; k++) {
    const line = await row(theirs, token, authorizer(r, keys));
    if (line && /\t(ok|TOKEN_)/.test(line) && ++n) console.log(`${token}\t${line}`);
  }
}
await ours.end();
