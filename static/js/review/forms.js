// The forms that the server has rendered, sent without leaving the page.
import { fail, send } from "./api.js";
import { activate, show } from "./cards.js";
import { sendDrafts } from "./drafts.js";
import { store } from "./kept.js";
import { refresh } from "./live.js";
import { $, blocks, say } from "./page.js";

// confirmed says whether the last approval that is needed was typed.
function confirmed(form, submitter) {
  const field = form.elements.confirm;
  if (!field || submitter?.value !== "approve" || field.value.trim().toLowerCase() === "approve") return true;
  fail(form, new Error("Yours is the last approval that is needed: type “approve” to give it."));
  field.focus();
  return false;
}

export async function submitForm(form, submitter) {
  const verdict = form.closest("[data-verdict]");
  if (form.dataset.sending || !confirmed(form, submitter)) return;
  form.dataset.sending = "true";
  const card = form.closest(".thread");
  try {
    const data = new URLSearchParams(new FormData(form, submitter));
    if (verdict && !(await sendDrafts(form))) return;
    const done = await send(form.getAttribute("action"), { method: "POST", body: data });
    $(".review-error", form)?.remove();
    if (form.dataset.keep) store.set(form.dataset.keep, null);
    form.reset();
    if (form.elements.id) form.elements.id.value = crypto.randomUUID();
    for (let details = form.closest("details:not(.suggestion)"); details; details = null) details.open = false;
    if (verdict) verdict.hidePopover();
    await refresh();
    say("Sent.");
    arrive(done.fragment, card);
  } catch (error) {
    fail(form, error);
  } finally {
    delete form.dataset.sending;
  }
}

// arrive shows what came of a form. Who answered in a thread stays where they read;
// who ended one goes back to its words.
function arrive(fragment, card) {
  const thread = fragment && document.getElementById(fragment)?.closest(".thread");
  if (!thread) return;
  if (thread.dataset.status === "open") { show(thread, true, { still: Boolean(card) }); return; }
  activate(null);
  const block = blocks.get(Number(card?.dataset.block));
  if (!block) return;
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
}
