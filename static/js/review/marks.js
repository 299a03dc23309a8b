// Marks in the margin of the text.
import { $, $$, blocks, make, region, wide } from "./page.js";

// marks put a button beside each block with threads that have no card there; a press
// shows the first.
export function marks(show) {
  $(".review-marks")?.remove();
  const article = $("main > article");
  if (!article) return;
  article.style.position = "relative";
  const box = make("div", "review-marks");
  const byBlock = Map.groupBy($$(".threads.open > li:not(.placed), .threads.open > li.away", region).map((li) => $(".thread", li)).filter((t) => blocks.has(Number(t.dataset.block))), (t) => Number(t.dataset.block));
  const frame = article.getBoundingClientRect();
  for (const [n, threads] of byBlock) {
    const element = blocks.get(n);
    const at = element.getBoundingClientRect();
    if (at.height === 0) continue;
    const button = make("button", threads.some((t) => t.classList.contains("is-blocking")) ? "blocking" : "", String(threads.length));
    button.setAttribute("aria-label", threads.length === 1 ? "1 thread here" : `${threads.length} threads here`);
    button.style.top = `${at.top - frame.top}px`;
    button.style.left = `${wide.matches ? Math.min(at.right - frame.left + 6, frame.width + 4) : frame.width - 13}px`;
    button.addEventListener("click", () => show(threads[0]));
    box.append(button);
  }
  article.append(box);
}
