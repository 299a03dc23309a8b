// A thread as a sheet over a narrow screen.
import { $, region } from "./page.js";

// openSheet brings a thread up from the bottom of a narrow screen, below the
// passage that it is about.
export function openSheet(thread, element) {
  const li = thread.parentElement;
  li.classList.add("sheet");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet sheet-close";
  close.textContent = "Close";
  close.addEventListener("click", () => { closeSheet(); });
  li.prepend(close);
  li.back = document.activeElement;
  element.scrollIntoView({ block: "start", behavior: "instant" });
  scrollBy(0, -90);
}

export function closeSheet() {
  const li = $(".threads > li.sheet", region);
  if (!li) return;
  li.classList.remove("sheet");
  $(".sheet-close", li).remove();
  li.back?.focus?.({ preventScroll: true });
}
