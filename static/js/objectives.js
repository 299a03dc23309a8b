// Beside a running service, the tables of its alerts say what it has counted: a column
// more, in words and with a mark, from the server's stream.
import { subscribe } from "./stream.js";

const note = "since its processes started";

// tables are those whose rows are indicators, "SLO-4, node" in their second cell.
function tables() {
  return [...document.querySelectorAll("main table")].filter((t) => t.rows[0]?.cells[1]?.textContent.trim() === "Watches");
}

function cellOf(row, tag) {
  let cell = row.querySelector("[data-now]");
  if (!cell) {
    cell = document.createElement(tag);
    cell.dataset.now = "";
    row.append(cell);
  }
  return cell;
}

function show(counts) {
  const by = new Map(counts.map((c) => [c.indicator, c]));
  for (const table of tables()) {
    for (const [n, row] of [...table.rows].entries()) {
      const cell = cellOf(row, n === 0 ? "th" : "td");
      if (n === 0) {
        cell.scope = "col";
        cell.textContent = `Beside this site, ${note}`;
        continue;
      }
      const c = by.get(row.cells[1]?.textContent.trim());
      cell.dataset.now = c?.known ? (c.holds ? "holds" : "broken") : "";
      const words = c ? `${c.known ? (c.holds ? "✓ " : "✗ ") : ""}${c.text}` : "–";
      if (cell.textContent !== words) cell.textContent = words;
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
