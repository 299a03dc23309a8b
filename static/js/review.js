// Reviews beside the text. The server has rendered every thread and every form;
// this puts threads beside their passages, lets a reader comment on a selection,
// keeps what is typed, and shows what others write as they write it.
//
// Nothing that came from other people is ever parsed here except the server's own
// fragment of the page. Everything typed is kept in this browser until the server
// has answered that it has it.

const wide = matchMedia("(min-width: 75rem)");
const highlights = { "": new Set(), "-blocking": new Set(), "-active": new Set() };
let main, region, page, blocks;

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- the text of a block, as the server counts it

// Parts of an element that are not its text: links to itself, notes, copy
// buttons, what a reader's scenario makes of a number, and blocks within it.
const apart = ".permalink, sup:has(> .footnote-ref), .footnote-back, .copy, .now";

// pieces lists the characters of a block, white space joined as the server joins
// it, each with where it is in the document. Offsets are code points.
function pieces(block) {
  const code = block.matches("pre");
  const out = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    if (node !== block && (node.matches(apart) || node.hasAttribute("data-b"))) return NodeFilter.FILTER_REJECT;
    return node.nodeName === "BR" ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
  });
  for (let node; (node = walker.nextNode());) {
    if (node.nodeName === "BR") { out.push({ c: " ", node, at: 0, space: true }); continue; }
    let at = 0;
    for (const c of node.data) {
      out.push({ c, node, at, space: !code && /\s/.test(c) });
      at += c.length;
    }
  }
  if (code) return out;
  const joined = [];
  for (const piece of out) {
    if (!piece.space) { joined.push(piece); continue; }
    if (joined.length > 0 && !joined.at(-1).space) joined.push({ ...piece, c: " " });
  }
  if (joined.at(-1)?.space) joined.pop();
  return joined;
}

const textOf = (list) => list.map((p) => p.c).join("").normalize("NFC");

// rangeOf is where the code points from start to end of a block are on the page.
function rangeOf(block, start, end) {
  const list = pieces(block);
  if (end <= start || end > list.length) return null;
  const range = document.createRange();
  const last = list[end - 1];
  range.setStart(list[start].node, list[start].at);
  if (last.node.nodeType === Node.TEXT_NODE) range.setEnd(last.node, last.at + last.c.length);
  else range.setEndAfter(last.node);
  return range;
}

// selected is the selection as a passage of one block, or null.
function selected() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const element = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
  const block = element.closest?.("main [data-b]");
  if (!block || block.closest(".review")) return null;
  const list = pieces(block);
  const inside = (p) => p.node.nodeType === Node.TEXT_NODE
    && range.comparePoint(p.node, p.at) >= 0 && range.comparePoint(p.node, p.at + p.c.length) <= 0;
  let start = list.findIndex(inside);
  let end = list.findLastIndex(inside) + 1;
  while (start >= 0 && start < end && list[start].space) start++;
  while (end > start && list[end - 1].space) end--;
  if (start < 0 || end <= start) return null;
  return {
    block: Number(block.dataset.b), element: block, range, cut: !block.contains(range.endContainer),
    quote: textOf(list.slice(start, end)), prefix: textOf(list.slice(Math.max(0, start - 32), start)), suffix: textOf(list.slice(end, end + 32)),
  };
}

// ---- painting

function paint() {
  for (const [suffix, ranges] of Object.entries(highlights)) {
    ranges.clear();
    if (suffix !== "-active") continue;
  }
  $$(".review-target").forEach((b) => b.classList.remove("review-target"));
  for (const thread of $$(".thread", region)) {
    const { block, start, end, status } = thread.dataset;
    const element = blocks.get(Number(block));
    if (status !== "open" || !element) continue;
    if (Number(end) > 0) {
      const range = rangeOf(element, Number(start), Number(end));
      if (range) highlights[thread.classList.contains("active") ? "-active" : thread.classList.contains("is-blocking") ? "-blocking" : ""].add(range);
    } else if (thread.classList.contains("active")) {
      element.classList.add("review-target");
    }
  }
  if (typeof Highlight === "undefined") return;
  for (const [suffix, ranges] of Object.entries(highlights)) CSS.highlights.set("review" + suffix, new Highlight(...ranges));
}

// marks put a button beside each block that has threads.
function marks() {
  $(".review-marks")?.remove();
  const article = $("main > article");
  if (!article) return;
  article.style.position = "relative";
  const box = document.createElement("div");
  box.className = "review-marks";
  const byBlock = Map.groupBy($$(".threads.open .thread", region).filter((t) => blocks.has(Number(t.dataset.block))), (t) => Number(t.dataset.block));
  const frame = article.getBoundingClientRect();
  for (const [n, threads] of byBlock) {
    const element = blocks.get(n);
    const at = element.getBoundingClientRect();
    if (at.height === 0) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = String(threads.length);
    button.setAttribute("aria-label", threads.length === 1 ? "1 thread here" : `${threads.length} threads here`);
    if (threads.some((t) => t.classList.contains("is-blocking"))) button.classList.add("blocking");
    button.style.top = `${at.top - frame.top}px`;
    button.style.left = `${wide.matches ? Math.min(at.right - frame.left + 6, frame.width + 4) : frame.width - 13}px`;
    button.addEventListener("click", () => show(threads[0], true, true));
    box.append(button);
  }
  article.append(box);
}

// arrange puts open threads beside their passages, none over another.
function arrange() {
  const placed = $$(".threads.open > li", region).filter((li) => blocks.has(Number($(".thread", li).dataset.block)));
  const beside = wide.matches && placed.length > 0 && !$("body.lab");
  document.body.classList.toggle("beside", beside);
  $$(".threads.open > li.placed", region).forEach((li) => { if (!beside) { li.classList.remove("placed"); li.style.top = ""; } });
  if (beside) {
    const frame = main.getBoundingClientRect().top;
    const list = placed.map((li) => {
      li.classList.add("placed");
      const thread = $(".thread", li);
      const element = blocks.get(Number(thread.dataset.block));
      const range = Number(thread.dataset.end) > 0 ? rangeOf(element, Number(thread.dataset.start), Number(thread.dataset.end)) : null;
      return { li, top: (range ?? element).getBoundingClientRect().top - frame, active: thread.classList.contains("active") };
    }).sort((a, b) => a.top - b.top);
    let bottom = 0;
    for (const item of list) {
      const top = Math.max(item.top, bottom);
      item.li.style.top = `${top}px`;
      bottom = top + item.li.offsetHeight + 12;
    }
    main.style.minHeight = `${bottom + 24}px`;
  } else {
    main.style.minHeight = "";
  }
  marks();
  paint();
}

// show leads to a thread: beside the text, or in the region below on narrow
// screens, where a link leads back.
function show(thread, focus, sheet = false) {
  $$(".thread.active").forEach((t) => t.classList.remove("active"));
  thread.classList.add("active");
  arrange();
  const element = blocks.get(Number(thread.dataset.block));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  closeSheet();
  if (wide.matches && element) element.scrollIntoView({ block: "center", behavior: still });
  else if (element && sheet) openSheet(thread, element);
  else thread.scrollIntoView({ block: "center", behavior: still });
  if (focus) thread.focus({ preventScroll: true });
}

// openSheet brings a thread up from the bottom of a narrow screen, below the
// passage that it is about.
function openSheet(thread, element) {
  const li = thread.parentElement;
  li.classList.add("sheet");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet sheet-close";
  close.textContent = "Close";
  close.addEventListener("click", () => { closeSheet(); });
  li.prepend(close);
  li.back = document.activeElement;
  element.scrollIntoView({ block: "start", behavior: "instant" });
  scrollBy(0, -90);
}

function closeSheet() {
  const li = $(".threads > li.sheet", region);
  if (!li) return;
  li.classList.remove("sheet");
  $(".sheet-close", li).remove();
  li.back?.focus?.({ preventScroll: true });
}

function say(text) {
  const status = $("[data-review-status]", region);
  if (status) status.textContent = text;
}

// ---- what is typed is kept

const keyOf = (name) => `lockstep:review:${page}:${name}`;
const store = {
  get: (name) => { try { return JSON.parse(localStorage.getItem(keyOf(name))); } catch { return null; } },
  set: (name, value) => { try { value == null ? localStorage.removeItem(keyOf(name)) : localStorage.setItem(keyOf(name), JSON.stringify(value)); } catch { /* a full or forbidden store */ } },
};

function restore(root) {
  for (const form of $$("form[data-keep]", root)) {
    const text = store.get(form.dataset.keep);
    if (text && form.elements.body && !form.elements.body.value) {
      form.elements.body.value = text;
      const details = form.closest("details");
      if (details) details.open = true;
    }
  }
}

// ---- sending

// send posts a form or a message. A refusal keeps everything; without an answer
// nobody knows whether it arrived, and the same id makes a second try safe.
async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { accept: "application/json", ...options.headers } });
  } catch {
    throw new Error("No answer. What you wrote is kept; it can be sent again safely.");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const error = new Error(body.detail ? body.detail[0].toUpperCase() + body.detail.slice(1) + "." : `Refused (${answer.status}).`);
    error.status = answer.status;
    throw error;
  }
  return body;
}

function fail(form, error) {
  let box = $(".review-error", form);
  if (!box) {
    box = document.createElement("p");
    box.className = "review-error";
    box.setAttribute("role", "alert");
    form.append(box);
  }
  box.textContent = error.message + (error.status ? " Nothing was lost." : "");
}

async function submitForm(form) {
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

// ---- the composer

// compose opens a form for a passage or a block. What is typed in it is kept
// under the passage, so that a reload brings it back.
function compose(about, kept) {
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

function closeComposer() {
  const dialog = $(".composer");
  if (!dialog) return;
  dialog.remove();
  $$(".review-target").forEach((b) => b.classList.remove("review-target"));
  dialog.back?.focus?.();
}

const drafts = () => store.get("drafts") ?? [];

function saveDraft(draft) {
  const others = drafts().filter((d) => d.id !== draft.id);
  store.set("drafts", draft.body.trim() ? [...others, draft] : others);
  listDrafts();
}

function removeDraft(id) {
  store.set("drafts", drafts().filter((d) => d.id !== id));
  listDrafts();
}

async function sendDraft(draft) {
  const anchor = { quote: draft.quote ?? "", prefix: draft.prefix ?? "", suffix: draft.suffix ?? "", revision: draft.revision };
  if (draft.block !== undefined && draft.block !== null) anchor.block = draft.block;
  await send(`/api/reviews/${page}/threads`, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: draft.id, body: draft.body, intent: draft.intent, anchor, ...(draft.suggestion === undefined ? {} : { suggestion: draft.suggestion }) }),
  });
  removeDraft(draft.id);
}

// sendDrafts sends all of them before a verdict; the first refusal stops it.
async function sendDrafts(form) {
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

function listDrafts() {
  const box = $("[data-drafts]", region);
  if (!box) return;
  const list = drafts();
  box.replaceChildren();
  if (list.length === 0) return;
  const title = document.createElement("p");
  title.textContent = list.length === 1 ? "One draft goes with it:" : `${list.length} drafts go with it:`;
  const ul = document.createElement("ul");
  for (const draft of list) {
    const li = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = draft.body.length > 80 ? draft.body.slice(0, 80) + "…" : draft.body;
    const open = document.createElement("button");
    open.type = "button";
    open.className = "quiet";
    open.textContent = "Open";
    open.addEventListener("click", () => compose(null, draft));
    li.append(text, open);
    ul.append(li);
  }
  box.append(title, ul);
}

// ---- selecting

function offer() {
  $(".review-selection")?.remove();
  if (!region.hasAttribute("data-live") || !$(".compose", region)) return;
  const about = selected();
  if (!about || about.quote.length === 0) return;
  const box = document.createElement("div");
  box.className = "review-selection";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Comment";
  // The selection must survive the press.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => compose(about));
  const at = about.range.getBoundingClientRect();
  box.style.top = `${scrollY + at.bottom + 8}px`;
  box.style.left = `${Math.max(8, Math.min(scrollX + at.left, innerWidth - 140))}px`;
  box.append(button);
  document.body.append(box);
}

// ---- the keyboard

let cursor = -1;

function moveCursor(step) {
  const list = [...blocks.values()].filter((b) => b.getClientRects().length > 0);
  $(".review-cursor")?.classList.remove("review-cursor");
  if (cursor < 0) cursor = list.findIndex((b) => b.getBoundingClientRect().bottom > 80) - (step > 0 ? 1 : 0);
  cursor = Math.max(0, Math.min(list.length - 1, cursor + step));
  const block = list[cursor];
  block.classList.add("review-cursor");
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
  block.scrollIntoView({ block: "nearest" });
}

function blockAtCursor() {
  return $(".review-cursor") ?? document.activeElement?.closest?.("main [data-b]");
}

function nextThread(step) {
  const list = $$(".threads.open .thread", region);
  if (list.length === 0) { say("There is no open thread."); return; }
  const at = list.findIndex((t) => t.classList.contains("active"));
  show(list[(at + step + list.length) % list.length] ?? list[0], true);
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  if (!region?.isConnected) return;
  switch (event.key) {
    case "n": nextThread(1); break;
    case "p": nextThread($(".thread.active") ? -1 : 0); break;
    case "j": moveCursor(1); break;
    case "k": moveCursor(-1); break;
    case "c": {
      if (!$(".compose", region)) return;
      const about = selected();
      const block = blockAtCursor();
      if (about) compose(about);
      else if (block) compose({ block: Number(block.dataset.b), beginning: textOf(pieces(block)).slice(0, 120), element: block });
      else { const form = $("[data-compose]", region); form.open = true; $("textarea", form).focus(); }
      break;
    }
    case "Escape": closeComposer(); closeSheet(); $(".review-cursor")?.classList.remove("review-cursor"); return;
    default: return;
  }
  event.preventDefault();
}

// ---- what others do

let source;

function follow() {
  source?.close();
  source = null;
  if (!region.hasAttribute("data-live") || document.hidden) return;
  source = new EventSource(`/api/reviews/${page}/events?after=${region.dataset.asOf}`);
  let waiting = false;
  source.addEventListener("change", (event) => {
    if (Number(event.lastEventId) <= Number(region.dataset.asOf) || waiting) return;
    waiting = true;
    setTimeout(async () => { waiting = false; if (Number(event.lastEventId) > Number(region.dataset.asOf)) await refresh(); }, 60);
  });
}

// refresh fetches the region and puts it in the place of the old one. What is
// typed, what is open and where the reader is stay.
let refreshing = Promise.resolve();
function refresh() {
  refreshing = refreshing.then(async () => {
    const answer = await fetch(`/reviews/${page}`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("review");
    if (!next) return;
    const known = new Set($$(".comment", region).map((c) => c.id));
    // What an element is called in both: its form and name, or its words within the
    // nearest thing that has an id. Positions change when comments arrive.
    const path = (e) => (e.form ? `${e.form.getAttribute("action")} ${e.name || e.type}` : `${e.closest("[id]").id} ${e.localName} ${e.textContent.trim()}`);
    const typed = new Map($$("textarea, input[type=text]", region).filter((e) => e.value !== e.defaultValue).map((e) => [path(e), e.value]));
    const opened = new Set($$("details[open]", region).map((d) => path($("summary", d))));
    const focused = region.contains(document.activeElement) && document.activeElement !== region ? document.activeElement : null;
    const focus = focused ? (focused.id ? "#" + focused.id : path(focused)) : null;
    const caret = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
    const active = $(".thread.active", region)?.id;
    const sheet = $(".threads > li.sheet .thread", region)?.id;
    document.adoptNode(next);
    region.replaceWith(next);
    begin(next);
    for (const e of $$("textarea, input[type=text]", region)) if (typed.has(path(e))) e.value = typed.get(path(e));
    for (const d of $$("details", region)) if (opened.has(path($("summary", d)))) d.open = true;
    if (active) document.getElementById(active)?.classList.add("active");
    if (sheet && document.getElementById(sheet)?.closest(".threads.open")) openSheet(document.getElementById(sheet), blocks.get(Number(document.getElementById(sheet).dataset.block)));
    if (focus) {
      const again = focus[0] === "#" ? document.getElementById(focus.slice(1)) : $$("textarea, input, select, summary, button, a", region).find((e) => path(e) === focus);
      again?.focus({ preventScroll: true });
      if (caret && again?.setSelectionRange) try { again.setSelectionRange(...caret); } catch { /* not of that kind */ }
    }
    const fresh = $$(".comment:not([data-mine])", region).filter((c) => !known.has(c.id));
    if (fresh.length > 0) say(`${fresh.length === 1 ? "A new comment" : fresh.length + " new comments"} by ${fresh.map((c) => $("strong", c).textContent).join(", ")}.`);
    arrange();
  });
  return refreshing;
}

// ---- beginning

function unread() {
  const seen = store.get("seen");
  const newest = Number(region.dataset.asOf);
  if (seen !== null) for (const c of $$(".comment:not([data-mine])", region)) if (Number(c.dataset.n) > seen) c.classList.add("unread");
  setTimeout(() => { if (!document.hidden) store.set("seen", Math.max(newest, store.get("seen") ?? 0)); }, 4000);
}

function comforts() {
  const zone = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of $$("time[datetime*=T]", region)) time.textContent = zone.format(new Date(time.dateTime));
  for (const comment of $$(".comment", region)) {
    const form = $("form.reply", comment.closest(".thread"));
    const body = $(".comment-body", comment);
    if (!form || !body) continue;
    const quote = document.createElement("button");
    quote.type = "button";
    quote.className = "quiet quote-reply";
    quote.textContent = "Quote";
    quote.setAttribute("aria-label", "Quote this comment in a reply");
    quote.addEventListener("click", () => {
      const area = form.elements.body;
      area.value += (area.value ? "\n\n" : "") + body.innerText.trim().split("\n").map((line) => "> " + line).join("\n") + "\n\n";
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    });
    $(".comment-head", comment).append(quote);
  }
}

function begin(next) {
  region = next;
  main = $("main");
  page = region.dataset.review;
  blocks = new Map($$("main [data-b]").filter((b) => !b.closest(".review")).map((b) => [Number(b.dataset.b), b]));
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
  if (!found) { source?.close(); region = null; document.body.classList.remove("beside"); return; }
  cursor = -1;
  begin(found);
  arrange();
  follow();
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const thread = target?.closest?.(".thread");
  if (thread) show(thread, false);
}

document.addEventListener("keydown", keys);
let asked;
document.addEventListener("selectionchange", () => { clearTimeout(asked); asked = setTimeout(() => region && offer(), 150); });
document.addEventListener("visibilitychange", () => { if (region) follow(); });
addEventListener("online", () => { if (region) follow(); });
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
