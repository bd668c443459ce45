/* What the scripts of a page share that is filled without a network: the page, its words, how times and sizes are
   written. No words of its own: they come from the page. Gives portalPage. */
((root) => {
  "use strict";
  const main = document.querySelector("[data-offline]");
  const words = document.querySelector("#words").dataset;
  const { key, base, scope, zone } = main.dataset;
  const $ = (id) => document.getElementById(id);
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
  /* The day and the moment where the form belongs. */
  const today = () => {
    const write = (locale, how) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...how }).format(new Date());
    const [day, time] = write("sv-SE", { dateStyle: "short", timeStyle: "medium" }).split(" ");
    const [, offset] = /GMT([+-]\d{2}:\d{2})/.exec(write("en", { timeZoneName: "longOffset" })) || [];
    return { day, now: `${day}T${time}${offset || "+00:00"}` };
  };

  root.portalPage = {
    $,
    anonymous: "anonymous" in main.dataset,
    base,
    clock,
    key,
    lang: document.documentElement.lang,
    main,
    say,
    scope,
    sized,
    today,
    trouble,
    version: Number(main.dataset.version),
    words,
  };
})(window);
