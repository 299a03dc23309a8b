// Comforts. Every page is complete without them.

import { passageLink } from "./site/passage.js";
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

// The decision log by status and words.
function logFilter() {
  const form = document.querySelector("[data-log-filter]");
  if (!form) return;
  form.hidden = false;
  const rows = [...document.querySelectorAll("[data-decision]")];
  const output = form.querySelector("output");
  const filter = () => {
    const status = form.elements.status.value;
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = (status !== "" && row.dataset.decision !== status) || !words.every((w) => text.includes(w));
      if (!row.hidden) shown++;
    }
    output.textContent = `${shown} of ${rows.length} decisions`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

// A tap on an entry of a phone's sheet that leads to this page closes the sheet.
function sheets() {
  document.addEventListener("click", (event) => event.target.closest(".side a, .outline a")?.closest(":popover-open")?.hidePopover());
}

function start() {
  copyButtons();
  scrollSpy();
  logFilter();
  sinceLastVisit();
}
sheets();
passageLink();
start();
document.addEventListener("lockstep:swapped", start);
