// Comments that were written and not sent.
import { fail, send } from "./api.js";
import { isKept, store } from "./kept.js";
import { page } from "./page.js";

// changed tells whoever lists drafts that there are others.
export const changed = new EventTarget();
const tell = () => changed.dispatchEvent(new Event("change"));

export const drafts = () => store.get("drafts") ?? [];

export function saveDraft(draft) {
  const others = drafts().filter((d) => d.id !== draft.id);
  store.set("drafts", draft.body.trim() || draft.suggestion !== undefined ? [...others, draft] : others);
  tell();
}

export function removeDraft(id) {
  store.set("drafts", drafts().filter((d) => d.id !== id));
  tell();
}

export async function sendDraft(draft) {
  const anchor = { quote: draft.quote ?? "", prefix: draft.prefix ?? "", suffix: draft.suffix ?? "", revision: draft.revision };
  if (draft.block !== undefined && draft.block !== null) anchor.block = draft.block;
  await send(`/api/reviews/${page}/threads`, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: draft.id, body: draft.body, intent: draft.intent, anchor, ...(draft.suggestion === undefined ? {} : { suggestion: draft.suggestion }) }),
  });
  removeDraft(draft.id);
}

// sendDrafts sends all of them before a verdict; the first refusal stops it.
export async function sendDrafts(form) {
  for (const draft of drafts()) {
    try {
      await sendDraft(draft);
    } catch (error) {
      fail(form, error);
      return false;
    }
  }
  return true;
}

// Another tab has written, sent or discarded one.
addEventListener("storage", (event) => { if (page && isKept(event, "drafts")) tell(); });
