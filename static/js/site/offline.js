// A static site keeps its text for where there is no network. The worker that does is
// asked for when the page has nothing else to do.
export function keepForOffline() {
  const worker = document.querySelector("script[data-worker]")?.dataset.worker;
  if (!worker || !("serviceWorker" in navigator)) return;
  const later = window.requestIdleCallback ?? ((f) => setTimeout(f, 1000));
  addEventListener("load", () => later(() => {
    navigator.serviceWorker.register(new URL(worker, document.baseURI), { updateViaCache: "none" }).catch(() => {}); // private windows refuse
  }));
}
