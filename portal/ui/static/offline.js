/* The page of a form that is filled without a network: keeps itself on the device, keeps each change, shows what
   waits and what was sent. No words of its own: they come from the page. */
(() => {
  "use strict";
  const store = portalStore;
  const LONGEST_SIDE = 1600;
  const FORGET_AFTER = 10 * 60 * 1000;
  const WEEK = 7 * 24 * 3600 * 1000;
  const page = document.querySelector("[data-offline]");
  const { key, base, scope } = page.dataset;
  const version = Number(page.dataset.version);
  const lang = document.documentElement.lang;
  const anonymous = "anonymous" in page.dataset;
  const words = document.querySelector("#words").dataset;
  const $ = (id) => document.getElementById(id);
  const form = $("fill");
  const questions = $("questions");
  const pristine = questions.innerHTML;
  const say = (word, ...values) => values.reduce((text, value) => text.replace("{}", value), words[word]);
  const two = (number) => String(number).padStart(2, "0");
  const clock = (moment) => {
    const at = new Date(moment);
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
  };
  const sized = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
  const trouble = (text, link) => {
    const box = $("trouble");
    box.hidden = !text;
    box.querySelector("div").replaceChildren(text || "", ...(link ? [" ", link] : []));
  };

  const theme = /(?:^|; )portal_theme=(light|dark)/.exec(document.cookie);
  if (theme) document.documentElement.dataset.bsTheme = theme[1];

  const { OURS, isKept, keepPage } = portalKeep({ base, key, lang, version });
  const refreshPage = async () => {
    if (!("serviceWorker" in navigator) || !window.caches) {
      $("ready").textContent = words.unable;
      return;
    }
    const worker = navigator.serviceWorker.register(`${scope}worker.js`, { scope, updateViaCache: "none" });
    try {
      await worker;
      const found = await keepPage();
      if (found && found.number !== version && found.number > version) showNews(found);
    } catch (error) {
      if (!(error instanceof TypeError)) console.warn(error);
    }
    $("ready").textContent = (await isKept()) ? words.ready : words.unready;
  };
  const showNews = (found) => {
    if (editing === null && !location.hash) {
      location.replace(found.url);
      return;
    }
    const link = document.createElement("a");
    link.href = found.url;
    link.textContent = words.openNew;
    $("news").querySelector("span").replaceChildren(words.newVersion, " ", link);
    $("news").hidden = false;
  };

  /* One record in the form. */
  let editing = null;
  let held = [];
  let turn = Promise.resolve();
  const inTurn = (act) => {
    turn = turn.then(act, act);
    return turn;
  };
  const today = (text) => {
    const zoned = new Intl.DateTimeFormat("sv-SE", { timeZone: page.dataset.zone, dateStyle: "short", timeStyle: "medium" }).format(new Date());
    const [day, time] = zoned.split(" ");
    const away = new Intl.DateTimeFormat("en", { timeZone: page.dataset.zone, timeZoneName: "longOffset" }).format(new Date());
    const offset = (/GMT([+-]\d{2}:\d{2})/.exec(away) || [])[1] || "+00:00";
    return { day, now: `${day}T${time}${offset}`, plan: text.replace(/`today`:`[^`]*`/, `\`today\`:\`${day}\``).replace(/`now`:`[^`]*`/, `\`now\`:\`${day}T${time}${offset}\``) };
  };
  const moment = () => today("").now;
  const drawnFiles = () => Array.from(new FormData(form)).filter(([name, value]) => value instanceof File && value.size && name.startsWith("file:"));
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
  const shrunk = async (input, file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || !(input && (input.accept || "").startsWith("image/"))) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    if (scale === 1 && file.type === "image/png" && file.size < 300000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    return new File([small], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
  };
  const inputOf = (field) => {
    const name = CSS.escape(`file:${field}`);
    return form.querySelector(`input[type=file][name="${name}"]`) || form.querySelector(`[data-sign="${name}"]`);
  };
  const hold = async (field, given) => {
    const place = inputOf(field);
    const input = place && place.matches("input") ? place : null;
    let file = given;
    try {
      file = await shrunk(input, given);
    } catch {
      trouble(words.noPicture);
      if (input) input.value = "";
      return;
    }
    const buffer = await file.arrayBuffer();
    const hash = await store.putFile(editing, buffer);
    held = held.filter((each) => each.field !== field);
    held.push({ field, hash, name: file.name, size: buffer.byteLength, type: file.type });
    if (input) {
      input.value = "";
      await showHeld();
    }
  };
  const showHeld = async () => {
    for (const each of questions.querySelectorAll("[data-held]")) each.remove();
    for (const one of held) {
      const place = inputOf(one.field);
      if (!place) continue;
      const line = $("held").content.firstElementChild.cloneNode(true);
      line.dataset.held = one.field;
      line.querySelector("[data-name]").textContent = `${one.name} · ${sized(one.size)}`;
      if (one.type.startsWith("image/")) {
        const data = await store.file(editing, one.hash);
        const picture = document.createElement("img");
        picture.className = "offline-held";
        picture.alt = "";
        if (data) picture.src = URL.createObjectURL(new Blob([data], { type: one.type }));
        line.prepend(picture);
      }
      place.before(line);
    }
  };
  const save = (state = "draft") =>
    inTurn(async () => {
      if (editing === null) return false;
      try {
        for (const [name, file] of drawnFiles()) await hold(name.slice(5), file);
        const pairs = portalForms.fields().filter(([name]) => !name.startsWith("drop:"));
        held = held.filter((each) => inputOf(each.field));
        const before = (await store.get(editing)) || { made: Date.now() };
        const content = { title: titleOf(pairs), pairs, files: held, filled: anonymous ? moment().slice(0, 10) : moment(), reasons: [] };
        const size = JSON.stringify(pairs).length + held.reduce((sum, each) => sum + each.size, 0);
        const record = { uid: editing, key, place: base, form: page.dataset.form, version, lang, account: page.dataset.account, made: before.made, changed: Date.now(), state, size };
        await store.put(record, content);
        await store.keepFiles(editing, held.map((each) => each.hash));
        $("kept").textContent = say("kept", clock(record.changed).slice(-5));
        return true;
      } catch (error) {
        trouble(say("unkept", error.message || error.name));
        return false;
      }
    });
  /* The same before the page is left: what could not be kept stays in sight. */
  const leave = async (state) => {
    const kept = await save(state);
    if (!kept) $("trouble").scrollIntoView({ block: "center" });
    return kept;
  };
  const draw = () => {
    questions.innerHTML = pristine;
    const plan = questions.querySelector("#plan");
    if (plan) plan.dataset.plan = today(plan.dataset.plan).plan;
  };
  const prepare = () => document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  /* First answers that are the day or the moment of filling. */
  const firsts = () => {
    const asked = Object.entries(JSON.parse(page.dataset.firsts));
    const { day, now } = today("");
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
  const canonical = (record, language = lang) => {
    const url = new URL(record.place, location.origin);
    url.searchParams.set("version", record.version);
    url.searchParams.set("lang", language);
    url.hash = record.uid;
    return url;
  };
  const open = async (uid) => {
    const record = uid && (await store.get(uid));
    if (record && (record.place !== base || record.version !== version)) {
      location.href = canonical(record);
      return;
    }
    draw();
    held = [];
    showFaults("");
    editing = record ? uid : crypto.randomUUID();
    touched = !record;
    prepare();
    if (record) {
      const content = await store.body(record);
      portalForms.restore(content.pairs);
      held = content.files;
      await showHeld();
    } else firsts();
    history.replaceState(null, "", `#${editing}`);
    $("editor").hidden = false;
    $("queue").hidden = $("device").hidden = true;
    $("kept").textContent = "";
    if (record && record.state === "refused") showFaults(words.refused, (await store.body(record)).reasons);
    else questions.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  };
  const close = async () => {
    editing = null;
    history.replaceState(null, "", location.pathname + location.search);
    $("editor").hidden = true;
    $("queue").hidden = $("device").hidden = false;
    await list();
    $("queue-title").focus();
  };

  let waiting = 0;
  let touched = false;
  const changed = (event) => {
    if (editing === null || event.target.closest?.("[data-narrow]")) return;
    touched = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, event.type === "change" ? 50 : 400);
  };
  /* Rows come and go by buttons. */
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-refresh]")) changed({ type: "input", target: form });
  });
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  const flush = () => {
    if (editing === null || !waiting) return;
    clearTimeout(waiting);
    waiting = 0;
    save();
  };
  addEventListener("pagehide", flush);

  form.addEventListener("click", async (event) => {
    const drop = event.target.closest("[data-drop]");
    const unsign = event.target.closest("[data-unsign]");
    const field = drop ? drop.closest("[data-held]").dataset.held : unsign && unsign.closest("[data-sign]").dataset.sign.slice(5);
    if (!field) return;
    held = held.filter((each) => each.field !== field);
    touched = true;
    await showHeld();
    save();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (!link) return;
    event.preventDefault();
    const target = $(link.dataset.goto);
    target.scrollIntoView({ block: "center" });
    (target.matches("input, select, textarea, [tabindex]") ? target : target.querySelector("input:not([type=hidden]), select, textarea") || target).focus();
  });

  /* Ready: what the browser can see wrong is said before it waits for the network. */
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (editing === null || (event.submitter && event.submitter.name)) return;
    clearTimeout(waiting);
    const wrong = portalForms.wrong(portalForms.settle(true));
    if (wrong.length) {
      await save();
      showFaults(words.wrongOne, wrong.map(({ id, label, message }) => ({ label, message, anchor: id })));
      return;
    }
    if (!(await leave("ready"))) return;
    await close();
    send();
  });
  $("later").addEventListener("click", async () => {
    clearTimeout(waiting);
    if (touched && !(await leave())) return;
    await close();
  });
  $("new").addEventListener("click", async () => {
    trouble("");
    if (anonymous && !(await store.hasPin())) {
      trouble(words.pinFirst);
      $("new-pin").focus();
      return;
    }
    if (navigator.storage && navigator.storage.persist && !(await navigator.storage.persisted())) await navigator.storage.persist();
    open(null);
  });

  /* What waits. */
  const TONES = { draft: "neutral", ready: "info", sending: "info", sent: "success", refused: "danger" };
  const ours = async () => (await store.all()).filter((each) => each.key === key).sort((a, b) => a.made - b.made);
  const list = async () => {
    const hasPin = await store.hasPin();
    const locked = hasPin && !store.unlocked();
    $("locked").hidden = !locked;
    $("queue").hidden = $("device").hidden = locked || editing !== null;
    $("pin").hidden = hasPin;
    $("pinned").hidden = !hasPin;
    if (locked) return;
    const records = await ours();
    $("none").hidden = records.length > 0;
    const rows = [];
    for (const record of records) rows.push(await row(record));
    $("records").replaceChildren(...rows);
    const unsent = records.some((each) => each.state !== "sent");
    $("send").hidden = $("save-file").hidden = !unsent;
  };
  const row = async (record) => {
    const line = $("record").content.firstElementChild.cloneNode(true);
    const content = record.body ? await store.body(record) : { title: "", files: [], reasons: [] };
    const title = content.title || words.unnamed;
    const gone = record.state === "sent" && !record.body;
    line.dataset.uid = record.uid;
    line.dataset.state = record.state;
    line.querySelector("[data-title]").textContent = gone ? say("receipt", codeOf(record), clock(record.sent)) : title;
    const badge = line.querySelector("[data-state]");
    badge.classList.add(`status-${TONES[record.state]}`);
    badge.textContent = words[`state${record.state[0].toUpperCase()}${record.state.slice(1)}`];
    const facts = [say("changed", clock(record.changed)), sized(record.size || 1), say("version", record.version)];
    if (record.account && record.account !== page.dataset.account) facts.push(words.otherAccount);
    if (record.state !== "sent" && Date.now() - record.made > WEEK) facts.push(words.old);
    if (record.state === "sent") facts.unshift(...(gone ? [words.gone] : [say("receipt", codeOf(record), clock(record.sent))]));
    line.querySelector("[data-facts]").textContent = facts.join(" · ");
    const reasons = content.reasons || [];
    line.querySelector("[data-reasons]").replaceChildren(
      ...reasons.map(({ label, message }) => {
        const one = document.createElement("li");
        one.textContent = label ? `${label}: ${message}` : message;
        return one;
      }),
    );
    for (const button of line.querySelectorAll("[data-act]")) {
      const more = document.createElement("span");
      more.className = "visually-hidden";
      more.textContent = `: ${gone ? codeOf(record) : title}`;
      button.append(more);
      const { act } = button.dataset;
      if (act === "open") button.hidden = record.state === "sent" || record.state === "sending";
      if (act === "renew") button.hidden = !(record.state === "refused" && record.status === 409 && reasons.some((each) => each.code === "sent_before"));
      if (act === "export") button.hidden = gone;
    }
    return line;
  };
  const codeOf = (record) => record.receipt.code.replace(/^(.{5})/, "$1 ");
  $("records").addEventListener("click", async (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const record = await store.get(button.closest("li").dataset.uid);
    const { act } = button.dataset;
    if (act === "open") await reopen(record);
    if (act === "export") await saveFile([record]);
    if (act === "delete" && confirm(record.state === "sent" ? words.deleteSent : words.delete)) {
      await store.remove(record.uid);
      await list();
      $("queue-title").focus();
    }
    if (act === "renew") await renew(record);
  });
  const reopen = async (record) => {
    if (record.version !== version || record.place !== base) {
      const there = await Promise.all((await caches.keys()).filter((name) => name.startsWith(`${OURS}${record.place} ${record.version} `)));
      if (!there.length && !navigator.onLine) {
        trouble(words.otherVersion);
        return;
      }
    }
    await open(record.uid);
  };
  const renew = async (record) => {
    const content = await store.body(record);
    const uid = crypto.randomUUID();
    for (const each of content.files) {
      const data = await store.file(record.uid, each.hash);
      if (data) await store.putFile(uid, data);
    }
    await store.put({ ...record, uid, state: "ready", changed: Date.now(), status: undefined }, { ...content, reasons: [] });
    await store.remove(record.uid);
    await list();
    send();
  };

  /* Sending: by itself when there is a network, or by the button. */
  const told = async (state) => {
    $("progress").textContent = state.all ? say("sending", state.sent, state.all) : "";
    if (editing === null) await list();
  };
  let retry = 0;
  let patience = 3000;
  const send = async (asked = false) => {
    clearTimeout(retry);
    network();
    let found;
    try {
      found = await portalSend.all(told);
    } catch (error) {
      trouble(String(error.message || error));
      return;
    }
    if (found.later === "network" || found.later === "busy") {
      retry = setTimeout(() => navigator.onLine && send(), patience);
      patience = Math.min(patience * 3, 60000);
      const registration = await navigator.serviceWorker?.getRegistration(scope);
      if (registration && registration.sync) await registration.sync.register("portal-forms-send").catch(() => {});
    }
    if (found.later === "signed_out") {
      const link = document.createElement("a");
      link.href = page.dataset.signIn;
      link.target = "_blank";
      link.textContent = words.signInHere;
      trouble(words.signIn, link);
    } else if (found.sent) {
      trouble("");
      patience = 3000;
    }
    if (found.all || asked) {
      const word = { network: "later", busy: "busy", signed_out: "signIn" }[found.later];
      $("progress").textContent = word ? words[word] : found.refused ? words.some : found.sent ? words.sent : words.nothing;
    }
    if (editing === null) await list();
  };
  $("send").addEventListener("click", () => send(true));
  const network = () => {
    $("network").textContent = navigator.onLine ? words.online : words.offline;
  };
  const tidy = async () => {
    const forget = anonymous || (await store.meta("forget")) !== false;
    for (const record of await store.all()) {
      if (forget && record.state === "sent" && record.body && Date.now() - record.sent > FORGET_AFTER) await store.strip(record);
    }
  };

  const saveFile = async (records) => {
    if ((await store.hasPin()) && !confirm(words.fileOpen)) return;
    const name = `${words.fileName}-${page.dataset.form}-${clock(Date.now()).slice(0, 10)}`;
    await portalCarry(records, { form: key, saved: moment() }, name);
  };
  $("save-file").addEventListener("click", async () => saveFile((await ours()).filter((each) => each.state !== "sent")));

  /* The PIN, and what the browser promises. */
  const entered = (id, act) =>
    $(id).addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const input = event.target.querySelector("input");
      const button = event.target.querySelector("button");
      button.disabled = true;
      try {
        await act(input);
      } finally {
        button.disabled = false;
        input.value = "";
      }
    });
  entered("unlock", async (input) => {
    if (!(await store.unlock(input.value))) {
      trouble(words.pinWrong);
      return;
    }
    trouble("");
    await begin();
  });
  entered("pin", async (input) => {
    if (Array.from(input.value).length < 4) {
      trouble(words.pinShort);
      return;
    }
    await store.setPin(input.value);
    trouble("");
    await list();
  });
  $("forget-pin").addEventListener("click", async () => {
    if (!confirm(words.deleteAll)) return;
    await store.forgetLocked();
    location.reload();
  });
  $("lock-now").addEventListener("click", () => location.reload());
  $("unpin")?.addEventListener("click", async () => {
    await store.removePin();
    await list();
  });
  $("forget-form").addEventListener("click", async () => {
    const own = (await store.all()).filter((each) => each.place === base);
    if (own.some((each) => each.state !== "sent")) {
      trouble(words.forgetFirst);
      return;
    }
    if (!confirm(words.forgetForm)) return;
    for (const each of own) await store.remove(each.uid);
    for (const name of await caches.keys()) if (name.startsWith(`${OURS}${base} `)) await caches.delete(name);
    await list();
    $("ready").textContent = words.unready;
  });
  $("forget")?.addEventListener("change", () => store.setMeta("forget", $("forget").checked));
  const lasting = async () => {
    const granted = Boolean(navigator.storage && navigator.storage.persisted && (await navigator.storage.persisted()));
    $("lasting").textContent = granted ? words.lasting : words.fleeting;
    $("ask-lasting").parentElement.hidden = granted || !(navigator.storage && navigator.storage.persist);
  };
  $("ask-lasting").addEventListener("click", async () => {
    await navigator.storage.persist();
    await lasting();
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-language]");
    if (!link) return;
    event.preventDefault();
    const next = new URL(link.href);
    await store.setMeta("lang", link.lang);
    if (editing !== null) {
      clearTimeout(waiting);
      if (!(await leave())) return;
      next.hash = editing;
    }
    location.href = next;
  });
  let hiddenAt = 0;
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = Date.now();
      flush();
    } else if (store.unlocked() && Date.now() - hiddenAt > 5 * 60 * 1000) location.reload();
    else send();
  });
  addEventListener("online", () => {
    refreshPage();
    send();
  });
  addEventListener("offline", network);
  navigator.serviceWorker?.addEventListener("message", () => editing === null && list());
  setInterval(() => navigator.onLine && send(), 60000);

  const begin = async () => {
    await tidy();
    await list();
    const wanted = location.hash.slice(1);
    if (wanted && (await store.get(wanted))) await open(wanted);
    send();
  };
  const start = async () => {
    network();
    $("editor").hidden = true;
    if (!window.isSecureContext || !window.indexedDB) {
      trouble(words.insecure);
      return;
    }
    try {
      await store.setMeta("lang", lang);
      if ($("forget")) $("forget").checked = (await store.meta("forget")) !== false;
      await lasting();
      await list();
      if ($("locked").hidden) await begin();
    } catch (error) {
      trouble(say("unkept", error.message || error.name));
    }
    page.dataset.begun = "";
    await refreshPage();
    page.dataset.settled = "";
  };
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
})();
