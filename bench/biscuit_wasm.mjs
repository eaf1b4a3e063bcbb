#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The evaluations of bench/biscuit.c's row biscuit_corpus_eval_us by biscuit-wasm 0.6.0: authorizer code to verdict, with the token read
// and verified before (its reader does both at once), so less is timed than of ours. Prints rows `name value unit limit ratio`.
import { readFileSync } from "node:fs";
import { foreign as f, bytes, foreign_authorize } from "../tests/biscuit/foreign.mjs";

const ROUNDS = 41;
const jobs = [];
let root;
for (const line of readFileSync("tests/vectors/biscuit/corpus.tsv", "utf8").split("\n")) {
  const [name, code] = line.split("\t");
  if (name === "" || name.startsWith("#")) continue;
  if (name === "key") {
    root = f.PublicKey.fromString(code.replace("ed25519/", ""), f.SignatureAlgorithm.Ed25519);
    continue;
  }
  try {
    const token = f.Biscuit.fromBytes(new Uint8Array(readFileSync(`tests/vectors/biscuit/${name}.bc`)), root);
    jobs.push([name, token, code === "-" ? "" : code.replaceAll("\\n", "\n").replaceAll("\\\\", "\\"), []]);
  } catch {
    // a token of the corpus that is not to be read
  }
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
for (let round = 0; round < ROUNDS; round++) {
  for (const [, token, code, times] of jobs) {
    const start = process.cpuUsage();
    for (let k = 0; k < 4; k++) foreign_authorize(token, code);
    const used = process.cpuUsage(start);
    times.push((used.user + used.system) / 4);
  }
}
for (const [name, , , times] of jobs) console.log(`# ${name}: ${median(times).toFixed(0)} us`);
const mean = jobs.reduce((sum, [, , , times]) => sum + median(times), 0) / jobs.length;
console.log(`# ${jobs.length} validations`);
console.log(`biscuit_corpus_eval_wasm_us\t${mean.toFixed(1)}\tus\t-\t-`);
