// The drafts where they were written, how many they are, and what goes with a verdict.
import { arrange } from "./cards.js";
import { compose, gone, stand } from "./composer.js";
import { composers, writing } from "./composers.js";
import { changed, drafts } from "./drafts.js";
import { $, bar, make } from "./page.js";

// listDrafts opens the form of every draft, and closes those of drafts that are gone.
export function listDrafts() {
  const list = drafts();
  for (const draft of list) stand(draft);
  // What was never in the store may be all that there is of it.
  for (const [id, c] of [...composers]) {
    const stored = list.some((d) => d.id === id);
    if (c.stored && !stored && c !== writing()) gone(id);
    c.stored = stored;
  }
  const count = $("[data-draft-count]", bar ?? document);
  if (count) {
    count.hidden = list.length === 0;
    const next = make("button", "quiet", list.length === 1 ? "1 draft" : `${list.length} drafts`);
    next.addEventListener("click", () => {
      const at = list.findIndex((d) => d.id === writing()?.draft.id);
      compose(null, composers.get(list[(at + 1) % list.length].id).draft);
    });
    count.replaceChildren(next);
  }
  const box = $("[data-drafts]", bar ?? document);
  box?.replaceChildren(...(list.length === 0 ? [] : [make("p", "", list.length === 1 ? "One draft goes with it:" : `${list.length} drafts go with it:`), lines(list)]));
}

function lines(list) {
  const ul = document.createElement("ul");
  for (const draft of list) {
    const li = ul.appendChild(document.createElement("li"));
    const open = make("button", "quiet", "Open");
    open.addEventListener("click", () => { open.closest("[popover]")?.hidePopover(); compose(null, composers.get(draft.id).draft); });
    li.append(make("span", "", draft.body.length > 80 ? draft.body.slice(0, 80) + "…" : draft.body), open);
  }
  return ul;
}

changed.addEventListener("change", () => { listDrafts(); arrange(); });
