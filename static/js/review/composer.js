// The form for a new comment.
import { fail, send } from "./api.js";
import { show } from "./cards.js";
import { removeDraft, saveDraft, sendDraft } from "./drafts.js";
import { refresh } from "./live.js";
import { $, $$, blocks, page, region, say } from "./page.js";

// compose opens a form for a passage or a block. What is typed in it is kept
// under the passage, so that a reload brings it back.
export function compose(about, kept) {
  closeComposer();
  $(".review-selection")?.remove();
  const dialog = document.createElement("div");
  dialog.className = "composer review";
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-labelledby", "composer-title");
  const form = document.createElement("form");
  const draft = kept ?? { id: crypto.randomUUID(), ...about, element: undefined, range: undefined, body: "", intent: "comment", revision: region.dataset.revision };
  const title = document.createElement("h2");
  title.id = "composer-title";
  title.textContent = draft.quote ? "Comment on the passage" : "Comment on the block";
  form.append(title);
  if (draft.quote || draft.beginning) {
    const quote = document.createElement("blockquote");
    quote.className = "quote";
    quote.textContent = draft.quote || draft.beginning;
    form.append(quote);
  }
  if (about?.cut) {
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.textContent = "The selection went beyond its paragraph; the comment is about the part within it.";
    form.append(hint);
  }
  const intents = $("template.review-intents", region)?.content ?? null;
  const fieldset = ($(".compose .intents", region) ?? intents?.firstElementChild)?.cloneNode(true);
  if (fieldset) {
    form.append(fieldset);
    for (const radio of $$("input", fieldset)) radio.checked = radio.value === draft.intent;
  }
  const label = document.createElement("label");
  label.textContent = "Comment, in Markdown";
  const area = document.createElement("textarea");
  area.name = "body";
  area.rows = 5;
  area.required = true;
  area.maxLength = 16000;
  area.value = draft.body;
  label.append(area);
  const preview = document.createElement("div");
  preview.className = "preview comment-body";
  preview.hidden = true;
  const row = document.createElement("div");
  row.className = "row";
  const button = (text, type, quiet) => {
    const b = document.createElement("button");
    b.type = type;
    b.textContent = text;
    if (quiet) b.className = "quiet";
    row.append(b);
    return b;
  };
  button("Comment now", "submit");
  const later = button("Keep as draft", "button", true);
  const look = button("Preview", "button", true);
  const suggest = button("Suggest an edit", "button", true);
  const drop = button("Discard", "button", true);
  form.append(label, preview, row);
  const proposing = (source) => {
    suggest.hidden = true;
    const proposal = document.createElement("label");
    proposal.textContent = "Its source in Markdown, as you would have it";
    const text = document.createElement("textarea");
    text.name = "suggestion";
    text.value = source;
    proposal.append(text);
    label.after(proposal);
    return text;
  };
  if (draft.suggestion !== undefined) proposing(draft.suggestion);
  suggest.addEventListener("click", async () => {
    try {
      const block = await send(`/api/reviews/${page}/blocks/${draft.block}`, {});
      proposing(block.source).focus();
    } catch (error) { fail(form, error); }
  });
  dialog.append(form);
  document.body.append(dialog);
  const keep = () => {
    draft.body = area.value;
    draft.intent = new FormData(form).get("intent") ?? "comment";
    if (form.elements.suggestion) draft.suggestion = form.elements.suggestion.value;
    saveDraft(draft);
  };
  form.addEventListener("input", keep);
  later.addEventListener("click", () => { keep(); closeComposer(); say("Kept as a draft."); });
  drop.addEventListener("click", () => { removeDraft(draft.id); closeComposer(); });
  look.addEventListener("click", async () => {
    preview.hidden = !preview.hidden;
    look.textContent = preview.hidden ? "Preview" : "Hide the preview";
    if (preview.hidden) return;
    try {
      const answer = await fetch("/reviews/preview", { method: "POST", body: new URLSearchParams({ body: area.value }) });
      const parsed = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      preview.replaceChildren(...parsed.body.childNodes);
    } catch { preview.textContent = "No answer."; }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); later.click(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    keep();
    const now = $("button[type=submit]", form);
    if (now.disabled) return;
    now.disabled = true;
    try {
      await sendDraft(draft);
      closeComposer();
      await refresh();
      const thread = document.getElementById("t-" + draft.id);
      if (thread) show(thread, true);
      say("Sent.");
    } catch (error) {
      fail(form, error);
      now.disabled = false;
    }
  });
  dialog.back = document.activeElement;
  const painted = about?.element ?? blocks.get(Number(draft.block));
  painted?.classList.add("review-target");
  area.focus();
}

export function closeComposer() {
  const dialog = $(".composer");
  if (!dialog) return;
  dialog.remove();
  $$(".review-target").forEach((b) => b.classList.remove("review-target"));
  dialog.back?.focus?.();
}
