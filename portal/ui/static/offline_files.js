/* The files of one record in the form: photos made smaller, kept beside the answers, shown where they belong. Gives
   portalFiles({ form, questions }). */
((root) => {
  "use strict";
  const { sized, trouble, words, $ } = root.portalPage;
  const store = root.portalStore;
  const LONGEST_SIDE = 1600;

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

  root.portalFiles = ({ form, questions }) => {
    let held = [];
    const inputOf = (field) => {
      const name = CSS.escape(`file:${field}`);
      return form.querySelector(`input[type=file][name="${name}"]`) || form.querySelector(`[data-sign="${name}"]`);
    };
    const hold = async (uid, field, given) => {
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
      const hash = await store.putFile(uid, buffer);
      held = held.filter((each) => each.field !== field);
      held.push({ field, hash, name: file.name, size: buffer.byteLength, type: file.type });
      if (!input) return;
      const [now] = input.files;
      if (now && now.name === given.name && now.lastModified === given.lastModified) input.value = "";
      await show(uid);
    };
    /* Keeps what was chosen or drawn since the last time. */
    const take = async (uid) => {
      for (const [name, value] of Array.from(new FormData(form))) {
        if (value instanceof File && value.size && name.startsWith("file:")) await hold(uid, name.slice(5), value);
      }
    };
    const show = async (uid) => {
      const lines = [];
      for (const one of held) {
        const line = $("held").content.firstElementChild.cloneNode(true);
        line.dataset.held = one.field;
        line.querySelector("[data-name]").textContent = `${one.name} · ${sized(one.size)}`;
        if (one.type.startsWith("image/")) {
          const data = await store.file(uid, one.hash);
          const picture = document.createElement("img");
          picture.className = "offline-held";
          picture.alt = "";
          if (data) picture.src = URL.createObjectURL(new Blob([data], { type: one.type }));
          line.prepend(picture);
        }
        lines.push(line);
      }
      for (const each of questions.querySelectorAll("[data-held]")) each.remove();
      for (const line of lines) inputOf(line.dataset.held)?.before(line);
    };
    return {
      /* Those whose question is in the form. */
      all: () => {
        held = held.filter((each) => inputOf(each.field));
        return held;
      },
      begin: (files) => {
        held = files;
      },
      drop: (field) => {
        held = held.filter((each) => each.field !== field);
      },
      show,
      take,
    };
  };
})(window);
