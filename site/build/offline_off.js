// Takes back what an earlier build kept in browsers: this one keeps nothing.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(remove()));
async function remove() {
  for (const name of await caches.keys()) {
    if (name.startsWith(`lockstep ${registration.scope} `)) await caches.delete(name);
  }
  await registration.unregister();
}
