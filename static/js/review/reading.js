// Comforts of reading: what is new, when it was in the reader's time, quoting, patches,
// and a thread in a line.
import { explain } from "./api.js";
import { activate, show } from "./cards.js";
import { store } from "./kept.js";
import { $, $$, make, ours, region } from "./page.js";

export function unread() {
  const seen = store.get("seen");
  const newest = Number(region.dataset.asOf);
  if (seen !== null) for (const c of $$(".comment:not([data-mine])", region)) if (Number(c.dataset.n) > seen) c.classList.add("unread");
  setTimeout(() => { if (!document.hidden) store.set("seen", Math.max(newest, store.get("seen") ?? 0)); }, 4000);
}

export function comforts() {
  const lang = document.documentElement.lang;
  const whole = new Intl.DateTimeFormat(lang, { dateStyle: "full", timeStyle: "short" });
  const recent = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
  const old = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });
  for (const time of ours("time[datetime*=T]")) {
    const at = new Date(time.dateTime);
    time.title = whole.format(at);
    time.textContent = (Date.now() - at < 300 * 86400e3 ? recent : old).format(at);
  }
  for (const comment of $$(".comment", region)) {
    const form = $("form.reply", comment.closest(".thread"));
    const body = $(".comment-body", comment);
    if (form && body) $(".comment-head", comment).append(quoting(form, body));
  }
  for (const link of $$("a[data-patch]", region)) link.addEventListener("click", (event) => { event.preventDefault(); copy(link); });
  for (const li of $$(".threads.open > li", region)) li.prepend(brief($(".thread", li)), closing());
}

function quoting(form, body) {
  const quote = make("button", "quiet quote-reply", "Quote");
  quote.setAttribute("aria-label", "Quote this comment in a reply");
  quote.addEventListener("click", () => {
    const area = form.elements.body;
    area.value += (area.value ? "\n\n" : "") + body.innerText.trim().split("\n").map((line) => "> " + line).join("\n") + "\n\n";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
  return quote;
}

// copy puts a patch on the clipboard; where that is forbidden the link leads to it.
async function copy(link) {
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(await explain(answer));
    await navigator.clipboard.writeText(await answer.text());
    link.textContent = "Copied: git am takes it";
  } catch (error) {
    if (error instanceof DOMException) location.href = link.href;
    else link.textContent = error.message;
  }
}

// closing puts a card away that stands over the text.
function closing() {
  const button = make("button", "plain closing", "Close");
  button.addEventListener("click", () => activate(null));
  return button;
}

// brief is a thread as one line, for when others need its place.
function brief(thread) {
  const button = make("button", "brief");
  const comments = $$(".comment", thread);
  button.append(make("strong", "", $("strong", comments[0]).textContent), make("span", "", ($(".comment-body", comments[0]) ?? comments[0]).textContent.trim().slice(0, 120)));
  if (comments.length > 1) button.append(make("em", "", `+${comments.length - 1}`));
  if (thread.classList.contains("is-blocking")) button.classList.add("blocking");
  button.addEventListener("click", () => show(thread, true));
  return button;
}
