// SPDX-License-Identifier: Apache-2.0
// biscuit-wasm, unpacked under build/import/npm, and our own library behind its driver, as one pair of objects.
import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const module_dir = new URL("../../build/import/npm/package/module/", import.meta.url);
export const foreign = await import(new URL("biscuit_bg.js", module_dir));
{
  // Its clock stands still: with a running one a busy machine gets "timeout", whatever max_time_micro says.
  const snippet = { performance_now: () => 0 };
  const compiled = new WebAssembly.Module(readFileSync(new URL("biscuit_bg.wasm", module_dir)));
  const imports = {};
  for (const { module } of WebAssembly.Module.imports(compiled)) {
    imports[module] = module === "./biscuit_bg.js" ? foreign : snippet;
  }
  const instance = new WebAssembly.Instance(compiled, imports);
  foreign.__wbg_set_wasm(instance.exports);
  const say = console.log;
  console.log = () => {}; // it announces itself
  instance.exports.__wbindgen_start();
  console.log = say;
}

// What one evaluation may take, the same numbers as fm_biscuit_limits_default; time never decides.
export const limits = { max_facts: 1000, max_iterations: 100, max_time_micro: 30000000 };

export const hex = (bytes) => (bytes.length === 0 ? "-" : Buffer.from(bytes).toString("hex"));
export const text = (s) => hex(Buffer.from(s, "utf8"));
export const bytes = (s) => new Uint8Array(Buffer.from(s, "hex"));

// Our side: say(words) resolves to the words of the answer; requests may be queued as fast as one likes.
export class Ours {
  constructor(path = "build/host/bin/biscuit-driver") {
    this.child = spawn(path, [], { stdio: ["pipe", "pipe", "inherit"] });
    this.waiting = [];
    this.first = 0;
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      const done = this.waiting[this.first];
      this.waiting[this.first++] = undefined;
      done(line.split("\t"));
    });
    this.ended = new Promise((done) => this.child.on("exit", (code, signal) => {
      for (const fn of this.waiting.slice(this.first)) fn(["died", String(code ?? signal)]);
      done(code);
    }));
  }
  say(...words) {
    return new Promise((done) => {
      this.waiting.push(done);
      this.child.stdin.write(words.join("\t") + "\n");
    });
  }
  end() {
    this.child.stdin.end();
    return this.ended;
  }
}

// What biscuit-wasm throws, in the driver's words: [code, policy, allow|deny, failed checks].
function failed_of(checks) {
  const list = checks.map((c) => c.Block ? `${c.Block.block_id}:${c.Block.check_id}` : `a:${c.Authorizer.check_id}`);
  return list.length === 0 ? "-" : list.join(",");
}
export function foreign_error(e) {
  if (e?.FailedLogic?.Unauthorized) {
    const u = e.FailedLogic.Unauthorized;
    const allow = "Allow" in u.policy;
    return ["TOKEN_DENIED", String(allow ? u.policy.Allow : u.policy.Deny), allow ? "allow" : "deny", failed_of(u.checks)];
  }
  if (e?.FailedLogic?.NoMatchingPolicy) {
    return ["TOKEN_NO_POLICY", "-1", "deny", failed_of(e.FailedLogic.NoMatchingPolicy.checks)];
  }
  return [typeof e === "string" ? e : e instanceof Error ? `Error ${e.message}` : JSON.stringify(e), "-1", "deny", "-"];
}

// Authorizes a foreign token object with code.
export function foreign_authorize(token, code) {
  let builder, authorizer;
  try {
    builder = new foreign.AuthorizerBuilder();
    builder.addCode(code);
  } catch (e) {
    return [...foreign_error(e), "code"];
  }
  try {
    authorizer = builder.buildAuthenticated(token);
    const policy = authorizer.authorizeWithLimits(limits);
    return ["ok", String(policy), "allow", "-", "run"];
  } catch (e) {
    return [...foreign_error(e), "run"];
  } finally {
    authorizer?.free();
  }
}

let count = 0;
let failures = 0;
export function ok(cond, name, ...notes) {
  count++;
  if (!cond) failures++;
  console.log(`${cond ? "ok" : "not ok"} ${count} - ${name}`);
  if (!cond) for (const n of notes) console.log(`# ${typeof n === "string" ? n : JSON.stringify(n)}`);
  return cond;
}
export function done() {
  console.log(`1..${count}`);
  process.exitCode = failures > 0 || count === 0 ? 1 : 0;
}
