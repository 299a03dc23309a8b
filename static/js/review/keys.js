// The keyboard: n and p between threads, j and k between blocks, c for a comment.
import { show } from "./cards.js";
import { closeComposer, compose } from "./composer.js";
import { $, $$, blocks, region, say } from "./page.js";
import { selected } from "./selection.js";
import { closeSheet } from "./sheet.js";
import { pieces, textOf } from "./text.js";

let cursor = -1;

function moveCursor(step) {
  const list = [...blocks.values()].filter((b) => b.getClientRects().length > 0);
  $(".review-cursor")?.classList.remove("review-cursor");
  if (cursor < 0) cursor = list.findIndex((b) => b.getBoundingClientRect().bottom > 80) - (step > 0 ? 1 : 0);
  cursor = Math.max(0, Math.min(list.length - 1, cursor + step));
  const block = list[cursor];
  block.classList.add("review-cursor");
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
  block.scrollIntoView({ block: "nearest" });
}

function blockAtCursor() {
  return $(".review-cursor") ?? document.activeElement?.closest?.("main [data-b]");
}

function nextThread(step) {
  const list = $$(".threads.open .thread", region);
  if (list.length === 0) { say("There is no open thread."); return; }
  const at = list.findIndex((t) => t.classList.contains("active"));
  show(list[(at + step + list.length) % list.length] ?? list[0], true);
}

export function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (!region?.isConnected) return;
  switch (event.key) {
    case "n": nextThread(1); break;
    case "p": nextThread($(".thread.active") ? -1 : 0); break;
    case "j": moveCursor(1); break;
    case "k": moveCursor(-1); break;
    case "c": {
      if (!$(".compose", region)) return;
      const about = selected();
      const block = blockAtCursor();
      if (about) compose(about);
      else if (block) compose({ block: Number(block.dataset.b), beginning: textOf(pieces(block)).slice(0, 120), element: block });
      else { const form = $("[data-compose]", region); form.open = true; $("textarea", form).focus(); }
      break;
    }
    case "Escape": closeComposer(); closeSheet(); $(".review-cursor")?.classList.remove("review-cursor"); return;
    default: return;
  }
  event.preventDefault();
}

// forget the block at which the keyboard was: the page is another.
export function forget() {
  cursor = -1;
}
