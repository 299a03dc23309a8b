// The text of a block, as the server counts it.

// Parts of an element that are not its text: links to itself, notes, copy
// buttons, what a reader's scenario makes of a number, and blocks within it.
const apart = ".permalink, sup:has(> .footnote-ref), .footnote-back, .copy, .now";

// pieces lists the characters of a block, white space joined as the server joins
// it, each with where it is in the document. Offsets are code points.
export function pieces(block) {
  const code = block.matches("pre");
  const out = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    if (node !== block && (node.matches(apart) || node.hasAttribute("data-b"))) return NodeFilter.FILTER_REJECT;
    return node.nodeName === "BR" ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
  });
  for (let node; (node = walker.nextNode());) {
    if (node.nodeName === "BR") { out.push({ c: " ", node, at: 0, space: true }); continue; }
    let at = 0;
    for (const c of node.data) {
      out.push({ c, node, at, space: !code && /\s/.test(c) });
      at += c.length;
    }
  }
  if (code) return out;
  const joined = [];
  for (const piece of out) {
    if (!piece.space) { joined.push(piece); continue; }
    if (joined.length > 0 && !joined.at(-1).space) joined.push({ ...piece, c: " " });
  }
  if (joined.at(-1)?.space) joined.pop();
  return joined;
}

export const textOf = (list) => list.map((p) => p.c).join("").normalize("NFC");

// rangeOf is where the code points from start to end of a block are on the page.
export function rangeOf(block, start, end) {
  const list = pieces(block);
  if (end <= start || end > list.length) return null;
  const range = document.createRange();
  const last = list[end - 1];
  range.setStart(list[start].node, list[start].at);
  if (last.node.nodeType === Node.TEXT_NODE) range.setEnd(last.node, last.at + last.c.length);
  else range.setEndAfter(last.node);
  return range;
}
