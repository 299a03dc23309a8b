// Comforts of reading: what is new, when it was in the reader's time, and quoting.
import { store } from "./kept.js";
import { $, $$, region } from "./page.js";

export function unread() {
  const seen = store.get("seen");
  const newest = Number(region.dataset.asOf);
  if (seen !== null) for (const c of $$(".comment:not([data-mine])", region)) if (Number(c.dataset.n) > seen) c.classList.add("unread");
  setTimeout(() => { if (!document.hidden) store.set("seen", Math.max(newest, store.get("seen") ?? 0)); }, 4000);
}

export function comforts() {
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
