// SPDX-License-Identifier: Apache-2.0
// Differential fuzzing against biscuit-wasm: random tokens and authorizers, one verdict.
//   environment: CASES (20000), SEED (1), SHOW (5): how many disagreements to print
import { foreign as f, Ours, hex, text, bytes, foreign_authorize, ok, done } from "./foreign.mjs";
import { Random, block, authorizer } from "./grammar.mjs";

const cases = Number(process.env.CASES ?? 20000);
const seed = Number(process.env.SEED ?? 1);
const show = Number(process.env.SHOW ?? 5);
const PER_TOKEN = 8;
const BATCH = 24;
const ours = new Ours();
const root_secret = "11".repeat(32);
const third_secrets = ["22".repeat(32), "33".repeat(32)];
const key_of = (s) => f.PrivateKey.fromBytes(bytes(s), f.SignatureAlgorithm.Ed25519);
const root_key = key_of(root_secret);
const root = f.KeyPair.fromPrivateKey(root_key).getPublicKey();
const keys = third_secrets.map((s) => f.KeyPair.fromPrivateKey(key_of(s)).getPublicKey().toString());
const root_text = root.toString();

const counts = {};

// The foreign names of errors, in ours.
const names = [
  [/"Overflow"/, "EXPR_OVERFLOW"], [/"InvalidType"/, "EXPR_TYPE"], [/"DivideByZero"/, "EXPR_DIVISION"],
  [/"UnknownVariable"/, "EXPR_VARIABLE"], [/"ShadowedVariable"/, "EXPR_SHADOWED"], [/"InvalidStack"/, "EXPR_STACK"],
  [/"UndefinedExtern"/, "EXPR_EXTERN"], [/"TooManyFacts"/, "TOKEN_FACTS"], [/"TooManyIterations"/, "TOKEN_ITERATIONS"],
];
// Equal, but for which one is named of several errors: rules have no order among each other.
const is_error = (code) => /^EXPR_/.test(code);
const foreign_code = (theirs) => names.find(([re]) => re.test(theirs[0]))?.[1] ?? theirs[0];
function same(mine, theirs) {
  if (theirs[4] === "code" || mine[4] === "code") return mine[4] === theirs[4] && (mine[0] === "ok") === (theirs[0] === "ok");
  const code = foreign_code(theirs);
  if (is_error(mine[0]) && is_error(code)) {
    if (mine[0] !== code) counts.other_error = (counts.other_error ?? 0) + 1;
    return true;
  }
  if (mine[0] !== code) return false;
  return !/^(ok|TOKEN_DENIED|TOKEN_NO_POLICY)$/.test(code) || (mine[1] === theirs[1] && mine[2] === theirs[2] && mine[3] === theirs[3]);
}

let bad = 0;
let shown = 0;
function disagree(what, ...notes) {
  bad++;
  if (shown++ < show) {
    console.log(`# ${what}`);
    for (const n of notes) console.log(`#   ${String(n).trim().replaceAll("\n", "\n#     ")}`);
  }
}
function foreign_block(code) {
  const b = new f.BlockBuilder();
  b.addCode(code);
  return b;
}

// A query with one match and one error is decided by what is looked at first, and neither library promises an order of
// facts. If the two differ in that alone, then our own answer with the facts in some other order is theirs.
// Facts also become rules without a body here and there: these come after all facts, of whatever block.
function shuffled(r, code) {
  const list = code.split(";\n").filter((s) => s !== "");
  const keyword = /^(check|reject|allow|deny|trusting) /;
  const at = [...list.keys()].filter((i) => !keyword.test(list[i]));
  for (let i = at.length - 1; i > 0; i--) {
    const k = r.below(i + 1);
    [list[at[i]], list[at[k]]] = [list[at[k]], list[at[i]]];
  }
  return list.map((s) => (keyword.test(s) || s.includes(" <- ") || r.chance(50) ? `${s};\n` : `${s} <- true;\n`)).join("");
}
async function order_alone(mine, theirs, codes, plan, code) {
  if (is_error(mine[0]) === is_error(foreign_code(theirs)) || theirs[4] === "code" || mine[4] === "code") return false;
  const r = new Random(1);
  r.empty_maps = true;
  for (let i = 0; i < 200; i++) {
    const token = await make(r, codes.map((c) => shuffled(r, c)), false, plan);
    if (token !== null && same(await ours.say("authorize", token, root_text, text(shuffled(r, code))), theirs)) return true;
  }
  return false;
}

// One token of 1 to 3 blocks, made by one side: hexadecimal, or null if its maker refused some code. The code that one
// side refuses goes to the other, which must refuse it too.
async function make(r, codes, by_wasm, plan) {
  try {
    if (by_wasm) {
      const b = new f.BiscuitBuilder();
      b.addCode(codes[0]);
      let token = b.build(root_key);
      for (let i = 1; i < codes.length; i++) {
        const next = plan[i] === null ? token.appendBlock(foreign_block(codes[i]))
          : token.appendThirdPartyBlock(f.KeyPair.fromPrivateKey(key_of(plan[i])).getPublicKey(),
            token.getThirdPartyRequest().createBlock(key_of(plan[i]), foreign_block(codes[i])));
        token.free();
        token = next;
      }
      const raw = hex(token.toBytes());
      token.free();
      return raw;
    }
  } catch (e) {
    for (const c of codes) {
      const a = await ours.say("mint", "00", root_secret, root_secret, text(c));
      if (a[0] !== "ok") return null;
    }
    disagree("biscuit-wasm alone refuses a block", JSON.stringify(e), ...codes);
    return null;
  }
  const fresh = () => Array.from({ length: 32 }, () => r.below(256).toString(16).padStart(2, "0")).join("");
  let token = "";
  for (let i = 0; i < codes.length; i++) {
    let a;
    if (i === 0) {
      a = await ours.say("mint", "00", root_secret, fresh(), text(codes[i]));
    } else if (plan[i] === null) {
      a = await ours.say("attenuate", token, fresh(), text(codes[i]));
    } else {
      const request = await ours.say("request", token);
      const signed = await ours.say("sign", request[1], "00", plan[i], text(codes[i]));
      a = signed[0] === "ok" ? await ours.say("append", token, fresh(), signed[1]) : signed;
    }
    if (a[0] !== "ok") {
      let theirs = "takes it";
      try {
        foreign_block(codes[i]).free();
      } catch (e) {
        theirs = "";
      }
      if (theirs !== "") disagree("libbiscuit alone refuses a block", a.join(" "), codes[i]);
      return null;
    }
    token = a[1];
  }
  return token;
}

// Blocks printed by both sides. biscuit-wasm leaves out a block's scope and does not escape what stands in a string.
// The elements of a set or map may stand in another order, so what is compared is the letters of each program.
const sorted = (code) => [...code.trim()].sort().join("");
async function printed_alike(token, parsed) {
  const answer = await ours.say("print", token);
  const mine = answer[1].split(",").map((h) => (h === "-" ? "" : Buffer.from(h, "hex").toString("utf8")));
  for (const [i, code] of mine.entries()) {
    const plain = code.replace(/^trusting [^\n]*\n/, "").replace(/\\(.)/g, (_, c) => (c === "n" ? "\n" : c));
    const theirs = parsed.getBlockSource(i);
    if (answer[0] !== "ok" || sorted(plain) !== sorted(theirs)) {
      disagree(`block ${i} is printed in two ways`, code, theirs);
      return;
    }
  }
}

let tried = 0;
const begun = Date.now();
for (let first = 0; tried < cases; first += BATCH) {
  const jobs = Array.from({ length: BATCH }, async (_, i) => {
    const r = new Random((seed * 1000003 + (first + i) * 7919) >>> 0);
    const n = 1 + r.below(3);
    const by_wasm = r.chance(25);
    r.empty_maps = !by_wasm;
    const codes = Array.from({ length: n }, () => block(r, keys));
    const plan = codes.map((_c, b) => (b > 0 && r.chance(35) ? r.one(third_secrets) : null));
    r.empty_maps = false;
    const token = await make(r, codes, by_wasm, plan);
    tried++;
    if (token === null) {
      counts.refused = (counts.refused ?? 0) + 1;
      return;
    }
    const code = Array.from({ length: PER_TOKEN }, () => authorizer(r, keys));
    const mine = code.map((c) => ours.say("authorize", token, root_text, text(c)));
    let parsed = null;
    try {
      parsed = f.Biscuit.fromBytes(bytes(token), root);
    } catch (e) {
      disagree("biscuit-wasm refuses the token", JSON.stringify(e), token, ...codes);
      return;
    }
    await printed_alike(token, parsed);
    for (let k = 0; k < PER_TOKEN; k++) {
      const theirs = foreign_authorize(parsed, code[k]);
      const answer = await mine[k];
      tried++;
      const kind = answer[4] === "code" ? "code" : answer[0];
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (!same(answer, theirs)) {
        if (await order_alone(answer, theirs, codes, plan, code[k])) {
          counts.order_alone = (counts.order_alone ?? 0) + 1;
          continue;
        }
        disagree(`case ${first + i}/${k}${by_wasm ? " by wasm" : ""}`, `ours ${answer.join(" ")}`, `wasm ${theirs.join(" ")}`,
          ...codes.map((c, b) => `block ${b}${plan[b] ? " third party " + keys[third_secrets.indexOf(plan[b])].slice(0, 16) : ""}:\n${c}`), `authorizer:\n${code[k]}`);
      }
    }
    parsed.free();
  });
  await Promise.all(jobs);
}
await ours.end();
console.log(`# ${tried} cases in ${((Date.now() - begun) / 1000).toFixed(1)} s, seed ${seed}: ${JSON.stringify(counts)}`);
ok(bad === 0, `INF0001 ${cases} random tokens and authorizers: one verdict`, `${bad} disagreements`);
ok((counts.ok ?? 0) > tried / 20 && (counts.TOKEN_DENIED ?? 0) > tried / 20, "INF0002 enough of them are allowed, and enough denied");
ok((counts.order_alone ?? 0) * 1000 < tried && (counts.other_error ?? 0) * 1000 < tried, "INF0003 order alone decides fewer than 1 in 1000");
done();
