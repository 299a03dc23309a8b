// What is new since the last visit. The browser keeps two times of the site's newest
// change: that of the visit before, and that of this one. A visit ends when nothing was
// opened for half an hour, so a reader who goes from page to page keeps the marks. At the
// first visit nothing is new. No server hears of any of it.

const pause = 30 * 60 * 1000;

// A host may hold several sites: each keeps its own times, by where its list of changes is.
function times(link) {
  const key = "visit " + new URL(link.href).pathname;
  const changed = Number(link.dataset.newest);
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch { /* private mode, or somebody else's words */ }
  if (!Number.isFinite(kept?.seen) || !Number.isFinite(kept?.at)) kept = null;
  const now = Date.now();
  const visit = { before: kept?.before ?? null, since: kept?.since ?? null, seen: changed, at: now };
  if (kept && (now - kept.at > pause || now < kept.at)) [visit.before, visit.since] = [kept.seen, kept.at];
  if (kept) visit.seen = Math.max(changed, kept.seen);
  try {
    localStorage.setItem(key, JSON.stringify(visit));
  } catch {
    return null;
  }
  return visit;
}

function mark(element) {
  element.classList.add("unseen");
  const word = document.createElement("span");
  word.className = "new-mark";
  word.textContent = "new to you";
  (element.querySelector(".title") ?? element.querySelector(".what, td") ?? element).after(" ", word);
}

export function sinceLastVisit() {
  const link = document.querySelector("a[data-newest]");
  if (!link) return;
  const visit = times(link);
  if (!Number.isFinite(visit?.before)) return;
  let found = 0;
  for (const element of document.querySelectorAll("[data-changed]")) {
    if (Number(element.dataset.changed) <= visit.before) continue;
    found++;
    if (!element.querySelector(".new-mark")) mark(element);
  }
  const said = document.querySelector("[data-visit]");
  if (!said) return;
  const day = new Date(visit.since).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  said.textContent = found === 0 ? `Nothing has changed since your last visit on ${day}.` : `${found === 1 ? "One entry is" : found + " entries are"} new since your last visit on ${day}.`;
  said.hidden = false;
}
