/* Helps in the builder of forms; every page works without it. No text of its own: words come from the page. */
(() => {
  "use strict";

  /* One change after another: each is sent with the version that the one before it left. */
  let last = Promise.resolve();
  const next = (act) => {
    last = last.then(act);
  };

  /* Moving and copying change the list in place, and the focus stays where it was. */
  const show = async (button, url, extra) => {
    const form = document.querySelector("[data-rows]");
    const part = document.getElementById("builder");
    const data = new FormData(form);
    for (const [name, value] of extra) data.set(name, value);
    part.classList.add("builder-busy");
    let fresh, page;
    try {
      const answer = await fetch(url, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = answer.ok && page.getElementById("builder");
    } catch {
      fresh = null;
    }
    if (!fresh) return send(form, url, extra);
    part.replaceWith(fresh);
    tell(page, fresh);
    ready();
    const status = fresh.querySelector("[data-moved]");
    const again = button && document.getElementById(button);
    if (status) status.textContent = (again && again.dataset.said) || status.dataset.moved;
    const line = again && again.closest(".builder-line");
    const other = again && again.parentElement.querySelector("button:not([disabled])");
    if (again && !again.disabled) again.focus({ preventScroll: Boolean(again.dataset.said) });
    else if (line) line.querySelector(".builder-label").focus();
    else if (other) other.focus({ preventScroll: true });
    const here = document.getElementById(fresh.dataset.here);
    if (!here) return;
    here.classList.add("builder-here");
    here.firstElementChild.scrollIntoView({ block: "nearest" });
  };

  /* What the server has to say of it stands above the rows. */
  const tell = (page, fresh) => {
    for (const old of document.querySelectorAll("main .note[data-told]")) old.remove();
    for (const note of page.querySelectorAll("main .note[role]")) {
      if (note.closest("#builder")) continue;
      note.dataset.told = "";
      fresh.before(note);
    }
  };

  /* Undo and redo by the keys everybody knows, where no text is being written. */
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select"))
      return;
    const key = event.key.toLowerCase();
    const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
    if (!way || !document.querySelector(`[data-act="${way}"]`)) return;
    event.preventDefault();
    next(() => {
      const button = document.querySelector(`[data-act="${way}"]`);
      if (!button.disabled) return show(button.id, button.formAction, []);
    });
  });

  const address = (button) => (button.hasAttribute("formaction") ? button.formAction : button.form.action);

  document.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (!event.target.matches("[data-rows]") || !button || !button.id) return;
      event.preventDefault();
      event.stopPropagation();
      next(() => {
        const now = document.getElementById(button.id); // the row may stand elsewhere by now
        if (now && !now.disabled) return show(now.id, address(now), now.name ? [[now.name, now.value]] : []);
      });
    },
    true,
  );

  /* What cannot be shown in place is sent as a whole page. */
  const send = (form, url, extra) => {
    form.action = url;
    for (const [name, value] of extra) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    form.submit();
  };

  /* The mouse drags what the two buttons move. */
  const ready = () => {
    if (!window.Sortable) return;
    const grip = document.getElementById("builder-grip");
    if (grip) for (const line of document.querySelectorAll(".builder-line")) line.prepend(grip.content.cloneNode(true));
    for (const list of document.querySelectorAll(".builder-rows")) {
      window.Sortable.create(list, {
        group: "rows",
        handle: "[data-grip]",
        draggable: ".builder-row",
        animation: 120,
        fallbackOnBody: true,
        swapThreshold: 0.65,
        ghostClass: "builder-moving",
        onEnd: (event) => {
          if (event.from === event.to && event.oldDraggableIndex === event.newDraggableIndex) return;
          const place = `${event.item.dataset.row}/${event.to.dataset.group}/${event.newDraggableIndex}`;
          next(() => show(null, document.querySelector("[data-rows]").action, [["place", place]]));
        },
      });
    }
  };
  ready();

  /* Another type shows its own settings at once. */
  const kind = document.querySelector("[data-retype]");
  const retype = document.querySelector("[data-retype-button]");
  if (kind && retype) {
    retype.hidden = true;
    kind.addEventListener("change", () => {
      retype.hidden = false;
      retype.form.requestSubmit(retype);
    });
  }

  /* The value of a condition is chosen where its question has choices. */
  const ask = document.querySelector("[data-ask]");
  const value = document.getElementById("value");
  const offer = () => {
    const chosen = ask.selectedOptions[0];
    const now = document.getElementById("value");
    const choices = JSON.parse((chosen && chosen.dataset.choices) || "[]");
    if (!choices.length) {
      if (now !== value) {
        value.value = "";
        now.replaceWith(value);
      }
      return;
    }
    const select = document.createElement("select");
    select.className = "form-select";
    select.id = "value";
    select.name = "value";
    for (const [code, label] of choices) select.append(new Option(label, code, false, code === now.value));
    now.replaceWith(select);
  };
  if (ask && value) {
    ask.addEventListener("change", offer);
    if (ask.value) offer();
  }

  /* A link is taken whole. */
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-select]")) event.target.select();
  });

  /* A text written on the page of a conflict is what is meant to stand. */
  document.addEventListener("input", (event) => {
    const radio = document.getElementById(event.target.dataset.instead);
    if (radio) radio.checked = true;
  });
})();
