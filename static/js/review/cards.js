// Cards at their passages: beside the text where there is room, below the words where
// there is none.
import { column } from "./column.js";
import { composers, writing } from "./composers.js";
import { paint } from "./highlight.js";
import { marks } from "./marks.js";
import { $, $$, bar, blocks, main, region, say, wide } from "./page.js";
import { blockOf, passageOf, passageOfDraft } from "./passage.js";
import { makeRoom } from "./room.js";

// typedIn says whether something is written in a thread and not sent.
export const typedIn = (root) => $$("textarea, input[type=text]", root).some((e) => e.value !== e.defaultValue);

function items() {
  const frame = main.getBoundingClientRect();
  const now = writing();
  const list = [];
  for (const li of $$(".threads.open > li", region)) {
    const thread = $(".thread", li);
    const passage = passageOf(thread.dataset);
    if (!passage) continue;
    list.push({ element: li, passage, active: !now && thread.classList.contains("active"), open: typedIn(li), block: blocks.get(Number(thread.dataset.block)) });
  }
  for (const c of composers.values()) {
    const passage = passageOfDraft(c.draft);
    c.passage = passage;
    if (passage) list.push({ element: c.element, passage, active: c === now, open: true, block: blockOf(passage), composer: true });
    else if (c.element.parentElement !== region) $(".review-head", region).after(c.element);
  }
  for (const item of list) {
    const at = item.passage.getBoundingClientRect();
    item.top = at.top - frame.top;
    item.bottom = at.bottom - frame.top;
  }
  return list.sort((a, b) => a.top - b.top);
}

// arrange puts every card where it belongs.
export function arrange() {
  if (!region?.isConnected) return;
  const frame = $(".frame");
  makeRoom([]);
  const lane = wide.matches && frame.classList.contains("reviewed");
  let list = items();
  for (const item of list) if (item.composer && item.element.parentElement !== frame) frame.append(item.element);
  if (!lane) list = list.filter((item) => item.active || item.open);
  const placed = new Set(list.map((item) => item.element));
  for (const old of $$(".placed")) if (!placed.has(old)) settle(old);
  document.body.classList.toggle("beside", lane && list.length > 0);
  for (const item of list) {
    item.element.classList.add("placed");
    item.element.classList.remove("folded", "away");
    item.element.classList.toggle("below", !lane);
    item.element.classList.toggle("written", item.open);
  }
  if (lane) beside(list, frame);
  else below(list, frame);
  marks((thread) => show(thread, true));
  paint();
}

function settle(element) {
  element.classList.remove("placed", "folded", "away", "below", "written");
  for (const property of ["top", "left", "width"]) element.style[property] = "";
}

function beside(list, frame) {
  const outer = frame.getBoundingClientRect();
  const inner = main.getBoundingClientRect();
  const style = getComputedStyle(frame);
  const left = inner.right + parseFloat(style.columnGap);
  const width = outer.right - parseFloat(style.paddingRight) - left;
  for (const item of list) item.element.style.width = `${width}px`;
  for (const item of list) item.full = item.element.offsetHeight;
  column(list);
  let bottom = 0;
  for (const item of list) {
    item.element.classList.toggle("folded", item.as === "line");
    item.element.classList.toggle("away", item.as === "away");
    put(item, left, item.at, item.composer ? outer : inner, inner);
    if (item.as !== "away") bottom = Math.max(bottom, item.at + (item.as === "full" ? item.full : 0));
  }
  main.style.minHeight = `${bottom + 24}px`;
}

// below puts what is written under its block, which makes room for it, and the active
// thread over the text right under its words.
function below(list, frame) {
  const inner = main.getBoundingClientRect();
  const outer = frame.getBoundingClientRect();
  const text = ($(".article .prose", main) ?? main).getBoundingClientRect();
  const width = Math.min(text.width, 656);
  for (const item of list) item.element.style.width = `${width}px`;
  const room = makeRoom(list.filter((item) => !item.active || item.composer));
  const top = main.getBoundingClientRect().top;
  let bottom = 0;
  for (const item of list) {
    const at = (room.get(item)?.() ?? item.passage.getBoundingClientRect().bottom + 6) - top;
    put(item, text.left, at, item.composer ? outer : inner, inner);
    bottom = Math.max(bottom, at + item.element.offsetHeight);
  }
  main.style.minHeight = `${bottom + 24}px`;
}

// put sets a position that is measured from main, within what the element stands in.
function put({ element }, left, at, within, inner) {
  element.style.left = `${left - within.left}px`;
  element.style.top = `${at + inner.top - within.top}px`;
}

// activate makes a thread the active one; null makes none so.
export function activate(thread) {
  $$(".thread.active").forEach((t) => t.classList.remove("active"));
  thread?.classList.add("active");
  arrange();
}

// show leads to a thread: its card and its passage come into sight together. A thread
// without a passage stands in the region below the text.
export function show(thread, focus, { still = false } = {}) {
  if (focus && document.activeElement?.closest(".composer")) document.activeElement.blur();
  activate(thread);
  const card = thread.parentElement;
  if (focus && thread.offsetParent) thread.focus({ preventScroll: true });
  if (still) return;
  bring(passageOf(thread.dataset), card.classList.contains("placed") ? card : thread);
}

// bring scrolls until a passage and its card are in sight, and not at all if they are.
export function bring(passage, card) {
  const header = $(".site-header").getBoundingClientRect().bottom;
  const strip = bar?.getBoundingClientRect();
  const high = strip && strip.top < innerHeight / 2;
  const from = Math.max(header, high ? strip.bottom : 0) + 12;
  const to = (strip && !high ? strip.top : innerHeight) - 12;
  const at = card.getBoundingClientRect();
  const words = passage?.getBoundingClientRect() ?? at;
  const top = Math.min(at.top, words.top);
  const bottom = Math.max(at.bottom, Math.min(words.bottom, at.bottom));
  if (top >= from && bottom <= to) return;
  // Both do not fit: the end of the words and the beginning of the card do.
  const below = at.top > words.top + 1;
  let y = top;
  let want = Math.max(from, Math.min(from + (to - from) * 0.2, to - (bottom - top)));
  if (below && bottom - top > to - from) { y = at.top; want = Math.max(from + Math.min(words.height + 12, (to - from) * 0.45), to - at.height); }
  const far = Math.abs(y - want) > innerHeight || matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollBy({ top: y - want, behavior: far ? "instant" : "smooth" });
}

// walk goes to the next open thread, in the order of the text.
export function walk(step) {
  const list = $$(".threads.open .thread", region);
  if (list.length === 0) { say("There is no open thread."); return; }
  const at = list.findIndex((t) => t.classList.contains("active"));
  show(list[at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length], true);
}
