// SPDX-License-Identifier: Apache-2.0
// Random programs of the token language. A small set of names and values, so that facts, rules and queries meet; every
// type, operation, scope and form of statement; mostly well typed, sometimes not.

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  u32() {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }
  below(n) {
    return Math.floor((this.u32() / 4294967296) * n);
  }
  one(list) {
    return list[this.below(list.length)];
  }
  chance(percent) {
    return this.below(100) < percent;
  }
}

const ints = ["0", "1", "2", "3", "-1", "7", "9223372036854775807", "-9223372036854775808", "4294967296"];
const strings = ['"a"', '"b"', '"ab"', '"abc"', '""', '"file1"', '"file2"', '"é"', '"read"', '"write"', '"a.c"', '"q\\"t"', '"n\\nl"', '"日本"'];
const dates = ["2020-01-01T00:00:00Z", "2024-02-29T12:30:00Z", "1970-01-01T00:00:00Z", "2030-12-31T23:59:59+02:00"];
const byte_strings = ["hex:00", "hex:0001", "hex:ffee", "hex:"];
const patterns = ['"^a"', '"b$"', '"a.c"', '"^file[0-9]+$"', '"(a|b)+"', '"[^a]"', '"\\\\d"', '"."', '""', '"a{2,3}"', '"é?"'];
const scalar_types = ["int", "str", "date", "bytes", "bool"];
const types = ["int", "str", "date", "bytes", "bool", "null", "set", "array", "map"];
const names = { int: "i", str: "s", date: "d", bytes: "h", bool: "t", null: "n", set: "e", array: "l", map: "m" };

export function value(r, type, depth = 0) {
  switch (type) {
    case "int": return r.chance(60) ? String(r.below(4)) : r.one(ints);
    case "str": return r.one(strings);
    case "date": return r.one(dates);
    case "bytes": return r.chance(99) ? r.one(byte_strings.slice(0, 3)) : byte_strings[3];
    case "bool": return r.one(["true", "false"]);
    case "null": return "null";
    case "set": {
      if (r.chance(8)) return "{,}";
      const t = r.one(scalar_types);
      const items = Array.from({ length: 1 + r.below(3) }, () => value(r, r.chance(2) ? "str" : t));
      // biscuit-wasm takes {true} and {hex:00} for template parameters
      if (items.length === 1 && /^[a-z]/.test(items[0])) items.push(items[0]);
      return `{${items.join(", ")}}`;
    }
    case "array": {
      const items = Array.from({ length: r.below(4) }, () => value(r, depth < 2 ? r.one(types) : "int", depth + 1));
      return `[${items.join(", ")}]`;
    }
    default: {
      const least = r.empty_maps ? 0 : 1; // biscuit-wasm cannot read {}
      const items = Array.from({ length: least + r.below(3) }, () => `${value(r, r.one(["int", "str"]))}: ${value(r, depth < 2 ? r.one(types) : "int", depth + 1)}`);
      return `{${items.join(", ")}}`;
    }
  }
}

// An expression of a type over the variables of a scope: {int: ["$i"], …}.
export function expr(r, type, scope, depth) {
  if (r.chance(3)) type = r.one(types);
  const vars = scope[type] ?? [];
  if (depth <= 0 || r.chance(15)) {
    return vars.length > 0 && r.chance(70) ? r.one(vars) : value(r, type, 1);
  }
  const e = (t) => expr(r, t, scope, depth - 1);
  const p = (t) => {
    const x = e(t);
    // biscuit-wasm reads on from a date into what follows it
    return r.chance(80) || x.endsWith("Z") || x.endsWith("+02:00") ? `(${x})` : x;
  };
  const closure = (t) => {
    const name = r.chance(95) ? `$p${depth}` : "$v0";
    const inner = { ...scope, [t]: [...(scope[t] ?? []), name, name] };
    return `${name} -> ${expr(r, "bool", inner, depth - 1)}`;
  };
  switch (type) {
    case "int":
      return r.one([
        () => `${p("int")} ${r.one(["+", "-", "*", "/", "&", "|", "^"])} ${p("int")}`,
        () => `${p("int")} ${r.one(["+", "-", "*"])} ${p("int")}`,
        () => `${p(r.one(["str", "bytes", "set", "array", "map"]))}.length()`,
        () => `${p("array")}.get(${e("int")})`,
        () => `(${e("int")}).try_or(${e("int")})`,
      ])();
    case "str":
      return r.one([() => `${p("str")} + ${p("str")}`, () => `${p(r.one(types))}.type()`, () => value(r, "str"), () => `${p("map")}.get(${e("str")})`])();
    case "bool": {
      const t = r.one(types);
      const set = r.one(["int", "str", "date", "bytes", "bool"]);
      return r.one([
        () => `${p("int")} ${r.one(["<", ">", "<=", ">="])} ${p("int")}`,
        () => `${p("date")} ${r.one(["<", ">", "<=", ">="])} ${p("date")}`,
        () => `${p(t)} ${r.one(["===", "!==", "==", "!="])} ${p(t)}`,
        () => `${p(r.one(types))} ${r.one(["==", "!="])} ${p(r.one(types))}`,
        () => `${p("bool")} ${r.one(["&&", "||"])} ${p("bool")}`,
        () => `!${p("bool")}`,
        () => `${p("str")}.${r.one(["starts_with", "ends_with", "contains"])}(${e("str")})`,
        () => `${p("str")}.matches(${r.one(patterns)})`,
        () => `${p("set")}.contains(${e(r.one([set, "set"]))})`,
        () => `${p("array")}.${r.one(["contains", "starts_with", "ends_with"])}(${e(r.one(["int", "array"]))})`,
        () => `${p("map")}.contains(${e(r.one(["int", "str"]))})`,
        () => `${p("set")}.${r.one(["any", "all"])}(${closure(set)})`,
        () => `${p("array")}.${r.one(["any", "all"])}(${closure("int")})`,
        () => `${p("map")}.${r.one(["any", "all"])}(${closure("array")})`,
        () => `(${e("bool")}).try_or(${e("bool")})`,
        () => `${p("bool")} ${r.one(["&&", "||"])} ${p("bool")} ${r.one(["&&", "||"])} ${p("bool")}`,
      ])();
    }
    case "set": return r.chance(70) ? `${p("set")}.${r.one(["union", "intersection"])}(${e("set")})` : value(r, "set");
    default: return vars.length > 0 ? r.one(vars) : value(r, type, 1);
  }
}

// Predicates that bind variables; returns [text, scope].
function body(r, most) {
  const scope = {};
  const parts = [];
  const n = r.below(most + 1);
  for (let i = 0; i < n; i++) {
    const t = r.one(types.slice(0, r.chance(70) ? 2 : types.length));
    const v = r.chance(25) && scope[t]?.length ? r.one(scope[t]) : `$v${i}`;
    if (r.chance(25)) {
      const w = r.chance(30) ? v : `$w${i}`;
      parts.push(`pair(${r.chance(20) ? value(r, "str") : v}, ${r.chance(15) ? value(r, "int") : w})`);
      (scope.str ??= []).push(v);
      (scope.int ??= []).push(w);
      if (!parts.at(-1).includes(v)) scope.str.pop();
      if (!parts.at(-1).includes(w)) scope.int.pop();
    } else if (r.chance(15)) {
      parts.push(`${names[t]}(${value(r, t)})`);
    } else {
      parts.push(`${names[t]}(${v})`);
      (scope[t] ??= []).push(v);
    }
  }
  return [parts, scope];
}

function scopes(r, keys) {
  if (!r.chance(12)) return "";
  const list = Array.from({ length: 1 + r.below(2) }, () => r.one(["authority", "previous", ...keys]));
  return ` trusting ${list.join(", ")}`;
}

function query(r, keys) {
  const [parts, scope] = body(r, 3);
  const n = parts.length === 0 ? 1 + r.below(2) : r.below(3);
  for (let i = 0; i < n; i++) parts.push(expr(r, "bool", scope, 1 + r.below(3)));
  return parts.join(", ") + scopes(r, keys);
}

function queries(r, keys) {
  return Array.from({ length: r.chance(75) ? 1 : 2 + r.below(2) }, () => query(r, keys)).join(" or ");
}

function fact(r) {
  const t = r.one(types.slice(0, r.chance(60) ? 2 : types.length));
  return r.chance(30) ? `pair(${value(r, "str")}, ${value(r, "int")})` : `${names[t]}(${value(r, t)})`;
}

function rule(r, keys) {
  const [parts, scope] = body(r, 2);
  const bound = Object.entries(scope).filter(([, v]) => v.length > 0);
  let head = "i(1)";
  if (bound.length > 0 && r.chance(97)) {
    const [t, v] = r.one(bound);
    head = `${names[r.chance(95) ? t : r.one(types)]}(${r.one(v)})`;
    if (scope.str?.length && scope.int?.length && r.chance(40)) head = `pair(${r.one(scope.str)}, ${r.one(scope.int)})`;
  } else if (r.chance(10)) {
    head = "i($zz)";
  }
  if (parts.length === 0 || r.chance(40)) parts.push(expr(r, "bool", scope, 1 + r.below(2)));
  return `${head} <- ${parts.join(", ")}${scopes(r, keys)}`;
}

// `reject if a or b` means two things (docs/spec/tokens.md): one query only.
const check = (r, keys) => r.chance(80) ? `${r.one(["check if", "check if", "check if", "check all"])} ${queries(r, keys)}`
  : `reject if ${query(r, keys)}`;

function some(r, most, make) {
  return Array.from({ length: r.below(most + 1) }, make);
}

export function block(r, keys) {
  const list = [...some(r, 5, () => fact(r)), ...some(r, 2, () => rule(r, keys)), ...some(r, 1, () => check(r, keys))];
  // biscuit-wasm refuses a block of a scope and nothing else
  const head = list.length > 0 && r.chance(8) ? [`trusting ${r.one(["authority", "previous", ...keys])}`] : [];
  return [...head, ...list].map((s) => `${s};\n`).join("");
}

export function authorizer(r, keys) {
  const list = [...some(r, 4, () => fact(r)), ...some(r, 2, () => rule(r, keys)), ...some(r, 1, () => check(r, keys))];
  const policies = [...some(r, 2, () => `${r.one(["allow if", "deny if"])} ${queries(r, keys)}`)];
  if (r.chance(85)) policies.push(r.chance(85) ? "allow if true" : "deny if true");
  return [...list, ...policies].map((s) => `${s};\n`).join("");
}
