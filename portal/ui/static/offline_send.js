/* Sends what is ready on a device: files in parts, then the answers, one record after the other. Sending the same
   twice stores it once, so that a lost reply costs nothing. Used by the page and by the worker. */
((root) => {
  "use strict";
  const PART = 256 * 1024;
  const PATIENCE = 5 * 60 * 1000; /* a part on a very bad line */
  const store = root.portalStore;

  /* It cannot go on now: no network, signed out, the portal is busy. Others may go on where it is only this record. */
  class Later extends Error {
    constructor(why, only = false) {
      super(why);
      this.why = why;
      this.only = only;
    }
  }
  /* The portal says no, and why. */
  class No extends Error {
    constructor(status, answer) {
      super(String(status));
      this.status = status;
      this.reasons = (answer && answer.reasons) || [];
    }
  }

  const address = (record, end, more = {}) => {
    const url = new URL(record.place, location.origin);
    url.pathname += `/${end}`;
    const given = { version: record.version, account: record.account, lang: record.lang, ...more };
    for (const [name, value] of Object.entries(given)) if (value !== "") url.searchParams.set(name, value);
    return url;
  };
  const ask = async (url, options = {}) => {
    let answer;
    try {
      const headers = { "X-Portal-Device": "1", ...options.headers };
      const signal = AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined;
      answer = await fetch(url, { cache: "no-store", credentials: "same-origin", redirect: "error", signal, ...options, headers });
    } catch {
      throw new Later("network");
    }
    if (answer.status === 401) throw new Later("signed_out");
    const busy = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    let said = null;
    try {
      said = await answer.json();
    } catch {
      throw new Later(busy ? "busy" : "network");
    }
    if (busy) throw new Later("busy", Boolean(said.reasons) && said.reasons.some((each) => each.code === "waiting"));
    if (!answer.ok) throw new No(answer.status, said);
    return said;
  };

  const sendFile = async (record, one) => {
    const { field, hash, name, size } = one;
    const url = (offset) => address(record, "part", { uid: record.uid, field, hash, name, size, offset });
    let there = await ask(url(0));
    let damaged = 0;
    while (!there.whole) {
      const data = await store.file(record.uid, hash);
      if (!data) throw new No(422, { reasons: [{ message: name, label: "", anchor: "", code: "file_gone" }] });
      const before = there.offset;
      const part = data.slice(before, before + PART);
      const headers = { "Content-Type": "application/octet-stream" };
      try {
        there = await ask(url(before), { method: "POST", body: part, headers });
      } catch (no) {
        damaged += 1;
        if (!(no instanceof No) || damaged > 1 || !no.reasons.some((each) => each.code === "damaged")) throw no;
        there = await ask(url(0));
        continue;
      }
      if (!there.whole && there.offset <= before) throw new Later("busy");
    }
  };
  const sendOne = async (record) => {
    const { pairs, files, filled } = await store.body(record);
    for (const each of files) await sendFile(record, each);
    const content = { uid: record.uid, version: record.version, lang: record.lang, filled, answers: pairs, files };
    const headers = { "Content-Type": "application/json" };
    const said = await ask(address(record, "send"), { method: "POST", body: JSON.stringify(content), headers });
    return said.receipt;
  };

  const WAITS = new Set(["ready", "sending"]);
  const waits = (record) => WAITS.has(record.state);
  /* What was said of a record is kept, unless it was changed, opened or removed meanwhile. Gives whether it was. */
  const note = async (record, changes, reasons) =>
    reasons
      ? store.update(record, { ...changes, noted: Date.now() }, { ...(await store.body(record)), reasons }, waits)
      : store.update(record, changes, null, waits);
  const run = async (told) => {
    const found = (await store.all()).filter(waits);
    const able = found.filter((each) => store.unlocked() || !store.isLocked(each.body));
    const result = { all: able.length, sent: 0, refused: 0, locked: found.length - able.length, later: "" };
    for (const { uid, changed } of able.sort((a, b) => a.changed - b.changed)) {
      const record = await store.get(uid);
      if (!record || record.changed !== changed || !(await note(record, { state: "sending" }))) {
        result.all -= 1; /* removed, or opened again, while others were sent */
        continue;
      }
      try {
        await told({ ...result, now: uid });
        const receipt = await sendOne(record);
        await note(record, { state: "sent", receipt, sent: Date.now() }, []);
        result.sent += 1;
      } catch (fault) {
        if (fault instanceof No && fault.reasons.some((each) => each.code === "other_account")) {
          await note(record, { state: "ready" }, fault.reasons);
          result.refused += 1;
          continue;
        }
        if (fault instanceof No) {
          await note(record, { state: "refused", status: fault.status }, fault.reasons);
          result.refused += 1;
          continue;
        }
        await note(record, { state: "ready" });
        if (!(fault instanceof Later)) throw fault;
        result.later = fault.why;
        if (!fault.only) break;
      }
    }
    await told(result);
    return result;
  };
  /* One after the other, in all windows and the worker; who asks during a run gets the next one, which sees all that
     is ready by then. */
  let running = null;
  let next = null;
  const alone = (act) => {
    const { locks } = navigator;
    return locks ? locks.request("portal-forms-send", act) : act();
  };
  const all = (told = async () => {}) => {
    if (next) return next;
    const begin = () => {
      next = null;
      running = alone(() => run(told)).finally(() => {
        running = null;
      });
      return running;
    };
    if (!running) return begin();
    next = running.catch(() => null).then(begin);
    return next;
  };

  /* When nothing is being sent any more. */
  const settled = async () => {
    await (running || Promise.resolve()).catch(() => null);
    await alone(async () => {});
  };

  root.portalSend = { all, sendOne, settled };
})(self);
