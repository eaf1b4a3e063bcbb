// SPDX-License-Identifier: Apache-2.0
// Random tokens, random authorizers: both implementations must give the same verdict, down to the policy, the failed
// checks, and that an evaluation ends in an error; and print each block alike.  CASES, SEED and SHOW from the environment.
import { ours, theirs, secret, keyText, lib, ok, done, hex } from "./foreign.mjs";
import { readFile } from "node:fs/promises";
import { generator } from "./grammar.mjs";

const cases = Number(process.env.CASES ?? 20000);
const seed = Number(process.env.SEED ?? 20261124);
const perToken = 8;
const show = Number(process.env.SHOW ?? 5);

const thirds = [secret(0, 50), secret(1, 51)];
const root = secret(0, 1);
const counts = { decided: 0, allowed: 0, denied: 0, errors: 0, skipped: 0, prints: 0, tokens: 0 };
const different = [];

// Our error's name for theirs.
const same = { EXPR_TYPE: '"InvalidType"', EXPR_OVERFLOW: '"Overflow"', EXPR_DIVISION: '"DivideByZero"', EXPR_SHADOWED: '"ShadowedVariable"' };
const inTheirs = (v) => (v.startsWith("error ") ? `error ${same[v.slice(6)] ?? v.slice(6)}` : v);
const isError = (v) => v.startsWith("error");

// Each prints sets and maps in the order of its own numbers of symbols: they of the block's table, we of the whole token's.
const unordered = (text) => text.trim().replace(/\{([^{}]*)\}/g, (_, e) => `{${e.split(", ").sort().join(", ")}}`);

// Every fourth token is written by them.
async function token(g, n) {
  if (n % 4 === 3) return theirToken(g);
  let t = await ours.mint(root, secret(0, 2), g.authority());
  const more = g.below(3);
  for (let i = 0; i < more; i++) {
    if (g.chance(0.3)) {
      const key = g.pick(g.chance(0.8) ? thirds.slice(0, 1) : thirds);
      t = await ours.append(t, root, secret(0, 3 + i), await ours.third(await ours.request(t), key, g.block()), key);
    } else {
      t = await ours.attenuate(t, root, secret(0, 3 + i), g.block());
    }
  }
  return t;
}

function theirToken(g) {
  let t = theirs.mint(root, null, g.authority());
  const more = g.below(3);
  for (let i = 0; i < more; i++) {
    if (g.chance(0.3)) {
      const key = g.pick(thirds);
      t = theirs.append(t, root, null, theirs.third(theirs.request(t, root), key, g.block()), key);
      theirs.forget();
    } else {
      t = theirs.attenuate(t, root, null, g.block());
    }
  }
  return t;
}

async function one(n) {
  const g = generator(seed + n);
  g.keys.push(...thirds.map(keyText));
  let t, parsed;
  try {
    t = await token(g, n);
    await ours.ids(t, root);
  } catch (e) {
    counts.skipped++;
    different.push(`seed ${seed + n}: not minted or verified: ${e.message ?? JSON.stringify(e)}`);
    return;
  }
  try {
    parsed = theirs.parse(t, root);
  } catch (e) {
    different.push(`seed ${seed + n}: theirs do not read ${hex(t)}: ${JSON.stringify(e)}`);
    return;
  }
  counts.tokens++;
  const authorizers = Array.from({ length: perToken }, () => g.authorizer());
  const answers = authorizers.map((a) => ours.decide(t, root, a).catch((e) => `fail ${e.message}`));
  const blocks = parsed.countBlocks();
  const prints = Array.from({ length: blocks }, (_, b) => ours.print(t, root, b).catch((e) => `fail ${e.message}`));
  for (const [i, a] of authorizers.entries()) {
    const theirsSay = theirs.decideParsed(parsed, a);
    const oursSay = await answers[i];
    counts.decided++;
    if (isError(oursSay)) counts.errors++;
    else if (oursSay.startsWith("yes")) counts.allowed++;
    else counts.denied++;
    if (inTheirs(oursSay) !== theirsSay) {
      different.push(`seed ${seed + n} authorizer ${i}: ours ${oursSay}, theirs ${theirsSay}\n--- token\n` +
        Array.from({ length: blocks }, (_, b) => parsed.getBlockSource(b)).join("---\n") + `--- authorizer\n${a}`);
    }
  }
  for (let b = 0; b < blocks; b++) {
    const [x, y] = [unordered(await prints[b]), unordered(parsed.getBlockSource(b))];
    counts.prints++;
    if (x !== y) different.push(`seed ${seed + n} block ${b} prints differently\n--- ours\n${x}\n--- theirs\n${y}`);
  }
  parsed.free();
}

// Where both are known to differ: each row is a vector with its explanation, and both must still say what it says.
async function known() {
  const t = await ours.mint(root, secret(0, 2), "");
  const parsed = theirs.parse(t, root);
  const rows = (await readFile("tests/vectors/biscuit/differences.tsv", "utf8")).split("\n").filter((l) => l && !l.startsWith("#"));
  for (const row of rows) {
    const [id, code, want, other, why] = row.split("\t");
    const oursSay = await ours.decide(t, root, code).catch((e) => `fail ${e.message}`);
    const theirsSay = theirs.decideParsed(parsed, code);
    ok(oursSay === want && (theirsSay === other || (other === "fail" && theirsSay.startsWith("fail"))),
      `DIF0010 known difference ${id}: ${why}`, `ours ${oursSay}\ntheirs ${theirsSay}`);
  }
  ok(rows.length >= 2, "DIF0011 the known differences were looked at");
}

await known();
const tokens = Math.ceil(cases / perToken);
for (let n = 0; n < tokens; n += 16) {
  await Promise.all(Array.from({ length: Math.min(16, tokens - n) }, (_, k) => one(n + k)));
}
for (const d of different.slice(0, show)) console.log(d.replace(/^/gm, "# "));
console.log(`# ${JSON.stringify(counts)}`);
ok(counts.decided >= cases, `DIF0001 ${cases} random cases were decided by both`);
ok(counts.allowed * 20 > cases && counts.denied * 20 > cases && counts.errors * 100 > cases, "DIF0002 of every kind there are enough");
ok(different.length === 0, "DIF0003 no verdict and no printed block differs", `${different.length} differ`);
done();
