// A link to a passage stands in the margin of the one under the pointer, or of the one
// in which something has the focus: one link for the whole page, so that readers of the
// markup and of screens meet none. Used, it puts the address in the clipboard.

const passages = ".prose :is(p, li, dt, dd, figure)[data-b][id]";

let link;

function make() {
  link = document.createElement("a");
  link.className = "permalink passage-link";
  link.setAttribute("aria-label", "Copy a link to this passage");
  link.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.href); // the browser goes there too
      link.dataset.said = "Copied";
    } catch {
      link.dataset.said = "In the address bar";
    }
    setTimeout(() => { delete link.dataset.said; }, 2000);
  });
}

function show(event) {
  const passage = event.target.closest?.(passages);
  if (!passage || passage.closest(".review") || link?.parentElement === passage) return;
  if (!link) make();
  link.href = "#" + passage.id;
  passage.append(link);
}

export function passageLink() {
  document.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") show(event); });
  document.addEventListener("focusin", show);
}
