/* A page of a form keeps itself on the device: a cache for each version, whole before it is used, gone when no answers
   need it. Gives portalKeep. */
((root) => {
  "use strict";
  const { base, key, lang, version } = root.portalPage;
  const store = root.portalStore;
  const OURS = "portal-form ";
  const stop = new AbortController();
  let going = Promise.resolve();

  const cacheName = (number, digest) => `${OURS}${base} ${number} ${digest}`;
  const names = async (start) => (await caches.keys()).filter((name) => name.startsWith(`${OURS}${start} `));
  const partsOf = (parsed, fonts) => {
    const found = new Set(fonts.split(" ").filter(Boolean));
    for (const each of parsed.querySelectorAll("link[href], script[src], img[src], use")) {
      const address = each.getAttribute("href") || each.getAttribute("src") || "";
      if (address.startsWith("/")) found.add(address.split("#")[0]);
    }
    return Array.from(found);
  };
  const fetched = async (address) => {
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin", signal: stop.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  };
  const readPage = async (address) => {
    const answer = await fetched(address);
    const parsed = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
    const main = parsed.querySelector("[data-offline]");
    return main && main.dataset.key === key ? { answer, parsed, main, url: answer.url } : null;
  };
  const plain = async (answer) => new Response(await answer.blob(), { status: 200, headers: answer.headers });
  const keep = async () => {
    const address = new URL(base, location.origin);
    address.searchParams.set("lang", lang);
    const live = await readPage(address);
    if (!live) return null;
    const number = Number(live.main.dataset.version);
    const name = cacheName(number, live.main.dataset.digest);
    const fresh = !(await caches.keys()).includes(name) || !(await (await caches.open(name)).match(live.url, { ignoreVary: true }));
    if (fresh) {
      const others = Array.from(live.parsed.querySelectorAll("[data-language]"), (each) => new URL(each.getAttribute("href"), location.origin));
      const pages = [live, ...(await Promise.all(others.map(readPage)))];
      const parts = Array.from(new Set(pages.flatMap((each) => partsOf(each.parsed, each.main.dataset.fonts))));
      const cache = await caches.open(name);
      await Promise.all(parts.map(async (part) => cache.put(part, await plain(await fetched(part)))));
      for (const each of pages) await cache.put(each.url, await plain(each.answer));
    }
    await evict(number, name);
    return { number, fresh, url: live.url };
  };
  const evict = async (number, name) => {
    const needed = new Set((await store.all()).filter((each) => each.place === base && each.state !== "sent").map((each) => each.version));
    for (const each of await names(base)) {
      const other = Number(each.split(" ")[2]);
      if (each !== name && (other === number || !needed.has(other))) await caches.delete(each);
    }
  };

  root.portalKeep = {
    /* One after the other; nothing any more once the form was removed. */
    keep: () => {
      going = going.catch(() => null).then(() => (stop.signal.aborted ? null : keep()));
      return going;
    },
    forget: async () => {
      stop.abort();
      await going.catch(() => null);
      for (const name of await names(base)) await caches.delete(name);
    },
    has: async (place, number) => (await names(`${place} ${number}`)).length > 0,
    isKept: async () => {
      for (const name of await names(`${base} ${version}`)) {
        if (await (await caches.open(name)).match(location.href.split("#")[0], { ignoreVary: true })) return true;
      }
      return false;
    },
  };
})(window);
