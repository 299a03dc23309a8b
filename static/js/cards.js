// A number or an identifier opens a card where it stands, with
// what the page behind the link says about it. A second click, or one with a key
// held, follows the link, as do all clicks when that page cannot be fetched.

const cards = "a.number, a.ref";
const pages = new Map(); // address without fragment -> promise of its document

let card, opener, again;

function page(address) {
  if (!pages.has(address)) {
    const fetching = fetch(address).then(async (response) => {
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      return new DOMParser().parseFromString(await response.text(), "text/html");
    });
    fetching.catch(() => pages.delete(address));
    pages.set(address, fetching);
  }
  return pages.get(address);
}

// Copies what a link points at: a row of a table with its column names, a heading
// with what stands below it, or the head of a whole page.
function excerpt(doc, id) {
  const target = id && doc.getElementById(id);
  if (!target) return head(doc);
  const row = target.closest("tr");
  if (row) return fromRow(doc, row);
  if (/^H[2-6]$/.test(target.tagName)) return fromHeading(target);
  return [target.cloneNode(true)];
}

function head(doc) {
  const parts = [...doc.querySelectorAll("main h1, main .page-head .facts, main .page-head .summary")].map((e) => e.cloneNode(true));
  const first = doc.querySelector("main .prose > p");
  if (first) parts.push(first.cloneNode(true));
  return parts;
}

function fromRow(doc, row) {
  const columns = [...(row.closest("table").tHead?.rows[0]?.cells ?? [])].map((c) => c.textContent);
  const list = document.createElement("dl");
  [...row.cells].forEach((cell, i) => {
    const term = document.createElement("dt"), text = document.createElement("dd");
    term.textContent = columns[i] ?? "";
    text.append(...cell.cloneNode(true).childNodes);
    list.append(term, text);
  });
  // Commit, machine, seed and date stand above the values of an experiment.
  const run = [...doc.querySelectorAll("main dl.run")].filter((r) => row.id.startsWith("evidence.") && r.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
  return run ? [list, run.cloneNode(true)] : [list];
}

const longest = 12; // elements below a heading

function fromHeading(heading) {
  const parts = [heading.cloneNode(true)];
  for (let e = heading.nextElementSibling; e && !/^H[1-6]$/.test(e.tagName) && parts.length < longest; e = e.nextElementSibling) {
    parts.push(e.cloneNode(true));
  }
  return parts;
}

function fill(link, parts, address) {
  const body = card.querySelector(".card-body");
  body.replaceChildren(...parts);
  body.querySelectorAll(".permalink, .copy, details, svg").forEach((e) => e.remove());
  body.querySelectorAll("*").forEach((e) => {
    e.removeAttribute("id");
    for (const name of ["href", "src"]) {
      if (e.hasAttribute(name)) e.setAttribute(name, new URL(e.getAttribute(name), address).href);
    }
  });
  card.querySelector(".card-open").href = link.href;
  card.setAttribute("aria-label", `About ${link.textContent}`);
}

// Below the link, or above it where there is more room, and never past an edge.
// On a phone the stylesheet puts the card at the lower edge instead.
function place(link) {
  const at = link.getBoundingClientRect(), own = card.getBoundingClientRect(), gap = 8;
  const below = innerHeight - at.bottom >= own.height + gap || at.top < innerHeight - at.bottom;
  card.style.left = `${Math.max(gap, Math.min(at.left, document.documentElement.clientWidth - own.width - gap))}px`;
  card.style.top = `${Math.max(gap, below ? at.bottom + gap : at.top - own.height - gap)}px`;
}

function make() {
  const aside = document.createElement("aside");
  aside.className = "card";
  aside.popover = "auto";
  aside.tabIndex = -1;
  aside.setAttribute("role", "dialog");
  aside.innerHTML = `<div class="card-body" tabindex="0" role="region" aria-label="Excerpt"></div><p class="card-foot"><a class="card-open">Open the page</a></p>`;
  document.body.append(aside);
  return aside;
}

async function open(link) {
  const address = new URL(link.href);
  const id = decodeURIComponent(address.hash.slice(1));
  address.hash = "";
  let doc;
  try {
    doc = address.href === location.href.split("#")[0] ? document : await page(address.href);
  } catch {
    location.assign(link.href);
    return;
  }
  card ??= make();
  fill(link, excerpt(doc, id), address);
  opener = link;
  card.showPopover();
  place(link);
  card.focus({ preventScroll: true });
}

// The card closes between the press and the click, so that a second click on its
// link is known by its press.
document.addEventListener("pointerdown", (event) => {
  again = card?.matches(":popover-open") && event.target.closest?.(cards) === opener ? opener : undefined;
});

document.addEventListener("keydown", () => { again = undefined; });

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(cards);
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!HTMLElement.prototype.showPopover || new URL(link.href).origin !== location.origin) return;
  if (link.closest(".card") || link === again) return;
  event.preventDefault();
  open(link);
});
