// Keeps the text for where there is no network. While there is one, each page comes from
// it; what is kept is shown only if it cannot be had, or hangs. Files that are named
// after what is in them cannot be stale, and come from what is kept. Once a reader has
// opened a second page, the texts of the site that fit the budget are fetched as well,
// unless the reader saves data. A new build takes the place of the one before, and removes what it kept.
//
// "build" is set above: the version, the files that each page needs, and the texts.
const prefix = `lockstep ${registration.scope} `; // other sites may share the host
const kept = () => caches.open(prefix + build.version);
const at = (path) => new URL(path, registration.scope).href;
const named = /\/static\/.*\.[0-9a-f]{8}\.\w+$/;
const patience = 3000; // milliseconds until what is kept is shown instead
const most = 600; // pages and files beyond the texts, the oldest go first

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const cache = await kept();
  // The page that is open has them already; fetched anew they would cost a second time.
  await Promise.all(build.shell.map((path) => take(cache, at(path), "force-cache")));
  await skipWaiting();
}

// activate takes over what the reader had: the pages that are open, and those that an
// older build kept, as they are now if they can be had.
async function activate() {
  const cache = await kept();
  for (const client of await clients.matchAll({ includeUncontrolled: true, type: "window" })) await take(cache, page(client.url), "no-cache");
  for (const name of await caches.keys()) {
    if (!name.startsWith(prefix) || name === prefix + build.version) continue;
    const old = await caches.open(name);
    for (const request of await old.keys()) {
      if (named.test(request.url) || await cache.match(request)) continue;
      if (!await take(cache, request.url, "no-cache")) await cache.put(request, await old.match(request));
    }
    await caches.delete(name);
  }
}

// take keeps what is at an address, and says whether the site answered.
async function take(cache, url, mode) {
  try {
    const response = await fetch(url, { cache: mode, credentials: "same-origin" });
    if (fit(response)) await cache.put(url, response);
    return response.status < 500;
  } catch {
    return false;
  }
}

const fit = (response) => response.ok && !response.redirected && response.type === "basic" && !(response.headers.get("Content-Length") > 2e6);
const page = (url) => { const u = new URL(url); u.hash = u.search = ""; return u.href; };

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope) || request.headers.has("Range") || /\.wasm$/.test(request.url)) return;
  event.respondWith(named.test(request.url) ? fromKept(event) : fromNetwork(event));
  if (request.mode === "navigate") event.waitUntil(fill());
});

async function fromKept(event) {
  return await (await kept()).match(event.request) ?? fromNetwork(event);
}

async function fromNetwork(event) {
  const { request } = event, key = page(request.url);
  // What a browser holds to be fresh, by its own reckoning, is asked for again.
  const answer = fetch(request, named.test(key) ? {} : { cache: "no-cache" });
  // Also an answer that comes too late is kept, for the next time. A full disk keeps nothing.
  event.waitUntil(answer.then((response) => fit(response) && keep(key, response.clone())).catch(() => {}));
  try {
    return await Promise.race([answer, hung(key, answer)]);
  } catch (error) {
    const copy = await (await kept()).match(key);
    if (copy) return copy;
    if (request.mode !== "navigate") throw error;
    return new Response(`<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Not kept</title><h1>This page is not kept here</h1><p>There is no network, and it was not read before. <a href="${at("./")}">To the first page</a></p></html>`, { status: 503, headers: { "Content-Type": "text/html" } });
  }
}

async function keep(key, response) {
  await (await kept()).put(key, response);
  await trim();
}

// hung is what is kept, once the network has had its time. Where nothing is kept there
// is only the network to wait for.
async function hung(key, answer) {
  await new Promise((resolve) => setTimeout(resolve, patience));
  return await (await kept()).match(key) ?? answer;
}

async function trim() {
  const cache = await kept(), keys = await cache.keys();
  for (const request of keys.slice(0, Math.max(0, keys.length - build.texts.length - build.shell.length - most))) await cache.delete(request);
}

let filling;
function fill() {
  if (navigator.connection?.saveData) return;
  filling ??= (async () => {
    const cache = await kept();
    for (const url of build.texts.map(at)) {
      if (!await cache.match(url) && !await take(cache, url, "no-cache")) throw new Error(url);
    }
  })().catch(() => { filling = undefined; }); // the network went away: at the next page
  return filling;
}
