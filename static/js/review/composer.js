// The form for a new comment. It stands at the words that it is about; what is typed in
// it is a draft, which stays there until it is sent or discarded.
import { fail, send, explain } from "./api.js";
import { arrange, bring, show } from "./cards.js";
import { composers } from "./composers.js";
import { removeDraft, saveDraft, sendDraft } from "./drafts.js";
import { refresh } from "./live.js";
import { $, $$, make, page, region, say } from "./page.js";

// compose opens a form for a passage or a block, or for a draft, and goes to it.
export function compose(about, kept) {
  $(".review-selection")?.remove();
  for (const c of composers.values()) if (!c.draft.body.trim() && c.draft.suggestion === undefined) close(c, true);
  const draft = kept ?? { id: crypto.randomUUID(), ...about, element: undefined, range: undefined, body: "", intent: "comment", revision: region.dataset.revision };
  const c = composers.get(draft.id) ?? build(draft, about?.cut);
  c.back = document.activeElement;
  arrange();
  $("textarea", c.element).focus({ preventScroll: true });
  bring(c.passage, c.element);
}

// stand opens a form for a draft without going to it.
export function stand(draft) {
  if (!composers.has(draft.id)) build(draft);
}

function build(draft, cut) {
  const element = make("section", "composer review");
  const form = element.appendChild(document.createElement("form"));
  const c = { element, draft };
  composers.set(draft.id, c);
  element.setAttribute("aria-label", draft.quote ? "Comment on the passage" : "Comment on the block");
  if (draft.quote || draft.beginning) form.append(make("blockquote", "quote", draft.quote || draft.beginning));
  if (cut) form.append(make("p", "hint", "The selection went beyond its paragraph; the comment is about the part within it."));
  const label = make("label", "", "Comment, in Markdown");
  const area = make("textarea");
  Object.assign(area, { name: "body", rows: 3, required: true, maxLength: 16000, value: draft.body });
  label.append(area);
  const intents = $(".compose .intents", region)?.cloneNode(true);
  for (const radio of intents ? $$("input", intents) : []) {
    radio.name = "intent";
    radio.checked = radio.value === draft.intent;
  }
  const preview = make("div", "preview comment-body");
  preview.hidden = true;
  const row = make("div", "row");
  const button = (text, quiet = "quiet") => row.appendChild(make("button", quiet, text));
  button("Comment now", "").type = "submit";
  const later = button("Keep as draft");
  const look = button("Preview", "plain more");
  const suggest = button("Suggest an edit", "plain more");
  const drop = button("Discard", "plain");
  form.append(label, ...(intents ? [intents] : []), preview, row);
  const propose = (source) => {
    suggest.remove();
    const proposal = make("label", "", "Its source in Markdown, as you would have it");
    const text = make("textarea");
    Object.assign(text, { name: "suggestion", value: source });
    proposal.append(text);
    label.after(proposal);
    arrange();
    return text;
  };
  if (draft.suggestion !== undefined) propose(draft.suggestion);
  const keep = () => {
    draft.body = area.value;
    draft.intent = new FormData(form).get("intent") ?? "comment";
    if (form.elements.suggestion) draft.suggestion = form.elements.suggestion.value;
    saveDraft(draft);
  };
  suggest.addEventListener("click", async () => {
    try {
      const { source } = await send(`/api/reviews/${page}/blocks/${draft.block}`, {});
      if (!source) throw new Error("The source of this part stands elsewhere: say what to change in a comment.");
      propose(source).focus();
    } catch (error) { fail(form, error); }
  });
  form.addEventListener("input", () => { keep(); arrange(); });
  later.addEventListener("click", () => leave(c));
  drop.addEventListener("click", () => { removeDraft(draft.id); close(c); });
  look.addEventListener("click", () => toggle(preview, look, area.value));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); leave(c); }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "true";
    keep();
    try {
      await sendDraft(draft);
      close(c);
      await refresh();
      const thread = document.getElementById("t-" + draft.id);
      if (thread) show(thread, true);
      say("Sent.");
    } catch (error) {
      fail(form, error);
      arrange();
    } finally {
      delete form.dataset.sending;
    }
  });
  return c;
}

// toggle shows what the text becomes, or why the server does not say.
async function toggle(preview, button, text) {
  preview.hidden = !preview.hidden;
  button.textContent = preview.hidden ? "Preview" : "Hide the preview";
  if (!preview.hidden) {
    try {
      const answer = await fetch("/reviews/preview", { method: "POST", body: new URLSearchParams({ body: text }) });
      if (!answer.ok) throw new Error(await explain(answer));
      preview.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    } catch (error) {
      preview.replaceChildren(make("p", "review-error", error instanceof TypeError ? "No answer. What you wrote is kept." : error.message));
    }
  }
  arrange();
}

// leave goes back to the text. What is typed stays where it is; an empty form goes.
function leave(c) {
  const written = c.draft.body.trim() || c.draft.suggestion !== undefined;
  if (!written) { close(c); return; }
  back(c);
  arrange();
  say("Kept as a draft.");
}

function back(c) {
  document.activeElement?.blur();
  if (c.back?.isConnected && c.back !== document.body) c.back.focus({ preventScroll: true });
}

function close(c, silent) {
  composers.delete(c.draft.id);
  c.element.remove();
  if (silent) return;
  back(c);
  arrange();
}

// leaveAll leaves the form in which somebody writes, and closes those without a word.
export function leaveAll() {
  for (const c of [...composers.values()]) if (c.element.contains(document.activeElement) || !c.draft.body.trim()) leave(c);
}

// gone closes the form of a draft that was sent or discarded elsewhere.
export function gone(id) {
  const c = composers.get(id);
  if (c) close(c, true);
}
