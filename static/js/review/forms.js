// The forms that the server has rendered, sent without leaving the page.
import { fail, send } from "./api.js";
import { show } from "./cards.js";
import { sendDrafts } from "./drafts.js";
import { store } from "./kept.js";
import { refresh } from "./live.js";
import { $, say } from "./page.js";

export async function submitForm(form) {
  const button = $("button[type=submit]", form);
  if (button.disabled) return;
  button.disabled = true;
  try {
    if (form.closest("[data-verdict]") && !(await sendDrafts(form))) return;
    if (form.hasAttribute("data-verdict-none")) return;
    const data = new URLSearchParams(new FormData(form));
    const done = await send(form.getAttribute("action"), { method: "POST", body: data });
    $(".review-error", form)?.remove();
    if (form.dataset.keep) store.set(form.dataset.keep, null);
    form.reset();
    if (form.elements.id) form.elements.id.value = crypto.randomUUID();
    const details = form.closest("details");
    if (details) details.open = false;
    await refresh();
    say("Sent.");
    if (done.fragment) {
      const target = document.getElementById(done.fragment);
      const thread = target?.closest(".thread");
      if (thread) show(thread, true);
    }
  } catch (error) {
    fail(form, error);
  } finally {
    button.disabled = false;
  }
}
