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
    let fresh;
    try {
      const answer = await fetch(url, { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = answer.ok && page.getElementById("builder");
    } catch {
      fresh = null;
    }
    if (!fresh) return send(form, url, extra);
    part.replaceWith(fresh);
    ready();
    const status = fresh.querySelector("[data-moved]");
    if (status) status.textContent = status.dataset.moved;
    const again = button && document.getElementById(button);
    if (again && !again.disabled) again.focus();
    else if (again) again.closest(".builder-line").querySelector(".builder-label").focus();
  };

  document.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (!event.target.matches("[data-rows]") || !button || !button.id) return;
      event.preventDefault();
      event.stopPropagation();
      next(() => {
        const now = document.getElementById(button.id); // the row may stand elsewhere by now
        if (now && !now.disabled) return show(now.id, now.formAction, now.name ? [[now.name, now.value]] : []);
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
    for (const grip of document.querySelectorAll("[data-grip]")) grip.hidden = false;
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
          const place = `${event.to.dataset.group}/${event.newDraggableIndex}`;
          next(() => show(null, event.item.dataset.url, [["place", place]]));
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
})();
