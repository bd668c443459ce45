/* A page of a form as answers, and its rows: reads what stands there, adds rows from their sample, shows what
   filling.js found of rows, choices and labels. In a page it sets window.portalRows. */
((root) => {
  "use strict";
  const idOf = (key) => `q-${key.replaceAll(".", "-")}`;
  const byId = (id) => document.getElementById(id);
  const boxOf = (key) => byId(`${idOf(key)}-box`);
  const rowsIn = (box) => Array.from(box.querySelectorAll(":scope > .fill-row, :scope > table > tbody > tr"));
  const numberOf = (row) => Number(/-(\d+)-row$/.exec(row.id)[1]);
  const say = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  /* The answers of a form as they stand on the page, by name; rows of a repeat as lists (see filling.js). */
  const collect = (form, plan) => {
    const { SEVERAL } = root.portalFilling;
    const top = {};
    const rows = new Map();
    const typed = new Map([[top, new Map()]]);
    const list = (around, name) => (around[name] = around[name] || []);
    const placeOf = (parts) => {
      let [place, key] = [top, ""];
      for (let at = 0; at + 1 < parts.length; at += 2) {
        key += `${parts[at]}.${parts[at + 1]}.`;
        if (!rows.has(key)) {
          const row = { _at: Number(parts[at + 1]) };
          const element = byId(`${idOf(key.slice(0, -1))}-row`);
          if (element && element.closest("[data-new]")) row._new = true;
          list(place, parts[at]).push(row);
          rows.set(key, row);
          typed.set(row, new Map());
        }
        place = rows.get(key);
      }
      return place;
    };
    for (const [name, value] of new FormData(form)) {
      const found = /^(file|drop|sign)?:?q\.(.+)$/.exec(name);
      if (!found) continue;
      const parts = found[2].split(".");
      const last = parts.pop();
      const place = placeOf(parts);
      const node = plan.byName.get(last);
      if (last.startsWith("_")) place[last] = value;
      else if (node && node.k === "r") list(place, last);
      else {
        const values = typed.get(place);
        if (!values.has(last)) values.set(last, []);
        if (!found[1]) values.get(last).push(value);
        else if (found[1] === "drop") values.set(last, [""]);
        else if (typeof value === "string" ? value.trim() : value.size) values.set(last, [found[1]]);
      }
    }
    for (const [place, values] of typed) {
      for (const [name, all] of values) {
        const node = plan.byName.get(name);
        const one = node && SEVERAL.has(node.kind) ? all.filter(Boolean) : all.at(-1) || all.find(Boolean) || "";
        if (!(place._new && !one.length)) place[name] = one;
      }
      for (const each of Object.values(place)) {
        if (Array.isArray(each) && each[0] && each[0]._at !== undefined) each.sort((one, other) => one._at - other._at);
      }
    }
    return top;
  };

  /* The place in collected answers whose names begin so: "" the form, "rec.0." a row; null where there is none. */
  const at = (answers, prefix) => {
    const parts = prefix.split(".").filter(Boolean);
    let place = answers;
    for (let step = 0; place && step < parts.length; step += 2) {
      place = (place[parts[step]] || []).find((row) => row._at === Number(parts[step + 1])) || null;
    }
    return place;
  };

  /* A row more in a repeat (rec, rec.0.person), from its sample, with a key that no row of the page ever had. */
  const grow = (key, at) => {
    const [box, sample] = [boxOf(key), byId(`${idOf(key)}-sample`)];
    if (!box || !sample) return null;
    const own = rowsIn(box);
    const next = at ?? Math.max(-1, Number(box.dataset.last ?? -1), ...own.map(numberOf)) + 1;
    const keys = own.map((row) => Number((row.querySelector("input[name$='._key']") || {}).value) || 0);
    box.dataset.last = String(Math.max(next, Number(box.dataset.last ?? -1)));
    box.dataset.key = String(Math.max(Number(box.dataset.key || 0), ...keys, 0) + 1);
    const holder = document.createElement("template");
    const known = byId(`${idOf(key)}-sample-${own.length}`) || sample; /* with what was answered last time */
    holder.innerHTML = known.innerHTML.replaceAll(`§${(key.match(/\.\d+/g) || []).length}§`, String(next));
    const row = holder.content.firstElementChild;
    row.dataset.new = "1";
    const mark = row.querySelector("input[name$='._key']");
    mark.value = box.dataset.key;
    const body = box.querySelector(":scope > table > tbody");
    if (body) body.append(row);
    else sample.before(row);
    row.dispatchEvent(new Event("portal:row", { bubbles: true }));
    return row;
  };

  /* Writes an answer into its inputs; several values where there are several. */
  const write = (form, name, values) => {
    const inputs = Array.from(form.querySelectorAll(`[name="${CSS.escape(name)}"]`));
    const open = inputs.filter((input) => input.type !== "hidden");
    let place = open.length ? Math.max(0, values.length - open.length) : 0; /* a hidden mark is posted before them */
    for (const input of open.length ? open : inputs) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
      else {
        const value = values[place++] ?? "";
        if (input.matches("select") && value && !Array.from(input.options).some((option) => option.value === value)) {
          input.add(new Option(value, value));
        }
        input.value = value;
      }
    }
  };

  /* Shows which rows a repeat has now; gives whether rows had to be added, so that the page must be settled again. */
  const showRows = (key, state) => {
    const box = boxOf(key);
    if (!box || state.hidden) return false;
    const used = new Set();
    let missing = 0;
    for (const place of state.rows) {
      const row = place.drawn ? byId(`${idOf(place.prefix.slice(0, -1))}-row`) : null;
      if (!row) {
        missing += 1;
        continue;
      }
      used.add(row);
      for (const nth of row.querySelectorAll("[data-nth]")) {
        if (nth.closest(".fill-row, tr") === row) say(nth, String(place.number));
      }
    }
    for (const row of rowsIn(box)) row.hidden = !used.has(row);
    const table = box.querySelector(":scope > table");
    const none = box.querySelector(":scope > [data-no-rows]");
    if (table) table.hidden = !used.size && !missing;
    if (none) none.hidden = Boolean(used.size || missing);
    let added = false;
    while (missing-- > 0) added = Boolean(grow(key)) || added;
    return added;
  };

  const option = (item) => {
    const made = new Option(item.label || item.name, item.name);
    if (item[" lang"]) made.lang = item[" lang"];
    return made;
  };
  const shown = new WeakMap();
  /* The options of a drop-down: those that fit, and the one that is chosen. */
  const showSelect = (select, items, fits) => {
    const mark = `${select.value}|${Array.from(fits).join()}`;
    if (shown.get(select) === mark) return;
    shown.set(select, mark);
    const chosen = select.selectedOptions[0];
    const fresh = items.filter((_item, at) => fits.has(at)).map(option);
    if (chosen && chosen.value && !fresh.some((each) => each.value === chosen.value)) {
      const item = items.find((each) => String(each.name) === chosen.value);
      fresh.push(item ? option(item) : chosen);
    }
    const value = select.value;
    select.replaceChildren(select.options[0], ...fresh);
    select.value = value;
  };
  /* The choices of a question: those that fit, and what is chosen though it does not fit any more. */
  const showChoices = (key, { items, fits }) => {
    const [box, control] = [boxOf(key), byId(idOf(key))];
    if (!box) return;
    if (control && control.matches("select")) {
      showSelect(control, items, fits);
      return;
    }
    const ranks = Array.from(box.querySelectorAll(".fill-rank"));
    ranks.forEach((rank, at) => {
      const select = rank.querySelector("select");
      showSelect(select, items, fits);
      rank.hidden = at >= fits.size && !select.value;
    });
    if (ranks.length) return;
    const checks = Array.from(box.querySelectorAll(".check"));
    const inputs = checks.map((check) => check.querySelector("input"));
    inputs.forEach((input, at) => {
      if (at >= items.length || fits.has(at) || !input.checked) return;
      const same = inputs.find((other, place) => fits.has(place) && other.value === input.value);
      if (!same) return;
      input.checked = false;
      same.checked = true;
    });
    checks.forEach((check, at) => {
      check.hidden = at < items.length && !fits.has(at) && !inputs[at].checked;
    });
    const nothing = box.querySelector("[data-nothing]");
    if (nothing) nothing.hidden = checks.some((check) => !check.hidden);
  };

  /* Words that mention answers, and whether an answer can be changed. */
  const showWords = (key, node, state) => {
    const id = idOf(key);
    if (state.label !== undefined) {
      for (const each of document.querySelectorAll(`[data-label-of="${CSS.escape(id)}"]`)) say(each, state.label);
    }
    const hint = state.hint === undefined ? null : byId(`${id}-hint`);
    if (hint) {
      say(hint, state.hint);
      hint.hidden = !state.hint;
    }
    for (const [child, text] of Object.entries(state.heads || {})) {
      const section = boxOf(key) && boxOf(key).closest(".fill-part");
      const head = section && section.querySelector(`th[data-head="${CSS.escape(child)}"]`);
      if (!head) continue;
      say(head, text);
      for (const row of head.closest("table").tBodies[0].rows) row.cells[head.cellIndex].dataset.label = text;
    }
    if (node.locks) {
      const box = boxOf(key);
      const fixed = byId(`${id}-fixed`);
      if (!box || !fixed) return;
      box.querySelector("[data-open]").hidden = state.locked;
      fixed.hidden = !state.locked;
      say(fixed, state.text || "–");
    } else if (node.x && state.text !== undefined) say(byId(id), state.text || "–");
  };

  root.portalRows = { at, boxOf, byId, collect, grow, idOf, numberOf, rowsIn, say, showChoices, showRows, showWords, write };
})(globalThis);
