// What the reader has selected.
import { pieces, textOf } from "./text.js";

// What a server takes of one comment.
const mostBlocks = 40, longest = 1000;

// selected is the selection as passages, one of each block that it touches, or null.
// The first of them is the comment's place; "also" has the others.
export function selected() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const root = range.commonAncestorContainer;
  const own = (root.nodeType === Node.TEXT_NODE ? root.parentElement : root).closest?.("main [data-b]");
  const touched = own ? [own, ...own.querySelectorAll("[data-b]")] : document.querySelectorAll("main [data-b]");
  const passages = [];
  for (const block of touched) {
    if (passages.length > mostBlocks || block.closest(".review") || !range.intersectsNode(block)) continue;
    const passage = partOf(block, range);
    if (passage) passages.push(passage);
  }
  if (passages.length === 0) return null;
  const [first, ...also] = passages;
  return { ...first, range, also: also.slice(0, mostBlocks - 1).map(({ element, ...rest }) => rest), cut: passages.length > mostBlocks };
}

// partOf is what a range has of a block. A drawing is taken as a whole, since its
// text is not what the server reads, and so is a passage that is too long to quote.
function partOf(block, range) {
  const list = pieces(block);
  const inside = (p) => p.node.nodeType === Node.TEXT_NODE
    && range.comparePoint(p.node, p.at) >= 0 && range.comparePoint(p.node, p.at + p.c.length) <= 0;
  let start = list.findIndex(inside);
  let end = list.findLastIndex(inside) + 1;
  const blank = (p) => p.space || p.c === "\n";
  while (start >= 0 && start < end && blank(list[start])) start++;
  while (end > start && blank(list[end - 1])) end--;
  if (start < 0 || end <= start) return null;
  const text = textOf(list.slice(start, end));
  const about = { block: Number(block.dataset.b), element: block };
  if (block.matches("div, figure") || end - start > longest) return { ...about, quote: "", beginning: text.slice(0, 120) };
  return { ...about, quote: text, prefix: textOf(list.slice(Math.max(0, start - 32), start)), suffix: textOf(list.slice(end, end + 32)) };
}
