/* In a page: fill a form with ODK's engine and give what it would send. Steps are [act, place, value]. */
"use strict";

async function fillForm({ engine, xform, files, steps, properties }) {
  const { loadForm } = await import(engine);
  const fetchFormAttachment = async (url) => {
    const name = String(url).split("/").pop();
    const text = files[decodeURIComponent(name)];
    if (text === undefined) return new Response("", { status: 404 });
    return new Response(text, { headers: { "Content-Type": "text/csv" } });
  };
  const loaded = await loadForm(xform, { fetchFormAttachment });
  if (loaded.status === "failure") throw new Error(String(loaded.error?.message ?? loaded.error));
  const { root } = loaded.createInstance({ preloadProperties: properties });
  const nodes = () => {
    const found = new Map();
    const walk = (node) => {
      found.set(node.currentState.reference, node);
      (node.currentState.children ?? []).forEach(walk);
    };
    walk(root);
    return found;
  };
  const at = (place) => {
    const node = nodes().get(place);
    if (!node) throw new Error(`no ${place} among ${[...nodes().keys()].join(" ")}`);
    return node;
  };
  const shown = {};
  for (const [act, place, value] of steps) {
    const node = act === "language" ? root : at(place);
    if (act === "set") node.setValue(value);
    else if (act === "choose") node.selectValues(value);
    else if (act === "order") node.setValues(value);
    else if (act === "add") node.addInstances();
    else if (act === "photo") node.setValue(new File([Uint8Array.from(value.bytes)], value.name, { type: value.type }));
    else if (act === "language") root.setLanguage(root.languages.find((each) => each.language === value));
    else if (act === "options") shown[place] = node.currentState.valueOptions.map((each) => [each.value, each.label.asString]);
    else if (act === "label") shown[place] = node.currentState.label?.asString ?? null;
    else if (act === "value") shown[place] = node.currentState.value;
    else throw new Error(act);
  }
  const payload = await root.prepareInstancePayload({ payloadType: "monolithic" });
  const sent = [];
  for (const [name, file] of payload.data[0].entries()) {
    sent.push({ name, file: file.name, bytes: [...new Uint8Array(await file.arrayBuffer())] });
  }
  const wrong = (payload.violations ?? []).map((each) => [each.reference, each.violation.message?.asString ?? each.violation.condition]);
  return { status: payload.status, wrong, sent, shown };
}
