import { facetNames } from "./catalogue.js";

// What is asked and chosen, as the address of the page of the search has it.
export function fromAddress(search) {
  const given = new URLSearchParams(search);
  const state = { q: (given.get("q") ?? "").slice(0, 200), chosen: {} };
  for (const f of facetNames) if (given.has(f)) state.chosen[f] = given.getAll(f).slice(0, 20);
  return state;
}

export function toAddress(state) {
  const given = new URLSearchParams();
  if (state.q.trim()) given.set("q", state.q.trim());
  for (const f of facetNames) for (const value of state.chosen[f] ?? []) given.append(f, value);
  const text = given.toString();
  return text ? "?" + text : "";
}
