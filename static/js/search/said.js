import { element } from "./element.js";

const quoted = (list) => list.map((w) => `“${w}”`).join(", ");

// said is what a reader is told of an answer, by sight or by ear.
export function said(n, found) {
  const pages = n === 0 ? "Nothing found." : n === 1 ? "One page." : `${n} pages.`;
  const meant = found.filter((m) => m.meant && m.weights.size > 0);
  const missing = found.filter((m) => m.weights.size === 0);
  let text = pages;
  if (meant.length > 0) text += ` No page has ${quoted(meant.map((m) => m.word.typed))}; shown is ${quoted(meant.map((m) => m.meant))}.`;
  if (missing.length > 0 && n > 0) text += ` No page has ${quoted(missing.map((m) => m.word.typed))}.`;
  return text;
}

// tagsOf are the tags of the most pages.
function tagsOf(c, most) {
  const n = new Map();
  for (const tags of c.facets.tag.of) for (const t of tags) n.set(t, (n.get(t) ?? 0) + 1);
  return [...n].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most).map(([t]) => c.facets.tag.names[t]);
}

function suggestions(c, word) {
  const tags = tagsOf(c, 8);
  if (tags.length === 0) return [];
  return [element("p", { class: "search-try" }, "Try ", ...tags.map((t) => element("button", { type: "button", class: "facet-value", onclick: () => word(t) }, t)))];
}

const toIndex = (links) => element("a", { href: links.az }, "the index from A to Z");

// beginning stands where nothing was asked.
export function beginning(c, links, word) {
  return [element("p", {}, "Titles, headings, text, code and drawings of all pages. A number finds the decision with it. Or look in ", toIndex(links), "."), ...suggestions(c, word)];
}

// nothing stands where nothing was found.
export function nothing(c, links, state, word, release) {
  const narrowed = Object.values(state.chosen).some((list) => list.length > 0);
  const first = narrowed
    ? element("p", {}, "Nothing with these choices. ", element("button", { type: "button", class: "search-retry", onclick: release }, "Search all pages"))
    : element("p", {}, "Try fewer or other words, or look in ", toIndex(links), ".");
  return [first, ...suggestions(c, word)];
}
