// SPDX-License-Identifier: Apache-2.0
// Each side mints, the other verifies, attenuates, seals and signs third-party blocks. Both sides decide every token
// that comes about and must give the same answer; both must also name the same revocation ids and print the same code.
import { differences } from "./differences.mjs";
import { foreign as f, Ours, hex, text, bytes, foreign_authorize, ok, done } from "./foreign.mjs";
import { same_bytes } from "./same_bytes.mjs";

const ours = new Ours();
let case_of_secret = 1;
const secret = () => Buffer.alloc(32, case_of_secret++).toString("hex");
const algorithms = [["00", "ed25519", f.SignatureAlgorithm.Ed25519], ["01", "secp256r1", f.SignatureAlgorithm.Secp256r1]];

// Both verdicts for a token, and whether they are one.
async function decide(token, key, code) {
  const mine = await ours.say("authorize", token, key.toString(), text(code));
  let theirs;
  try {
    theirs = foreign_authorize(f.Biscuit.fromBytes(bytes(token), key), code);
  } catch (e) {
    theirs = ["refused", JSON.stringify(e)];
  }
  return { mine, theirs, same: mine.join() === theirs.join() };
}
async function must(words) {
  const answer = await ours.say(...words);
  return answer[0] === "ok" ? answer[1] : ok(false, `INT0000 ${words[0]}: ${answer.join(" ")}`) || "";
}
function block(code) {
  const b = new f.BlockBuilder();
  b.addCode(code);
  return b;
}

const authority = 'right("file1", "read"); right("file2", "write"); owner("ann", "file2");' +
  'reader($u, $r) <- owner($u, $r); check if operation($o), ["read", "write"].contains($o);';
const narrow = 'check if resource($r), $r.starts_with("file"); check if operation("read") or owner($u, "file2");';
const questions = [
  'resource("file1"); operation("read"); allow if right("file1", "read");',
  'resource("file2"); operation("write"); allow if reader("ann", "file2");',
  'resource("other"); operation("read"); allow if true;',
  'resource("file1"); operation("drop"); deny if operation("drop"); allow if true;',
  'resource("file1"); operation("read"); allow if right("file3", $x);',
];

const sides = {
  ours: {
    mint: (alg, key, code) => must(["mint", alg[0], key, secret(), text(code)]),
    attenuate: (token, root, code) => must(["attenuate", token, secret(), text(code)]),
    seal: (token) => must(["seal", token]),
    request: (token) => must(["request", token]),
    sign: (request, alg, key, code) => must(["sign", request, alg[0], key, text(code)]),
    append: (token, root, third, signed) => must(["append", token, secret(), signed]),
  },
  wasm: {
    mint: (alg, key, code) => {
      const b = new f.BiscuitBuilder();
      b.addCode(code);
      return hex(b.build(f.PrivateKey.fromBytes(bytes(key), alg[2])).toBytes());
    },
    attenuate: (token, root, code) => hex(f.Biscuit.fromBytes(bytes(token), root).appendBlock(block(code)).toBytes()),
    seal: (token, root) => hex(f.Biscuit.fromBytes(bytes(token), root).sealToken().toBytes()),
    request: (token, root) => hex(f.Biscuit.fromBytes(bytes(token), root).getThirdPartyRequest().toBytes()),
    sign: (request, alg, key, code) =>
      hex(f.ThirdPartyRequest.fromBytes(bytes(request)).createBlock(f.PrivateKey.fromBytes(bytes(key), alg[2]), block(code)).toBytes()),
    // biscuit-wasm 0.6.0 reads a signed block with its reader for requests, so it can append only what it has signed in
    // the same process: here it signs again, for the request of this very token.
    append: null,
  },
};

let number = 1;
const id = () => `INT${String(number++).padStart(4, "0")}`;

for (const alg of algorithms) {
  const root_secret = secret();
  const third_secret = secret();
  const public_of = (s) => f.KeyPair.fromPrivateKey(f.PrivateKey.fromBytes(bytes(s), alg[2])).getPublicKey();
  const root = public_of(root_secret);
  const third = public_of(third_secret);
  ok((await ours.say("public", alg[0], root_secret))[1] === root.toString(), `${id()} ${alg[1]}: one public key for one secret`);

  for (const minter of ["ours", "wasm"]) {
    for (const holder of ["ours", "wasm"]) {
      const who = `${alg[1]}, minted by ${minter}, held by ${holder}`;
      const a = sides[minter];
      const b = sides[holder];
      const tokens = {};
      try {
        tokens.minted = await a.mint(alg, root_secret, authority);
        tokens.attenuated = await b.attenuate(tokens.minted, root, narrow);
        tokens.twice = await a.attenuate(tokens.attenuated, root, 'check if resource("file1");');
        tokens.sealed = await b.seal(tokens.attenuated, root);
        tokens.needs = await b.attenuate(tokens.minted, root, `check if approved(true) trusting ${third.toString()};`);
        for (const signer of ["ours", "wasm"]) {
          const signed = await sides[signer].sign(await b.request(tokens.needs, root), alg, third_secret, "approved(true);");
          tokens[`agreed by ${signer}`] = await sides.ours.append(tokens.needs, root, third, signed);
          tokens[`narrowed after ${signer}`] = await b.attenuate(tokens[`agreed by ${signer}`], root, narrow);
        }
        const parsed = f.Biscuit.fromBytes(bytes(tokens.needs), root);
        const again = parsed.getThirdPartyRequest().createBlock(f.PrivateKey.fromBytes(bytes(third_secret), alg[2]), block("approved(true);"));
        tokens["appended by wasm"] = hex(parsed.appendThirdPartyBlock(third, again).toBytes());
      } catch (e) {
        ok(false, `${id()} ${who}: made`, e instanceof Error ? e.stack : JSON.stringify(e));
        continue;
      }
      for (const [name, token] of Object.entries(tokens)) {
        let bad = "";
        let answers = new Set();
        for (const code of questions) {
          const d = await decide(token, root, code);
          answers.add(d.mine[0]);
          if (!d.same || d.mine[4] !== "run") bad += `${code} ours ${d.mine.join(" ")} wasm ${d.theirs.join(" ")}; `;
        }
        ok(bad === "" && (answers.has("ok") || name === "needs") && answers.has("TOKEN_DENIED"), `${id()} ${who}, ${name}: verdicts`, bad, [...answers]);
        const parsed = f.Biscuit.fromBytes(bytes(token), root);
        const ids = (await ours.say("ids", token))[1];
        ok(ids === parsed.getRevocationIdentifiers().join(","), `${id()} ${who}, ${name}: revocation ids`);
        const printed = (await ours.say("print", token))[1].split(",").map((h) => Buffer.from(h, "hex").toString("utf8").trim());
        const theirs = printed.map((_, i) => parsed.getBlockSource(i).trim());
        ok(printed.join("\n") === theirs.join("\n"), `${id()} ${who}, ${name}: printed alike`, printed.join("\n"), theirs.join("\n"));
      }
      // what a sealed token and a strange key are answered with
      const more = await ours.say("attenuate", tokens.sealed, secret(), text("check if true;"));
      let refused = "";
      try {
        f.Biscuit.fromBytes(bytes(tokens.sealed), root).appendBlock(block("check if true;"));
      } catch (e) {
        refused = JSON.stringify(e);
      }
      ok(more[0] === "TOKEN_SEALED" && refused.includes("Sealed"), `${id()} ${who}: nothing is appended to a sealed token`, more, refused);
      const strange = await decide(tokens.minted, public_of(secret()), questions[0]);
      ok(strange.mine[0] === "TOKEN_SIGNATURE" && strange.theirs[0] === "refused", `${id()} ${who}: another root key is refused`, strange);
    }
  }
}
await ours.end();
await same_bytes();
await differences();
done();
