/* Shows the pages of forms that a device keeps, and nothing else of the portal, without a network; sends what is ready
   when the network is back. The pages put themselves into the caches, one for each version (offline.js). */
"use strict";
importScripts("/static/offline_store.js", "/static/offline_send.js");

const OURS = "portal-form ";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const kept = async (request) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith(OURS)) continue;
    const found = await (await caches.open(name)).match(request, { ignoreVary: true });
    if (found) return found;
  }
  return null;
};
/* The newest version of a form that is here whole, in the language that was read last. */
const newest = async (url) => {
  const [place, language] = [new URL(url), url.searchParams.get("lang")];
  place.searchParams.delete("lang");
  const ours = (await caches.keys()).filter((name) => name.startsWith(`${OURS}${place.pathname}${place.search} `));
  const wanted = language || (await portalStore.meta("lang").catch(() => "")) || "";
  for (const name of ours.sort((one, other) => Number(other.split(" ")[2]) - Number(one.split(" ")[2]))) {
    const all = await (await caches.open(name)).keys();
    const pages = all.filter((each) => new URL(each.url).searchParams.has("version"));
    const page = pages.find((each) => new URL(each.url).searchParams.get("lang") === wanted) || pages[0];
    if (page) return Response.redirect(page.url, 302);
  }
  return null;
};
const answer = async (request) => {
  const found = await kept(request);
  if (found) return found;
  const url = new URL(request.url);
  const whole = request.mode === "navigate" && !url.searchParams.has("version") && (await newest(url));
  return whole || fetch(request);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const fresh = request.cache === "no-store" || request.cache === "reload";
  if (request.method !== "GET" || fresh || !request.url.startsWith(self.location.origin)) return;
  event.respondWith(answer(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "portal-forms-send") return;
  const tell = async () => {
    for (const client of await self.clients.matchAll()) client.postMessage("sent");
  };
  event.waitUntil(portalSend.all().then(tell));
});
