// The review of the page that is open: its region and the blocks of its text.

export const wide = matchMedia("(min-width: 75rem)");
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export let main, region, page, blocks;

// whenEntered calls a function whenever there is another region: after the page
// was swapped, and after each refresh.
const listeners = [];
export const whenEntered = (listener) => listeners.push(listener);

// enter makes an element the region; null says that the page has no review.
export function enter(next) {
  region = next;
  if (!region) return;
  main = $("main");
  page = region.dataset.review;
  blocks = new Map($$("main [data-b]").filter((b) => !b.closest(".review")).map((b) => [Number(b.dataset.b), b]));
  for (const listener of listeners) listener();
}

export function say(text) {
  const status = $("[data-review-status]", region);
  if (status) status.textContent = text;
}
