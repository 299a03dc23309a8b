// Paints the passages that open threads and drafts are about.
import { composers } from "./composers.js";
import { $$, region } from "./page.js";
import { passageOf } from "./passage.js";

export function paint() {
  const highlights = { "": [], "-blocking": [], "-active": [] };
  $$(".review-target").forEach((b) => b.classList.remove("review-target"));
  const add = (passage, suffix) => {
    if (passage instanceof Range) highlights[suffix].push(passage);
    else if (suffix === "-active") passage?.classList.add("review-target");
  };
  for (const thread of $$(".threads.open .thread", region)) {
    add(passageOf(thread.dataset), thread.classList.contains("active") ? "-active" : thread.classList.contains("is-blocking") ? "-blocking" : "");
  }
  for (const c of composers.values()) add(c.passage, "-active");
  if (typeof Highlight === "undefined") return;
  for (const [suffix, ranges] of Object.entries(highlights)) CSS.highlights.set("review" + suffix, new Highlight(...ranges));
}
