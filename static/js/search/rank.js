// A section may take from its page what it does not say itself, at this share.
const ofPage = 0.35;
// Words in more than this share of the sections need not be there.
const common = 0.4, few = 50;

// rank gives the pages that answer, the best first, each with its best sections. Pages
// with all words come alone where there are any. What no longer holds comes last;
// what was asked for by its identifier comes first.
export function rank(c, all) {
  const weigh = (m) => Math.log(1 + (c.sections - m.df + 0.5) / (m.df + 0.5));
  const known = all.filter((m) => m.weights.size > 0);
  const isCommon = (m) => c.sections > few && m.df > common * c.sections;
  let needed = known.filter((m) => !isCommon(m));
  if (needed.length === 0) needed = known;
  if (known.length === 0) return [];

  const idf = known.map((m) => Math.max(0.05, weigh(m)));
  const best = known.map((m) => {
    const pages = new Map();
    for (const [section, weight] of m.weights) {
      const p = c.pageOf[section];
      if (!(pages.get(p) >= weight)) pages.set(p, weight);
    }
    return pages;
  });
  const sections = new Set();
  for (const m of needed) for (const s of m.weights.keys()) sections.add(s);

  const total = known.reduce((sum, m, i) => sum + (needed.includes(m) ? idf[i] : 0), 0);
  const numbered = known.length === all.length && known.some((m) => /[0-9]/.test(m.named ? m.word.whole : m.word.term));
  const pages = new Map();
  for (const section of sections) {
    const p = c.pageOf[section];
    let page = pages.get(p);
    if (!page) {
      let covered = 0, whole = true;
      known.forEach((m, i) => {
        if (!needed.includes(m)) return;
        if (best[i].has(p)) covered += idf[i];
        else if (!m.cut) whole = false;
      });
      pages.set(p, page = { page: p, covered: covered / total, whole, identified: false, score: 0, sections: [], old: c.old[p] });
    }
    let score = 0, own = 0;
    known.forEach((m, i) => {
      const weight = m.weights.get(section);
      if (weight !== undefined) own++;
      score += idf[i] * (weight ?? ofPage * (best[i].get(p) ?? 0));
    });
    if (numbered && known.every((m) => m.identified.has(section))) page.identified = true;
    page.sections.push({ section, score, own });
  }

  let answers = [...pages.values()];
  if (answers.some((p) => p.whole)) answers = answers.filter((p) => p.whole);
  else {
    const most = Math.max(...answers.map((p) => p.covered));
    answers = answers.filter((p) => p.covered >= 0.6 * most);
  }
  for (const p of answers) {
    p.sections.sort((a, b) => b.score - a.score || a.section - b.section);
    const top = p.sections[0].score;
    const rest = p.sections.slice(1, 4).reduce((sum, s) => sum + s.score, 0);
    p.score = (top + 0.1 * rest) * p.covered * p.covered;
    p.sections = p.sections.filter((s, i) => i === 0 || (i < 3 && s.score > 0.5 * top)).map((s) => s.section);
  }
  return answers.sort((a, b) => b.identified - a.identified || a.old - b.old || b.score - a.score || a.page - b.page);
}
