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
    htmx.trigger(questions, "change");
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
