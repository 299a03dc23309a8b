import { element, pieces } from "./element.js";
import { marked, excerpt } from "./excerpt.js";

// A result is a link in a list from which a reader chooses with the arrows. The first
// of a page has its title; those below it are other sections of the same page.

export function hitsOf(c, root, answer, head, wordOf, numberFrom) {
  return answer.sections.map((section, i) => {
    const at = section - c.first[answer.page];
    const { id, heading } = head.sections[at];
    const url = new URL(head.path.slice(1), root);
    if (id) url.hash = id;
    const hit = element("a", { role: "option", class: i === 0 ? "hit" : "hit hit-more", id: `search-hit-${numberFrom + i}`, href: url.href, tabindex: "-1", "aria-selected": "false" });
    if (i === 0) hit.append(top(c, answer, head, wordOf));
    if (heading) hit.append(element("span", { class: "hit-heading" }, ...pieces(marked(heading, wordOf))));
    const text = element("span", { class: "hit-text" });
    hit.append(text);
    return { hit, text, section };
  });
}

function top(c, answer, head, wordOf) {
  const line = element("span", { class: "hit-top" });
  if (head.id) line.append(element("span", { class: "hit-id" }, ...pieces(marked(head.id, wordOf))), " ");
  line.append(element("span", { class: "hit-title" }, ...pieces(marked(head.title, wordOf))));
  const value = (f) => c.facets[f].names[c.facets[f].of[answer.page][0]];
  const status = value("status");
  if (status) line.append(" ", element("span", { class: `status ${answer.old ? "superseded" : status.replace(/[^a-z]/g, "")}` }, status));
  else if (value("kind") && value("kind") !== head.title) line.append(" ", element("span", { class: "hit-kind" }, value("kind")));
  // A tag is seen nowhere else among the results.
  for (const t of c.facets.tag.of[answer.page]) {
    const tag = marked(c.facets.tag.names[t], wordOf);
    if (tag.some((p) => p.mark)) line.append(" ", element("span", { class: "hit-kind" }, "Tag: ", ...pieces(tag)));
  }
  return line;
}

export function fill(hit, text, wordOf) {
  hit.text.replaceChildren(...pieces(excerpt(text, wordOf)));
}
