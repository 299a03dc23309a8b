// Beside a running service, the tables of its alerts say what it has counted, below the
// name of each indicator, in words and with a mark, from the server's stream.
import { subscribe } from "./stream.js";

const note = "✓ and ✗ say whether what the processes beside this site have counted since they started is within the target.";

const nameOf = (row) => [...row.cells[1]?.childNodes ?? []].filter((n) => n.dataset?.now === undefined).map((n) => n.textContent).join("").trim();

// tables are those whose rows are indicators, "SLO-4, node" in their second cell.
function tables() {
  return [...document.querySelectorAll("main table")].filter((t) => nameOf(t.rows[0]) === "Watches");
}

function counted(row) {
  let said = row.querySelector("[data-now]");
  if (!said) {
    said = document.createElement("span");
    said.dataset.now = "";
    row.cells[1].append(said);
  }
  return said;
}

function show(counts) {
  const by = new Map(counts.map((c) => [c.indicator, c]));
  for (const table of tables()) {
    if (!table.caption) table.createCaption().textContent = note;
    for (const row of [...table.rows].slice(1)) {
      const c = by.get(nameOf(row));
      if (!c) continue;
      const said = counted(row);
      said.dataset.now = c.known ? (c.holds ? "holds" : "broken") : "";
      const words = `${c.known ? (c.holds ? "✓ " : "✗ ") : ""}${c.text}`;
      if (said.textContent !== words) said.textContent = words;
    }
  }
}

let last = null;
let leave = null;

function follow() {
  if (tables().length === 0) {
    leave?.();
    leave = null;
  } else if (leave) {
    if (last) show(last);
  } else {
    leave = subscribe("objectives", null, { event: (_, data) => show(last = JSON.parse(data)) });
  }
}

follow();
document.addEventListener("lockstep:swapped", follow);
