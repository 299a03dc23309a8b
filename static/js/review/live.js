// What others write, as they write it.
import { arrange } from "./cards.js";
import { subscribe } from "../stream.js";
import { $, $$, blocks, enter, page, region, say } from "./page.js";
import { openSheet } from "./sheet.js";

let unfollow;

export function follow() {
  leave();
  if (!region.hasAttribute("data-live")) return;
  let waiting = false;
  unfollow = subscribe(region.dataset.topic, Number(region.dataset.asOf), {
    event(_name, _data, number) {
      if (number <= Number(region.dataset.asOf) || waiting) return;
      waiting = true;
      setTimeout(async () => { waiting = false; if (number > Number(region.dataset.asOf)) await refresh(); }, 60);
    },
    end({ status, detail }) {
      if (status !== 503) stop(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`);
    },
  });
}

// stop says above the review that it is not live any more. What is typed is kept.
function stop(why) {
  const again = Object.assign(document.createElement("a"), { href: location.pathname, textContent: "Load the page again" });
  const notice = Object.assign(document.createElement("p"), { className: "review-error", role: "alert" });
  notice.append(`${why} What others write does not appear here any more. `, again, ".");
  region.prepend(notice);
}

// refresh fetches the region and puts it in the place of the old one. What is
// typed, what is open and where the reader is stay.
let refreshing = Promise.resolve();
export function refresh() {
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
    enter(next);
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

// leave ends the stream: the page has no review any more.
export function leave() {
  unfollow?.();
  unfollow = null;
}
