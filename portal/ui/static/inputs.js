/* What the device has, and what its keyboard lacks: its place, a finger that signs, Ө and Ү. Each question can be
   answered without it. */
(() => {
  "use strict";
  const LONGEST = 20000;

  const changed = (input) => {
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  /* The best position that the device finds, at once where it is good enough. */
  const locate = (button) => {
    const box = button.closest("[data-place]");
    const input = box.querySelector("input");
    const said = box.querySelector("[role=status]");
    const enough = Number(box.dataset.enough) || 20;
    let best = null;
    let watch = 0;
    let timer = 0;
    const stop = (text) => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      button.disabled = false;
      said.textContent = text;
    };
    const done = () => {
      const { latitude, longitude, altitude, accuracy } = best.coords;
      stop(box.dataset.found.replace("#", Math.round(accuracy)));
      const numbers = [latitude.toFixed(7), longitude.toFixed(7), (altitude || 0).toFixed(1), accuracy.toFixed(1)];
      input.value = numbers.join(" ");
      changed(input);
    };
    if (!navigator.geolocation || !window.isSecureContext) {
      said.textContent = box.dataset.none;
      return;
    }
    button.disabled = true;
    said.textContent = box.dataset.wait;
    timer = setTimeout(() => (best ? done() : stop(box.dataset.none)), LONGEST);
    watch = navigator.geolocation.watchPosition(
      (position) => {
        if (!best || position.coords.accuracy < best.coords.accuracy) best = position;
        if (best.coords.accuracy <= enough) done();
      },
      (error) => {
        if (best) return;
        stop(error.code === error.PERMISSION_DENIED ? box.dataset.denied : box.dataset.none);
      },
      { enableHighAccuracy: true, maximumAge: 0, timeout: LONGEST },
    );
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-locate]");
    if (button) locate(button);
  });

  /* Letters that a keyboard lacks, where the cursor stands; capital where a sentence or a capital word goes on. */
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest("[data-letter]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-letter]");
    if (!button) return;
    const input = document.getElementById(button.dataset.into);
    const before = input.value.slice(0, input.selectionStart);
    const capital = /(^|[.!?]\s)$/u.test(before) || /(^|\P{L})\p{Lu}{2,}$/u.test(before);
    const letter = button.dataset.letter;
    input.focus();
    input.setRangeText(capital ? letter : letter.toLowerCase(), input.selectionStart, input.selectionEnd, "end");
    changed(input);
  });

  /* Signatures: what is drawn travels as a file of the form, until the portal has it. */
  const drawn = new Map();
  const INK = "#111";
  const place = (canvas, event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * canvas.width) / box.width,
      ((event.clientY - box.top) * canvas.height) / box.height,
    ];
  };
  const keptIn = (sign) => sign.parentElement.querySelector(`input[type=hidden][name="${sign.dataset.sign.slice(5)}"]`);

  document.addEventListener("pointerdown", (event) => {
    const canvas = event.target.closest("[data-sign] canvas");
    if (!canvas || event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const pen = canvas.getContext("2d");
    Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: INK });
    if (!drawn.has(canvas)) {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
    }
    pen.beginPath();
    pen.moveTo(...place(canvas, event));
    const draw = (moved) => {
      pen.lineTo(...place(canvas, moved));
      pen.stroke();
    };
    const lift = (up) => {
      draw(up);
      canvas.removeEventListener("pointermove", draw);
      canvas.toBlob((picture) => {
        drawn.set(canvas, new File([picture], "signature.png", { type: "image/png" }));
        changed(canvas);
      }, "image/png");
    };
    canvas.addEventListener("pointermove", draw);
    canvas.addEventListener("pointerup", lift, { once: true });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unsign]");
    if (!button) return;
    const sign = button.closest("[data-sign]");
    const canvas = sign.querySelector("canvas");
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    drawn.delete(canvas);
    keptIn(sign).value = "";
    changed(canvas);
  });
  document.addEventListener("formdata", (event) => {
    for (const [canvas, file] of drawn) {
      const sign = canvas.closest("[data-sign]");
      if (sign && event.target.contains(sign)) event.formData.set(sign.dataset.sign, file);
    }
  });
})();
