// SPDX-License-Identifier: Apache-2.0
// The same keys and the same programs make the same bytes on both sides: minted, attenuated, signed by a third party,
// sealed. biscuit-wasm draws its next secrets itself; each is read out of the token it made, and given to us.
import { foreign as f, Ours, hex, text, bytes, ok } from "./foreign.mjs";
import { Random, block as random_block } from "./grammar.mjs";

// What bench/biscuit.c measures the size of.
const programs = [
  'subject("agent-7"); right_under("org/4/", "read"); right("cell/17", "write");',
  'check if resource($r), $r.starts_with("org/4/drafts/");',
  "check if time($t), $t <= 2027-01-01T00:00:00Z;",
  'reject if operation("admin"); check all right($x, $y), $x != "b" || $y.matches("^r");',
];

const secret = "44".repeat(32);
const third_secret = "22".repeat(32);
const key_of = (s) => f.PrivateKey.fromBytes(bytes(s), f.SignatureAlgorithm.Ed25519);
const block = (code) => {
  const b = new f.BlockBuilder();
  b.addCode(code);
  return b;
};
const next_of = (raw) => hex(raw.slice(-32));

// Mints and attenuates with both; calls each(i, ours, theirs) for each block. Gives their token and ours.
async function chain(ours, codes, each) {
  const b = new f.BiscuitBuilder();
  b.addCode(codes[0]);
  let theirs = b.build(key_of(secret));
  let mine = "";
  for (const [i, code] of codes.entries()) {
    if (i > 0) theirs = theirs.appendBlock(block(code));
    const raw = theirs.toBytes();
    const answer = await (i === 0 ? ours.say("mint", "00", secret, next_of(raw), text(code))
      : ours.say("attenuate", mine, next_of(raw), text(code)));
    mine = answer[1];
    each(i, mine, hex(raw));
  }
  return [theirs, mine];
}

export async function same_bytes() {
  const ours = new Ours();
  const sizes = [];
  const [theirs, mine] = await chain(ours, programs, (i, a, b) => {
    sizes.push(b.length / 2);
    ok(a === b, `INT8${String(i).padStart(3, "0")} ${i + 1} blocks: the same ${b.length / 2} bytes`, a, b);
  });
  ok(sizes.slice(0, 3).join() === "238,406,562", "INT8010 what the benchmark calls the other libraries' sizes is theirs", sizes);
  ok((await ours.say("seal", mine))[1] === hex(theirs.sealToken().toBytes()), "INT8011 sealed: the same bytes");
  const request = theirs.getThirdPartyRequest();
  ok((await ours.say("request", mine))[1] === hex(request.toBytes()), "INT8012 a third-party request: the same bytes");
  const signed = request.createBlock(key_of(third_secret), block("approved(true);"));
  const mine_signed = (await ours.say("sign", (await ours.say("request", mine))[1], "00", third_secret, text("approved(true);")))[1];
  ok(mine_signed === hex(signed.toBytes()), "INT8013 signed by the third party: the same bytes");
  const appended = theirs.appendThirdPartyBlock(f.KeyPair.fromPrivateKey(key_of(third_secret)).getPublicKey(), signed).toBytes();
  ok((await ours.say("append", mine, next_of(appended), mine_signed))[1] === hex(appended), "INT8014 appended: the same bytes");

  // Random programs. What may differ (docs/spec/tokens.md): the order of elements in sets and maps, the version that a
  // block with arrays or maps says, and a block's scope, which biscuit-wasm loses.
  let same = 0;
  let other = "";
  for (let seed = 1; same < 400 && other === "" && seed < 6000; seed++) {
    const r = new Random(seed * 7919);
    const codes = [random_block(r, []), random_block(r, []), random_block(r, [])];
    if (codes.some((c) => /[[{]|^trusting|hex:\b[^0-9a-f]/.test(c))) continue;
    try {
      for (const c of codes) block(c).free();
    } catch {
      continue; // neither side takes it
    }
    await chain(ours, codes, (i, a, b) => {
      if (a === b) same++;
      else other ||= `${codes.slice(0, i + 1).join("--\n")}${a}\n${b}`;
    });
  }
  ok(same >= 400 && other === "", `INT8020 random programs: the same bytes (${same} tokens)`, other);
  await ours.end();
}
