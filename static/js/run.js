// Figures of runs come to life: the program of the laboratory plays the run that a
// figure shows. One worker serves all figures of a page and plays one run at a time;
// the others are their still pictures. A picture that is left, or that fails, is the
// very one that came with the page.
import { bodyOf, onClock, pageOf } from "./lab-frame.js";
import { decode, loadingWords, startProgram } from "./lab-program.js";

const data = document.querySelector("script[data-worker][data-wasm]")?.dataset;
const hint = "The same run, live in this page. The program is some 3\u00a0MB, once.";
const plainly = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let worker = null;
let loaded = false;
let live = null; // the figure that is played
let tag = 0; // of the run, so that what comes of an earlier one is left out

function make(name, words, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = words;
  return made;
}

function control(figure, words, act) {
  const button = make("button", words, { type: "button" });
  button.addEventListener("click", (event) => event.detail < 2 && act(figure));
  return button;
}

// drawChats puts the chats of a frame where those of the picture stand.
function drawChats(figure, html) {
  const page = pageOf(html);
  for (const lane of figure.lanes.children) {
    const from = page.getElementById(`lane-${lane.querySelector("b").textContent}`);
    if (!from) return;
    lane.querySelector(".run-chats").replaceChildren(...[...from.querySelectorAll(".chat")].map(chatOf));
    if (!figure.own) continue;
    const kept = from.dataset.kept === "yes";
    lane.classList.toggle("kept", kept);
    lane.classList.toggle("broken", !kept);
    lane.querySelector("p span").textContent = kept ? "✓ kept so far" : "✗ broken";
  }
  // What was once needed stays, so that the text below does not jump.
  figure.lanes.style.minHeight = `${figure.lanes.offsetHeight}px`;
}

function chatOf(chat) {
  const box = make("div", "", { class: "run-chat" });
  const lines = make("ol", "");
  for (const li of chat.querySelectorAll("li")) {
    const line = make("li", "", li.dataset.m ? { class: li.dataset.m } : {});
    const [seq, mark] = ["b", "em"].map((q) => li.querySelector(q)?.textContent.trim());
    line.append(make("b", seq), " ", make("span", bodyOf(li)));
    if (mark) line.append(" ", make("em", mark));
    lines.append(line);
  }
  box.append(make("p", chat.querySelector("h5 small").textContent.trim()), lines);
  return box;
}

function show(figure, frame) {
  figure.frame = frame;
  if (!figure.ready && plainly()) return;
  drawChats(figure, frame.html);
  const { time } = figure;
  time.min = frame.first;
  time.max = frame.last;
  time.value = frame.at;
  time.setAttribute("aria-valuetext", `${onClock(frame.at)} of ${onClock(frame.last)}`);
  figure.clock.textContent = onClock(frame.at);
}

function hold(figure, on) {
  figure.paused = on;
  figure.pause.textContent = on ? "Play" : "Pause";
  worker.postMessage({ type: "pause", paused: on });
}

function restart(figure, run, wait, first) {
  figure.ready = figure.past = false;
  figure.paused = wait;
  figure.pause.textContent = wait ? "Play" : "Pause";
  figure.actions = run.actions;
  for (const c of figure.needs) c.disabled = true;
  worker.postMessage({ type: "restart", tag: ++tag, seed: run.seed, actions: run.actions, until: run.at, paused: wait, first });
}

const upTo = (figure) => ({ ...figure.run, at: figure.frame.at, actions: figure.actions.filter((a) => a.at < (figure.frame.at + 1) * 1e6) });

function toggle(figure) {
  if (figure.past && figure.paused) {
    restart(figure, upTo(figure), false);
    return;
  }
  hold(figure, !figure.paused);
}

// What is broken makes the run the reader's own, of which nothing was recorded.
function strike(figure, name) {
  figure.own = true;
  figure.says.textContent = "Your own run from here: the verdict below is of the recorded one.";
  const action = { name, node: "", rate: "", scenario: "" };
  if (figure.past) {
    restart(figure, upTo(figure), false, { id: tag + 1, action });
    return;
  }
  worker.postMessage({ type: "act", id: tag, action });
  if (figure.paused) hold(figure, false);
}

// The instant of the caption is always that of the recorded run.
function instant(figure) {
  figure.own = false;
  figure.says.textContent = "Goes to the instant of the picture …";
  figure.lanes.replaceWith((figure.lanes = figure.still.cloneNode(true)));
  restart(figure, figure.run, true);
}

function start(figure) {
  if (live) stop(live);
  live = figure;
  figure.own = figure.ready = false;
  figure.lanes = figure.still.cloneNode(true);
  figure.still.replaceWith(figure.lanes);
  figure.element.dataset.live = "yes";
  figure.button.textContent = "Stop";
  figure.tools.hidden = false;
  for (const c of figure.needs) c.disabled = true;
  figure.says.textContent = loaded ? "Starts …" : "Loads the program …";
  if (loaded) restart(figure, figure.run, true);
  else worker ??= startProgram(data, heard);
}

function stop(figure, words = hint, again = "Play it here") {
  if (loaded) worker.postMessage({ type: "pause", paused: true });
  live = null;
  tag++;
  figure.lanes.replaceWith(figure.still);
  delete figure.element.dataset.live;
  figure.tools.hidden = true;
  figure.button.textContent = again;
  figure.says.textContent = words;
  if (figure.controls.contains(document.activeElement)) figure.button.focus({ preventScroll: true });
}

const heard = {
  loading: (m) => live && !loaded && (live.says.textContent = loadingWords(m)),
  loaded() {
    loaded = true;
    if (live) restart(live, live.run, true);
  },
  frame: (m) => live && m.tag === tag && (!live.past || m.wanted) && show(live, m),
  acted: (m) => live?.ready && (live.actions = m.actions),
  answer: (m) => live && m.id === tag && m.reason && (live.says.textContent = `Not done: ${m.reason}.`),
  ready(m) {
    if (!live || m.tag !== tag) return;
    live.ready = true;
    for (const c of live.needs) c.disabled = false;
    show(live, live.frame);
    if (!live.own) live.says.textContent = live.frame.at <= live.run.at ? `The instant of the picture, ${onClock(live.run.at)} into the run. Play on, or break it.` : "Runs.";
  },
  failed({ reason }) {
    worker?.terminate();
    worker = null;
    const words = loaded ? `It does not run: ${reason}.` : `The program did not load: ${reason}.`;
    loaded = false;
    if (live) stop(live, words, "Try again");
  },
};

function equip(element) {
  const controls = element.querySelector(".run-controls");
  const run = decode(element.querySelector(".run-way a").hash);
  if (!controls || controls.childElementCount > 0 || !run) return;
  const figure = { element, controls, run, still: element.querySelector(".run-lanes") };
  figure.button = control(figure, "Play it here", () => (live === figure ? stop(figure) : start(figure)));
  figure.button.className = "run-start";
  figure.pause = control(figure, "Play", toggle);
  figure.time = make("input", "", { type: "range", step: "1", min: "0", max: "1", "aria-label": "Time of the run" });
  figure.time.addEventListener("input", () => {
    if (!figure.paused) hold(figure, true);
    figure.past = true;
    worker.postMessage({ type: "show", at: Number(figure.time.value) });
  });
  figure.clock = make("span", "", { class: "run-clock" });
  figure.needs = [figure.pause, figure.time, control(figure, "Its instant", instant), control(figure, "Kill the leader", () => strike(figure, "kill-leader")), control(figure, "Heal", () => strike(figure, "heal"))];
  figure.tools = make("div", "", { class: "run-tools", role: "group", "aria-label": "This run" });
  figure.tools.append(figure.pause, figure.time, figure.clock, ...figure.needs.slice(2));
  figure.tools.hidden = true;
  figure.says = make("p", hint, { class: "run-says", role: "status" });
  const row = make("div", "", { class: "run-row" });
  row.append(figure.button, figure.tools);
  controls.append(row, figure.says);
}

function begin() {
  if (live && !live.element.isConnected) stop(live);
  for (const figure of document.querySelectorAll("figure.run")) equip(figure);
}

if (data) {
  begin();
  document.addEventListener("lockstep:swapped", begin);
}
