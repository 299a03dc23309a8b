import { words } from "./words.js";

const length = 190, lead = 45;

// marked cuts a text into pieces, of which some are words of the question.
export function marked(text, wordOf) {
  const pieces = [];
  let at = 0;
  const add = (end, mark) => {
    if (end > at) pieces.push({ text: text.slice(at, end), mark });
    at = Math.max(at, end);
  };
  for (const m of found(text, wordOf)) {
    add(Math.max(at, m.start), false);
    add(m.end, true);
  }
  add(text.length, false);
  return pieces;
}

function found(text, wordOf) {
  const all = [];
  for (const w of words(text)) {
    const whole = w.whole ? wordOf(w.whole) : -1;
    if (whole >= 0) all.push({ start: w.start, end: w.end, word: whole });
    else for (const p of w.parts) {
      const word = wordOf(p.term);
      if (word >= 0) all.push({ start: p.start, end: p.end, word });
    }
  }
  return all;
}

// excerpt is the part of a text that has the most words of the question.
export function excerpt(text, wordOf) {
  const all = found(text, wordOf);
  let best = 0, most = -1;
  for (let i = 0, j = 0; i < all.length; i++) {
    j = Math.max(j, i);
    while (j < all.length && all[j].end <= all[i].start + length - lead) j++;
    const n = new Set(all.slice(i, j).map((m) => m.word)).size * 10 + Math.min(9, j - i);
    if (n > most) { most = n; best = all[i].start; }
  }
  let start = Math.max(0, best - lead);
  if (start > 0) {
    const sentence = text.slice(start, best).search(/(?<=[.!?] )/);
    const space = text.indexOf(" ", start);
    if (sentence >= 0) start += sentence;
    else if (space >= 0 && space < best) start = space + 1;
  }
  let end = Math.min(text.length, start + length);
  if (end < text.length) {
    const space = text.lastIndexOf(" ", end);
    if (space > start + length / 2) end = space;
  }
  const pieces = marked(text.slice(start, end), wordOf);
  if (start > 0) pieces.unshift({ text: "… ", mark: false });
  if (end < text.length) pieces.push({ text: " …", mark: false });
  return pieces;
}
