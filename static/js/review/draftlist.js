// The drafts that go with a verdict.
import { compose } from "./composer.js";
import { changed, drafts } from "./drafts.js";
import { $, region } from "./page.js";

export function listDrafts() {
  const box = $("[data-drafts]", region);
  if (!box) return;
  const list = drafts();
  box.replaceChildren();
  if (list.length === 0) return;
  const title = document.createElement("p");
  title.textContent = list.length === 1 ? "One draft goes with it:" : `${list.length} drafts go with it:`;
  const ul = document.createElement("ul");
  for (const draft of list) {
    const li = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = draft.body.length > 80 ? draft.body.slice(0, 80) + "…" : draft.body;
    const open = document.createElement("button");
    open.type = "button";
    open.className = "quiet";
    open.textContent = "Open";
    open.addEventListener("click", () => compose(null, draft));
    li.append(text, open);
    ul.append(li);
  }
  box.append(title, ul);
}

changed.addEventListener("change", listDrafts);
