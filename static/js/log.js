// The decision log, narrowed down and sorted in place. What is chosen stands in the
// address, so that it outlives a reload, the back button finds it, and it can be shared.
// Without this script the table is whole, and its links lead to lists.

import { fromAddress, toAddress, inWords, facets } from "./log/choice.js";
import { fits, valuesOf } from "./log/rows.js";
import { sortable, sortRows } from "./log/columns.js";

let log;

function open() {
  const form = document.querySelector("[data-log-filter]");
  if (!form) { log = null; return; }
  const table = document.querySelector(".log-table");
  const said = document.querySelector("[data-log-said]");
  log = { form, table, said, rows: [...table.tBodies[0].rows], output: said.querySelector("output"), links: [...document.querySelectorAll("main [data-filter]")] };
  for (const facet of facets) {
    const select = form.elements[facet];
    if (select) offer(select, log.rows);
  }
  sortable(table, (sort) => choose({ ...log.chosen, sort }));
  form.hidden = false;
  show(fromAddress(location.search));
}

// A select offers what occurs, and is not shown where that tells no rows apart.
function offer(select, rows) {
  const counts = new Map();
  for (const row of rows) for (const value of valuesOf(row, select.name)) counts.set(value, (counts.get(value) ?? 0) + 1);
  select.replaceChildren(new Option("any", ""));
  for (const [value, n] of [...counts].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))) select.append(new Option(`${value} (${n})`, value));
  select.parentElement.hidden = counts.size < 2 && (counts.size === 0 || [...counts.values()][0] === rows.length);
}

// Show makes the page what was chosen; choose puts it into the address as well. While
// somebody types, one entry of the history takes all of it.
function show(chosen) {
  log.chosen = chosen;
  let shown = 0;
  for (const row of log.rows) {
    row.hidden = !fits(row, chosen);
    if (!row.hidden) shown++;
  }
  if (log.sorted !== chosen.sort) sortRows(log.table, log.rows, chosen.sort);
  log.sorted = chosen.sort;
  for (const control of log.form.elements) {
    const value = chosen[control.name] ?? "";
    if (control.options && ![...control.options].some((o) => o.value === value)) control.append(new Option(value, value));
    if (control.value !== value) control.value = value;
  }
  for (const link of log.links) {
    const wants = Object.fromEntries(new URLSearchParams(link.dataset.filter));
    const whole = link.dataset.filter === "";
    link.href = (whole ? "" : toAddress({ ...chosen, ...wants })) || location.pathname;
    if (!link.closest(".log-statuses")) continue;
    if (whole ? !chosen.status : wants.status === chosen.status) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const words = inWords(chosen);
  log.said.hidden = words === "";
  log.table.parentElement.hidden = shown === 0;
  log.output.textContent = words === "" ? "" : shown === 0 ? `No decision has ${words}.` : `${shown} of ${log.rows.length} decisions have ${words}.`;
}

let typing = false;
function choose(chosen, types = false) {
  const address = location.pathname + toAddress(chosen);
  if (types && typing) history.replaceState(null, "", address);
  else if (address !== location.pathname + location.search) history.pushState(null, "", address);
  typing = types;
  show(chosen);
}

document.addEventListener("input", (event) => {
  if (!log || event.target.form !== log.form) return;
  choose({ ...log.chosen, [event.target.name]: event.target.value }, event.target.name === "q");
});
document.addEventListener("submit", (event) => { if (event.target === log?.form) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("main [data-filter]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const within = log.said.contains(link);
  choose(fromAddress(new URL(link.href).search));
  if (within) log.form.querySelector("label:not([hidden]) > :is(select, input)").focus(); // the link has gone with its reason
});
addEventListener("popstate", () => { typing = false; if (log) show(fromAddress(location.search)); });
document.addEventListener("lockstep:swapped", open);
open();
