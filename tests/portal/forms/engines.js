/* Evaluates the cases of the conformance file and of the generators, in Node and in a page alike.
   In Node: JSON {"cases": [...]} on standard input, the path of expressions.js as argument; results on standard output. */
(() => {
  "use strict";
  const library = typeof require === "function" ? require(process.argv[2]) : globalThis.portalExpressions;
  const { Env, Fault, Frame, build, seen } = library;

  const fill = (frame, answers, repeats) => {
    for (const [name, value] of Object.entries(answers)) {
      if (!repeats.includes(name)) {
        frame.seen.set(name, seen(value));
        continue;
      }
      const rows = [];
      frame.seen.set(name, rows);
      value.forEach((row, index) => {
        const inner = new Frame(frame.env, frame, index + 1);
        fill(inner, row, repeats);
        rows.push(inner);
      });
    }
  };

  const evaluate = (given) => {
    const label = (question, value) => {
      const found = (given.lists[given.choices[question]] || []).find((item) => item.name === value);
      return (found && found.label[given.lang]) || value;
    };
    const env = new Env({
      today: given.today,
      now: given.now,
      locale: given.lang,
      properties: given.properties,
      items: (name) => given.lists[name],
      choiceLabel: label,
      last: (name) => seen(given.last[name]),
    });
    let frame = new Frame(env);
    fill(frame, given.answers, given.scope.repeats);
    for (const [name, number] of given.repeat) frame = frame.seen.get(name)[number - 1];
    frame.dot = seen(given.self);
    frame.item = given.item;
    const scope = {
      paths: given.scope.paths,
      repeats: new Set(given.scope.repeats),
      groups: new Set(given.scope.groups),
      containers: given.scope.containers,
    };
    return build(given.tree, scope, given.name)(frame);
  };

  const written = (value) => {
    if (Array.isArray(value)) return value.map(written);
    return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
  };
  const run = (cases) =>
    cases.map((given) => {
      try {
        return written(evaluate(given));
      } catch (fault) {
        if (fault instanceof Fault) return { error: fault.code };
        return { broken: String(fault) };
      }
    });

  if (typeof require === "function") {
    const { cases } = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));
    process.stdout.write(JSON.stringify(run(cases)));
  } else {
    globalThis.runCases = run;
  }
})();
