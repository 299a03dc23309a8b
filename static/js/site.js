// Comforts. Every page is complete without them.

import { keepForOffline } from "./site/offline.js";
import { passageLink } from "./site/passage.js";
import { prefetchOnHover } from "./site/prefetch.js";
import { sinceLastVisit } from "./site/visit.js";

// Copy buttons on code.
function copyButtons() {
  for (const pre of document.querySelectorAll("pre.chroma")) {
    if (pre.querySelector(".copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const code = pre.querySelector("code").textContent;
      try {
        await navigator.clipboard.writeText(code);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    pre.prepend(button);
  }
}

// The outline shows where the reader is.
let spy;
function scrollSpy() {
  spy?.disconnect();
  const links = new Map([...document.querySelectorAll(".outline a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  if (links.size === 0) return;
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    let current = headings[0];
    const top = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 40;
    for (const h of headings) if (h.getBoundingClientRect().top < top) current = h;
    for (const [id, a] of links) {
      if (id === current?.id) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    }
  };
  spy = new IntersectionObserver(mark, { rootMargin: "-80px 0px -60% 0px", threshold: [0, 1] });
  headings.forEach((h) => spy.observe(h));
  mark();
}

// The current entry of the navigation is in view, there alone: the page stays.
function entryInView() {
  const nav = document.getElementById("site-nav");
  const entry = nav?.querySelector("[aria-current='page']");
  if (!entry) return;
  const box = [nav, nav.parentElement].find((e) => e.scrollHeight > e.clientHeight && getComputedStyle(e).overflowY !== "visible");
  if (!box) return;
  const at = entry.getBoundingClientRect(), frame = box.getBoundingClientRect();
  if (at.top < frame.top || at.bottom > frame.bottom) box.scrollTop += at.top - frame.top - (box.clientHeight - at.height) / 2;
}

// A tap on an entry of a phone's sheet that leads to this page closes the sheet.
function sheets() {
  document.addEventListener("click", (event) => event.target.closest(".side a, .outline a")?.closest(":popover-open")?.hidePopover());
  document.getElementById("site-nav")?.addEventListener("toggle", entryInView);
}

function start() {
  copyButtons();
  scrollSpy();
  entryInView();
  sinceLastVisit();
}
sheets();
passageLink();
prefetchOnHover();
keepForOffline();
start();
document.addEventListener("lockstep:swapped", start);
