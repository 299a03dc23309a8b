// The laboratory: frames come as a stream of HTML and are morphed into the page,
// so that focus, hover and selection stay where they are. The frames of the last
// minute are kept, and the axis shows one of them everywhere.
import { onClock } from "./lab-frame.js";
import { bringBefore, instantOf, marker, proofOf } from "./lab-losing.js";
import { subscribe } from "./stream.js";

const root = document.querySelector("[data-lab]");
const link = root?.querySelector("[data-lab-link]");
const answer = root?.querySelector("[data-lab-answer]");
const say = root?.querySelector("[data-lab-say]");
const hold = root?.querySelector("[data-lab-hold]");
const mark = root && marker(root);

let leave = null; // ends the stream
let held = false;
let newest = "";
let shown = ""; // what the page shows, or showed before it looked back
let drawing = false;
let announced = "";
let source = root?.dataset.events ? "server" : "none";
let status = "";

const text = (element, words) => {
  if (element && element.textContent !== words) element.textContent = words;
};

const find = (name) => root.querySelector(`[data-lab-${name}]`);

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1).replace(/\.?$/, ".");

function tell(words) {
  status = words;
  if (!past) text(link, words);
}

function morph(html) {
  window.Idiomorph.morph(document.getElementById("lab-frame"), html, {
    morphStyle: "outerHTML",
    callbacks: {
      // What the reader chose stays chosen, whatever the frame says is current. While
      // the page looks back, the axis stands still under the pointer.
      beforeNodeMorphed: (old) => !(old.nodeType === 1 && (old.matches("select, option, [data-aimed], [data-lab-axis-more]") || (past && old.id === "lab-axis-panel"))),
      beforeAttributeUpdated: (name, node) => !(name === "open" || name === "aria-current" || (name === "aria-disabled" && root.dataset.watch === "only")),
    },
  });
  dress();
  root.dispatchEvent(new CustomEvent("lab:drawn"));
}

// dress adds what no frame can know.
function dress() {
  for (const tab of root.querySelectorAll("[data-lane-tab]")) {
    if (tab.dataset.laneTab === root.dataset.lane) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  // A setting takes effect at once, or is refused.
  for (const set of root.querySelectorAll(".setting")) set.querySelector("select").value = set.querySelector("button").dataset.now;
  const more = find("axis-more");
  if (more?.hidden) more.hidden = false;
  if (root.dataset.watch === "only") {
    for (const button of root.querySelectorAll(forbidden)) button.setAttribute("aria-disabled", "true");
  }
}

// A frame is drawn when the browser is ready to draw; older ones are dropped.
function show(html) {
  newest = html;
  keep(html);
  if (past) {
    sayInstant();
    return;
  }
  if (!held) draw();
}

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (past) {
      if (past.drawn !== past.frame) {
        past.drawn = past.frame;
        morph(decoder.decode(past.frame.html));
        sayInstant();
      }
      return;
    }
    if (!held && newest !== "") shown = newest;
    morph(shown);
    announce();
  });
}

// Only what changes the picture is spoken: a new leader, a window, a verdict.
function announce() {
  const news = document.getElementById("lab-news");
  if (!news) return;
  if (announced !== "" && news.dataset.news !== announced) text(say, news.textContent);
  announced = news.dataset.news;
}

// The frames of the last minute: some five a second, as bytes, which is half of
// what text takes.
const minute = 60_000;
const apart = 200; // milliseconds
const gap = 1000; // milliseconds: with a longer one before it, a moment is not held
let kept = []; // {at, html}, oldest first
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const momentOf = (html) => Number(/data-at="(-?\d+)"/.exec(html.slice(0, 500))?.[1] ?? NaN);

function keep(html) {
  const at = momentOf(html);
  if (!(at > 0)) return;
  const last = kept.at(-1)?.at ?? -Infinity;
  if (at > last) {
    if (at - last >= apart * 0.9) kept.push({ at, html: encoder.encode(html) });
    const old = kept.findIndex((f) => f.at >= at - minute);
    if (old > 1) kept = kept.slice(old - 1);
    if (kept.length > minute / apart + 10) kept = kept.filter((_, i) => i % 2 === 0 || i > kept.length / 2);
  } else if (!kept.some((f) => Math.abs(f.at - at) < apart)) {
    kept.push({ at, html: encoder.encode(html) });
    kept.sort((a, b) => a.at - b.at);
  }
}

// Looking back: null, or how it came about, where the axis ends, and the frame.
let past = null; // {by: "pointer", "keys" or "click", base, ago, frame, drawn}

function lookBack(ago, by) {
  if (ago <= 0) {
    backToNow();
    return;
  }
  const base = past?.base ?? momentOf(shown);
  const wanted = base - Math.min(ago, minute);
  const frame = kept.findLast((f) => f.at <= wanted) ?? kept[0];
  if (!frame || !(base > 0)) return;
  past = { by, base, ago: Math.min(ago, minute), frame, drawn: past?.drawn, short: frame.at > wanted + 1000 };
  root.dataset.past = "yes";
  find("now").hidden = false;
  const x = `${Math.max(0, 100 * (1 - (base - frame.at) / minute))}%`;
  for (const end of ["x1", "x2"]) document.getElementById("lab-cursor")?.setAttribute(end, x);
  sayInstant();
  draw();
}

function backToNow() {
  if (!past) return;
  past = null;
  mark(null);
  delete root.dataset.past;
  text(link, status);
  if (shown !== "") draw();
}

function sayInstant() {
  const ago = Math.max(0, Math.round(((momentOf(newest) || past.base) - past.frame.at) / 1000));
  const time = `${onClock(past.frame.at - began())} of the run`;
  text(link, `Shows ${ago} s ago, not now`);
  const says = document.getElementById("lab-frame")?.dataset.says ?? "";
  text(find("axis-says"), `${ago} s ago, ${time}${past.short ? ": nothing older is kept" : ""}. Escape goes back to now.`);
  const axis = find("axis");
  axis?.setAttribute("aria-valuenow", String(Math.max(-60, -Math.round(past.ago / 1000))));
  axis?.setAttribute("aria-valuetext", `${ago} s ago. ${past.drawn === past.frame ? says : ""}`);
}

const began = () => Number(document.getElementById("lab-frame").dataset.began);

// A proof leads to its instant: in the run, where the program of it is here, and else in
// the frames that this page has kept.
async function prove(proof) {
  root.dataset.lane = proof.lane;
  if (source === "browser") {
    root.dispatchEvent(new CustomEvent("lab:proof", { detail: proof }));
    return;
  }
  const from = began();
  const look = (at) => {
    const frame = kept.findLast((f) => f.at <= from + at);
    return frame && frame.at >= from + at - gap ? { at: frame.at - from, html: decoder.decode(frame.html) } : null;
  };
  // A chat shows the message a moment later, so the moment itself must be held.
  const instant = look(proof.at) && (await instantOf(look, proof));
  text(answer, "");
  if (!instant) {
    text(answer, `This page no longer holds ${onClock(proof.at)} of the run: it keeps what it has shown in the last minute.`);
    return;
  }
  backToNow();
  lookBack(momentOf(shown) - from - instant.at, "click");
  mark(proof);
  root.addEventListener("lab:drawn", () => bringBefore(root, proof), { once: true });
}

function pointAt(event) {
  const axis = event.target.closest?.("[data-lab-axis]");
  if (!axis) {
    if (past?.by === "pointer") backToNow();
    return;
  }
  if (past?.by === "click" && event.type === "pointermove" && !event.buttons) return;
  const box = axis.querySelector(".cursor").getBoundingClientRect();
  const ago = Math.round(minute * (1 - (event.clientX - box.left) / box.width));
  if (ago > minute + 1000) return; // over the names of the rows
  lookBack(Math.max(ago, 1), event.type === "click" || event.pointerType === "touch" ? "click" : "pointer");
}

function keyOn(event) {
  if (event.key === "Escape" && past) {
    event.preventDefault();
    backToNow();
    return;
  }
  // A key that is held strikes once.
  if (event.repeat && event.key === "Enter" && event.target.matches?.("button[formaction]")) event.preventDefault();
  if (!event.target.matches?.("[data-lab-axis]")) return;
  const now = past?.ago ?? 0;
  const ago = { ArrowLeft: now + 1000, ArrowDown: now + 1000, ArrowRight: now - 1000, ArrowUp: now - 1000, PageDown: now + 10_000, PageUp: now - 10_000, Home: minute, End: 0 }[event.key];
  if (ago === undefined) return;
  event.preventDefault();
  lookBack(ago, "keys");
}

// The load runs while somebody looks; a tab in the background follows nothing.
function open() {
  if (leave || source !== "server") return;
  leave = subscribe("lab", null, {
    event: (_, html) => show(html),
    end: ({ detail }) => tell(capital(detail)),
    state(now) {
      if (now === "open") {
        tell(held ? "Updates are paused." : "Live");
        if (answer.textContent === unreachable) text(answer, "");
      } else if (now === "lost") tell("No connection to the server. Trying again …");
    },
  });
}

function close() {
  leave?.();
  leave = null;
}

// Those who may only watch are told why, and what they may not use looks like it.
const forbidden = ".lab-tools button:not(#lab-start, #lab-stop), #lab-heal, #lab-judge, .lab-node button, .story-list button";
let reason = "";

const unreachable = "The server cannot be reached.";

// A button does what its form would do, without leaving the page.
async function act(event) {
  const form = event.target;
  const button = event.submitter;
  if (!button?.hasAttribute("formaction")) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  backToNow(); // nobody acts on the past
  if (root.dataset.watch === "only" && button.matches(forbidden)) {
    text(answer, "");
    text(answer, reason);
    return;
  }
  button.setAttribute("aria-busy", "true");
  text(answer, "");
  const fields = new FormData(form);
  if (button.name) fields.set(button.name, button.value);
  if (source === "browser") {
    const name = button.getAttribute("formaction").split("/").at(-1);
    const action = { name, node: fields.get("node") ?? "", rate: fields.get(name) ?? fields.get("rate") ?? "", scenario: fields.get("scenario") ?? "" };
    const done = (reason) => {
      button.removeAttribute("aria-busy");
      if (reason) text(answer, capital(reason));
    };
    root.dispatchEvent(new CustomEvent("lab:act", { detail: { action, done } }));
    return;
  }
  try {
    const response = await fetch(button.formAction, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(fields),
    });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      text(answer, problem.detail ? capital(problem.detail) : `The server said ${response.status}.`);
    }
  } catch {
    text(answer, unreachable);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function clicked(event) {
  // The second click of a double click would strike the next leader, and with it the
  // majority.
  if (event.detail > 1 && event.target.closest?.("button[formaction]")) {
    event.preventDefault();
    return;
  }
  const proof = event.target.closest?.("[data-proof]");
  if (proof) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a window of its own
    event.preventDefault();
    prove(proofOf(proof));
    return;
  }
  const tab = event.target.closest?.("[data-lane-tab]");
  if (tab && matchMedia("(max-width: 44rem)").matches) {
    event.preventDefault();
    root.dataset.lane = tab.dataset.laneTab;
    dress();
    document.getElementById("lab-lanes-title").scrollIntoView();
  } else if (event.target.closest?.("[data-lab-now]")) {
    backToNow();
  } else if (event.target.closest?.("[data-lab-axis-more]")) {
    const full = root.dataset.axis !== "full";
    root.dataset.axis = full ? "full" : "brief";
    find("axis-more").setAttribute("aria-pressed", String(full));
  } else if (event.target.closest?.("[data-lab-text]")) {
    document.getElementById("lab-text")?.setAttribute("open", "");
  } else if (event.target.closest?.("[data-lab-axis]")) {
    pointAt(event);
  }
}

if (root && window.Idiomorph) {
  hold.hidden = false;
  root.dataset.axis = "brief";
  root.dataset.lane = "quorum";
  dress();
  shown = document.getElementById("lab-frame").outerHTML;
  hold.addEventListener("click", () => {
    held = !held;
    backToNow();
    hold.setAttribute("aria-pressed", String(held));
    tell(held ? "Updates are paused." : source === "browser" ? "In this page" : "Live");
    if (!held && newest !== "") show(newest);
  });
  root.addEventListener("submit", act);
  root.addEventListener("click", clicked);
  root.addEventListener("pointermove", pointAt);
  root.addEventListener("pointerleave", () => past?.by === "pointer" && backToNow());
  root.addEventListener("keydown", keyOn);
  root.addEventListener("focusout", (event) => past?.by === "keys" && event.target.matches?.("[data-lab-axis]") && backToNow());
  root.addEventListener("change", (event) => {
    const set = event.target.closest(".setting")?.querySelector("button");
    if (set) set.form.requestSubmit(set);
    if (event.target.id !== "lab-aim") return;
    for (const word of root.querySelectorAll("[data-aimed]")) text(word, event.target.value || "leader");
  });
  // The laboratory in this page shows its frames through the same views.
  root.addEventListener("lab:frame", (event) => show(event.detail));
  root.addEventListener("lab:restart", () => {
    backToNow();
    kept = [];
  });
  root.addEventListener("lab:source", (event) => {
    backToNow();
    kept = [];
    source = event.detail === "server" && !root.dataset.events ? "none" : event.detail;
    announced = "";
    if (source === "browser") delete root.dataset.watch; // here everybody may do everything
    else if (reason) root.dataset.watch = "only";
    text(answer, source === "server" ? reason : "");
    close();
    tell(source === "browser" ? "In this page" : "");
    open();
  });
  if (source === "server") {
    tell("Connecting …");
    // Those who may only watch see so before they click.
    fetch(new URL("may", new URL(root.dataset.events, document.baseURI)))
      .then(async (response) => {
        if (response.status !== 403) return;
        const problem = await response.json().catch(() => ({}));
        reason = capital(`You can watch: ${problem.detail ?? "others may break it"}`);
        if (source === "browser") return;
        root.dataset.watch = "only";
        text(answer, reason);
        dress();
      })
      .catch(() => {});
  }
  open();
}
