// Where cards stand beside a text. The active card stands level with its passage,
// whatever else is there, and others give way: they become one line, move as far as
// reach says, or leave their place to those that are nearer. A card that somebody
// writes in stays open.

export const gap = 10;
export const line = 38;
const reach = 260;

const height = (item) => (item.as === "full" ? item.full : line);

// column gives each item, sorted by the top of its passage, its place (at) and how it
// is shown there: full, line or away.
export function column(items) {
  const active = items.findIndex((item) => item.active);
  if (active < 0) { down(items, 0, items.length, 0); return; }
  const { top, full } = Object.assign(items[active], { at: items[active].top, as: "full" });
  down(items, 0, active, 0);
  up(items, active - 1, top - gap);
  down(items, active + 1, items.length, top + full + gap);
}

function down(items, from, to, floor) {
  for (let i = from; i < to; i++) {
    const item = items[i];
    item.at = Math.max(item.top, floor);
    const free = i + 1 === items.length || item.at + item.full + gap <= items[i + 1].top;
    item.as = item.open || (free && item.at - item.top <= 2 * line) ? "full" : "line";
    if (!item.open && item.at - item.top > reach) { item.as = "away"; continue; }
    floor = item.at + height(item) + gap;
  }
}

// up moves items above the ceiling, the nearest first.
function up(items, from, ceiling) {
  for (let i = from; i >= 0; i--) {
    const item = items[i];
    if (item.as !== "away" && item.at + height(item) <= ceiling) { ceiling = item.at - gap; continue; }
    if (!item.open) item.as = "line";
    item.at = ceiling - height(item);
    if (!item.open && (item.at < 0 || Math.abs(item.top - item.at) > reach)) { item.as = "away"; continue; }
    ceiling = item.at - gap;
  }
}
