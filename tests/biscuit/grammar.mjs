// SPDX-License-Identifier: Apache-2.0
// Random tokens and authorizers from a seed. Predicates have typed columns, and an expression over variables is typed
// and total, so that no verdict depends on the order in which an engine looks at facts; expressions over constants
// alone may do anything, errors included.
export function generator(seed) {
  let s = seed >>> 0;
  const next = () => { // mulberry32
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const chance = (p) => next() < p;
  const several = (lo, hi, f) => Array.from({ length: lo + below(hi - lo + 1) }, f);

  const words = ["a", "b", "file1", "file2", "read", "write", "org/4/", "org/42", "", "é", "x y", "null"];
  const dates = ["2020-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2025-06-30T12:00:00Z", "1970-01-01T00:00:00Z"];
  const keys = [];
  // name: types of its columns
  const predicates = { p: "i", q: "ii", r: "ss", t: "d", u: "si", v: "b", w: "y", z: "si", m: "a", n: "S", resource: "s", operation: "s", e: "" };
  const names = Object.keys(predicates);

  const int = () => pick([below(5), below(5), below(100) - 50]);
  const constant = (type) => {
    switch (type) {
      case "i": return `${int()}`;
      case "s": return `"${pick(words)}"`;
      case "d": return pick(dates);
      case "b": return pick(["true", "false"]);
      case "y": return `hex:${pick(["00", "ff00", "0102"])}`;
      case "S": return chance(0.1) ? "{,}" : `{${several(1, 4, () => pick(words.slice(0, 7)).replace(/^/, '"') + '"').join(", ")}}`;
      case "I": return chance(0.1) ? "{,}" : `{${several(1, 4, () => int()).join(", ")}}`;
      case "a": return `[${several(0, 4, () => int()).join(", ")}]`;
      case "m": return `{${several(1, 3, () => `"${pick(words.slice(0, 6))}": ${int()}`).join(", ")}}`;
      default: return "null";
    }
  };
  const term = (type, vars, pVar) => {
    const fit = vars.filter((v) => v[1] === type);
    if (fit.length > 0 && chance(pVar)) return `$${pick(fit)[0]}`;
    return constant(type);
  };

  // typed and total: integers stay small because products have a constant factor and depth is little
  function typed(type, vars, depth) {
    if (depth <= 0 || chance(0.2)) return term(type, vars, 0.75);
    const sub = (t) => typed(t, vars, depth - 1);
    const paren = (x) => `(${x})`;
    switch (type) {
      case "i": return pick([
        () => paren(`${sub("i")} ${pick(["+", "-", "|", "&", "^"])} ${sub("i")}`),
        () => paren(`${sub("i")} * ${pick(["2", "-3", "0"])}`),
        () => paren(`${sub("i")} / ${pick(["2", "-3", "7"])}`),
        () => `${sub("s")}.length()`, () => `${sub("a")}.length()`, () => `${sub("S")}.length()`,
      ])();
      case "s": return pick([() => paren(`${sub("s")} + ${sub("s")}`), () => term("s", vars, 0.8), () => `(${sub(pick(["i", "s", "b", "d"]))}).type()`])();
      case "S": return pick([() => `${sub("S")}.${pick(["union", "intersection"])}(${sub("S")})`, () => term("S", vars, 0.8)])();
      case "b": return bool(vars, depth);
      default: return term(type, vars, 0.8);
    }
  }
  let fresh = 0;
  function bool(vars, depth) {
    const sub = (t) => typed(t, vars, depth - 1);
    return pick([
      () => `(${sub("i")} ${pick(["<", ">", "<=", ">=", "===", "!==", "==", "!="])} ${sub("i")})`,
      () => `(${sub("d")} ${pick(["<", ">", "<=", ">=", "===", "!=="])} ${sub("d")})`,
      () => { const t = pick(["s", "b", "y", "S", "a", "d"]); return `(${sub(t)} ${pick(["===", "!==", "==", "!="])} ${sub(t)})`; },
      () => `(${sub(pick(["s", "i", "b"]))} ${pick(["==", "!="])} ${sub(pick(["s", "i", "b"]))})`,
      () => `${sub("s")}.${pick(["starts_with", "ends_with", "contains"])}(${sub("s")})`,
      () => `${sub("s")}.matches("${pick(["^file[0-9]$", "a|b", "^$", "org/.*2", "[a-z]+", "(x|y) ?y", "^.$", "[0-9]{1,3}", "f.*e?1"])}")`,
      () => `${sub("S")}.contains(${sub(pick(["s", "S"]))})`,
      () => `${constant("I")}.contains(${sub("i")})`,
      () => `${sub("a")}.${pick(["contains", "starts_with", "ends_with"])}(${pick(["a"]) === "a" && chance(0.4) ? sub("a") : constant("a")})`,
      () => `(${bool(vars, depth - 1)} ${pick(["&&", "||"])} ${bool(vars, depth - 1)})`,
      () => `!${typed("b", vars, 0)}`,
      () => `!(${bool(vars, depth - 1)})`,
      () => { const x = `c${fresh++}`; return `${sub("a")}.${pick(["any", "all"])}($${x} -> ${depth > 0 ? bool([...vars, [x, "i"]], depth - 2) : `$${x} > 1`})`; },
      () => { const x = `c${fresh++}`; return `${sub("S")}.${pick(["any", "all"])}($${x} -> ${depth > 0 ? bool([...vars, [x, "s"]], depth - 2) : `$${x} == "a"`})`; },
      () => `(${constant("m")}.get("${pick(words.slice(0, 6))}") == ${constant("i")})`,
      () => `(${constant("m")}.get("${pick(words.slice(0, 6))}") != null)`,
      () => `(${sub("a")}.get(${below(4)}) == ${constant("i")})`,
      () => `(1 / 0).try_or(${typed("b", vars, 0)})`,
    ])();
  }
  // anything over constants
  function wild(depth) {
    if (depth <= 0) return pick([() => constant(pick("isdbySIam?")), () => pick(["9223372036854775807", "-9223372036854775808", "0"])])();
    return pick([
      () => `(${wild(depth - 1)} ${pick(["+", "-", "*", "/", "<", ">", "<=", ">=", "==", "!=", "===", "!==", "&&", "||", "|", "&", "^"])} ${wild(depth - 1)})`,
      () => `${simple(depth)}.${pick(["contains", "starts_with", "ends_with", "union", "intersection", "get", "try_or", "matches"])}(${wild(depth - 1)})`,
      () => `${simple(depth)}.${pick(["length", "type"])}()`,
      () => `${simple(depth)}.${pick(["any", "all"])}($c${fresh++} -> ${wild(depth - 1)})`,
      () => `!${simple(depth)}`,
    ])();
  }
  const simple = (depth) => `(${wild(depth - 1)})`;

  function scope() {
    if (chance(0.75)) return "";
    return " trusting " + several(1, 2, () => pick(["authority", "previous", ...keys])).filter((x, i, all) => all.indexOf(x) === i).join(", ");
  }

  // a rule's body: predicates with variables of their columns' types, then expressions
  function body(vars, lo, hi) {
    const parts = several(lo, hi, () => {
      const name = pick(names);
      return `${name}(${[...predicates[name]].map((type) => {
        if (chance(0.65)) {
          const old = vars.filter((v) => v[1] === type);
          if (old.length > 0 && chance(0.4)) return `$${pick(old)[0]}`;
          const v = [`v${vars.length}`, type];
          vars.push(v);
          return `$${v[0]}`;
        }
        return constant(type);
      }).join(", ")})`;
    }).filter((x) => !x.startsWith("e("));
    if (parts.length === 0 && chance(0.1)) parts.push(wildBool());
    else if (parts.length === 0 || chance(0.6)) parts.push(...several(1, 2, () => bool(vars, 2)));
    return parts.join(", ") + scope();
  }
  // arithmetic at the ends of the numbers
  const edge = () => pick(["9223372036854775807", "-9223372036854775808", "-1", "0", "1", "2", `${int()}`, "4611686018427387904"]);
  const edges = (depth) => (depth === 0 ? edge() : `(${edges(depth - 1)} ${pick(["+", "-", "*", "/", "|", "&", "^"])} ${edges(below(depth))})`);
  const wildBool = () => pick([() => wild(3), () => `(${wild(2)} ${pick(["==", "!="])} ${wild(2)})`,
    () => `(${edges(2)} ${pick(["<", ">", "==", "!==", ">="])} ${edges(1)})`])();

  const queries = () => several(1, 2, () => body([], 0, 2)).join(" or ");
  const fact = () => {
    const name = pick(names.filter((n) => n !== "e"));
    return `${name}(${[...predicates[name]].map(constant).join(", ")})`;
  };
  function rule() {
    const vars = [];
    const b = body(vars, 1, 2);
    const usable = names.filter((n) => n !== "e" && [...predicates[n]].every((t) => vars.some((v) => v[1] === t) || chance(0.5)));
    const head = usable.length > 0 ? pick(usable) : "p";
    return `${head}(${[...predicates[head]].map((t) => term(t, vars, 0.9)).join(", ")}) <- ${b}`;
  }
  // with more than one query a `reject if` means something else to them: tests/vectors/biscuit/differences.tsv
  const check = () => (chance(0.2) ? `reject if ${body([], 0, 2)}` : `${pick(["check if", "check if", "check if", "check all"])} ${queries()}`);

  const checks = () => (chance(0.4) ? several(1, 2, check) : []);
  const block = () => [...several(0, 5, fact), ...several(0, 2, rule), ...checks()].map((x) => `${x};\n`).join("");
  return {
    below, chance, pick, keys,
    authority: () => [...several(3, 10, fact), ...several(0, 2, rule), ...checks()].map((x) => `${x};\n`).join(""),
    block,
    authorizer: () => [...several(1, 6, fact), ...several(0, 2, rule), ...checks()].map((x) => `${x};\n`).join("") +
      several(1, 4, () => `${pick(["allow", "allow", "deny"])} if ${chance(0.3) ? "true" : queries()};\n`).join(""),
  };
}
