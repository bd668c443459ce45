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
  let dirty = false;
  let grown = null;

  /* Rows are added and removed in place. */
  on("click", (event) => {
    const button = event.target.closest("[data-refresh]");
    if (!button || !questions || !questions.hasAttribute("hx-post")) return;
    event.preventDefault();
    dirty = true;
    grown = button.name === "_add" ? button.value : null;
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = button.name;
    hidden.value = button.value;
    questions.append(hidden);
    htmx.trigger(questions, questions.dataset.by || "change");
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
    const id = `q.${grown.replaceAll("[", ".").replaceAll("]", "")}`.replaceAll(".", "-");
    grown = null;
    const rows = form.querySelectorAll(`[id^="${CSS.escape(id)}-"][id$="-row"]`);
    const control = rows.length && rows[rows.length - 1].querySelector("input:not([type=hidden]), select, textarea");
    if (control) control.focus();
  });

  /* Questions follow the answers: computed here by the plan that came with them, else by the server. */
  const told = document.querySelector("#changes");
  const touched = new Set();
  let plan = null;
  const prepare = () => {
    const source = questions.querySelector("#plan");
    plan = null;
    try {
      if (source) plan = portalFilling.prepare(JSON.parse(source.dataset.plan.replaceAll("`", '"')));
    } catch (error) {
      console.warn(error);
    }
  };
  const boxOf = (name) => document.getElementById(`q-${name}-box`);
  const answers = () => {
    const data = new FormData(form);
    return (name, several) => {
      const values = data.getAll(`q.${name}`).filter((value) => typeof value === "string");
      if (several) return values.filter(Boolean);
      return values.length ? values.at(-1) || values.find(Boolean) || "" : null;
    };
  };
  const described = (element, id, on) => {
    const ids = (element.getAttribute("aria-describedby") || "").split(" ").filter((each) => each && each !== id);
    if (on) ids.push(id);
    if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
    else element.removeAttribute("aria-describedby");
  };
  const showIssue = (box, name, issue) => {
    const id = `q-${name}-error`;
    let line = document.getElementById(id);
    const control = document.getElementById(`q-${name}`);
    const input = control && control.matches("input, select, textarea") ? control : null;
    box.classList.toggle("field-wrong", Boolean(issue));
    if (input || box.matches("fieldset")) described(input || box, id, issue);
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
      const heads = box.querySelectorAll(":scope > :is(label, legend, .fill-label, .check, .hint, .fill-last)");
      heads[heads.length - 1].after(line);
    }
    line.dataset.code = issue.code;
    line.querySelector("span").textContent = issue.message;
  };
  const showNeed = (box, required) => {
    const title = box.querySelector("legend, label, .fill-label");
    let mark = title.querySelector(".optional");
    if (!mark && !required) {
      mark = document.createElement("span");
      mark.className = "optional";
      mark.textContent = told.dataset.optional;
      title.append(" ", mark);
    }
    if (mark) mark.hidden = required;
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
  const draw = (found, first) => {
    const [more, less] = [[], []];
    for (const node of plan.nodes) {
      const [state, box] = [found.get(node.n), boxOf(node.n)];
      if (!box || box.matches(".fill-group")) continue;
      if (box.hidden !== state.hidden) {
        (state.hidden ? less : more).push(labelOf(box));
        box.hidden = state.hidden;
      }
      if ("q" in node) showNeed(box, state.required);
      if (state.text !== undefined) {
        const place = document.getElementById(`q-${node.n}`);
        if (place) place.textContent = state.text || "–";
      }
      const line = document.getElementById(`q-${node.n}-error`);
      const code = line && line.dataset.code;
      const ours = code && (touched.has(node.n) || code in plan.words || (node.m && code in node.m));
      if (!first && !state.hidden && (state.issue || ours)) showIssue(box, node.n, state.issue);
    }
    for (const group of Array.from(questions.querySelectorAll(".fill-group")).reverse()) {
      const state = found.get(group.id.slice(2, -4));
      const seen = Array.from(group.children).some((child) => child.id.endsWith("-box") && !child.hidden);
      group.hidden = Boolean(state && state.hidden) || !seen;
    }
    keepFocus();
    if (first) return;
    const list = (names) => names.slice(0, 5).join(", ") + (names.length > 5 ? " …" : "");
    const words = [more.length && told.dataset.more.replace("{}", list(more)), less.length && told.dataset.less.replace("{}", list(less))];
    if (more.length || less.length) told.textContent = words.filter(Boolean).join(". ");
  };
  const follow = (first, asks = true) => {
    if (plan) {
      try {
        const found = portalFilling.settle(plan, answers(), Boolean(form.querySelector("[name=_judged]")));
        draw(found, first === true);
        /* Other pages came or went: the server says where people are. */
        const moved = Object.entries(plan.watch || {}).some(([name, hidden]) => found.get(name).hidden !== hidden);
        if (!moved || !asks) return;
      } catch (error) {
        console.warn(error);
        plan = null;
      }
    } else if (first === true) return;
    htmx.trigger(questions, "refresh");
  };
  if (questions && questions.dataset.by) {
    let waiting = 0;
    prepare();
    follow(true);
    questions.addEventListener("change", (event) => {
      touched.add((event.target.name || "").replace(/^(?:\w+:)?q\./, ""));
      clearTimeout(waiting);
      waiting = setTimeout(() => follow(), plan ? 0 : 200);
    });
    addEventListener("pageshow", () => follow(true));
    on("htmx:after:swap", () => {
      touched.clear();
      prepare();
      follow(true, false);
    });
  }

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
