// What many runs came to, as a page shows it: a sentence for each lane, and tables whose
// rows are bars that lead to a run.
import { lanesOf, runs, windowOf } from "./distribution.js";

const namespaces = { svg: "http://www.w3.org/2000/svg", rect: "http://www.w3.org/2000/svg" };

function make(name, attributes, ...inside) {
  const made = namespaces[name] ? document.createElementNS(namespaces[name], name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

// countedView draws the runs that have come so far. link gives the address of a run.
export function countedView(results, link) {
  const view = make("div", {});
  const judged = results.filter((run) => !run.reason);
  const not = results.filter((run) => run.reason);
  if (judged.length > 0) {
    const lanes = lanesOf(judged);
    const window = windowOf(judged);
    const sentences = make("ul", { class: "many-lanes" });
    for (const { lane, says, broken } of lanes) sentences.append(make("li", { id: `many-lane-${lane}`, "data-kept": broken.length > 0 ? "no" : "yes" }, says));
    if (window) sentences.append(make("li", { id: "many-lane-window" }, window.says));
    const tables = make("div", { class: "many-tables" });
    for (const { lane, broken } of lanes) for (const b of broken) tables.append(table(`many-${lane}-${b.name}`, lane, b, judged.length, link));
    if (window) tables.append(table("many-window", "quorum", window, judged.length, link));
    view.append(sentences, tables);
  }
  if (not.length > 0) {
    const list = make("ul", { class: "many-not" });
    for (const run of not.slice(0, 5)) list.append(make("li", {}, seedLink(run, link, ""), `: ${run.reason}`));
    view.append(make("p", { id: "many-not" }, `${runs(not.length)} could not be judged, and ${not.length === 1 ? "is" : "are"} left out above${not.length > 5 ? "; the first five" : ""}:`), list);
  }
  return view;
}

function table(id, lane, { of, rows, median, most }, count, link) {
  const body = make("tbody", {});
  const top = Math.max(...rows.map((row) => row.count));
  for (const row of rows) {
    const bar = make("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, make("rect", { width: (100 * row.count) / top, height: 10 }));
    const cell = make("td", {});
    if (row.run) cell.append(make("a", { id: `${id}-${row.from}`, href: link(row.run) }, bar, make("span", {}, make("span", { class: "visually-hidden" }, `Open one of them: `), `seed ${row.run.seed}`)));
    body.append(make("tr", {}, make("th", { scope: "row" }, row.words), make("td", {}, String(row.count)), cell));
  }
  const head = make("tr", {}, ...[of.endsWith("ms") ? "ms" : "messages", "runs", "one of them"].map((words) => make("th", { scope: "col" }, words)));
  const picked = make("p", {}, "Median ", seedLink(median.run, link, median.value, `${id}-median`), ", most ", seedLink(most.run, link, most.value, `${id}-most`), ".");
  return make("div", { class: "many-table", "data-lane": lane }, make("table", { id }, make("caption", {}, of), make("thead", {}, head), body), picked);
}

function seedLink(run, link, value, id = "") {
  return make("a", { href: link(run), ...(id && { id }) }, `${value === "" ? "" : `${value}: `}seed ${run.seed}`);
}
