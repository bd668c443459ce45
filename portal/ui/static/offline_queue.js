/* What waits on a device and what was sent: shown, sent, opened again, deleted, saved as a file. Gives portalQueue. */
((root) => {
  "use strict";
  const { $, base, clock, key, main, say, scope, sized, today, trouble, version, words } = root.portalPage;
  const store = root.portalStore;
  const edit = root.portalEdit;
  const WEEK = 7 * 24 * 3600 * 1000;
  const LONGEST_PRESS = 2000;
  const TONES = { draft: "neutral", ready: "info", sending: "info", sent: "success", refused: "danger" };

  const ours = async () => (await store.all()).filter((each) => each.key === key).sort((a, b) => a.made - b.made);
  /* A record that is as it was keeps its line, so that nobody loses the button they are about to press. */
  const markOf = ({ uid, state, changed, noted, body }) => [uid, state, changed, noted || "", Boolean(body)].join(" ");
  let released = Promise.resolve();
  $("records").addEventListener("pointerdown", () => {
    released = new Promise((resolve) => {
      for (const type of ["pointerup", "pointercancel"]) addEventListener(type, () => setTimeout(resolve), { once: true });
      setTimeout(resolve, LONGEST_PRESS);
    });
  });
  const stay = (button) => {
    const { uid } = (button.closest("li") || $("records")).dataset;
    const same = uid && $("records").querySelector(`[data-uid="${uid}"] [data-act="${button.dataset.act}"]:not([hidden])`);
    (same || $("queue-title")).focus({ preventScroll: true });
  };
  const draw = async () => {
    const hasPin = await store.hasPin();
    const locked = hasPin && !store.unlocked();
    const records = locked ? [] : await ours();
    const there = new Map(Array.from($("records").children, (line) => [line.dataset.mark, line]));
    const rows = [];
    for (const record of records) rows.push(there.get(markOf(record)) || (await row(record)));
    await released;
    const focused = $("records").contains(document.activeElement) ? document.activeElement : null;
    $("locked").hidden = !locked;
    $("queue").hidden = $("device").hidden = locked || edit.isOpen();
    $("pin").hidden = hasPin;
    $("pinned").hidden = !hasPin || store.busy();
    if (locked) return;
    $("none").hidden = records.length > 0;
    const lines = $("records").children;
    if (lines.length !== rows.length || rows.some((each, at) => each !== lines[at])) {
      $("records").replaceChildren(...rows);
      if (focused) stay(focused);
    }
    const unsent = records.some((each) => each.state !== "sent");
    $("send").hidden = $("save-file").hidden = !unsent;
  };
  /* One after the other, so that an older list never comes over a newer one; who asks while one is drawn gets the next. */
  let drawing = Promise.resolve();
  let next = null;
  const list = () => {
    if (next) return next;
    const begin = () => {
      next = null;
      drawing = draw().catch((error) => {
        if (!(error instanceof store.Locked)) throw error;
        return draw(); /* locked or opened while it was read */
      });
      return drawing;
    };
    next = drawing.catch(() => null).then(begin);
    return next;
  };
  const codeOf = (record) => record.receipt.code.replace(/^(.{5})/, "$1 ");
  const row = async (record) => {
    const line = $("record").content.firstElementChild.cloneNode(true);
    const content = record.body ? await store.body(record) : { title: "", files: [], reasons: [] };
    const title = content.title || words.unnamed;
    const gone = record.state === "sent" && !record.body;
    line.dataset.uid = record.uid;
    line.dataset.mark = markOf(record);
    line.dataset.state = record.state;
    line.querySelector("[data-title]").textContent = gone ? say("receipt", codeOf(record), clock(record.sent)) : title;
    const badge = line.querySelector("[data-state]");
    badge.classList.add(`status-${TONES[record.state]}`);
    badge.textContent = words[`state${record.state[0].toUpperCase()}${record.state.slice(1)}`];
    const facts = [say("changed", clock(record.changed)), sized(record.size || 1), say("version", record.version)];
    if (record.account && record.account !== main.dataset.account) facts.push(words.otherAccount);
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

  const reopen = async (record) => {
    if ((record.version !== version || record.place !== base) && !navigator.onLine && !(await root.portalKeep.has(record.place, record.version))) {
      trouble(words.otherVersion);
      return;
    }
    if (await edit.open(record.uid)) return;
    await list();
    await root.portalSend.settled();
    if (!(await edit.open(record.uid))) await list();
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
  const saveFile = async (records) => {
    if ((await store.hasPin()) && !confirm(words.fileOpen)) return;
    const { day, now } = today();
    await root.portalCarry(records, { form: key, saved: now }, `${words.fileName}-${main.dataset.form}-${day}`);
  };
  $("save-file").addEventListener("click", async () => saveFile((await ours()).filter((each) => each.state !== "sent")));
  $("records").addEventListener("click", async (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const record = await store.get(button.closest("li").dataset.uid);
    const { act } = button.dataset;
    if (!record) await list();
    else if (act === "open") await reopen(record);
    else if (act === "export") await saveFile([record]);
    else if (act === "renew") await renew(record);
    else if (confirm(record.state === "sent" ? words.deleteSent : words.delete)) {
      await store.remove(record.uid);
      await list();
      $("queue-title").focus();
    }
  });

  /* Sending: by itself when there is a network, or by the button. */
  const told = async (state) => {
    $("progress").textContent = state.all ? say("sending", state.sent, state.all) : "";
    if (!edit.isOpen()) await list();
  };
  const network = () => {
    $("network").textContent = navigator.onLine ? words.online : words.offline;
  };
  let retry = 0;
  let patience = 3000;
  const later = async () => {
    clearTimeout(retry);
    retry = setTimeout(() => navigator.onLine && send(), patience);
    patience = Math.min(patience * 3, 60000);
    const registration = await navigator.serviceWorker?.getRegistration(scope);
    if (registration && registration.sync) await registration.sync.register("portal-forms-send").catch(() => {});
  };
  const send = async (byHand = false) => {
    clearTimeout(retry);
    network();
    let found;
    try {
      found = await root.portalSend.all(told);
    } catch (error) {
      trouble(String(error.message || error));
      return;
    }
    if (found.later === "network" || found.later === "busy") await later();
    if (found.later === "signed_out") {
      const link = document.createElement("a");
      link.href = main.dataset.signIn;
      link.target = "_blank";
      link.textContent = words.signInHere;
      trouble(words.signIn, link);
    } else if (found.sent) {
      trouble("");
      patience = 3000;
    }
    if (found.all || byHand) {
      const word = { network: "later", busy: "busy", signed_out: "signIn" }[found.later];
      $("progress").textContent = word ? words[word] : found.refused ? words.some : found.sent ? words.sent : words.nothing;
    }
    if (!edit.isOpen()) await list();
  };
  $("send").addEventListener("click", () => send(true));

  root.portalQueue = { list, network, send };
})(window);
