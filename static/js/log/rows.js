// What the rows of a log say of themselves.

// A date is in its year, and a reader's address may name a month as well.
export function valuesOf(row, facet) {
  if (facet === "status") return [row.dataset.decision];
  const values = row.dataset[facet]?.split("\n") ?? [];
  return facet === "period" ? values.map((date) => date.slice(0, 4)) : values;
}

export function fits(row, chosen) {
  for (const facet of ["status", "tag", "series", "group", "decider"]) {
    if (chosen[facet] && !valuesOf(row, facet).includes(chosen[facet])) return false;
  }
  if (chosen.period && !(row.dataset.period ?? "").startsWith(chosen.period)) return false;
  const text = chosen.q ? row.textContent.toLowerCase() : "";
  return !chosen.q || chosen.q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
