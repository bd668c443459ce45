/* Unsent answers as a file, to be carried to the office (docs/offline.md); several files where there is much. Gives
   portalCarry(records, { form, saved }, name). */
((root) => {
  "use strict";
  const store = root.portalStore;
  const MOST = 15 * 1024 * 1024;

  const base64 = (buffer) =>
    new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(new Blob([buffer]));
    });
  const packed = async (record) => {
    const { pairs, files, filled, title } = await store.body(record);
    const asked = new URL(record.place, location.origin).searchParams;
    const { uid, version, lang, state } = record;
    const [subject, period] = [Number(asked.get("subject")) || null, asked.get("period") || ""];
    const found = [];
    for (const { field, name, hash, size } of files) {
      const data = await store.file(uid, hash);
      if (data) found.push({ field, name, hash, size, data: await base64(data) });
    }
    return { uid, title, version, lang, filled, subject, period, state, answers: pairs, files: found };
  };
  const hand = (content, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
    link.download = `${name}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  root.portalCarry = async (records, head, name) => {
    let [waiting, size, number] = [[], 0, 0];
    const flush = () => {
      if (!waiting.length) return;
      number += 1;
      const content = { format: "portal-form-answers", format_version: 1, ...head, records: waiting };
      hand(content, number > 1 ? `${name}-${number}` : name);
      [waiting, size] = [[], 0];
    };
    for (const record of records) {
      const one = await packed(record);
      const more = JSON.stringify(one).length;
      if (size + more > MOST) flush();
      waiting.push(one);
      size += more;
    }
    flush();
  };
})(window);
