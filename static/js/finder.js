// The way into the search: the button in the header, "/" and Ctrl-K. What searches is
// loaded when somebody is about to.
const link = document.querySelector("[data-search]");
if (link && "DecompressionStream" in window && "HTMLDialogElement" in window) {
  let loading;
  const load = () => {
    loading ??= import(new URL(link.dataset.search, document.baseURI)).then((m) => m.prepare(link));
    loading.catch(() => { loading = undefined; });
    return loading;
  };
  // Where the script cannot be had, the page of the search says what else there is.
  const open = () => load().then((search) => search.open(), () => { location.href = link.href; });

  link.setAttribute("role", "button");
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") { event.preventDefault(); open(); }
  });
  for (const kind of ["pointerenter", "focus"]) link.addEventListener(kind, () => load().catch(() => {}), { once: true });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!chord && !slash) return;
    event.preventDefault();
    open();
  });

  if (document.querySelector("[data-search-page]")) load().catch(() => {});
}
