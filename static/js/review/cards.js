// Threads beside their passages.
import { paint } from "./highlight.js";
import { marks } from "./marks.js";
import { $, $$, blocks, main, region, wide } from "./page.js";
import { closeSheet, openSheet } from "./sheet.js";
import { rangeOf } from "./text.js";

// arrange puts open threads beside their passages, none over another.
export function arrange() {
  const placed = $$(".threads.open > li", region).filter((li) => blocks.has(Number($(".thread", li).dataset.block)));
  const beside = wide.matches && placed.length > 0 && !$("body.lab");
  document.body.classList.toggle("beside", beside);
  $$(".threads.open > li.placed", region).forEach((li) => { if (!beside) { li.classList.remove("placed"); li.style.top = ""; } });
  if (beside) {
    const frame = main.getBoundingClientRect().top;
    const list = placed.map((li) => {
      li.classList.add("placed");
      const thread = $(".thread", li);
      const element = blocks.get(Number(thread.dataset.block));
      const range = Number(thread.dataset.end) > 0 ? rangeOf(element, Number(thread.dataset.start), Number(thread.dataset.end)) : null;
      return { li, top: (range ?? element).getBoundingClientRect().top - frame, active: thread.classList.contains("active") };
    }).sort((a, b) => a.top - b.top);
    let bottom = 0;
    for (const item of list) {
      const top = Math.max(item.top, bottom);
      item.li.style.top = `${top}px`;
      bottom = top + item.li.offsetHeight + 12;
    }
    main.style.minHeight = `${bottom + 24}px`;
  } else {
    main.style.minHeight = "";
  }
  marks((thread) => show(thread, true, true));
  paint();
}

// show leads to a thread: beside the text, or in the region below on narrow
// screens, where a link leads back.
export function show(thread, focus, sheet = false) {
  $$(".thread.active").forEach((t) => t.classList.remove("active"));
  thread.classList.add("active");
  arrange();
  const element = blocks.get(Number(thread.dataset.block));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  closeSheet();
  if (wide.matches && element) element.scrollIntoView({ block: "center", behavior: still });
  else if (element && sheet) openSheet(thread, element);
  else thread.scrollIntoView({ block: "center", behavior: still });
  if (focus) thread.focus({ preventScroll: true });
}
