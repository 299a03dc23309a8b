// The words on the page that a thread or a draft is about.
import { blocks } from "./page.js";
import { pieces, rangeOf, textOf } from "./text.js";

// passageOf is where the words of a thread stand: a range, or the element of a block;
// null if they stand nowhere that can be seen.
export function passageOf({ block, start, end }) {
  const element = blocks.get(Number(block));
  if (!element || element.getClientRects().length === 0) return null;
  return (Number(end) > 0 && rangeOf(element, Number(start), Number(end))) || element;
}

// passageOfDraft finds the words of a draft again. The text may have changed since it
// was written; the server judges by the revision, and this only says where it stands.
export function passageOfDraft(draft) {
  const quote = draft.quote ? [...draft.quote] : null;
  const own = blocks.get(Number(draft.block));
  for (const element of [own, ...blocks.values()]) {
    if (!element || element.getClientRects().length === 0) continue;
    const list = pieces(element);
    if (!quote) {
      if (draft.beginning && textOf(list).startsWith(draft.beginning)) return element;
      continue;
    }
    const found = find(list, quote, draft);
    if (found) return found;
  }
  return own?.getClientRects().length ? own : null;

  function find(list, characters, { prefix = "" }) {
    const text = list.map((p) => p.c);
    let only = null;
    for (let i = 0; i + characters.length <= text.length; i++) {
      if (!characters.every((c, k) => text[i + k] === c)) continue;
      const element = list[0].node.parentElement.closest("[data-b]");
      const range = rangeOf(element, i, i + characters.length);
      if (text.slice(0, i).join("").endsWith(prefix)) return range;
      only ??= range;
    }
    return only;
  }
}

// blockOf is the element of the block in which a passage begins.
export function blockOf(passage) {
  if (passage instanceof Element) return passage;
  const node = passage.startContainer;
  return (node instanceof Element ? node : node.parentElement).closest("[data-b]");
}
