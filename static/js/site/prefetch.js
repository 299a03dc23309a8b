// A page that a reader is about to open is fetched while the pointer rests on its link:
// pages of this site only, each once and not many, and none for who saves data. All pages
// as one document are no page to fetch by the way.
const most = 20, rest = 80; // ms

export function prefetchOnHover() {
  const connection = navigator.connection;
  const seen = new Set([location.pathname]);
  let waiting;
  const fetchAhead = (url) => {
    if (connection?.saveData || /2g/.test(connection?.effectiveType ?? "") || seen.has(url.pathname) || seen.size > most) return;
    seen.add(url.pathname);
    fetch(url.pathname, { priority: "low" }).catch(() => {});
  };
  const look = (event) => {
    clearTimeout(waiting);
    const link = event.target.closest?.("a[href]");
    if (!link || link.origin !== location.origin || link.search || !link.pathname.endsWith("/") || link.matches("[download], [data-whole]")) return;
    waiting = setTimeout(() => fetchAhead(new URL(link.href)), event.type === "mouseover" ? rest : 0);
  };
  for (const kind of ["mouseover", "touchstart"]) document.addEventListener(kind, look, { passive: true });
}
