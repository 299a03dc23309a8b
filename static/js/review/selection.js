// What the reader has selected.
import { pieces, textOf } from "./text.js";

// selected is the selection as a passage of one block, or null.
export function selected() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const element = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
  const block = element.closest?.("main [data-b]");
  if (!block || block.closest(".review")) return null;
  const list = pieces(block);
  const inside = (p) => p.node.nodeType === Node.TEXT_NODE
    && range.comparePoint(p.node, p.at) >= 0 && range.comparePoint(p.node, p.at + p.c.length) <= 0;
  let start = list.findIndex(inside);
  let end = list.findLastIndex(inside) + 1;
  while (start >= 0 && start < end && list[start].space) start++;
  while (end > start && list[end - 1].space) end--;
  if (start < 0 || end <= start) return null;
  return {
    block: Number(block.dataset.b), element: block, range, cut: !block.contains(range.endContainer),
    quote: textOf(list.slice(start, end)), prefix: textOf(list.slice(Math.max(0, start - 32), start)), suffix: textOf(list.slice(end, end + 32)),
  };
}
