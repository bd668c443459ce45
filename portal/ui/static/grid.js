/* A table in which each row is saved by itself: arrow keys lead from cell to cell, leaving a changed row sends it.
   Without this script the table is a form that is sent as a whole. Words come from the page. */
(() => {
  "use strict";
  const grid = document.querySelector("form[data-grid]");
  if (!grid) return;
  const sending = new WeakSet();
  const fieldsOf = (row) => Array.from(row.querySelectorAll("[data-field]"));
  const stateOf = (row) => fieldsOf(row).map((field) => field.value.trim()).join("\u0000");
  const shown = new WeakMap();
  const rows = Array.from(grid.querySelectorAll("tr[data-row]")).filter((row) => fieldsOf(row).length);
  for (const row of rows) shown.set(row, row.querySelector('[aria-invalid="true"]') ? null : stateOf(row));
  const changed = (row) => shown.get(row) !== stateOf(row);
  const say = (row, text) => {
    row.querySelector("[data-state]").textContent = text;
  };

  const tell = (row, errors) => {
    for (const place of row.querySelectorAll("[data-error]")) {
      const text = errors[place.dataset.error] || "";
      place.hidden = !text;
      place.querySelector("span").textContent = text;
      const field = row.querySelector(`[data-field="${place.dataset.error}"]`);
      if (!field) continue;
      if (text) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", place.id);
      } else {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      }
    }
  };

  const take = (row, answer, sent) => {
    const name = (key) => grid.elements[`${row.dataset.row}-${key}`];
    for (const key of ["was", "draft", "version"]) name(key).value = answer[key];
    tell(row, answer.errors);
    if (!answer.saved) return say(row, grid.dataset.unsaved);
    const before = stateOf(row);
    if (before === sent) {
      for (const field of fieldsOf(row)) field.value = answer.values[field.dataset.field] || "";
      shown.set(row, stateOf(row));
    } else {
      shown.set(row, null);
    }
    const pieces = row.querySelector("[data-pieces]");
    pieces.hidden = !answer.pieces;
    pieces.querySelector("span").textContent = answer.pieces;
    const open = row.querySelector("[data-open]");
    open.href = open.dataset.at.replace(/0$/, answer.draft);
    open.hidden = false;
    say(row, grid.dataset.saved);
  };

  const save = async (row) => {
    if (!changed(row) || sending.has(row)) return;
    sending.add(row);
    say(row, grid.dataset.saving);
    const sent = stateOf(row);
    const data = new FormData();
    for (const [name, value] of new FormData(grid)) {
      if (name === "csrf_token" || name.startsWith(`${row.dataset.row}-`)) data.append(name, value);
    }
    try {
      const answer = await fetch(location.href, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = await answer.json();
      take(row, told.rows[row.dataset.row], sent);
    } catch {
      say(row, grid.dataset.failed);
    } finally {
      sending.delete(row);
    }
  };

  grid.addEventListener("focusout", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row && !row.contains(event.relatedTarget)) save(row);
  });
  grid.addEventListener("input", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row && changed(row)) say(row, grid.dataset.unsaved);
  });
  grid.addEventListener("submit", async (event) => {
    const only = event.submitter && event.submitter.name === "only" && event.submitter.closest("tr[data-row]");
    if (!only) return;
    event.preventDefault();
    await save(only);
  });
  let leaving = false;
  grid.addEventListener("submit", (event) => {
    leaving = !event.defaultPrevented;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && rows.some(changed)) event.preventDefault();
  });

  const edge = (field, back) => {
    if (field.tagName === "SELECT") return true;
    if (field.type === "date") return false;
    let at;
    try {
      at = [field.selectionStart, field.selectionEnd];
    } catch {
      return false;
    }
    if (at[0] === null) return false;
    return back ? at[1] === 0 : at[0] === field.value.length;
  };
  const go = (field) => {
    field.focus();
    if (field.select && field.type !== "date") field.select();
  };
  grid.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.field || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = field.closest("tr[data-row]");
    const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (down) {
      if (field.tagName === "TEXTAREA" && !edge(field, down < 0)) return;
      const next = rows[rows.indexOf(row) + down];
      event.preventDefault();
      if (next) go(next.querySelector(`[data-field="${field.dataset.field}"]`));
    } else if (along && edge(field, along < 0)) {
      const all = fieldsOf(row);
      const next = all[all.indexOf(field) + along];
      if (next) {
        event.preventDefault();
        go(next);
      }
    }
  });
})();
