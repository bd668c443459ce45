/* Settles plans in Node: {"cases": [{plan, typed, judged}]} and {"reads": [[type, ...], [texts]]} on standard input. */
"use strict";
const { prepare, settle } = require(process.argv[2]);
const { READ, Refused, written } = require(process.argv[2].replace("filling.js", "reading.js"));
const given = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));

const prepared = new Map();
const planOf = (text) => {
  if (!prepared.has(text)) prepared.set(text, prepare(JSON.parse(text)));
  return prepared.get(text);
};
const settled = ({ plan, typed, judged }) => {
  const found = settle(planOf(plan), typed, judged);
  return Object.fromEntries(
    Array.from(found, ([name, { items, fits, rows, ...state }]) => [
      name,
      { ...state, ...(fits && { fits: items.filter((_item, at) => fits.has(at)).map((item) => item.name) }), ...(rows && { rows: rows.length }) },
    ]),
  );
};
const read = ([[kind, ...more], texts]) =>
  texts.map((text) => {
    try {
      return READ[kind](text, ...more);
    } catch (fault) {
      if (fault instanceof Refused) return { refused: fault.code };
      throw fault;
    }
  });
const write = ([kind, values]) => values.map((value) => written(kind, value, (name) => name, "Confirmed"));
process.stdout.write(
  JSON.stringify({
    cases: (given.cases || []).map(settled),
    reads: (given.reads || []).map(read),
    writes: (given.writes || []).map(write),
  }),
);
