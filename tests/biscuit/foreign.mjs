// SPDX-License-Identifier: Apache-2.0
// The foreign library (biscuit-wasm, pinned by tools/setup/npm) and our side (build/host/bin/biscuit-peer), each
// behind the same few calls. Bytes are Uint8Array, keys are numbers from which both sides derive the same secret.
import { readFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";
import { pathToFileURL } from "node:url";
import path from "node:path";

const folder = path.resolve(process.env.BISCUIT_WASM ?? "build/import/biscuit-wasm/module");

export const hex = (b) => Buffer.from(b).toString("hex");
export const unhex = (s) => new Uint8Array(Buffer.from(s, "hex"));
const text_hex = (s) => Buffer.from(s, "utf8").toString("hex");

// The package wants a bundler; its parts are put together by hand, so that any Node of Debian will do.
async function wasm() {
  globalThis.crypto ??= webcrypto;
  const glue = await import(pathToFileURL(path.join(folder, "biscuit_bg.js")));
  const module = await WebAssembly.compile(await readFile(path.join(folder, "biscuit_bg.wasm")));
  const imports = {};
  for (const { module: name } of WebAssembly.Module.imports(module)) {
    imports[name] ??= name === "./biscuit_bg.js" ? glue : { performance_now: () => 0 }; // its limit of time never strikes: verdicts stay the same under load
  }
  const instance = await WebAssembly.instantiate(module, imports);
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}

export const lib = await wasm();

export const limits = { max_facts: 1000, max_iterations: 100, max_time_micro: 60_000_000 };

export function secret(algorithm, number) {
  const b = new Uint8Array(32);
  for (let i = 0; i < 32; i++) b[i] = (number * 31 + i * 7 + 1) & 255;
  return { algorithm, bytes: b, word: hex([algorithm]) + hex(b), private: lib.PrivateKey.fromBytes(b, algorithm) };
}

export function publicKey(s) {
  return lib.KeyPair.fromPrivateKey(s.private).getPublicKey();
}

// ------------------------------------------------------------------------------------------------ theirs
// ThirdPartyBlock.fromBytes of 0.6.0 decodes a request by mistake, so they can append only what they signed themselves.
const signed = new Map();

export const theirs = {
  canAppend: (response) => signed.has(hex(response)),
  forget: () => signed.clear(),
  mint(root, _next, code) {
    const b = lib.Biscuit.builder();
    b.addCode(code);
    return b.build(root.private).toBytes();
  },
  parse: (token, root) => lib.Biscuit.fromBytes(token, publicKey(root)),
  attenuate(token, root, _next, code) {
    const b = lib.Biscuit.block_builder();
    b.addCode(code);
    return this.parse(token, root).appendBlock(b).toBytes();
  },
  seal(token, root) {
    return this.parse(token, root).sealToken().toBytes();
  },
  request(token, root) {
    return this.parse(token, root).getThirdPartyRequest().toBytes();
  },
  third(request, key, code) {
    const b = lib.Biscuit.block_builder();
    b.addCode(code);
    const block = lib.ThirdPartyRequest.fromBytes(request).createBlock(key.private, b);
    const bytes = block.toBytes();
    signed.set(hex(bytes), block);
    return bytes;
  },
  append(token, root, _next, response, key) {
    const block = signed.get(hex(response));
    return this.parse(token, root).appendThirdPartyBlock(publicKey(key), block).toBytes();
  },
  ids(token, root) {
    return this.parse(token, root).getRevocationIdentifiers().map((x) => (typeof x === "string" ? x : hex(x))).join(",");
  },
  print(token, root, block) {
    return this.parse(token, root).getBlockSource(block);
  },
  decide(token, root, code) {
    return this.decideParsed(this.parse(token, root), code);
  },
  decideParsed(parsed, code) {
    const b = new lib.AuthorizerBuilder();
    let a;
    try {
      b.addCode(code);
      a = b.buildAuthenticated(parsed);
      return `yes allow${a.authorizeWithLimits(limits)}`;
    } catch (e) {
      return verdictOf(e);
    } finally {
      a?.free();
    }
  },
};

const policyOf = (p) => ("Allow" in p ? `allow${p.Allow}` : `deny${p.Deny}`);
const checkOf = (c) => (c.Block ? `${c.Block.block_id}:${c.Block.check_id}` : `a:${c.Authorizer.check_id}`);

// An exception of theirs in our words.
export function verdictOf(e) {
  const logic = e?.FailedLogic;
  if (logic?.Unauthorized) return ["no", policyOf(logic.Unauthorized.policy), ...logic.Unauthorized.checks.map(checkOf)].join(" ");
  if (logic?.NoMatchingPolicy) return ["no none", ...logic.NoMatchingPolicy.checks.map(checkOf)].join(" ");
  if (e?.RunLimit) return `error ${JSON.stringify(e.RunLimit)}`;
  if (e?.Execution) return `error ${JSON.stringify(e.Execution)}`;
  return `fail ${e instanceof Error ? e.message : JSON.stringify(e)}`;
}

// -------------------------------------------------------------------------------------------------- ours
const peer = spawn(process.env.BISCUIT_PEER ?? "build/host/bin/biscuit-peer", { stdio: ["pipe", "pipe", "inherit"] });
const waiting = [];
createInterface({ input: peer.stdout }).on("line", (l) => waiting.shift()(l));
peer.on("exit", (code) => waiting.splice(0).forEach((w) => w(`err\tthe peer ended with ${code}`)));

function ask(command, ...words) {
  return new Promise((resolve, reject) => {
    waiting.push((l) => {
      const at = l.indexOf("\t");
      if (l.slice(0, at) === "ok") resolve(l.slice(at + 1));
      else reject(new Error(l.slice(at + 1)));
    });
    peer.stdin.write(`${command}\t${words.join("\t")}\n`);
  });
}

export const ours = {
  mint: async (root, next, code) => unhex(await ask("m", root.word, next.word, text_hex(code))),
  attenuate: async (token, _root, next, code) => unhex(await ask("a", hex(token), next.word, text_hex(code))),
  seal: async (token) => unhex(await ask("s", hex(token))),
  request: async (token) => unhex(await ask("q", hex(token))),
  third: async (request, key, code) => unhex(await ask("t", hex(request), key.word, text_hex(code))),
  append: async (token, _root, next, response) => unhex(await ask("x", hex(token), next.word, hex(response))),
  ids: (token, root) => ask("v", hex(token), text_hex(keyText(root))),
  print: async (token, _root, block) => Buffer.from(await ask("p", hex(token), hex([block])), "hex").toString("utf8"),
  decide: (token, _root, code) => ask("d", hex(token), text_hex(code)),
  world: async (token, code) => Buffer.from(await ask("w", hex(token), text_hex(code)), "hex").toString("utf8"),
  public: (s) => ask("k", s.word),
  end: () => peer.stdin.end(),
};

export const keyText = (s) => {
  const t = publicKey(s).toString();
  return t.includes("/") ? t : `${s.algorithm ? "secp256r1" : "ed25519"}/${t}`;
};

// --------------------------------------------------------------------------------------------------- TAP
let count = 0;
let failed = 0;
export function ok(cond, name, note) {
  count++;
  if (!cond) failed++;
  console.log(`${cond ? "" : "not "}ok ${count} - ${name}`);
  if (note !== undefined && !cond) console.log(String(note).replace(/^/gm, "# "));
  return cond;
}
export const skip = (name, why) => console.log(`ok ${++count} - ${name} # SKIP ${why}`);
export function done() {
  console.log(`1..${count}`);
  ours.end();
  process.exitCode = failed ? 1 : 0;
}
