/* Helps where it can; every page works without it. No text of its own: words come from the page. */
(() => {
  "use strict";
  const root = document.documentElement;
  const on = (type, handler, capture) => document.addEventListener(type, handler, capture);

  /* Menu on a phone. Without scripts the link goes to #menu and :target shows it. */
  const opener = document.querySelector("[data-menu]");
  const showMenu = (open) => {
    root.classList.toggle("menu-open", open);
    opener.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector("#menu a").focus();
    else opener.focus();
  };
  if (opener) {
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-expanded", "false");
  }

  /* Colours of the page: a cookie that the server reads. */
  const paint = (choice) => {
    document.cookie = `portal_theme=${choice}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    if (choice === "auto") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = choice;
    for (const button of document.querySelectorAll("[data-theme-switch] button")) {
      button.setAttribute("aria-pressed", String(button.value === choice));
    }
  };
  for (const each of document.querySelectorAll("[data-theme-switch]")) each.hidden = false;

  on("click", (event) => {
    const target = event.target.closest("[data-menu], [data-menu-close], [data-theme-switch] button, [data-take]");
    for (const drop of document.querySelectorAll("details[data-drop][open]")) {
      if (!drop.contains(event.target)) drop.open = false;
    }
    if (root.classList.contains("menu-open") && !event.target.closest("#menu, [data-menu]")) showMenu(false);
    if (!target) return;
    if (target.matches("[data-menu]")) {
      event.preventDefault();
      showMenu(!root.classList.contains("menu-open"));
    } else if (target.matches("[data-menu-close]")) {
      event.preventDefault();
      if (location.hash === "#menu") location.hash = "";
      showMenu(false);
    } else if (target.closest("[data-theme-switch]")) {
      paint(target.value);
    }
  });

  on("keydown", (event) => {
    if (event.key === " " && event.target === opener) {
      event.preventDefault();
      showMenu(true);
    }
    if (event.key !== "Escape") return;
    if (root.classList.contains("menu-open")) showMenu(false);
    for (const drop of document.querySelectorAll("details[data-drop][open]")) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
  });

  /* A filter that is chosen works at once; the button stays for the keyboard. */
  on("change", (event) => {
    if (event.target.matches("form.filters [data-submit]")) event.target.form.requestSubmit();
  });
  on("submit", (event) => {
    if (!event.target.matches("form.filters")) return;
    for (const control of event.target.elements) {
      if (control.name && !control.value) control.disabled = true;
    }
  });

  /* What was typed is not lost by leaving the page. */
  const changed = new Set();
  let leaving = false;
  for (const form of document.querySelectorAll("form[data-guard][data-changed]")) changed.add(form);
  on("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-guard]")) changed.add(form);
  });
  on("portal:saved", (event) => changed.delete(event.target));
  on("click", (event) => {
    if (event.target.closest("[data-keep]")) leaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (leaving) return;
    for (const form of changed) {
      if (form.isConnected) {
        event.preventDefault();
        return;
      }
    }
  });

  /* A form is sent once; a question is asked before what cannot be taken back. */
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.confirm && !confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    changed.delete(form);
    if (event.submitter && event.submitter.name === "_lang") leaving = true;
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
    for (const control of document.querySelectorAll("form.filters [disabled]")) control.disabled = false;
  });

  /* Enter sends a form. Its first button may be the language switch in the head of the page, which it must not press. */
  on("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    const control = event.target;
    if (!control.form || !control.matches("input:not([type=button], [type=reset], [type=submit], [type=file])")) return;
    const first = Array.from(control.form.elements).find((each) => each.type === "submit");
    if (!first || first.name !== "_lang") return;
    const meant =
      control.form.querySelector("[data-default]") || control.form.querySelector("button:not([type]), [type=submit]");
    event.preventDefault();
    if (meant) control.form.requestSubmit(meant);
  });

  /* Characters that are left, once the end comes near. */
  const count = (control) => {
    const limit = Number(control.dataset.limit);
    const used = Array.from(control.value).length;
    let counter = control.nextElementSibling;
    if (!counter || !counter.classList.contains("counter")) {
      if (used < limit * 0.7) return;
      counter = document.createElement("p");
      counter.className = "counter";
      control.after(counter);
    }
    counter.hidden = used < limit * 0.7;
    counter.textContent = `${used} / ${limit}`;
    counter.classList.toggle("counter-over", used > limit);
  };
  on("input", (event) => {
    if (event.target.dataset && event.target.dataset.limit) count(event.target);
  });

  /* A long list of boxes can be narrowed by words. */
  const narrow = (list) => {
    if (list.dataset.narrowed) return;
    list.dataset.narrowed = "1";
    const input = document.createElement("input");
    input.type = "search";
    input.className = "form-control narrow";
    input.placeholder = list.dataset.narrow;
    input.setAttribute("aria-label", list.dataset.narrow);
    input.autocomplete = "off";
    list.before(input);
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of list.querySelectorAll(".check")) {
        const text = row.textContent.toLowerCase();
        row.hidden = !row.querySelector("input").checked && !words.every((word) => text.includes(word));
      }
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  };

  const ready = (part) => {
    for (const control of part.querySelectorAll("[data-limit]")) count(control);
    for (const list of part.querySelectorAll("[data-narrow]")) narrow(list);
  };
  ready(document);
  on("htmx:after:swap", () => ready(document));
  on("portal:row", (event) => ready(event.target));

  /* The summary of errors is read first. */
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();

  /* On paper, what is folded is open. */
  addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("[data-print]")) print();
  });
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details.more:not([open])")) {
      part.open = true;
      part.dataset.printed = "1";
    }
  });
  addEventListener("afterprint", () => {
    for (const part of document.querySelectorAll("details[data-printed]")) {
      part.open = false;
      delete part.dataset.printed;
    }
  });
})();
