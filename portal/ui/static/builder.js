/* Helps in the builder of forms; every page works without it. No text of its own: words come from the page. */
(() => {
  "use strict";

  /* One change after another: each is sent with the version that the one before it left. */
  let last = Promise.resolve();
  const next = (act) => {
    last = last.then(act);
  };

  /* Moving and copying change the list in place, and the focus stays where it was. */
  const show = async (button, url, extra, form = document.getElementById("rows")) => {
    const part = document.getElementById("builder");
    const data = new FormData(form);
    for (const [name] of extra) data.delete(name);
    for (const [name, value] of extra) data.append(name, value);
    const kept = /^ticked-(up|down)$/.test(button) ? data.getAll("row") : [];
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
    for (const box of fresh.querySelectorAll(".builder-pick")) box.checked = kept.includes(box.value);
    const status = fresh.querySelector("[data-moved]");
    const again = button && document.getElementById(button);
    if (status) status.textContent = (again && again.dataset.said) || status.dataset.moved;
    const here = document.getElementById(fresh.dataset.here);
    const line = again && again.closest(".builder-line");
    const other = again && again.parentElement.querySelector("button:not([disabled])");
    if (again && !again.disabled) again.focus({ preventScroll: Boolean(again.dataset.said) });
    else if (line) line.querySelector(".builder-label").focus();
    else if (other) other.focus({ preventScroll: true });
    else (here || fresh).querySelector(".builder-label, .btn-primary").focus({ preventScroll: true });
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

  /* Undo, redo, copy, cut out and put in by the keys everybody knows, where no text is written or marked. */
  const writes = "input:not([type=checkbox]), textarea, select";
  const rowOf = (element) => element.closest(".builder-row")?.querySelector(".builder-pick").value;
  const chosen = (target) => {
    const boxes = [...document.querySelectorAll(".builder-pick:checked")].map((box) => box.value);
    return boxes.length ? boxes : [rowOf(target)].filter(Boolean);
  };
  const turn = (way) => {
    const button = document.querySelector(`[data-act="${way}"]`);
    if (button && !button.disabled) return show(button.id, button.formAction, []);
  };
  const carry = (id, rows) => {
    const button = document.getElementById(id);
    const act = button.name ? [[button.name, button.value]] : [];
    const focus = id === "ticked-copy" ? `name-${rows[0]}` : "";
    return show(focus, address(button), [...rows.map((row) => ["row", row]), ...act], button.form);
  };
  const put = (after) => {
    const button = document.getElementById("paste");
    return button && show("", button.formAction, [["piece", "clipboard"], ...(after ? [["after", after]] : [])]);
  };
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest(writes)) return;
    if (!document.getElementById("builder")) return;
    const key = event.key.toLowerCase();
    const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
    const here = rowOf(event.target);
    let act = way && (() => turn(way));
    if ((key === "c" || key === "x") && !event.shiftKey && getSelection().isCollapsed) {
      const rows = chosen(event.target);
      const id = key === "c" ? "ticked-copy" : "ticked-cut";
      if (rows.length && document.getElementById(id)) act = () => carry(id, rows);
    } else if (key === "v" && !event.shiftKey && document.getElementById("paste")) act = () => put(here);
    if (!act) return;
    event.preventDefault();
    next(act);
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
        if (now && !now.disabled) return show(now.id, address(now), now.name ? [[now.name, now.value]] : [], now.form);
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
          next(() => show(null, document.getElementById("rows").action, [["place", place]]));
        },
      });
    }
  };
  ready();

  /* Another type shows its own settings at once, another question above its own column. */
  const retype = document.querySelector("[data-retype-button]");
  if (retype) {
    retype.hidden = true;
    for (const asked of document.querySelectorAll("[data-retype], #depends"))
      asked.addEventListener("change", () => {
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

  /* The question as people see it stands beside it, and is drawn anew when it was saved. */
  const live = document.getElementById("live");
  const look = async (url, focus) => {
    if (!live) return;
    if (url) live.dataset.live = url;
    try {
      const answer = await fetch(live.dataset.live, { credentials: "same-origin" });
      if (!answer.ok) return;
      live.innerHTML = await answer.text();
    } catch {
      return; // it stays as it was
    }
    if (focus) live.querySelector(`button:nth-of-type(1)`)?.focus();
  };
  if (live) {
    live.closest("aside").hidden = false;
    look();
    live.addEventListener("click", (event) => {
      const to = event.target.closest("[data-live-to]");
      if (to) look(to.dataset.liveTo, true);
    });
  }

  /* What is written is saved after a pause, by the same address as with the button. */
  const told = document.querySelector("[data-autosave]");
  const page = told && told.closest("form");
  let waiting = 0;
  let saving = null;
  const typed = () => new URLSearchParams([...new FormData(page)].filter(([, value]) => typeof value === "string"));
  const written = () => typed().toString();
  const keep = async () => {
    const sent = typed();
    const before = sent.toString();
    sent.set("_auto", "1");
    told.textContent = "";
    try {
      const answer = await fetch(page.action, { method: "POST", body: sent, credentials: "same-origin" });
      const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (said.version === undefined) {
        told.textContent = answer.status === 409 ? told.dataset.both : answer.status === 422 ? told.dataset.wrong : told.dataset.lost;
        return;
      }
      const same = before === written();
      if (said.merged) {
        if (!same) return; // “Save” puts it together: the page still knows what it was opened with
        page.dispatchEvent(new CustomEvent("portal:saved", { bubbles: true }));
        return location.reload();
      }
      page.elements.version.value = said.version;
      look();
      if (same) page.dispatchEvent(new CustomEvent("portal:saved", { bubbles: true }));
      const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      told.textContent = told.dataset.kept.replace("#", time);
    } catch {
      told.textContent = told.dataset.lost;
    }
  };
  const pause = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (!saving) saving = keep().finally(() => (saving = null));
      else pause();
    }, 1500);
  };
  if (page) {
    page.addEventListener("input", pause);
    document.addEventListener(
      "submit",
      (event) => {
        if (event.target !== page) return;
        clearTimeout(waiting);
        if (!saving) return;
        const { submitter } = event;
        event.preventDefault();
        event.stopPropagation();
        saving.then(() => page.requestSubmit(submitter));
      },
      true,
    );
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
