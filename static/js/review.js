// Reviews beside the text. The server has rendered every thread and every form; this
// puts threads beside their passages, lets a reader comment on a selection, keeps what
// is typed, and shows what others write as they write it.
//
// Nothing that came from other people is ever parsed here except the server's own
// fragments of the page. Everything typed is kept in this browser until the server has
// answered that it has it.
import { readyBar, tellPlace } from "./review/bar.js";
import { activate, arrange, show } from "./review/cards.js";
import { listDrafts } from "./review/draftlist.js";
import { submitForm } from "./review/forms.js";
import { keep, restore } from "./review/kept.js";
import { forget, keys } from "./review/keys.js";
import { follow, unfollow } from "./review/live.js";
import { offer } from "./review/offer.js";
import { $, $$, enter, ours, region, whenEntered, wide } from "./review/page.js";
import { comforts, unread } from "./review/reading.js";
import { selected } from "./review/selection.js";

function begin() {
  restore(ours("form[data-keep]"));
  comforts();
  readyBar();
  listDrafts();
  unread();
  // A form that was prefilled for a passage asks for its own words only.
  for (const form of $$("form[data-relink]", region)) {
    form.addEventListener("focusin", () => {
      const about = selected();
      if (about && !form.elements.quote.value) form.elements.quote.value = about.quote;
    }, { once: true });
  }
}

function start() {
  const found = document.getElementById("review");
  if (!found) { unfollow(); enter(null); document.body.classList.remove("beside"); return; }
  forget();
  enter(found, document.getElementById("review-bar"));
  arrange();
  follow();
  named(false);
}

// named shows the thread that the address names.
function named(focus) {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const thread = target?.closest?.(".thread");
  if (thread && region) show(thread, focus);
}

whenEntered(begin);
document.addEventListener("keydown", keys);
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-review-form]");
  if (!form) return;
  event.preventDefault();
  submitForm(form, event.submitter);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) keep(form);
  if (event.target.closest(".placed")) arrange();
});
// A card over the text is put away by a touch beside it.
document.addEventListener("click", (event) => {
  if (region && !wide.matches && !event.target.closest(".placed, .review, .review-bar, .review-marks, .review-selection") && $(".below .thread.active")) activate(null);
});
document.addEventListener("focusin", (event) => {
  if (!region) return;
  const thread = event.target.closest(".threads.open .thread");
  if (thread && !thread.classList.contains("active")) activate(thread);
  else if (event.target.closest(".composer")) activate(null);
  tellPlace();
});
let asked;
document.addEventListener("selectionchange", () => { clearTimeout(asked); asked = setTimeout(() => region && offer(), 150); });
addEventListener("hashchange", () => named(true));
wide.addEventListener("change", () => region && arrange());
let resized;
new ResizeObserver(() => { clearTimeout(resized); resized = setTimeout(() => region && arrange(), 80); }).observe(document.body);
document.fonts?.ready.then(() => region && arrange());
document.addEventListener("lockstep:swapped", start);
document.addEventListener("toggle", (event) => { if (region?.contains(event.target)) arrange(); }, true);
start();
