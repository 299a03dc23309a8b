// The catalogue: what the site's pages are, and in which file each thing stands.

export const facetNames = ["kind", "status", "series", "year", "tag", "decider"];

export function readCatalogue(r) {
  if (r.number() !== 1) throw new Error("the index is of another version: load the page again");
  const c = { folder: r.text(), most: r.number() };
  const pages = r.number();
  c.first = new Uint32Array(pages + 1);
  c.texts = [];
  for (let p = 0, at = 0; p < pages; p++) {
    c.first[p] = at;
    for (let files = r.number(); files > 0; files--) {
      c.texts.push(at);
      at += r.number();
    }
    c.first[p + 1] = at;
  }
  c.pages = pages;
  c.sections = c.first[pages];
  c.pageOf = new Uint32Array(c.sections);
  for (let p = 0; p < pages; p++) c.pageOf.fill(p, c.first[p], c.first[p + 1]);

  const strings = () => r.list(() => r.text());
  const [kinds, statuses, series, dates, tags, deciders] = [strings(), strings(), strings(), strings(), strings(), strings()];
  const column = () => Array.from({ length: pages }, () => { const n = r.number(); return n ? [n - 1] : []; });
  const [kind, status, serie, date] = [column(), column(), column(), column()];
  c.old = Array.from({ length: pages }, () => r.octet() === 1);
  const lists = () => Array.from({ length: pages }, () => r.list(() => r.number() - 1));
  const [pageTags, pageDeciders] = [lists(), lists()];
  const years = [...new Set(dates.map((d) => d.slice(0, 4)))].sort().reverse();
  c.dates = date.map(([d]) => dates[d] ?? "");
  c.facets = {
    kind: { names: kinds, of: kind }, status: { names: statuses, of: status }, series: { names: series, of: serie },
    year: { names: years, of: c.dates.map((d) => d ? [years.indexOf(d.slice(0, 4))] : []) },
    tag: { names: tags, of: pageTags }, decider: { names: deciders, of: pageDeciders },
  };
  c.terms = strings();
  c.f = strings();
  c.b = strings();
  let page = 0;
  c.heads = r.list(() => { const at = page; page += r.number(); return at; });
  c.synonyms = r.list(strings);
  return c;
}

// compare is the order of the index, which is that of code points.
export function compare(a, b) {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    if (a[i] !== b[i]) return a.codePointAt(i) - b.codePointAt(i);
  }
  return a.length - b.length;
}

// placeIn is the last of sorted things that is not after x, at least the first.
export function placeIn(sorted, x, order = (a, b) => a - b) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(sorted[middle], x) <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
