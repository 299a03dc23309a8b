import { placeIn, compare } from "./catalogue.js";

const shortest = 4, mostFiles = 3;

// stem takes off what English adds to a word. It is only used to find other forms of a
// word that stand beside it, so it may be rough.
export function stem(word) {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let s = word;
  if (/ies$|ied$/.test(s)) s = s.slice(0, -3) + "y";
  else if (/(?:s|x|z|ch|sh)es$/.test(s)) s = s.slice(0, -2);
  else if (/[^sui]s$/.test(s)) s = s.slice(0, -1);
  if (/.{3}ing$/.test(s)) s = s.slice(0, -3).replace(/([^lsz])\1$/, "$1");
  else if (/.{2}[^e]ed$/.test(s)) s = s.slice(0, -2).replace(/([^lsz])\1$/, "$1");
  return s.length > 3 ? s.replace(/e$/, "") : s;
}

// near says whether two words differ by one typo: a letter that is missing, too much or
// another one, or two that changed places.
export function near(a, b) {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const x = a.slice(i), y = b.slice(i);
  return x.slice(1) === y.slice(1) || x.slice(1) === y || x === y.slice(1) ||
    (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
}

// nearBeginning says whether a word begins like another one with a typo.
function nearBeginning(typed, word) {
  return [-1, 0, 1].some((d) => near(typed, word.slice(0, typed.length + d)));
}

const backwards = (s) => [...s].reverse().join("");

// meant are words of the site that differ from a word by one typo, the likeliest
// first. The typo leaves the first half of the word as it was, or the second.
export async function meant(index, typed, begins) {
  const letters = [...typed];
  if (letters.length < shortest || /[0-9]/.test(typed)) return [];
  const half = (letters.length - 1) >> 1;
  const found = new Map();
  const look = async (kind, beginning, plain) => {
    const first = index.c[kind];
    if (first.length === 0) return;
    const from = placeIn(first, beginning, compare);
    for (let i = from; i < first.length && i < from + mostFiles && (i === from || first[i].startsWith(beginning)); i++) {
      for (const [word, common] of await index.spelled(kind, i)) {
        if (!word.startsWith(beginning)) continue;
        const w = plain(word);
        if (near(typed, w)) found.set(w, common + 100);
        else if (begins && kind === "f" && w.length > typed.length && nearBeginning(typed, w) && !found.has(w)) found.set(w, common);
      }
    }
  };
  await Promise.all([
    look("f", letters.slice(0, half).join(""), (w) => w),
    look("b", backwards(letters.slice(-half).join("")), backwards),
  ]);
  return [...found].sort((a, b) => b[1] - a[1] || compare(a[0], b[0])).slice(0, 3).map(([w]) => w);
}
