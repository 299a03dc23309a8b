// The bar that stays in sight: which thread it is of how many, and the way to others.
import { walk } from "./cards.js";
import { $, $$, bar, region } from "./page.js";

export function readyBar() {
  if (!bar) return;
  for (const button of $$("[data-keys-help]", bar)) button.hidden = false;
  const way = $("[data-walk]", bar);
  if (!way) return;
  way.hidden = false;
  for (const button of $$("[data-step]", way)) button.addEventListener("click", () => walk(Number(button.dataset.step)));
  tellPlace();
}

// tellPlace says which of the open threads is the active one.
export function tellPlace() {
  const at = bar && $("[data-at]", bar);
  if (!at) return;
  const threads = $$(".threads.open .thread", region);
  const n = threads.findIndex((t) => t.classList.contains("active"));
  at.textContent = n < 0 ? `${threads.length} open` : `${n + 1} of ${threads.length}`;
}
