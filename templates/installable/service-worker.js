// What works without a connection: one honest page. Pages, the API and the live feed come from the network or
// not at all; static files are kept under addresses that name their content.

const SETUP = {{ setup }};

async function fill() {
  const cache = await caches.open(SETUP.cache);
  await cache.addAll(SETUP.files);
  await self.skipWaiting();
}

async function clear() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SETUP.cache).map((name) => caches.delete(name)));
  await self.clients.claim();
}

function pageIn(language) {
  return SETUP.pages[language] ?? SETUP.pages.en;
}

async function remember(language) {
  const cache = await caches.open(SETUP.cache);
  const page = await cache.match(pageIn(language));
  if (page) await cache.put(SETUP.chosen, page);
}

async function offline() {
  const cache = await caches.open(SETUP.cache);
  const device = self.navigator.language.slice(0, 2);
  return (await cache.match(SETUP.chosen)) ?? (await cache.match(pageIn(device))) ?? Response.error();
}

async function page(request) {
  try {
    const answer = await fetch(request);
    return SETUP.unreachable.includes(answer.status) ? await offline() : answer;
  } catch {
    return offline();
  }
}

async function file(request) {
  const cache = await caches.open(SETUP.cache);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200 && answer.type === "basic") await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(clear()));
self.addEventListener("message", (event) => event.waitUntil(remember(event.data.language)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.origin === location.origin && url.pathname.startsWith(SETUP.static)) event.respondWith(file(request));
});
