// What others write, as they write it.
import { subscribe } from "../stream.js";
import { arrange } from "./cards.js";
import { $, $$, bar, enter, make, ours, page, region, say } from "./page.js";

let endStream = null;

export function follow() {
  unfollow();
  if (!region.hasAttribute("data-live")) return;
  let waiting = false;
  endStream = subscribe(region.dataset.topic, Number(region.dataset.asOf), {
    event(_name, _data, number) {
      if (number <= Number(region.dataset.asOf) || waiting) return;
      waiting = true;
      setTimeout(async () => { waiting = false; if (number > Number(region.dataset.asOf)) await refresh(); }, 60);
    },
    end({ status, detail }) {
      if (status !== 503) tellEnd(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`);
    },
  });
}

// tellEnd takes the place of the bar, whose buttons would be refused. What is typed is
// kept.
function tellEnd(why) {
  const notice = make("p", "review-error", `${why} What others write does not appear any more. `);
  notice.setAttribute("role", "alert");
  const again = make("a", "", "Load the page again");
  again.href = location.pathname;
  notice.append(again, ".");
  if (bar) bar.replaceChildren(notice);
  else region.prepend(notice);
}

// refresh fetches the region and the bar and puts them in the place of the old ones.
// What is typed, what is open and where the reader is stay.
let refreshing = Promise.resolve();
export function refresh() {
  refreshing = refreshing.then(async () => {
    const answer = await fetch(`/reviews/${page}`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fetched.getElementById("review");
    const nextBar = fetched.getElementById("review-bar");
    if (!next || !nextBar || !region) return;
    const known = new Set($$(".comment", region).map((c) => c.id));
    const back = remember();
    bar?.replaceWith(document.adoptNode(nextBar));
    region.replaceWith(document.adoptNode(next));
    enter(next, nextBar);
    back();
    const fresh = $$(".comment:not([data-mine])", region).filter((c) => !known.has(c.id));
    if (fresh.length > 0) say(`${fresh.length === 1 ? "A new comment" : fresh.length + " new comments"} by ${fresh.map((c) => $("strong", c).textContent).join(", ")}.`);
  });
  return refreshing;
}

// nameOf is what an element is called in the old region and in the new one: its form,
// name and, for a button, value; or its words within the nearest thing that has an id.
// Positions change when comments arrive.
function nameOf(e) {
  if (e.id) return "#" + e.id;
  if (e.form) return `${e.form.getAttribute("action")} ${e.name || e.type} ${e.type === "submit" ? e.value : ""}`;
  return `${e.closest("[id]")?.id} ${e.localName} ${e.textContent.trim()}`;
}

// remember notes the state of the review, and gives a function that brings it back.
function remember() {
  const fields = "textarea, input[type=text]";
  const typed = new Map(ours(fields).filter((e) => e.value !== e.defaultValue).map((e) => [nameOf(e), e.value]));
  const opened = new Map(ours("details").map((d) => [nameOf($("summary", d)), d.open]));
  const popovers = ours("[popover]:popover-open").map((e) => e.id);
  const active = $(".thread.active", region)?.id;
  const focused = ours(":focus")[0];
  const focus = focused && nameOf(focused);
  const caret = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  // A form for a draft that has no words on the page stands in the region.
  const kept = document.activeElement?.closest(".composer") && region.contains(document.activeElement) ? document.activeElement : null;
  return () => {
    for (const e of ours(fields)) if (typed.has(nameOf(e))) e.value = typed.get(nameOf(e));
    for (const d of ours("details")) d.open = opened.get(nameOf($("summary", d))) ?? d.open;
    for (const id of popovers) document.getElementById(id)?.showPopover();
    if (active) document.getElementById(active)?.classList.add("active");
    arrange();
    const again = kept ?? (focus && ours("textarea, input, select, summary, button, a, [tabindex]").find((e) => nameOf(e) === focus));
    again?.focus({ preventScroll: true });
    if (caret && again?.setSelectionRange) try { again.setSelectionRange(...caret); } catch { /* not of that kind */ }
  };
}

// unfollow ends the stream: the page has no review any more.
export function unfollow() {
  endStream?.();
  endStream = null;
}
