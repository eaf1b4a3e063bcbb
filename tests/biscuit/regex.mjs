// SPDX-License-Identifier: Apache-2.0
// Random patterns and texts through our regular expressions and through biscuit-wasm's: the same answer, or ours says
// that it does not know (TOKEN_REGEX). A pattern that means something else here would be another verdict.
//   environment: CASES (20000), SEED (1), STEP (97): which characters are asked about; ROWS=FILE writes them there, with biscuit-wasm's answers, for tests/biscuit/regex.c
import { appendFileSync } from "node:fs";
import { foreign as f, Ours, text, bytes, foreign_authorize, ok, done } from "./foreign.mjs";
import { Random } from "./grammar.mjs";

const cases = Number(process.env.CASES ?? 20000);
const seed = Number(process.env.SEED ?? 1);
const r = new Random(seed);
const letters = ["a", "b", "c", "A", "_", "0", "7", "/", "-", ".", " ", "\t", "\n", "é", "日", "\u00a0", "٣", "ж", "–", "😀", "５", "ꚠ", "~", "&", "]", "}", "<"];
const plain = () => r.one(letters.slice(0, r.chance(85) ? 10 : letters.length));
const escapes = ["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\.", "\\-", "\\n", "\\t", "\\x61", "\\x{62}", "\\u0063", "\\/", "\\ ", "\\]", "\\[", "\\\\"];
const rare = ["\\<", "\\>", "\\K", "\\1", "\\p{L}", "\\pL", "\\b{start}", "\\Z", "\\é", "\\x6", "\\u{110000}", "\\U00000061", "\\_", "\\&"];

function class_item() {
  const k = r.below(20);
  if (k < 8) return plain();
  if (k < 13) return `${plain()}-${plain()}`;
  if (k < 16) return r.one(escapes);
  if (k === 16) return r.one(["-", "--", "&&", "~~", "&", "~", "^"]);
  if (k === 17) return r.one(["]", "[", "[:alpha:]", "[a]"]);
  return `${r.one(escapes)}-${plain()}`;
}
const char_class = () => `[${r.chance(25) ? "^" : ""}${r.chance(10) ? r.one(["-", "]", "--", "-]"]) : ""}${Array.from({ length: 1 + r.below(3) }, class_item).join("")}]`;
function atom(depth) {
  const k = r.below(24);
  if (k < 10) return plain().replace(/[.\]}]/, "\\$&");
  if (k < 12) return ".";
  if (k < 15) return r.one(escapes);
  if (k < 18) return char_class();
  if (k < 20) return r.one(["^", "$", "\\b", "\\B", "\\A", "\\z"]);
  if (k === 20 && r.chance(30)) return r.one(rare);
  return depth > 0 ? `(${r.chance(30) ? "?:" : r.chance(3) ? r.one(["?i:", "?P<n>", "?=", "?<n>"]) : ""}${pattern(depth - 1)})` : "b";
}
const quantifiers = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,}", "{0,2}", "{2,1}", "{,2}", "{ 2 }", "{2", "{}", "**", "{0}", "{1}{2}"];
function pattern(depth) {
  const one = () => Array.from({ length: r.below(4) }, () => atom(depth) + (r.chance(25) ? r.one(quantifiers.slice(0, r.chance(80) ? 9 : quantifiers.length)) : "")).join("");
  return Array.from({ length: r.chance(75) ? 1 : 2 + r.below(2) }, one).join("|");
}
function damaged(p) { // half of what is malformed is a well-formed pattern less or more a character
  if (!r.chance(12) || p.length === 0) return p;
  const at = r.below(p.length + 1);
  return r.chance(50) ? p.slice(0, at) + p.slice(at + 1) : p.slice(0, at) + r.one(["(", ")", "[", "]", "{", "}", "*", "?", "|", "\\", "-", "^"]) + p.slice(at);
}
const some_text = () => Array.from({ length: r.below(9) }, plain).join("");
const quoted = (s) => `"${s.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

const ours = new Ours();
const secret = "44".repeat(32);
const root = f.KeyPair.fromPrivateKey(f.PrivateKey.fromBytes(bytes(secret), f.SignatureAlgorithm.Ed25519)).getPublicKey();
const token = (await ours.say("mint", "00", secret, secret, text("a(1);")))[1];
const parsed = f.Biscuit.fromBytes(bytes(token), root);
const counts = {};
let bad = 0;
for (let first = 0; first < cases; first += 64) {
  const jobs = Array.from({ length: Math.min(64, cases - first) }, () => {
    const s = some_text();
    const p = damaged(pattern(2));
    const code = `check if ${quoted(s)}.matches(${quoted(p)}); allow if true;`;
    return [s, p, code, ours.say("authorize", token, root.toString(), text(code))];
  });
  for (const [s, p, code, said] of jobs) {
    const mine = (await said)[0];
    const theirs = foreign_authorize(parsed, code)[0];
    counts[mine] = (counts[mine] ?? 0) + 1;
    if (process.env.ROWS && !/[\t\r]/.test(code)) {
      const answer = mine === "TOKEN_REGEX" ? "unknown" : theirs === "ok" ? "match" : "none";
      appendFileSync(process.env.ROWS, `${code.replace(/^check if (.*); allow if true;$/, "$1")}\t${answer}\n`);
    }
    if (mine !== theirs && mine !== "TOKEN_REGEX" && bad++ < 8) {
      console.log(`# ${JSON.stringify(s)}.matches(${JSON.stringify(p)}): ours ${mine}, wasm ${theirs}`);
    }
  }
}
// Each STEP-th character up to the last of Han: is it of a word, a digit, a space?
const step = Number(process.env.STEP ?? 97);
let wrong = "";
let known = 0;
for (let c = 0x80; c < 0x2a6e0; ) {
  const batch = [];
  for (; batch.length < 64 && c < 0x2a6e0; c += step) {
    if (c >= 0xd800 && c < 0xe000) continue;
    for (const name of ["w", "d", "s"]) {
      const code = `check if "${String.fromCodePoint(c)}".matches("\\\\${name}"); allow if true;`;
      batch.push([c, name, code, ours.say("authorize", token, root.toString(), text(code))]);
    }
  }
  for (const [at, name, code, said] of batch) {
    const mine = (await said)[0];
    if (mine === "TOKEN_REGEX") continue;
    known++;
    if (mine !== foreign_authorize(parsed, code)[0]) wrong += ` \\${name} of ${at.toString(16)}`;
  }
}
await ours.end();
console.log(`# ${cases} patterns, seed ${seed}: ${JSON.stringify(counts)}`);
ok(bad === 0, `REX0001 ${cases} random patterns: one answer`, `${bad} disagreements`);
ok((counts.ok ?? 0) > cases / 10 && (counts.TOKEN_DENIED ?? 0) > cases / 10, "REX0002 enough of them match, and enough do not");
ok((counts.TOKEN_REGEX ?? 0) < cases / 5, "REX0003 of fewer than one in five we say that we do not know");
ok(wrong === "" && known * step > 300000, `REX0004 what we say of ${known} characters, each ${step}-th, is what it says`, wrong);
done();
