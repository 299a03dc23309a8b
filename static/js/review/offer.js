// The button at a selection.
import { compose } from "./composer.js";
import { $, make, region } from "./page.js";
import { selected } from "./selection.js";

export function offer() {
  $(".review-selection")?.remove();
  if (!region.hasAttribute("data-live") || !$(".compose", region)) return;
  const about = selected();
  if (!about || about.quote.length === 0) return;
  const box = make("div", "review-selection");
  const button = make("button", "", "Comment");
  // The selection must survive the press.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => compose(about));
  const at = about.range.getBoundingClientRect();
  box.style.top = `${scrollY + at.bottom + 8}px`;
  box.style.left = `${Math.max(8, Math.min(scrollX + at.left, innerWidth - 140))}px`;
  box.append(button);
  document.body.append(box);
}
