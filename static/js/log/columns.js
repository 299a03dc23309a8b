// A log is sorted by a column: its head becomes a button, and says which way it goes.

const collator = new Intl.Collator("en", { numeric: true });

export function sortable(table, choose) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.dataset.head = head.textContent.trim();
    button.addEventListener("click", () => {
      const by = head.dataset.sort;
      const next = head.getAttribute("aria-sort") === "ascending" ? "-" + by : by;
      choose(next === "record" ? "" : next);
    });
    head.replaceChildren(button);
  }
}

// Rows come in the order of their records; what a column says nothing of comes last,
// whichever way it goes.
export function sortRows(table, rows, sort = "") {
  const heads = [...table.tHead.rows[0].cells];
  const down = sort.startsWith("-");
  const column = Math.max(0, heads.findIndex((head) => head.dataset.sort === sort.replace(/^-/, "")));
  heads.forEach((head, i) => {
    if (i === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
  const valueOf = (row) => row.cells[column].dataset.value ?? row.cells[column].querySelector(".title, .status")?.textContent ?? row.cells[column].textContent.trim();
  const keyed = rows.map((row, i) => [column === 0 ? i : valueOf(row), row]);
  keyed.sort(([a], [b]) => {
    if (column === 0) return down ? b - a : a - b;
    if (a === "" || b === "") return (a === "") - (b === "");
    return down ? collator.compare(b, a) : collator.compare(a, b);
  });
  table.tBodies[0].append(...keyed.map(([, row]) => row));
}
