import { facetNames } from "./catalogue.js";

// narrow keeps the pages with one of the chosen values of each facet, and counts how
// many there would be with each other value.
export function narrow(c, pages, chosen) {
  const narrowing = facetNames.filter((f) => chosen[f]?.length > 0);
  const passes = (p, except) => narrowing.every((f) => f === except ||
    c.facets[f].of[p.page].some((v) => chosen[f].includes(c.facets[f].names[v])));
  const counts = {};
  for (const f of facetNames) {
    const { names, of } = c.facets[f], n = new Uint32Array(names.length);
    for (const p of pages) if (passes(p, f)) for (const v of of[p.page]) n[v]++;
    const values = names.map((name, v) => ({ name, count: n[v] })).filter((v) => v.count > 0);
    for (const name of chosen[f] ?? []) if (!values.some((v) => v.name === name)) values.push({ name, count: 0 });
    counts[f] = values.sort((a, b) => f === "year" ? b.name.localeCompare(a.name) : b.count - a.count || a.name.localeCompare(b.name));
  }
  return { pages: pages.filter((p) => passes(p)), counts };
}

// everything is all pages in the order of the site, for a reader who chooses and asks
// for no words.
export function everything(c) {
  const all = Array.from({ length: c.pages }, (_, page) => ({ page, old: c.old[page], sections: [c.first[page]] }));
  return all.sort((a, b) => a.old - b.old || a.page - b.page);
}
