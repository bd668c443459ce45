/* The page of a form that is filled without a network: keeps itself on the device, opens the form and its queue, locks
   them by a PIN. */
(() => {
  "use strict";
  const { $, anonymous, base, lang, main, say, scope, trouble, version, words } = portalPage;
  const store = portalStore;
  const edit = portalEdit;
  const queue = portalQueue;
  const FORGET_AFTER = 10 * 60 * 1000;
  const LOCK_AFTER = 5 * 60 * 1000;
  const SHORTEST_PIN = 6;

  const theme = /(?:^|; )portal_theme=(light|dark)/.exec(document.cookie);
  if (theme) document.documentElement.dataset.bsTheme = theme[1];

  /* A newer version takes the place of this one as long as nobody has touched the page; then it is offered, and new
     answers are begun on it. */
  let touched = false;
  let newer = "";
  for (const type of ["pointerdown", "keydown"]) {
    addEventListener(type, () => {
      touched = true;
    }, { capture: true, once: true });
  }
  const showNews = ({ url }) => {
    if (!touched && !edit.isOpen() && !location.hash) {
      location.replace(url);
      return;
    }
    newer = url;
    const link = document.createElement("a");
    link.href = url;
    link.textContent = words.openNew;
    $("news").querySelector("span").replaceChildren(words.newVersion, " ", link);
    $("news").hidden = false;
  };
  const refreshPage = async () => {
    if (!("serviceWorker" in navigator) || !window.caches) {
      $("ready").textContent = words.unable;
      return;
    }
    try {
      await navigator.serviceWorker.register(`${scope}worker.js`, { scope, updateViaCache: "none" });
      const found = await portalKeep.keep();
      if (found && found.number > version) showNews(found);
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "AbortError")) console.warn(error);
    }
    $("ready").textContent = (await portalKeep.isKept()) ? words.ready : words.unready;
  };

  /* Back to the list. */
  const close = async () => {
    edit.close();
    await queue.list();
    $("queue-title").focus();
  };
  /* Ready: what the browser can see wrong is said before it waits for the network. */
  $("fill").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (!edit.isOpen() || (event.submitter && event.submitter.name)) return;
    if ((await edit.wrong()) || !(await edit.leave("ready"))) return;
    await close();
    queue.send();
  });
  $("later").addEventListener("click", async () => {
    if (await edit.later()) await close();
  });
  const startNew = async () => {
    trouble("");
    if (newer) {
      location.href = `${newer}#new`;
      return;
    }
    if (anonymous && !(await store.hasPin())) {
      trouble(words.pinFirst);
      $("new-pin").focus();
      return;
    }
    if (navigator.storage && navigator.storage.persist && !(await navigator.storage.persisted())) await navigator.storage.persist();
    await edit.open(null);
  };
  $("new").addEventListener("click", startNew);
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-language]");
    if (!link) return;
    event.preventDefault();
    const next = new URL(link.href);
    await store.setMeta("lang", link.lang);
    if (edit.isOpen()) {
      if (!(await edit.later())) return;
      next.hash = edit.uid();
    }
    location.href = next;
  });

  /* The PIN, and what the browser promises. */
  const refuse = (text) => {
    trouble(text);
    $("trouble").scrollIntoView({ block: "center" });
  };
  const entered = (id, act) =>
    $(id).addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const input = event.target.querySelector("input");
      const button = event.target.querySelector("button");
      button.disabled = true;
      try {
        await act(input.value);
      } catch (error) {
        trouble(say("unkept", error.message || error.name));
      } finally {
        button.disabled = false;
        input.value = "";
      }
    });
  entered("unlock", async (pin) => {
    if (!(await store.unlock(pin))) {
      refuse(words.pinWrong);
      return;
    }
    trouble("");
    await begin();
  });
  entered("pin", async (pin) => {
    if (Array.from(pin).length < SHORTEST_PIN) {
      refuse(words.pinShort);
      return;
    }
    await store.setPin(pin);
    trouble("");
    await queue.list();
  });
  $("forget-pin").addEventListener("click", async () => {
    if (!confirm(words.deleteAll)) return;
    await store.forgetLocked();
    location.reload();
  });
  $("lock-now").addEventListener("click", () => location.reload());
  $("unpin")?.addEventListener("click", async () => {
    await store.removePin();
    await queue.list();
  });
  /* Asked before the question, since what waits is not to be lost, and again with the act. */
  $("forget-form").addEventListener("click", async () => {
    const waits = (await store.all()).some((each) => each.place === base && each.state !== "sent");
    if (!waits && !confirm(words.forgetForm)) return;
    if (waits || !(await store.removeAll(base))) {
      refuse(words.forgetFirst);
      return;
    }
    await portalKeep.forget();
    await queue.list();
    $("ready").textContent = words.unready;
  });
  $("forget")?.addEventListener("change", () => store.setMeta("forget", $("forget").checked));
  const lasting = async () => {
    const granted = Boolean(navigator.storage && navigator.storage.persisted && (await navigator.storage.persisted()));
    $("lasting").textContent = granted ? words.lasting : words.fleeting;
    $("ask-lasting").parentElement.hidden = granted || !(navigator.storage && navigator.storage.persist);
  };
  $("ask-lasting").addEventListener("click", async () => {
    await navigator.storage.persist();
    await lasting();
  });

  let hiddenAt = 0;
  addEventListener("pagehide", edit.flush);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = Date.now();
      edit.flush();
    } else if (store.unlocked() && Date.now() - hiddenAt > LOCK_AFTER) location.reload();
    else queue.send();
  });
  addEventListener("online", () => {
    refreshPage();
    queue.send();
  });
  addEventListener("offline", queue.network);
  navigator.serviceWorker?.addEventListener("message", () => !edit.isOpen() && queue.list());
  setInterval(() => navigator.onLine && queue.send(), 60000);

  const tidy = async () => {
    const forget = anonymous || (await store.meta("forget")) !== false;
    for (const record of await store.all()) {
      if (forget && record.state === "sent" && record.body && Date.now() - record.sent > FORGET_AFTER) await store.strip(record);
    }
  };
  const begin = async () => {
    await tidy();
    await queue.list();
    const wanted = location.hash.slice(1);
    if (wanted === "new") await startNew();
    else if (wanted && (await store.get(wanted))) await edit.open(wanted);
    queue.send();
  };
  const start = async () => {
    queue.network();
    if (!window.isSecureContext || !window.indexedDB) {
      trouble(words.insecure);
      return;
    }
    try {
      await store.setMeta("lang", lang);
      if ($("forget")) $("forget").checked = (await store.meta("forget")) !== false;
      await lasting();
      await queue.list();
      if ($("locked").hidden) await begin();
    } catch (error) {
      trouble(say("unkept", error.message || error.name));
    }
    main.dataset.begun = "";
    await refreshPage();
    main.dataset.settled = "";
  };
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
})();
