// What a reader has chosen of a log, and the address that says so.

export const facets = ["status", "tag", "series", "group", "decider", "period"];
const keys = [...facets, "q", "sort"];

export function fromAddress(search) {
  const given = new URLSearchParams(search);
  return Object.fromEntries(keys.filter((key) => given.get(key)).map((key) => [key, given.get(key).slice(0, 200)]));
}

export function toAddress(chosen) {
  const given = new URLSearchParams();
  for (const key of keys) if (chosen[key]) given.set(key, chosen[key]);
  const text = given.toString();
  return text ? "?" + text : "";
}

export function inWords(chosen) {
  const words = facets.filter((facet) => chosen[facet]).map((facet) => `${facet} ${chosen[facet]}`);
  if (chosen.q?.trim()) words.push(`the words “${chosen.q.trim()}”`);
  return words.length < 2 ? words.join("") : words.slice(0, -1).join(", ") + " and " + words.at(-1);
}
