// Keeps one personal page, the membership card, and the files it needs, for the times without a connection.
// Network first: what the clinic knows now always wins. No other page of the patient is ever stored.
const CACHE = "card-1";
const CARD = "/card";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

async function keep(addresses) {
  const cache = await caches.open(CACHE);
  const wanted = addresses.map((address) => new URL(address, location.origin).href);
  for (const request of await cache.keys()) {
    if (!wanted.includes(request.url)) await cache.delete(request);
  }
  for (const address of wanted) await store(cache, address);
}

async function store(cache, address) {
  const url = new URL(address);
  const answer = await fetch(address, { credentials: "same-origin" });
  const own = url.pathname === CARD || !(answer.headers.get("Content-Type") || "").includes("text/html");
  if (answer.ok && !answer.redirected && own && url.origin === location.origin) await cache.put(address, answer);
}

self.addEventListener("message", (event) => {
  if (event.data && Array.isArray(event.data.keep)) event.waitUntil(keep(event.data.keep));
});

async function card(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (new URL(request.url).pathname !== CARD) return answer;
    if (answer.ok && !answer.redirected) await cache.put(location.origin + CARD, answer.clone());
    else if (answer.status < 500) await cache.delete(location.origin + CARD); // logged out: nothing stays behind
    return answer;
  } catch (offline) {
    return (await cache.match(location.origin + CARD)) || Response.error();
  }
}

async function file(request) {
  return (await caches.match(request)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (!url.pathname.startsWith("/admin")) event.respondWith(card(request));
  } else if (["style", "script"].includes(request.destination)) {
    event.respondWith(file(request));
  }
});
