// The review of the page that is open: its region, its bar and the blocks of its text.

export const wide = matchMedia("(min-width: 75rem)");
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export let main, region, bar, page, blocks;

// whenEntered calls a function whenever there is another region: after the page
// was swapped, and after each refresh.
const listeners = [];
export const whenEntered = (listener) => listeners.push(listener);

// enter makes elements the region and the bar; null says that the page has no review.
export function enter(next, nextBar) {
  region = next;
  bar = nextBar;
  if (!region) return;
  main = $("main");
  page = region.dataset.review;
  blocks = new Map($$("main [data-b]").filter((b) => !b.closest(".review")).map((b) => [Number(b.dataset.b), b]));
  for (const listener of listeners) listener();
}

// ours are the elements of the review that match, in the region and in the bar.
export const ours = (selector) => [region, bar].filter(Boolean).flatMap((root) => $$(selector, root));

export function say(text) {
  const status = $("[data-review-status]", region);
  if (status) status.textContent = text;
}

// make is an element with a class and a text.
export function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  if (name === "button") element.type = "button";
  return element;
}
