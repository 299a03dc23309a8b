import { element } from "./element.js";
import { facetNames } from "./catalogue.js";

const labels = { kind: "Kind", status: "Status", series: "Series", year: "Date", tag: "Tag", decider: "Decided by" };
const mostShown = 4;

// choices draws the values by which results are narrowed down: a button each, pressed
// if it is chosen. Whoever is on a button stays on it.
export class Choices {
  constructor(toggle) {
    this.toggle = toggle;
    this.unfolded = new Set();
    this.element = element("div", { class: "search-facets", role: "group", "aria-label": "Narrow down", hidden: true });
  }

  show(counts, chosen) {
    this.last = [counts, chosen];
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const groups = [];
    for (const f of facetNames) {
      const values = counts[f] ?? [];
      if (values.length < 2 && !chosen[f]?.length) continue;
      groups.push(this.group(f, values, chosen[f] ?? []));
    }
    this.element.hidden = groups.length === 0;
    this.element.replaceChildren(...groups);
    if (focused) this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  group(f, values, chosen) {
    const group = element("div", { class: "facet", role: "group", "aria-label": labels[f] }, element("span", { class: "facet-name", "aria-hidden": "true" }, labels[f]));
    const all = this.unfolded.has(f);
    const shown = values.filter((v, i) => all || i < mostShown || values.length <= mostShown + 1 || chosen.includes(v.name));
    for (const v of shown) {
      group.append(element("button", {
        type: "button", class: "facet-value", "data-key": `${f}=${v.name}`, "aria-pressed": String(chosen.includes(v.name)),
        onclick: () => this.toggle(f, v.name),
      }, v.name, " ", element("small", {}, String(v.count))));
    }
    if (all || shown.length < values.length) {
      group.append(element("button", {
        type: "button", class: "facet-fold", "data-key": `${f}…`, "aria-expanded": String(all),
        onclick: () => {
          if (!this.unfolded.delete(f)) this.unfolded.add(f);
          this.show(...this.last);
        },
      }, all ? "fewer" : `${values.length - shown.length} more`));
    }
    return group;
  }
}
