/* Forms that people fill: questions follow the answers, drafts keep themselves, a quick way out. Every page works
   without it. */
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");
  const form = document.querySelector("form[data-fill]");
  const on = (type, handler) => document.addEventListener(type, handler);

  /* Away from the page, leaving no entry to come back to. */
  on("click", (event) => {
    const exit = event.target.closest("[data-exit]");
    if (!exit) return;
    event.preventDefault();
    location.replace(exit.href);
  });
  if (!form) return;

  const questions = form.querySelector("#questions");
  const saver = form.querySelector("#saved");
  const trouble = document.querySelector("[data-lost]");
  const told = document.querySelector("#changes");
  const keyOf = (path) => path.replaceAll("[", ".").replaceAll("]", "");
  let dirty = false;
  let grown = null;
  let plan = null;

  const ask = (event) => {
    if (window.htmx && questions && questions.hasAttribute("hx-post")) htmx.trigger(questions, event);
  };

  /* Rows are added and removed in place: here where the page computes itself, else by the server. */
  const control = (row) => row && row.querySelector("input:not([type=hidden]), select, textarea");
  const announce = (words) => {
    if (told && words) told.textContent = words;
  };
  const addRow = (key) => {
    const row = portalRows.grow(key);
    if (row) follow();
    return row;
  };
  const removeRow = (row) => {
    const next = row.nextElementSibling;
    const box = row.closest(".fill-part");
    row.remove();
    follow();
    const there = next && next.matches(".fill-row, tr") ? control(next) : box.querySelector("button[name=_add]");
    if (there) there.focus();
  };
  /* Last time's answers where none stand yet: in a row, or in all rows of a repeat. */
  const carry = (key) => {
    const inside = (prefix, before) => {
      const typed = portalRows.at(portalRows.collect(form, plan), prefix);
      for (const [name, value] of Object.entries(before)) {
        const node = plan.byName.get(name);
        if (!node || !typed || (Array.isArray(typed[name]) ? typed[name].length : typed[name])) continue;
        if (node.k === "r") {
          for (const each of value) {
            const row = portalRows.grow(`${prefix}${name}`);
            if (row) inside(`${prefix}${name}.${portalRows.numberOf(row)}.`, each);
          }
        } else if (node.kind && !node.x) {
          portalRows.write(form, `q.${prefix}${name}`, portalFilling.SEVERAL.has(node.kind) ? value.split(" ") : [String(value)]);
        }
      }
    };
    for (const state of settle(false).values()) {
      for (const place of state.rows || []) {
        if (`${key}.` === place.prefix || place.prefix.replace(/\d+\.$/, "") === `${key}.`) inside(place.prefix, place.previous);
      }
    }
    follow();
  };
  /* The path of a row as the server counts: rows taken away here count no more. */
  const pathNow = (path) => {
    let key = "";
    return path.replaceAll(/([^.[]+)\[(\d+)\]/g, (all, name, at) => {
      key += `${key ? "." : ""}${name}.`;
      const box = portalRows.boxOf(key.slice(0, -1));
      key += at;
      const open = box ? portalRows.rowsIn(box).filter((row) => !row.hidden) : [];
      const place = open.findIndex((row) => row.id === `${portalRows.idOf(key)}-row`);
      return `${name}[${place < 0 ? at : place}]`;
    });
  };
  on("click", (event) => {
    const button = event.target.closest("[data-refresh]");
    if (!button || !questions) return;
    if (plan && button.name === "_add") {
      event.preventDefault();
      dirty = true;
      const row = addRow(keyOf(button.value));
      const first = control(row);
      if (first) first.focus();
      return;
    }
    if (plan && button.name.endsWith("._delete")) {
      event.preventDefault();
      dirty = true;
      removeRow(button.closest(".fill-row, tr"));
      return;
    }
    if (plan && plan.carries && button.name === "_forward") {
      event.preventDefault();
      dirty = true;
      carry(keyOf(button.value));
      const done = button.closest(button.value.endsWith("]") ? ".fill-row, tr" : ".fill-part");
      for (const each of done.querySelectorAll("button[name=_forward]")) each.hidden = true;
      keepFocus();
      return;
    }
    if (!questions.hasAttribute("hx-post")) return;
    event.preventDefault();
    dirty = true;
    grown = button.name === "_add" ? button.value : null;
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = button.name;
    hidden.value = plan ? pathNow(button.value) : button.value;
    questions.append(hidden);
    ask(questions.dataset.by || "change");
  });

  /* What comes from elsewhere, such as the page of the sign-in, is no answer. */
  on("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (!form.contains(ctx.sourceElement)) return;
    const lost = ctx.response.raw.redirected || ctx.response.status >= 400;
    if (trouble) trouble.hidden = !lost;
    if (!lost) return;
    event.preventDefault();
    dirty = true;
  });
  on("htmx:error", (event) => {
    const ctx = event.detail && event.detail.ctx;
    if (!ctx || !form.contains(ctx.sourceElement)) return;
    if (trouble) trouble.hidden = false;
    dirty = true;
  });

  on("htmx:after:swap", () => {
    if (grown === null) return;
    const id = `q-${keyOf(grown).replaceAll(".", "-")}`;
    grown = null;
    const rows = form.querySelectorAll(`[id^="${CSS.escape(id)}-"][id$="-row"]`);
    const first = rows.length && control(rows[rows.length - 1]);
    if (first) first.focus();
  });

  /* Questions follow the answers: computed here by the plan that came with them, else by the server. */
  const touched = new Set();
  const prepare = () => {
    const source = questions.querySelector("#plan");
    plan = null;
    try {
      if (source) plan = portalFilling.prepare(JSON.parse(source.dataset.plan.replaceAll("`", '"')));
    } catch (error) {
      console.warn(error);
    }
  };
  const described = (element, id, on) => {
    const ids = (element.getAttribute("aria-describedby") || "").split(" ").filter((each) => each && each !== id);
    if (on) ids.push(id);
    if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
    else element.removeAttribute("aria-describedby");
  };
  const showIssue = (box, key, issue) => {
    const id = `${portalRows.idOf(key)}-error`;
    let line = document.getElementById(id);
    const control = document.getElementById(portalRows.idOf(key));
    const input = control && control.matches("input, select, textarea") ? control : null;
    const group = box.matches("fieldset") ? box : box.querySelector(":scope > fieldset");
    const cell = box.closest("td");
    if (!box.matches(".fill-part")) (cell || box).classList.toggle("field-wrong", Boolean(issue));
    if (input || group) described(input || group, id, issue);
    if (input) {
      if (issue) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      if (!input.matches(".form-check-input")) input.classList.toggle("is-invalid", Boolean(issue));
    }
    if (!issue) {
      if (line) line.remove();
      return;
    }
    if (!line) {
      line = document.querySelector("#wrong-one").content.firstElementChild.cloneNode(true);
      line.id = id;
      const heads = cell ? [] : box.querySelectorAll(":scope > :is(label, legend, h2, .fill-label, .check, .hint, .fill-last)");
      if (heads.length) heads[heads.length - 1].after(line);
      else box.prepend(line);
    }
    line.dataset.code = issue.code;
    line.querySelector("span").textContent = issue.message;
  };
  const showNeed = (box, required, locked) => {
    const title = box.querySelector("legend, label, .fill-label");
    let mark = title.querySelector(".optional");
    if (!mark && !required && !locked && !box.closest("td")) {
      mark = document.createElement("span");
      mark.className = "optional";
      mark.textContent = told.dataset.optional;
      title.append(" ", mark);
    }
    if (mark) mark.hidden = required || Boolean(locked);
    for (const control of box.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) {
      if (box.matches("fieldset")) continue;
      if (required) control.setAttribute("aria-required", "true");
      else control.removeAttribute("aria-required");
    }
  };
  const labelOf = (box) => {
    const words = (box.querySelector("legend > span, label > span, .fill-label > span, p") || box).textContent.trim();
    return words.length > 90 ? `${words.slice(0, 88)}…` : words;
  };
  /* Whoever stands in what is hidden goes on with what comes after it. */
  const keepFocus = () => {
    const active = document.activeElement;
    const lost = questions.contains(active) && active.closest("[hidden]");
    if (!lost) return;
    const open = Array.from(questions.querySelectorAll("input:not([type=hidden]), select, textarea, button")).filter(
      (control) => !control.disabled && control.getClientRects().length,
    );
    const after = open.find((control) => active.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_FOLLOWING);
    const next = after || open[open.length - 1];
    if (next) next.focus();
  };
  const isOurs = (key, node, code) => code && (touched.has(key) || code in plan.words || (node.m && code in node.m));
  const draw = (found, first) => {
    const [more, less] = [[], []];
    for (const [key, state] of found) {
      const node = plan.byName.get(key.slice(key.lastIndexOf(".") + 1));
      const box = portalRows.boxOf(key);
      portalRows.showWords(key, node, state);
      if (!box || box.matches(".fill-group")) continue;
      if (box.hidden !== state.hidden) {
        if (!box.closest("[hidden]") || box.hidden) (state.hidden ? less : more).push(labelOf(box));
        box.hidden = state.hidden;
      }
      const none = box.nextElementSibling;
      if (none && none.matches(".fill-none")) none.hidden = !state.hidden;
      if (node.o && state.fits) portalRows.showChoices(key, state);
      if ("q" in node || node.locks) showNeed(box, state.required, state.locked);
      const line = document.getElementById(`${portalRows.idOf(key)}-error`);
      const ours = isOurs(key, node, line && line.dataset.code);
      if (!first && !state.hidden && (state.issue || ours)) showIssue(box, key, state.issue);
    }
    for (const group of Array.from(questions.querySelectorAll(".fill-group")).reverse()) {
      const state = found.get(keys.get(group.id));
      const seen = Array.from(group.children).some((child) => child.id.endsWith("-box") && !child.hidden);
      group.hidden = Boolean(state && state.hidden) || !seen;
    }
    keepFocus();
    if (first || !told) return;
    const list = (names) => names.slice(0, 5).join(", ") + (names.length > 5 ? " …" : "");
    const words = [more.length && told.dataset.more.replace("{}", list(more)), less.length && told.dataset.less.replace("{}", list(less))];
    if (more.length || less.length) announce(words.filter(Boolean).join(". "));
  };
  /* Pages of the form that come and go; gives false where this one went, so that the server says where people are. */
  const turn = (found) => {
    if (!plan.pages) return true;
    const hidden = (name) => Boolean(name) && found.get(name).hidden;
    const open = plan.pages.map(([group, ...names]) => !hidden(group) && (!names.length || !names.every(hidden)));
    const here = plan.page || 0;
    if (!open[here]) return false;
    const count = open.filter(Boolean).length;
    const number = open.slice(0, here + 1).filter(Boolean).length;
    const where = questions.querySelector(".fill-where");
    const show = (selector, shown) => {
      const element = questions.querySelector(selector);
      if (element) element.hidden = !shown;
      return element;
    };
    if (where) {
      where.hidden = count < 2;
      portalRows.say(where.querySelector("p"), where.dataset.part.replace("{n}", number).replace("{m}", count));
      Object.assign(where.querySelector("progress"), { max: count, value: number });
    }
    show("#fill-title", count > 1);
    const last = number >= count;
    const [send, next] = [show("[data-send]", last), show("[name=_step][value=next]", !last)];
    if (send) send.toggleAttribute("data-default", last);
    if (next) next.toggleAttribute("data-default", !last);
    show("[name=_step][value=back]", number > 1);
    questions.querySelector("[name=_page]").value = String(number);
    return true;
  };
  const keys = new Map();
  const isJudged = () => Boolean(form.querySelector("[name=_judged]"));
  /* Settles the page by its plan until no row is missing, and shows it. */
  const settle = (first, judged = isJudged()) => {
    let found = null;
    for (let times = 0; times < 8; times++) {
      found = portalFilling.settle(plan, portalRows.collect(form, plan), judged);
      let again = false;
      for (const [key, state] of found) {
        if (state.fill !== undefined && state.fill !== null) {
          portalRows.write(form, `q.${key}`, Array.isArray(state.fill) ? state.fill : [String(state.fill)]);
        }
        if (state.rows) again = portalRows.showRows(key, state) || again;
      }
      if (!again) break;
    }
    for (const row of questions.querySelectorAll("[data-new]")) delete row.dataset.new;
    keys.clear();
    for (const key of found.keys()) keys.set(`${portalRows.idOf(key)}-box`, key);
    draw(found, first === true);
    form.dispatchEvent(new CustomEvent("portal:settled", { detail: { found } }));
    return found;
  };
  const follow = (first, asks = true) => {
    if (plan) {
      try {
        if (turn(settle(first)) || !asks) return;
      } catch (error) {
        console.warn(error);
        plan = null;
      }
    } else if (first === true) return;
    ask("refresh");
  };
  if (questions && (questions.dataset.by || questions.querySelector("#plan"))) {
    let waiting = 0;
    /* While a button is pressed the page holds still, else it would move away from under the pointer. */
    let pressed = false;
    let held = false;
    const unlessPressed = () => {
      held = pressed;
      if (!held) follow();
    };
    on("pointerdown", () => {
      pressed = true;
    });
    for (const type of ["pointerup", "pointercancel"]) {
      on(type, () => {
        pressed = false;
        if (held) waiting = setTimeout(unlessPressed);
      });
    }
    prepare();
    follow(true);
    questions.addEventListener("change", (event) => {
      touched.add((event.target.name || "").replace(/^(?:\w+:)?q\./, ""));
      clearTimeout(waiting);
      waiting = setTimeout(unlessPressed, plan ? 0 : 200);
    });
    addEventListener("pageshow", () => follow(true));
    on("htmx:after:swap", () => {
      touched.clear();
      prepare();
      follow(true, false);
    });
  }

  /* The fields of the page as they would be posted, without files, and the way back. */
  const fields = () => Array.from(new FormData(form)).filter(([name, value]) => /^(\w+:)?q\./.test(name) && typeof value === "string");
  const restore = (pairs) => {
    const given = new Map();
    for (const [name, value] of pairs) given.set(name, [...(given.get(name) || []), value]);
    for (const row of Array.from(questions.querySelectorAll(".fill-row, .fill-table > tbody > tr"))) {
      const mark = row.querySelector("input[name$='._key']");
      const own = mark && document.getElementById(`${row.closest(".fill-part").id.slice(0, -4)}-sample`);
      if (own && !given.has(mark.name)) row.remove();
    }
    const marks = Array.from(given.keys()).filter((name) => name.endsWith("._key"));
    for (const name of marks.sort((one, other) => one.split(".").length - other.split(".").length)) {
      const [, key, at] = /^q\.(.+)\.(\d+)\._key$/.exec(name);
      if (!document.getElementById(`${portalRows.idOf(`${key}.${at}`)}-row`)) portalRows.grow(key, Number(at));
    }
    for (const row of questions.querySelectorAll("[data-new]")) delete row.dataset.new;
    const names = new Set(Array.from(form.elements, (each) => each.name).filter((name) => /^(sign:)?q\./.test(name)));
    for (const name of names) portalRows.write(form, name, given.get(name) || []);
    follow();
  };
  /* For pages that keep what is typed themselves: settle(judged) gives what filling.js found, by name of field;
     wrong(found) what is to be corrected, with the id of the box; restore(fields()) changes nothing. */
  window.portalForms = {
    settle: (judged) => (plan ? settle(false, judged) : null),
    wrong: (found) =>
      Array.from(found)
        .filter(([, state]) => state.issue && !state.hidden)
        .map(([key, { issue }]) => {
          const box = portalRows.boxOf(key);
          return { key, id: box ? box.id : "", label: box ? labelOf(box) : key, code: issue.code, message: issue.message };
        }),
    fields,
    restore,
  };

  /* A draft keeps itself: after a while, when a field is left, when the page goes out of sight. */
  if (!saver) return;
  const save = () => {
    if (!dirty || form.dataset.sent) return;
    dirty = false;
    htmx.trigger(saver, "keep");
  };
  form.addEventListener("input", () => {
    dirty = true;
  });
  form.addEventListener("change", () => {
    dirty = true;
    setTimeout(save, 1500);
  });
  setInterval(save, 20000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
})();
