// Paints the passages that open threads are about.
import { $$, blocks, region } from "./page.js";
import { rangeOf } from "./text.js";

const highlights = { "": new Set(), "-blocking": new Set(), "-active": new Set() };

export function paint() {
  for (const [suffix, ranges] of Object.entries(highlights)) {
    ranges.clear();
    if (suffix !== "-active") continue;
  }
  $$(".review-target").forEach((b) => b.classList.remove("review-target"));
  for (const thread of $$(".thread", region)) {
    const { block, start, end, status } = thread.dataset;
    const element = blocks.get(Number(block));
    if (status !== "open" || !element) continue;
    if (Number(end) > 0) {
      const range = rangeOf(element, Number(start), Number(end));
      if (range) highlights[thread.classList.contains("active") ? "-active" : thread.classList.contains("is-blocking") ? "-blocking" : ""].add(range);
    } else if (thread.classList.contains("active")) {
      element.classList.add("review-target");
    }
  }
  if (typeof Highlight === "undefined") return;
  for (const [suffix, ranges] of Object.entries(highlights)) CSS.highlights.set("review" + suffix, new Highlight(...ranges));
}
