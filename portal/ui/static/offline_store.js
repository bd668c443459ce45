/* What a device keeps of forms that are filled without a network: answers and files in IndexedDB, locked by a PIN
   where there is one. Used by the page and by the worker; it knows no page and has no words. */
((root) => {
  "use strict";
  const ROUNDS = 600000;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let opened = null;
  let key = null;
  let salted = "";

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const finished = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.fault || transaction.error || new Error("aborted"));
    });
  /* Goes on inside the transaction with what was asked. */
  const then = (request, act) => {
    request.onsuccess = () => {
      try {
        act(request.result);
      } catch (error) {
        request.transaction.fault = error;
        request.transaction.abort();
      }
    };
  };
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
  /* Whether what is written now is to be locked; not any more while a PIN is taken away. */
  const seals = (pin) => Boolean(pin && !pin.leaving);
  /* Writes bytes locked where there is a PIN at the moment of the write, else open: act(stores, locked or null). */
  const writeSealed = async (names, bytes, act) => {
    for (;;) {
      const pin = await meta("pin");
      if (seals(pin) && String(pin.salt) !== salted) throw new Locked("locked");
      const sealed = seals(pin) ? await encrypt(bytes, openKey()) : null;
      let fits = false;
      await write([...names, "meta"], (...stores) => {
        then(stores.at(-1).get("pin"), (found) => {
          fits = seals((found || {}).value) === Boolean(sealed);
          if (fits) act(stores, sealed);
        });
      });
      if (fits) return;
    }
  };

  /* The answers of a record: title, pairs, files, filled, reasons. */
  const body = async (record) => {
    if (!isLocked(record.body)) return record.body;
    return JSON.parse(decoder.decode(await decrypt(record.body, openKey())));
  };
  const packed = (content) => encoder.encode(JSON.stringify(content));
  const put = (record, content) =>
    writeSealed(["records"], packed(content), ([records], sealed) => records.put({ ...record, body: sealed || content }));
  /* Changes of a record as it was read; nothing where somebody has changed or removed it since, or *when* says no of
     what is there now. With content also that. Gives whether it was done. */
  const update = async (record, changes, content = null, when = () => true) => {
    let did = false;
    const act = ([records], more) =>
      then(records.get(record.uid), (now) => {
        did = Boolean(now) && now.changed === record.changed && when(now);
        if (did) records.put({ ...now, ...changes, ...more });
      });
    if (content) await writeSealed(["records"], packed(content), (stores, sealed) => act(stores, { body: sealed || content }));
    else await write(["records"], (records) => act([records], {}));
    return did;
  };
  const get = (uid) => read("records", (store) => done(store.get(uid)));
  const all = () => read("records", (store) => done(store.getAll()));
  const fileKeys = (uid) => read("files", (store) => done(store.index("uid").getAllKeys(uid)));
  const dropFiles = (files, uid) => then(files.index("uid").getAllKeys(uid), (ids) => ids.forEach((id) => files.delete(id)));
  const remove = (uid) =>
    write(["records", "files"], (records, files) => {
      records.delete(uid);
      dropFiles(files, uid);
    });
  /* All records of a form, unless one waits; gives whether they are gone. */
  const removeAll = async (place) => {
    let did = false;
    await write(["records", "files"], (records, files) => {
      then(records.getAll(), (found) => {
        const own = found.filter((each) => each.place === place);
        did = own.every((each) => each.state === "sent");
        if (!did) return;
        for (const { uid } of own) {
          records.delete(uid);
          dropFiles(files, uid);
        }
      });
    });
    return did;
  };
  /* The answers of what was sent go, the receipt stays. */
  const strip = async (record) => {
    if (await update(record, { body: null, size: 0 }, null, (now) => now.state === "sent")) {
      await write(["files"], (files) => dropFiles(files, record.uid));
    }
  };

  const hash = async (buffer) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const putFile = async (uid, buffer) => {
    const mark = await hash(buffer);
    await writeSealed(["files"], buffer, ([files], sealed) => files.put({ id: `${uid}:${mark}`, uid, data: sealed || buffer }));
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
    for (const { uid } of await all()) {
      for (let did = false; !did; ) {
        const record = await get(uid);
        const changed = record && record.body && (await change(record.body, true));
        const same = (now) => now.state === record.state && isLocked(now.body) === isLocked(record.body);
        did = !changed || (await update(record, { body: changed }, null, same));
      }
    }
    for (const id of await read("files", (store) => done(store.getAllKeys()))) {
      const found = await read("files", (store) => done(store.get(id)));
      const changed = found && (await change(found.data, false));
      if (changed) await write(["files"], (files) => then(files.get(id), (now) => now && files.put({ ...found, data: changed })));
    }
  };
  const lockAll = () =>
    again(async (value, json) => {
      if (isLocked(value)) return null;
      return encrypt(json ? packed(value) : value, openKey());
    });
  /* While everything is locked or opened it is neither. */
  let busy = false;
  const busily = async (act) => {
    busy = true;
    try {
      return await act();
    } finally {
      busy = false;
    }
  };
  const setPin = (pin) =>
    busily(async () => {
      const salt = crypto.getRandomValues(new Uint8Array(16));
      const made = await derive(pin, salt, ROUNDS);
      const check = await encrypt(encoder.encode("pin"), made);
      [key, salted] = [made, String(salt)];
      await setMeta("pin", { salt, rounds: ROUNDS, check });
      await lockAll();
    });
  const unlock = (pin) =>
    busily(async () => {
      const { salt, rounds, check } = await meta("pin");
      const made = await derive(pin, salt, rounds);
      try {
        await decrypt(check, made);
      } catch {
        return false;
      }
      [key, salted] = [made, String(salt)];
      await setMeta("pin", { salt, rounds, check });
      await lockAll();
      return true;
    });
  const removePin = () =>
    busily(async () => {
      await setMeta("pin", { ...(await meta("pin")), leaving: true });
      await again(async (value, json) => {
        if (!isLocked(value)) return null;
        const bytes = await decrypt(value, openKey());
        return json ? JSON.parse(decoder.decode(bytes)) : bytes;
      });
      await write(["meta"], (store) => store.delete("pin"));
      key = null;
    });
  const forgetLocked = async () => {
    for (const record of await all()) if (isLocked(record.body)) await remove(record.uid);
    await write(["meta"], (store) => store.delete("pin"));
    key = null;
  };

  root.portalStore = {
    Locked,
    all,
    body,
    busy: () => busy,
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
    removeAll,
    removePin,
    setMeta,
    setPin,
    strip,
    unlock,
    update,
    unlocked: () => Boolean(key),
  };
})(self);
