/* One record in the form of a page that is filled without a network: each change is kept on the device at once, one
   after the other. Gives portalEdit. */
((root) => {
  "use strict";
  const { $, anonymous, base, clock, key, lang, main, say, today, trouble, version, words } = root.portalPage;
  const store = root.portalStore;
  const form = $("fill");
  const questions = $("questions");
  const pristine = questions.innerHTML;
  const files = root.portalFiles({ form, questions });
  let editing = null;
  let touched = false;
  /* What was there before it was opened, and what it becomes with the next change. */
  let before = "draft";
  let as = "draft";
  let waiting = 0;
  let turn = Promise.resolve();

  $("editor").hidden = true;

  const titleOf = (pairs) => {
    for (const [name, value] of pairs) {
      if (!value.trim() || !name.startsWith("q.") || name.endsWith("._key")) continue;
      const control = Array.from(form.elements).find((each) => each.name === name && (each.value === value || each.selectedOptions));
      if (!control || control.type === "hidden") continue;
      const chosen = control.selectedOptions ? control.selectedOptions[0] : control.matches("[type=radio], [type=checkbox]") && control.labels[0];
      return ((chosen && chosen.textContent) || value).trim().slice(0, 80);
    }
    return "";
  };
  const keep = async () => {
    const uid = editing;
    if (uid === null) return false;
    try {
      await files.take(uid);
      const { made } = (await store.get(uid)) || { made: Date.now() };
      if (editing !== uid) return false;
      const held = files.all();
      const pairs = root.portalForms.fields().filter(([name]) => !name.startsWith("drop:"));
      const { day, now } = today();
      const content = { title: titleOf(pairs), pairs, files: held, filled: anonymous ? day : now, reasons: [] };
      const size = JSON.stringify(pairs).length + held.reduce((sum, each) => sum + each.size, 0);
      const { account, form: id } = main.dataset;
      const record = { uid, key, place: base, form: id, version, lang, account, made, changed: Date.now(), state: as, size };
      await store.put(record, content);
      await store.keepFiles(uid, held.map((each) => each.hash));
      $("kept").textContent = say("kept", clock(record.changed).slice(-5));
      return true;
    } catch (error) {
      trouble(error instanceof store.Locked ? words.lockedElsewhere : say("unkept", error.message || error.name));
      return false;
    }
  };
  /* One after the other: an older state never comes after a newer one. */
  const save = () => {
    clearTimeout(waiting);
    waiting = 0;
    turn = turn.then(keep);
    return turn;
  };
  /* The same before the page is left, with what is typed meanwhile; what could not be kept stays in sight. */
  const leave = async (state) => {
    as = state;
    let kept = await save();
    while (kept && waiting) kept = await save();
    if (!kept) {
      as = "draft";
      $("trouble").scrollIntoView({ block: "center" });
    }
    return kept;
  };
  /* To go on later; what was only looked at stays as it was. */
  const later = async () => {
    if (touched) return leave("draft");
    const record = before === "ready" && (await store.get(editing));
    if (record) await store.update(record, { state: "ready" });
    return true;
  };
  const changed = (delay) => {
    if (editing === null) return;
    touched = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, delay);
  };

  const draw = () => {
    questions.innerHTML = pristine;
    const plan = questions.querySelector("#plan");
    if (!plan) return;
    const { day, now } = today();
    plan.dataset.plan = plan.dataset.plan.replace(/`today`:`[^`]*`/, `\`today\`:\`${day}\``).replace(/`now`:`[^`]*`/, `\`now\`:\`${now}\``);
  };
  const prepare = () => document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  /* First answers that are the day or the moment of filling. */
  const firsts = () => {
    const asked = Object.entries(JSON.parse(main.dataset.firsts));
    const { day, now } = today();
    for (const control of form.elements) {
      const found = asked.find(([name]) => (control.name || "").startsWith("q.") && control.name.split(".").at(-1) === name);
      if (!found || control.matches("[type=hidden], [type=radio], [type=checkbox]")) continue;
      const text = found[1] === "today" ? day : now.slice(0, 16);
      control.value = control.type === "time" ? text.slice(11) : control.type === "date" ? text.slice(0, 10) : text;
    }
  };
  const showFaults = (title, lines) => {
    const box = $("faults");
    box.hidden = !title;
    if (!title) return;
    box.querySelector("h2 span").textContent = title;
    box.querySelector("ul").replaceChildren(
      ...lines.map(({ label, message, anchor }) => {
        const line = document.createElement("li");
        const text = label ? `${label}: ${message}` : message;
        const target = anchor && [`${anchor}-box`, anchor, `${anchor}-0`].find((id) => $(id));
        if (!target) {
          line.textContent = text;
          return line;
        }
        const link = document.createElement("a");
        link.href = `#${target}`;
        link.dataset.goto = target;
        link.textContent = text;
        line.append(link);
        return line;
      }),
    );
    box.focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    event.preventDefault();
    const target = $(link.dataset.goto);
    target.scrollIntoView({ block: "center" });
    (target.matches("input, select, textarea, [tabindex]") ? target : target.querySelector("input:not([type=hidden]), select, textarea") || target).focus();
  });
  /* What the browser can see wrong; kept as a draft and shown. */
  const wrong = async () => {
    const settled = root.portalForms.settle(true);
    const found = settled ? root.portalForms.wrong(settled) : [];
    if (!found.length) return false;
    touched = true;
    await save();
    showFaults(words.wrongOne, found.map(({ id, label, message }) => ({ label, message, anchor: id })));
    return true;
  };

  const elsewhere = (record) => {
    const url = new URL(record.place, location.origin);
    url.searchParams.set("version", record.version);
    url.searchParams.set("lang", lang);
    url.hash = record.uid;
    return url;
  };
  /* Opens a record, or a new one. While it is open it is a draft, so that nobody sends half of a change; gives false
     where it is being sent at this moment, or was sent, and cannot be changed any more. */
  const open = async (uid) => {
    const record = uid && (await store.get(uid));
    if (record && (record.place !== base || record.version !== version)) {
      location.href = elsewhere(record);
      return true;
    }
    const fixed = (now) => now.state === "sending" || now.state === "sent";
    if (record && (fixed(record) || !(await store.update(record, record.state === "ready" ? { state: "draft" } : {}, null, (now) => !fixed(now))))) return false;
    const content = record && (await store.body(record));
    draw();
    showFaults("");
    editing = record ? uid : crypto.randomUUID();
    before = record ? record.state : "draft";
    as = "draft";
    touched = !record;
    files.begin(record ? content.files : []);
    prepare();
    if (record) {
      root.portalForms.restore(content.pairs);
      await files.show(uid);
    } else firsts();
    history.replaceState(null, "", `#${editing}`);
    $("editor").hidden = false;
    $("queue").hidden = $("device").hidden = true;
    $("kept").textContent = "";
    if (before === "refused") showFaults(words.refused, content.reasons);
    else questions.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    return true;
  };
  const close = () => {
    clearTimeout(waiting);
    waiting = 0;
    editing = null;
    history.replaceState(null, "", location.pathname + location.search);
    $("editor").hidden = true;
  };

  /* Rows come and go by buttons. */
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-refresh]")) changed(400);
  });
  for (const [type, delay] of [["input", 400], ["change", 50]]) {
    form.addEventListener(type, (event) => {
      if (!event.target.closest("[data-narrow]")) changed(delay);
    });
  }
  form.addEventListener("click", async (event) => {
    const drop = event.target.closest("[data-drop]");
    const unsign = event.target.closest("[data-unsign]");
    const field = drop ? drop.closest("[data-held]").dataset.held : unsign && unsign.closest("[data-sign]").dataset.sign.slice(5);
    if (!field || editing === null) return;
    files.drop(field);
    changed(50);
    await files.show(editing);
  });

  root.portalEdit = {
    close,
    flush: () => {
      if (waiting) save();
    },
    isOpen: () => editing !== null,
    later,
    leave,
    open,
    uid: () => editing,
    wrong,
  };
})(window);
