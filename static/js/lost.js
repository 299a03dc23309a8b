// On page 404 of a static site: the pages that may have been meant. The reckoning is that
// of site.Near, which a server uses.

const section = document.querySelector("[data-paths]");

const pairs = (text) => {
  const letters = [...text];
  return letters.slice(1).map((letter, i) => letters[i] + letter).sort();
};

const pairsOf = (path) => {
  path = path.slice(0, 200).toLowerCase().replace(/^\/+|\/+$/g, "").replace(/\/index\.html$/, "").replace(/\.html$/, "");
  return { whole: pairs(path), last: pairs(path.slice(path.lastIndexOf("/") + 1)) };
};

const dice = (a, b) => {
  if (a.length === 0 || b.length === 0) return 0;
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) { common++; i++; j++; } else if (a[i] < b[j]) i++; else j++;
  }
  return 2 * common / (a.length + b.length);
};

const alike = (a, b) => Math.max(dice(a.whole, b.whole), 0.9 * dice(a.last, b.last));

async function suggest() {
  const response = await fetch(section.dataset.paths);
  if (!response.ok) return;
  const root = section.dataset.root;
  let asked = location.pathname;
  try {
    asked = decodeURIComponent(asked);
  } catch {
    // An address with a lone % is compared as it is.
  }
  const wanted = pairsOf(asked.startsWith(root) ? asked.slice(root.length) : asked);
  const near = (await response.json())
    .map(([path, title]) => ({ path, title, score: alike(wanted, pairsOf(path)) }))
    .filter((page) => page.score >= 0.4)
    .sort((a, b) => b.score - a.score)
    .slice(0, 5);
  for (const page of near) {
    const a = document.createElement("a");
    a.href = root + page.path.slice(1).split("/").map(encodeURIComponent).join("/");
    a.textContent = page.title;
    const li = document.createElement("li");
    li.append(a);
    section.querySelector("ul").append(li);
  }
  section.hidden = near.length === 0;
}

if (section) suggest();
