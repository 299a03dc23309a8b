import { words } from "./words.js";
import { stem, meant } from "./spelling.js";

// How much another word counts beside the one that was typed, and a part of a name
// (VerifyLeader) where it stands without the other parts.
const ofPart = 0.6, ofStem = 0.8, ofBeginning = 0.7, ofSynonym = 0.6, ofTypo = 0.5;
const unit = 12, identifier = 96, mostEndings = 40, rare = 10, shortPart = 3;
const nameLike = /[\p{Ll}\p{Nd}]\p{Lu}|[\p{L}\p{N}]_[\p{L}\p{N}]/u, composite = /^[a-z]{6,}$/;

// asked takes a question apart: each word has its term and the terms with which it is
// written as one; the last one may go on.
export function asked(text) {
  const all = [];
  const chains = words(text);
  chains.forEach((w, n) => {
    const name = w.whole !== "" && nameLike.test(text.slice(w.start, w.end));
    const open = n === chains.length - 1 && w.end === text.length;
    const parts = w.pairs && w.parts.length > 1 ? w.parts.filter((p) => [...p.term].length > 1) : w.parts;
    parts.forEach((p, i) => all.push({ term: p.term, typed: text.slice(p.start, p.end), whole: w.whole, name, open: open && i === parts.length - 1 && (!w.pairs || parts.length === 1) }));
  });
  return all;
}

// Match is where a word of the question stands, and how much it says there.
class Match {
  constructor(word) {
    this.word = word;
    this.weights = new Map();
    this.identified = new Set(); // sections of which it is the identifier
    this.df = 0;
    this.cut = false; // it stands in more sections than are listed
    this.named = false; // it is the whole name
    this.terms = new Set([word.term]);
    this.beginning = "";
  }

  add(list, share) {
    list.sections.forEach((section, i) => {
      const weight = share * list.impacts[i] / unit;
      if (!(this.weights.get(section) >= weight)) this.weights.set(section, weight);
      if (share === 1 && list.impacts[i] >= identifier) this.identified.add(section);
    });
  }
}

// matches looks for every word of a question at once.
export async function matches(index, question) {
  const all = await Promise.all(question.map((word) => matchOf(index, word)));
  await addSynonyms(index, question, all);
  // A name of several parts was found as one.
  return all.filter((m, i) => !(m.named && i > 0 && question[i - 1].whole === m.word.whole));
}

async function matchOf(index, word) {
  const m = new Match(word), { term } = word;
  const at = index.file(term);
  const [file, whole] = await Promise.all([index.terms(at), word.whole && listOf(index, word.whole)]);
  if (whole && word.name) {
    m.add(whole, 1);
    m.df = whole.df;
    m.named = true;
    m.cut = m.df > index.c.most;
    m.terms = new Set([word.whole]);
    return m;
  }
  const exact = file.words.get(term);
  if (exact) {
    m.add(exact, whole ? ofPart : 1);
    m.df = exact.df;
  }
  if (whole) {
    m.add(whole, 1);
    m.terms.add(word.whole);
  }
  const root = stem(term), near = root.slice(0, Math.max(3, root.length - 1));
  // Where its endings fill more than one file, there is a list for all of them.
  const spread = word.open && file.beginnings.get(term);
  let endings = [];
  for (const [other, list] of file.words) {
    if (other === term || !other.startsWith(near[0])) continue;
    if (other.startsWith(near) && stem(other) === root) {
      m.add(list, ofStem);
      m.df += list.df;
      m.terms.add(other);
    } else if (word.open && !spread && other.startsWith(term)) {
      endings.push(list);
    }
  }
  if (word.open) {
    if (spread) m.add(spread, ofBeginning);
    if (endings.length > mostEndings) endings = endings.sort((a, b) => b.df - a.df).slice(0, mostEndings);
    for (const list of endings) m.add(list, ofBeginning);
    if (spread || endings.length > 0) m.beginning = term;
  }
  if (m.df < rare && !word.whole && composite.test(term)) await addApart(index, m, file);
  if (m.weights.size === 0) {
    for (const other of await meant(index, term, word.open)) {
      const list = await listOf(index, other);
      if (!list) continue;
      m.add(list, ofTypo);
      m.df += list.df;
      m.terms.add(other);
      m.meant ??= other;
    }
  }
  m.df ||= m.weights.size;
  m.cut = m.df > index.c.most;
  return m;
}

// addApart finds a word that is written as two: "hotroom". The first is looked for in
// the file that is there anyway.
async function addApart(index, m, file) {
  const { term } = m.word, found = m.weights.size;
  for (let at = term.length - shortPart; at >= shortPart && m.weights.size === found; at--) {
    if (file.words.has(term.slice(0, at))) await addSynonym(index, [m], [term.slice(0, at), term.slice(at)]);
  }
}

async function listOf(index, term) {
  return (await index.terms(index.file(term))).words.get(term);
}

// addSynonyms adds what other spellings of the same thing find.
async function addSynonyms(index, question, all) {
  for (const group of index.c.synonyms) {
    for (const spelling of group) {
      const parts = spelling.split(" ");
      const at = question.findIndex((_, i) => parts.every((p, k) => question[i + k]?.term === p && !all[i + k].named));
      if (at < 0) continue;
      for (const other of group) {
        if (other === spelling) continue;
        await addSynonym(index, all.slice(at, at + parts.length), other.split(" "));
      }
    }
  }
}

// addSynonym adds the sections that have all of the terms.
async function addSynonym(index, to, terms) {
  const lists = await Promise.all(terms.map((t) => listOf(index, t)));
  if (lists.includes(undefined)) return;
  const [first, ...rest] = lists, others = rest.map((l) => new Set(l.sections));
  const both = { sections: [], impacts: [] };
  first.sections.forEach((section, i) => {
    if (!others.every((o) => o.has(section))) return;
    both.sections.push(section);
    both.impacts.push(first.impacts[i]);
  });
  for (const m of to) {
    m.add(both, ofSynonym);
    m.df ||= both.sections.length;
    terms.forEach((t) => m.terms.add(t));
  }
}

// marker says of a term which word of the question it is, -1 for none.
export function marker(all) {
  return (term) => all.findIndex((m) => m.terms.has(term) || (m.beginning && term.startsWith(m.beginning)));
}
