/* What a device keeps of forms that are filled without a network: answers and files in IndexedDB, locked by a PIN
   where there is one. Used by the page and by the worker; it knows no page and has no words. */
((root) => {
  "use strict";
  const ROUNDS = 600000;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let opened = null;
  let key = null;

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const finished = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  const open = () => {
    if (!opened) {
      const request = indexedDB.open("portal-forms", 1);
      request.onupgradeneeded = () => {
        const base = request.result;
        base.createObjectStore("records", { keyPath: "uid" });
        base.createObjectStore("files", { keyPath: "id" }).createIndex("uid", "uid");
        base.createObjectStore("meta", { keyPath: "name" });
      };
      opened = done(request);
      opened.catch(() => {
        opened = null;
      });
    }
    return opened;
  };
  const read = async (name, act) => act((await open()).transaction(name).objectStore(name));
  const write = async (names, act) => {
    const transaction = (await open()).transaction(names, "readwrite", { durability: "strict" });
    const end = finished(transaction);
    act(...names.map((name) => transaction.objectStore(name)));
    await end;
  };

  const meta = async (name) => ((await read("meta", (store) => done(store.get(name)))) || {}).value;
  const setMeta = (name, value) => write(["meta"], (store) => store.put({ name, value }));

  /* Locking: AES-GCM under a key that PBKDF2 makes of the PIN; the key lives as long as the page. */
  const derive = async (pin, salt, rounds) => {
    const base = await crypto.subtle.importKey("raw", encoder.encode(pin.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  };
  const encrypt = async (data, by) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, by, data) };
  };
  const decrypt = (sealed, by) => crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, by, sealed.data);
  const isLocked = (value) => Boolean(value && value.iv);

  class Locked extends Error {}
  const openKey = () => {
    if (!key) throw new Locked("locked");
    return key;
  };
  const hasPin = async () => Boolean(await meta("pin"));
  const seal = async (bytes) => (key || (await hasPin()) ? encrypt(bytes, openKey()) : null);

  /* The answers of a record: title, pairs, files, filled, reasons. */
  const body = async (record) => {
    if (!isLocked(record.body)) return record.body;
    return JSON.parse(decoder.decode(await decrypt(record.body, openKey())));
  };
  const put = async (record, content) => {
    const sealed = await seal(encoder.encode(JSON.stringify(content)));
    await write(["records"], (store) => store.put({ ...record, body: sealed || content }));
  };
  /* Changes of a record as it was read; nothing where somebody has changed it since. With content also that. */
  const update = async (record, changes, content) => {
    const more = content ? { body: (await seal(encoder.encode(JSON.stringify(content)))) || content } : {};
    await write(["records"], (store) => {
      const asked = store.get(record.uid);
      asked.onsuccess = () => {
        const now = asked.result;
        if (now && now.changed === record.changed) store.put({ ...now, ...changes, ...more });
      };
    });
  };
  const get = (uid) => read("records", (store) => done(store.get(uid)));
  const all = () => read("records", (store) => done(store.getAll()));
  const fileKeys = (uid) => read("files", (store) => done(store.index("uid").getAllKeys(uid)));
  const remove = async (uid) => {
    const ids = await fileKeys(uid);
    await write(["records", "files"], (records, files) => {
      records.delete(uid);
      for (const id of ids) files.delete(id);
    });
  };
  /* The answers go, the receipt stays. */
  const strip = async (record) => {
    const ids = await fileKeys(record.uid);
    await write(["records", "files"], (records, files) => {
      records.put({ ...record, body: null, size: 0 });
      for (const id of ids) files.delete(id);
    });
  };

  const hash = async (buffer) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const putFile = async (uid, buffer) => {
    const mark = await hash(buffer);
    const sealed = await seal(buffer);
    await write(["files"], (store) => store.put({ id: `${uid}:${mark}`, uid, data: sealed || buffer }));
    return mark;
  };
  const file = async (uid, mark) => {
    const found = await read("files", (store) => done(store.get(`${uid}:${mark}`)));
    if (!found) return null;
    return isLocked(found.data) ? decrypt(found.data, openKey()) : found.data;
  };
  /* Files of a record that its answers name no more. */
  const keepFiles = async (uid, marks) => {
    const ids = (await fileKeys(uid)).filter((id) => !marks.includes(id.slice(uid.length + 1)));
    if (ids.length) await write(["files"], (store) => ids.forEach((id) => store.delete(id)));
  };

  /* Everything once more, locked or open: one by one, so that what breaks off leaves nothing unreadable. */
  const again = async (change) => {
    for (const record of await all()) {
      const changed = record.body && (await change(record.body, true));
      if (changed) await update(record, { body: changed });
    }
    for (const id of await read("files", (store) => done(store.getAllKeys()))) {
      const found = await read("files", (store) => done(store.get(id)));
      const changed = found && (await change(found.data, false));
      if (changed) await write(["files"], (store) => store.put({ ...found, data: changed }));
    }
  };
  const lockAll = () =>
    again(async (value, json) => {
      if (isLocked(value)) return null;
      return encrypt(json ? encoder.encode(JSON.stringify(value)) : value, openKey());
    });
  const setPin = async (pin) => {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const made = await derive(pin, salt, ROUNDS);
    const check = await encrypt(encoder.encode("pin"), made);
    await setMeta("pin", { salt, rounds: ROUNDS, check });
    key = made;
    await lockAll();
  };
  const unlock = async (pin) => {
    const { salt, rounds, check } = await meta("pin");
    const made = await derive(pin, salt, rounds);
    try {
      await decrypt(check, made);
    } catch {
      return false;
    }
    key = made;
    await lockAll();
    return true;
  };
  const removePin = async () => {
    await again(async (value, json) => {
      if (!isLocked(value)) return null;
      const bytes = await decrypt(value, openKey());
      return json ? JSON.parse(decoder.decode(bytes)) : bytes;
    });
    await write(["meta"], (store) => store.delete("pin"));
    key = null;
  };
  const forgetLocked = async () => {
    for (const record of await all()) if (isLocked(record.body)) await remove(record.uid);
    await write(["meta"], (store) => store.delete("pin"));
    key = null;
  };

  root.portalStore = {
    Locked,
    all,
    body,
    file,
    forgetLocked,
    get,
    hasPin,
    isLocked,
    keepFiles,
    meta,
    put,
    putFile,
    remove,
    removePin,
    setMeta,
    setPin,
    strip,
    unlock,
    update,
    unlocked: () => Boolean(key),
  };
})(self);
