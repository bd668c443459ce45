/* Settles plans in Node: {"cases": [{plan, typed, judged}]} and {"reads": [[type, ...], [texts]]} on standard input. */
"use strict";
const { READ, Refused, prepare, settle } = require(process.argv[2]);
const given = JSON.parse(require("node:fs").readFileSync(0, "utf-8"));

const settled = ({ plan, typed, judged }) => {
  const found = settle(prepare(plan), (name) => (Object.hasOwn(typed, name) ? typed[name] : null), judged);
  return Object.fromEntries(found);
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
process.stdout.write(JSON.stringify({ cases: (given.cases || []).map(settled), reads: (given.reads || []).map(read) }));
