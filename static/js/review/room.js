// Room between the blocks of a text, for what is written on a narrow screen.

const made = [];
const space = 10;

// makeRoom takes back all room and makes room for items, each below its block. It gives
// for each a function that says where it goes, in the window, once all room is there.
export function makeRoom(items) {
  for (const host of made.splice(0)) host.style.marginBottom = "";
  const places = new Map();
  for (const [host, group] of Map.groupBy(items, (item) => hostOf(item.block))) {
    const margin = parseFloat(getComputedStyle(host).marginBottom) || 0;
    let sum = 0;
    for (const item of group) {
      const offset = sum + space;
      places.set(item, () => host.getBoundingClientRect().bottom + offset);
      sum += item.element.offsetHeight + space;
    }
    host.style.marginBottom = `${sum + Math.max(margin, space)}px`;
    made.push(host);
  }
  return places;
}

// hostOf is what can have room below it: a row of a table cannot, and its table can.
function hostOf(block) {
  const table = block.closest("table");
  if (!table) return block.closest("figure") ?? block;
  return table.parentElement.matches(".prose, section, li, blockquote") ? table : table.parentElement;
}
