// SPDX-License-Identifier: Apache-2.0
// The differences that docs/spec/tokens.md lists are what they are said to be, on both sides: a release of either that
// closes or widens one is noticed. So are the agreements that were differences once.
import { readFileSync } from "node:fs";
import { foreign as f, Ours, hex, text, bytes, foreign_authorize, ok } from "./foreign.mjs";

export async function differences() {
  const ours = new Ours();
  const secret = "44".repeat(32);
  const key = f.PrivateKey.fromBytes(bytes(secret), f.SignatureAlgorithm.Ed25519);
  const root = f.KeyPair.fromPrivateKey(key).getPublicKey();
  const lines = ["differences", "agreements"].map((name) => readFileSync(`tests/vectors/biscuit/${name}.tsv`, "utf8"));
  for (const line of lines.join("\n").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [number, authority, code, want_ours, want_theirs, why] = line.split("\t").map((s) => s.replaceAll("\\n", "\n"));
    const token = (await ours.say("mint", "00", secret, secret, text(authority)))[1];
    const mine = await ours.say("authorize", token, root.toString(), text(code));
    const theirs = foreign_authorize(f.Biscuit.fromBytes(bytes(token), root), code);
    let got = theirs[4] === "code" ? "code" : theirs[0];
    if (want_theirs === "varies") {
      const answers = new Set();
      for (let k = 0; k < 100 && answers.size < 2; k++) {
        answers.add(foreign_authorize(f.Biscuit.fromBytes(bytes(token), root), code)[0]);
      }
      got = answers.size > 1 ? "varies" : got;
    }
    try {
      new f.BiscuitBuilder().addCode(authority);
    } catch {
      got = "block";
    }
    ok(mine[0] === want_ours && got === want_theirs, `INT9${number.padStart(3, "0")} ${why}`, mine, theirs, got);
  }
  await ours.end();
}
