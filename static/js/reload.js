// While somebody writes: shows a page again as soon as its source is saved, and
// stays where the reader was.
import { subscribe } from "./stream.js";

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

// The version of the sources, which the page says of itself: they may have changed
// before it listens. A page that was not looked at hears of the newest when it is again.
let seen = document.querySelector("script[data-version]")?.dataset.version ?? "";
subscribe("reload", null, {
  event(_, version) {
    if (seen && seen !== version) swap();
    seen = version;
  },
});
