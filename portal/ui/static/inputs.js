/* Questions that a keyboard alone answers slowly: where the device is. Each can be answered without it. */
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
})();
