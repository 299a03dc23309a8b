// Words of a text, as site/search cuts them when the index is made.

const marks = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
const plainForms = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", ı: "i", þ: "th", ς: "σ" };
const unspacedClass = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u2e80-\\u2fdf\\u3005-\\u3007\\u3040-\\u30ff\\u3130-\\u318f\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\uff66-\\uff9f\\u{20000}-\\u{3ffff}";
const segment = new RegExp(`[${unspacedClass}]+|[^${unspacedClass}]+`, "gu");
const unspaced = new RegExp(`^[${unspacedClass}]`, "u");
const run = "[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]*(?:['’][\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]*)*";
const runs = new RegExp(run, "gu");
const chains = new RegExp(`${run}(?:[-_\\u2010\\u2011]${run})*`, "gu");
const capital = /(?<=[\p{Ll}\p{Nd}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll}{2})/gu;
const maxWord = 40, maxParts = 6;

export function fold(s) {
  let folded = s.normalize("NFKD").replace(marks, "").toLowerCase().replace(/[ßæœøđðłıþς]/g, (c) => plainForms[c]).normalize("NFC");
  return trimmed(folded);
}

function trimmed(s) {
  const word = s.replace(/['’]s$/, "").replace(/['’]/g, "").replace(/^([^0-9]*)0+(?=[0-9])/, "$1");
  return word.length > maxWord ? [...word].slice(0, maxWord).join("") : word;
}

// words gives each word with its parts, and where both stand in the text.
export function words(text) {
  const all = [];
  for (const chain of text.matchAll(chains)) {
    const parts = [];
    let pairs = false;
    for (const m of chain[0].matchAll(runs)) {
      for (const s of m[0].matchAll(segment)) {
        const at = chain.index + m.index + s.index;
        if (unspaced.test(s[0])) {
          pairs = true;
          appendPairs(parts, s[0], at);
        } else {
          appendParts(parts, s[0], at);
        }
      }
    }
    if (parts.length === 0) continue;
    const joined = parts.length > 1 && parts.length <= maxParts && !pairs;
    all.push({ parts, whole: joined ? trimmed(parts.map((p) => p.term).join("")) : "", pairs, start: chain.index, end: chain.index + chain[0].length });
  }
  return all;
}

function appendParts(parts, text, at) {
  for (const piece of text.split(capital)) {
    const term = fold(piece);
    if (term) parts.push({ term, start: at, end: at + piece.length });
    at += piece.length;
  }
}

function appendPairs(parts, text, at) {
  const characters = [...text];
  characters.forEach((c, i) => {
    const next = characters[i + 1] ?? "";
    parts.push({ term: fold(c) + (next && fold(next)), start: at, end: at + c.length + next.length });
    at += c.length;
  });
}
