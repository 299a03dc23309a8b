// While somebody writes: shows a page again as soon as its source is saved, and
// stays where the reader was.
const url = document.currentScript?.dataset.events ?? document.querySelector("script[data-events]").dataset.events;
let swapping = false;

async function swap() {
  if (swapping) return;
  swapping = true;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = document.querySelector("main");
    const incoming = next.querySelector("main");
    const lab = document.querySelector("[data-lab]");
    if (!incoming || !lab !== !next.querySelector("[data-lab]")) { location.reload(); return; }
    document.title = next.title;
    // The laboratory keeps its own state and stream: only the words around it change.
    for (const part of lab ? [".page-head", ".prose", ".site-nav"] : ["main", ".outline", ".site-nav"]) {
      const old = document.querySelector(part);
      const now = next.querySelector(part);
      if (old && now && old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
    }
    main.className = incoming.className;
    document.dispatchEvent(new Event("lockstep:swapped"));
  } catch {
    location.reload();
  } finally {
    swapping = false;
  }
}

// Browsers keep few connections to one host, for all its tabs together, so a tab
// that nobody looks at gives up its own, and asks what it missed when it is back.
let source = null;
let seen = "";

function listen() {
  source = new EventSource(url);
  source.addEventListener("version", (event) => {
    if (seen && seen !== event.data) swap();
    seen = event.data;
  });
  source.addEventListener("reload", (event) => { seen = event.data; swap(); });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (!source) {
    listen();
  }
});
if (!document.hidden) listen();
