import { element } from "./element.js";
import { toAddress } from "./address.js";

// dialogOf puts the panel into a dialog over the page. The dialog keeps the focus
// inside, and gives it back where it was.
export function dialogOf(panel, link) {
  const page = element("a", { href: panel.links.page }, "Open as a page");
  const close = element("button", { type: "button", class: "header-button", onclick: () => dialog.close() }, "Close");
  panel.form.append(close);
  const foot = element("p", { class: "search-foot" },
    element("span", { class: "search-keys", "aria-hidden": "true" }, element("kbd", {}, "↑"), element("kbd", {}, "↓"), " choose ", element("kbd", {}, "Enter"), " open ", element("kbd", {}, "Esc"), " close"),
    page);
  const dialog = element("dialog", { class: "search-dialog", "aria-label": "Search" }, panel.element, foot);
  panel.selects = true;
  panel.changed = (state) => { page.href = panel.links.page + toAddress(state); };
  document.body.append(dialog);

  let before;
  dialog.addEventListener("close", () => {
    document.documentElement.classList.remove("searching");
    (before?.isConnected ? before : link).focus();
  });
  // A click beside the dialog closes it, and so does following a result to this page.
  dialog.addEventListener("click", (event) => {
    const a = event.target.closest("a");
    const stays = a && new URL(a.href).pathname === location.pathname && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (event.target === dialog || stays) dialog.close();
  });

  return {
    open() {
      if (dialog.open) return;
      before = document.activeElement;
      document.documentElement.classList.add("searching");
      dialog.showModal();
      panel.input.focus();
      panel.input.select();
      panel.answer();
    },
  };
}
