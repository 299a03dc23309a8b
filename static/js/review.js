// Reviews beside the text. The server has rendered every thread and every form;
// this puts threads beside their passages, lets a reader comment on a selection,
// keeps what is typed, and shows what others write as they write it.
//
// Nothing that came from other people is ever parsed here except the server's own
// fragment of the page. Everything typed is kept in this browser until the server
// has answered that it has it.
import { arrange, show } from "./review/cards.js";
import { listDrafts } from "./review/draftlist.js";
import { submitForm } from "./review/forms.js";
import { restore, store } from "./review/kept.js";
import { forget, keys } from "./review/keys.js";
import { follow, leave } from "./review/live.js";
import { offer } from "./review/offer.js";
import { $$, enter, region, whenEntered, wide } from "./review/page.js";
import { comforts, unread } from "./review/reading.js";
import { selected } from "./review/selection.js";

function begin() {
  region.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-review-form]");
    if (!form) return;
    event.preventDefault();
    submitForm(form);
  });
  region.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) store.set(form.dataset.keep, form.elements.body.value || null);
  });
  region.addEventListener("change", (event) => {
    const { confirm, verdict } = event.target.closest("[data-verdict] form")?.elements ?? {};
    if (confirm) confirm.required = verdict.value === "approve";
  });
  region.addEventListener("focusin", (event) => {
    const thread = event.target.closest(".thread");
    if (!thread || thread.classList.contains("active")) return;
    $$(".thread.active").forEach((t) => t.classList.remove("active"));
    thread.classList.add("active");
    arrange();
  });
  // A form that was prefilled for a passage asks for its own words only.
  for (const form of $$("form[data-relink]", region)) {
    form.addEventListener("focusin", () => {
      const about = selected();
      if (about && !form.elements.quote.value) form.elements.quote.value = about.quote;
    }, { once: true });
  }
  restore(region);
  comforts();
  listDrafts();
  unread();
}

function start() {
  const found = document.getElementById("review");
  if (!found) { leave(); enter(null); document.body.classList.remove("beside"); return; }
  forget();
  enter(found);
  arrange();
  follow();
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const thread = target?.closest?.(".thread");
  if (thread) show(thread, false);
}

whenEntered(begin);
document.addEventListener("keydown", keys);
let asked;
document.addEventListener("selectionchange", () => { clearTimeout(asked); asked = setTimeout(() => region && offer(), 150); });
addEventListener("hashchange", () => {
  const thread = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest?.(".thread");
  if (thread && region) show(thread, true);
});
wide.addEventListener("change", () => region && arrange());
let resized;
new ResizeObserver(() => { clearTimeout(resized); resized = setTimeout(() => region && arrange(), 80); }).observe(document.body);
document.fonts?.ready.then(() => region && arrange());
document.addEventListener("lockstep:swapped", start);
document.addEventListener("toggle", (event) => { if (region?.contains(event.target)) arrange(); }, true);
start();
