/* Settles the questions of a page of a form in the browser, by the plan that portal/forms/filling/plan.py draws with it.
   The same rules as portal/forms/engine (settle, judge), with the expressions of expressions.js and the types of
   reading.js. It knows no page: typed answers in, what shows, what is calculated, what is wrong out. A plain script:
   in a page it sets window.portalFilling, in Node it is what require() gives. */
((root) => {
  "use strict";
  const here = typeof module === "object";
  const expressions = here ? require("./expressions.js") : root.portalExpressions;
  const { Env, Fault, Frame, build, pick, seen, toNumber, toText, toTruth } = expressions;
  const { READ, Refused, SEVERAL, stored, written } = here ? require("./reading.js") : root.portalReading;
  const MOST_ROWS = 1000;
  const CELLS = { r: "relevant", q: "required", c: "constraint", x: "calculation", f: "filter", e: "locks", i: "count", d: "first" };

  /* The plan with its expressions made into functions. */
  const prepare = (plan) => {
    const named = (kind) => new Set(plan.nodes.filter((node) => node.k === kind).map((node) => node.n));
    const of = (key) => Object.fromEntries(plan.nodes.filter((node) => node[key] || key === "p").map((node) => [node.n, node[key] || []]));
    const scope = { paths: of("p"), repeats: named("r"), groups: named("g"), containers: of("u") };
    const nodes = plan.nodes.map((node) => {
      const [kind, ...more] = Array.isArray(node.t) ? node.t : [node.t];
      const made = { ...node, kind, more, at: (node.p || []).join("/") };
      for (const [cell, name] of Object.entries(CELLS)) {
        made[name] = Array.isArray(node[cell]) ? build(node[cell], scope, node.n) : null;
      }
      return made;
    });
    const labels = new Map();
    const labelOf = (question, value) => {
      const key = (plan.choices || {})[question];
      if (!labels.has(key)) {
        labels.set(key, new Map());
        for (const item of (plan.lists || {})[key] || []) {
          const name = String(item.name);
          if (!labels.get(key).has(name)) labels.get(key).set(name, String(item.label || name));
        }
      }
      return labels.get(key).get(value) || value;
    };
    const offered = new Map();
    const index = (key) => {
      if (!offered.has(key)) {
        const found = new Map();
        for (const item of (plan.lists || {})[key] || []) {
          const name = String(item.name);
          if (!found.has(name)) found.set(name, []);
          found.get(name).push(item);
        }
        offered.set(key, found);
      }
      return offered.get(key);
    };
    const byName = new Map(nodes.map((node) => [node.n, node]));
    return { ...plan, nodes, byName, labelOf, index };
  };

  /* The answers of the form or of one row while they are settled. raw is what was typed, kept what the page does not
     hold, prefix what the names of its fields begin with. */
  class Place extends Frame {
    constructor(env, { parent = null, number = 1, prefix = "", raw = {}, kept = {}, fresh = false, previous = {} } = {}) {
      super(env, parent, number);
      Object.assign(this, { parent, number, prefix, raw, kept, fresh });
      this.previous = previous || {};
      this.hidden = new Set();
      this.faults = new Map();
      this.bad = new Map();
      this.values = new Map();
      this.rows = new Map();
      this.fill = new Map();
    }
  }
  const rowsOf = (value) => (Array.isArray(value) ? value.filter((row) => row && typeof row === "object") : []);
  const isEmpty = (raw) => raw === null || raw === undefined || raw === "" || (Array.isArray(raw) && !raw.length);

  class Settling {
    constructor(plan, answers, judged) {
      this.plan = plan;
      this.judged = judged;
      this.found = new Map();
      const lists = plan.lists || {};
      const env = new Env({
        today: plan.today,
        now: plan.now,
        locale: plan.lang,
        properties: plan.user,
        items: (name) => lists[name] || [],
        choiceLabel: plan.labelOf,
        last: (name, frame) => this.last(name, frame),
      });
      const kept = {};
      for (const node of plan.nodes) if (node.rows) kept[node.n] = node.rows;
      this.top = new Place(env, { raw: answers, kept, previous: plan.last });
      this.at = new Map([["", [this.top]]]);
    }

    last(name, frame) {
      let place = frame;
      const depth = ((this.plan.byName.get(name) || {}).p || []).length;
      while (place && place.numbers.length > depth) place = place.parent;
      return place ? seen(place.previous[name]) : "";
    }

    run(run, node, place, otherwise, notes = true) {
      try {
        return run(place);
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        if (notes) place.faults.set(node.n, fault.code);
        return otherwise;
      }
    }

    true(run, node, place, otherwise, notes = true) {
      return toTruth(this.run(run, node, place, otherwise, notes));
    }

    relevant(node, place) {
      if (node.r === false || (node.g && place.hidden.has(node.g))) return false;
      return !node.relevant || this.true(node.relevant, node, place, true);
    }

    settle() {
      for (const node of this.plan.nodes) {
        for (const place of this.at.get(node.at) || []) {
          if (node.k === "r") this.repeat(node, place);
          else if (node.k) {
            if (!this.relevant(node, place)) place.hidden.add(node.n);
          } else this.question(node, place);
        }
      }
      for (const node of this.plan.nodes) {
        for (const place of this.at.get(node.at) || []) this.judge(node, place);
      }
      return this.found;
    }

    repeat(node, place) {
      const name = node.n;
      const key = node.at ? `${node.at}/${name}` : name;
      if (!this.at.has(key)) this.at.set(key, []);
      const rows = [];
      place.seen.set(name, rows);
      place.rows.set(name, rows);
      const kept = rowsOf(place.kept[name]);
      const raw = node.b ? rowsOf(place.raw[name]) : kept;
      if (!this.relevant(node, place)) {
        place.hidden.add(name);
        return;
      }
      const wanted = this.wanted(node, place, raw);
      if (wanted.length > MOST_ROWS) place.faults.set(name, "too_many_rows");
      const before = rowsOf(place.previous[name]);
      const byKey = new Map(kept.map((row) => [String(row._key), row]));
      wanted.slice(0, MOST_ROWS).forEach((row, index) => {
        const own = String(row._key ?? "");
        const there = node.b ? byKey.get(own) : row._new ? null : row;
        const inner = new Place(place.env, {
          parent: place,
          number: index + 1,
          prefix: `${place.prefix}${name}.${row._at ?? index}.`,
          raw: node.b ? row : {},
          kept: there || {},
          fresh: place.fresh || Boolean(row._new),
          previous: node.y ? before.find((each) => String(each._key) === own) : before[index],
        });
        inner.drawn = row._at !== undefined;
        rows.push(inner);
      });
      this.at.get(key).push(...rows);
    }

    /* The rows that a repeat must have. */
    wanted(node, place, raw) {
      if (node.seeds) {
        const byKey = new Map(raw.map((row) => [String(row._key), row]));
        return node.seeds
          .filter((seed) => this.fits(node, place, seed))
          .map((seed) => byKey.get(String(seed.name)) || { _key: seed.name, _new: true });
      }
      if (!node.count) return raw.length || !place.fresh || node.y || !node.b ? raw : [{}];
      const number = toNumber(this.run(node.count, node, place, raw.length));
      const count = Number.isNaN(number) ? 0 : Math.trunc(Math.min(Math.max(number, 0), MOST_ROWS + 1));
      return Array.from({ length: count }, (_none, index) => raw[index] || { _new: true });
    }

    fits(node, place, item, notes = true) {
      if (!node.filter) return true;
      place.item = item;
      const fits = this.true(node.filter, node, place, false, notes);
      place.item = null;
      return fits;
    }

    question(node, place) {
      const name = node.n;
      if (node.s) {
        if (Object.hasOwn(place.kept, name)) place.seen.set(name, place.kept[name]);
        else place.hidden.add(name);
        return;
      }
      if (!this.relevant(node, place)) {
        place.hidden.add(name);
      } else if ("v" in node) {
        place.seen.set(name, node.v);
      } else if (node.w) {
        place.seen.set(name, place.kept[name] ?? (node.d ? seen(this.first(node, place)) : ""));
      } else if (node.kind) {
        const raw = node.calculation ? this.calculated(node, place) : this.typed(node, place);
        if (isEmpty(raw) || !READ[node.kind]) place.seen.set(name, "");
        else place.values.set(name, this.read(node, place, raw));
      }
    }

    /* What was typed, or the first answer of a question in a row that was just added. */
    typed(node, place) {
      const raw = place.raw[node.n];
      if (!place.fresh || !node.d || !(raw === undefined || raw === null)) return raw;
      const first = this.first(node, place);
      place.fill.set(node.n, first);
      return first;
    }

    first(node, place) {
      place.dot = "";
      const value = node.first ? this.run(node.first, node, place, null) : node.d.v;
      return node.first && value !== null ? stored(value) : value;
    }

    calculated(node, place) {
      place.dot = seen(node.p ? place.kept[node.n] : node.a);
      const value = this.run(node.calculation, node, place, null);
      return value === null ? null : stored(value);
    }

    read(node, place, raw) {
      try {
        const value = READ[node.kind](raw, ...node.more);
        place.seen.set(node.n, seen(value));
        return isEmpty(value) ? null : value;
      } catch (fault) {
        if (!(fault instanceof Refused)) throw fault;
        place.seen.set(node.n, "");
        place.bad.set(node.n, { fault, raw });
        return null;
      }
    }

    /* An answer in words; "" where there is none. */
    words(node, place) {
      if (place.hidden.has(node.n)) return "";
      const value = place.bad.has(node.n) ? place.bad.get(node.n).raw : (place.values.get(node.n) ?? null);
      return written(node.kind, value, (one) => this.plan.labelOf(node.n, one), node.more[0]);
    }

    /* A label with the answers that it mentions, as they stand in this row or around it. */
    label(pieces, place) {
      const mentioned = (name) => {
        const node = this.plan.byName.get(name);
        for (let at = place; at && node; at = at.parent) {
          if (at.numbers.length > (node.p || []).length) continue;
          if (at.hidden.has(name)) return "";
          if (node.kind) return this.words(node, at);
          if (node.d && !Object.hasOwn(at.kept, name)) return written("hidden", this.first(node, at), String);
          return node.z ?? at.kept[`${name}~`] ?? "";
        }
        return "";
      };
      return pieces.map((piece) => (Array.isArray(piece) ? mentioned(piece[0]) : piece)).join("");
    }

    judge(node, place) {
      const name = node.n;
      const state = { hidden: place.hidden.has(name), required: false, issue: null };
      this.found.set(place.prefix + name, state);
      const say = (code, value = "") => {
        const message = (node.m && node.m[code]) || this.plan.words[code] || "";
        state.issue = { code, message: message.replace("{}", value) };
      };
      if (node.l) state.label = this.label(node.l, place);
      if (node.h) state.hint = this.label(node.h, place);
      if (node.hd) state.heads = Object.fromEntries(Object.entries(node.hd).map(([child, pieces]) => [child, this.label(pieces, place)]));
      if (node.k === "r") {
        state.rows = place.rows.get(name);
        if (place.faults.has(name)) say(place.faults.get(name));
        return;
      }
      if (node.x && node.kind) state.text = this.words(node, place);
      if (node.locks) {
        state.locked = this.true(node.locks, node, place, true, false);
        state.text = this.words(node, place);
      }
      if (place.fill.has(name)) state.fill = place.fill.get(name);
      if (state.hidden || node.k || !node.kind || "v" in node || node.w || node.s) return;
      if (node.o) this.offer(node, place, state);
      state.required = node.required ? this.true(node.required, node, place, true) : Boolean(node.q);
      if (!READ[node.kind]) return;
      const value = place.values.get(name) ?? null;
      if (place.faults.has(name)) say(place.faults.get(name));
      else if (place.bad.has(name)) say(place.bad.get(name).fault.code, place.bad.get(name).fault.value);
      else if (value === null) {
        if (state.required && this.judged) say("required");
      } else {
        const chosen = node.o ? this.chosen(node, place, value) : "";
        if (chosen) say(chosen);
        else if (node.constraint) {
          place.dot = place.seen.get(name);
          if (!this.true(node.constraint, node, place, false)) say("constraint");
        }
      }
    }

    /* Which choices fit, by their places in the list. */
    offer(node, place, state) {
      const items = Array.from(this.plan.index(node.o).values()).flat().filter((item) => !item.past);
      state.items = items;
      state.fits = new Set(items.map((_item, at) => at).filter((at) => this.fits(node, place, items[at], false)));
    }

    /* What is wrong with the choices of an answer; "" for nothing. */
    chosen(node, place, value) {
      const index = this.plan.index(node.o);
      const names = (Array.isArray(value) ? value : [value]).map(String);
      if (names.some((name) => !index.has(name))) return "choice";
      const fits = (name) => index.get(name).some((item) => this.fits(node, place, item));
      return names.every(fits) ? "" : "choice_filtered";
    }
  }

  /* Settles a prepared plan. answers are typed texts by name (lists of them for several choices); a repeat is a list
     of rows, each with its _key, _at (its number in the names of its fields) and, just added, _new. Gives by name of
     field (rec.0.name): hidden, required, issue {code, message} or null, text of what is calculated, label and hint
     that mention answers, locked, the choices that fit, and of a repeat its rows. */
  const settle = (plan, answers, judged) => new Settling(plan, answers, judged).settle();

  const exported = { SEVERAL, pick, prepare, settle, toText };
  if (here) module.exports = exported;
  else root.portalFilling = exported;
})(globalThis);
