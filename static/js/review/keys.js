// The keyboard. The list that "?" shows is the server's, which knows who may do what.
import { activate, walk } from "./cards.js";
import { compose, leaveAll } from "./composer.js";
import { $, blocks, region, say } from "./page.js";
import { selected } from "./selection.js";
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

function comment() {
  if (!$(".compose", region)) return;
  const about = selected();
  const block = $(".review-cursor") ?? document.activeElement?.closest?.("main [data-b]");
  if (about) compose(about);
  else if (block) compose({ block: Number(block.dataset.b), beginning: textOf(pieces(block)).slice(0, 120) });
  else { const form = $("[data-compose]", region); form.open = true; $("textarea", form).focus(); }
}

function reply() {
  const thread = $(".thread.active", region);
  const area = thread && $(".reply textarea", thread);
  if (area) area.focus();
  else say(thread ? "You cannot reply here." : "Go to a thread first: n.");
}

// verdict opens the panel, at the button that approves or at the words.
function verdict(selector) {
  const panel = document.getElementById("review-verdict");
  if (!panel) { say("You give no verdict here."); return; }
  if (!panel.matches(":popover-open")) panel.showPopover();
  ($(selector, panel) ?? $("textarea", panel)).focus();
}

export function keys(event) {
  if (!region?.isConnected) return;
  const field = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field?.form?.closest(".review")) {
    event.preventDefault();
    field.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || field) return;
  switch (event.key) {
    case "n": walk(1); break;
    case "p": walk(-1); break;
    case "j": moveCursor(1); break;
    case "k": moveCursor(-1); break;
    case "c": comment(); break;
    case "r": reply(); break;
    case "s": verdict("textarea"); break;
    case "a": verdict("[name=confirm], button[value=approve]"); break;
    case "?": document.getElementById("review-keys")?.togglePopover(); break;
    case "Escape": leaveAll(); activate(null); $(".review-cursor")?.classList.remove("review-cursor"); return;
    default: return;
  }
  event.preventDefault();
}

// forget the block at which the keyboard was: the page is another.
export function forget() {
  cursor = -1;
}
