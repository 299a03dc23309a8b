// The laboratory in this page: the same program as on the server, in a worker, with
// a clock of its own. It can stand still, go slowly or fast, and be looked at
// backwards; a link repeats it, exactly.
import { firstMinute } from "./lab-browser/first-minute.js";
import { onClock } from "./lab-frame.js";
import { decode, loadingWords, startProgram } from "./lab-program.js";
import { bugNotice } from "./lab-browser/bug.js";
import { bringBefore, instantOf, marker, proofOf } from "./lab-losing.js";

const root = document.querySelector("[data-lab]");
const panel = document.querySelector("[data-lab-browser]");

const part = (name) => panel.querySelector(`[data-run="${name}"]`);

const mark = root && marker(root);
const notice = panel && bugNotice();
let worker = null;
let shown = null; // the frame on the page
let actions = [];
let seed = 1;
let bug = ""; // the deliberate one that is on in this run
let paused = false;
let past = false; // the page shows an earlier frame
let next = 1;
const waiting = new Map();
let unseen = false; // no frame is shown until the run is there
let tag = 0; // of the run, so that what an earlier one says on its way is left out
let arrived = { ready() {}, failed() {} }; // what becomes of the run that begins

// A moment is a millisecond to its end: a frame that an action has brought about is
// a nanosecond later than the moment says.
const upTo = (at) => actions.filter((a) => a.at < (at + 1) * 1e6);

const shownRun = (at) => ({ seed, at, actions: upTo(at), bug });

// A run, as text for a link: seed, moment in milliseconds, actions, and the bug that is on.
function encode(at, { seed, actions, bug } = shownRun(at)) {
  const list = actions.map((a) => [a.at, a.name, a.node ?? "", a.rate ?? "", a.scenario ?? ""]);
  const text = btoa(JSON.stringify(bug ? [seed, at, list, bug] : [seed, at, list]));
  return `#run=${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

// A run as a file: what a link says, and the trace by which a repetition is known to be
// the same. See package run for who else reads it.
const savedFormat = "lockstep run 1";

function saved(text) {
  try {
    const { format, run } = JSON.parse(text);
    return format === savedFormat ? decode(`#${run}`) : null;
  } catch {
    return null;
  }
}

function say(text) {
  part("state").textContent = text;
  root.dispatchEvent(new CustomEvent("lab:state", { detail: text }));
}

function show(frame) {
  shown = frame;
  past = frame.past;
  if (!past) mark(null);
  panel.dataset.hash = frame.hash;
  panel.dataset.at = frame.at;
  root.dispatchEvent(new CustomEvent("lab:frame", { detail: frame.html }));
  const slider = part("time");
  slider.min = frame.first;
  slider.max = frame.last;
  if (document.activeElement !== slider || !past) slider.value = frame.at;
  slider.setAttribute("aria-valuetext", `${onClock(frame.at)} of ${onClock(frame.last)}`);
  part("clock").textContent = `${onClock(frame.at)}${past ? ` of ${onClock(frame.last)}` : ""}`;
  part("resume").hidden = !past;
  part("hash").textContent = frame.hash;
}

const heard = {
  loading: (m) => say(loadingWords(m)),
  loaded: () => {
    loaded = true;
    begin();
  },
  ready: (m) => {
    if (m.tag !== tag) return;
    panel.dataset.ready = "yes";
    say(paused ? "Stands still." : "Runs.");
    unseen = false;
    addressed();
    arrived.ready();
  },
  frame: (m) => {
    if (unseen) say(`Runs ahead: ${onClock(m.at)} of its own time …`);
    else if (!past || m.wanted) show(m);
  },
  looked: (m) => {
    waiting.get(m.id)?.(m);
    waiting.delete(m.id);
  },
  speed: (m) => {
    panel.dataset.speed = m.speed.toFixed(1);
    part("speed").textContent = !paused && m.speed > 1.5 ? `runs ${Math.round(m.speed)} times as fast as the clock on the wall` : "";
  },
  acted: (m) => {
    actions = m.actions;
    panel.dataset.actions = actions.length;
  },
  answer: (m) => {
    waiting.get(m.id)?.(m.reason);
    waiting.delete(m.id);
  },
  failed: (m) => fail(m.reason),
};

let begin = () => {};
let loaded = false; // the worker has the program

// What did not load can be asked for again.
function fail(reason) {
  unseen = false;
  if (!loaded) leave();
  arrived.failed();
  say(loaded ? `It does not run: ${reason}` : `The program did not load: ${reason}. You can try again.`);
}

// What comes first happens where the run was to begin, at that very moment: the same
// seed then tells the same story.
function restart(run, wait, first) {
  for (const done of waiting.values()) done("");
  waiting.clear();
  root.dispatchEvent(new CustomEvent("lab:restart"));
  ({ seed, actions, bug = "" } = run);
  notice.show(bug);
  past = false;
  paused = wait;
  panel.dataset.ready = "no";
  part("seed").value = seed;
  label();
  say("Starts …");
  worker.postMessage({ type: "restart", seed, actions, bug, until: run.at, paused: wait, first, tag: ++tag });
}

function label() {
  const button = part("pause");
  button.textContent = paused ? "Go on" : "Stop the clock";
  button.setAttribute("aria-pressed", String(paused));
}

function hold(on) {
  paused = on;
  worker.postMessage({ type: "pause", paused });
  label();
  say(paused ? "Stands still." : "Runs.");
}

// One control says which cluster is shown.
function choose(browser) {
  panel.dataset.on = browser ? "yes" : "no";
  part("controls").hidden = !browser;
  part("enter").setAttribute("aria-pressed", String(browser));
  part("leave").setAttribute("aria-pressed", String(!browser));
}

function enter(run, wait = run.at > 0) {
  root.dispatchEvent(new CustomEvent("lab:source", { detail: "browser" }));
  choose(true);
  startAnew(run, wait);
}

// A run with a bug needs the program that has the bugs; whatever begins next has the one
// without them again. started is called when the run has been asked for.
let has = ""; // the program of the worker
function startAnew(run, wait, first, started = () => {}) {
  begin = () => {
    restart(run, wait, first);
    started();
  };
  const wasm = run.bug ? panel.dataset.wasmBugs : panel.dataset.wasm;
  if (worker && wasm === has) {
    if (loaded) begin();
    return;
  }
  worker?.terminate();
  panel.dataset.ready = "no";
  say("Loads the program …");
  loaded = false;
  has = wasm;
  worker = startProgram({ ...panel.dataset, wasm }, heard);
}

// The panels of many runs and of a schedule come with the first click on either button,
// which is then made again.
function toolsOnDemand() {
  const buttons = document.querySelectorAll("[data-many-open], [data-plan-open]");
  const loaded = new AbortController();
  let loading;
  for (const button of buttons) {
    button.addEventListener("click", async () => {
      try {
        await (loading ??= import(new URL(panel.dataset.tools, document.baseURI)).then((m) => m.tools(root, program)));
        loaded.abort();
        button.click();
      } catch {
        loading = undefined;
        say("What this needs did not load. Try again.");
      }
    }, { signal: loaded.signal });
  }
}

function leave() {
  unseen = false;
  worker?.terminate();
  worker = null;
  notice.show("");
  choose(false);
  say("");
  root.dispatchEvent(new CustomEvent("lab:source", { detail: "server" }));
}

// A story is played in a run of its own, so that all that is lost there is its doing.
const calm = 5000; // milliseconds, in which the load begins
function play(action, done) {
  const id = next++;
  startAnew({ seed, actions: [], at: calm }, false, { id, action }, () => waiting.set(id, done));
}

function goTo(at) {
  if (!paused) hold(true);
  past = true;
  worker.postMessage({ type: "show", at });
}

// The proof's link is one to its instant, so that it can be sent and opened anywhere.
function addressed() {
  if (panel.dataset.on !== "yes" || panel.dataset.ready !== "yes") return;
  for (const link of root.querySelectorAll("[data-proof]")) link.setAttribute("href", encode(proofOf(link).at));
}

// Here the run is at hand, so a proof is shown without repeating it.
async function prove(proof) {
  if (panel.dataset.ready !== "yes") return;
  const { at } = await instantOf(program.look, proof);
  mark(proof);
  history.replaceState(null, "", encode(at));
  root.addEventListener("lab:drawn", function drawn() {
    if (shown.at !== at) return; // one that was under way
    root.removeEventListener("lab:drawn", drawn);
    root.querySelector("[data-lab-axis]").setAttribute("aria-valuetext", `${onClock(at)} of the run. ${document.getElementById("lab-frame").dataset.says}`);
    bringBefore(root, proof);
  });
  goTo(at);
  say(`Shows ${onClock(at)} of the run.`);
}

// What the first minute needs of the program. begin goes to a moment of a run without
// showing the way there, and fails if the program does; look gives a frame, and show
// shows it.
const program = {
  begin(run, wait) {
    return new Promise((ready, failed) => {
      arrived.failed(); // of an earlier run, of which nothing more comes
      arrived = { ready, failed };
      unseen = run.at > 0;
      enter(run, wait);
    });
  },
  look(at) {
    const id = next++;
    return new Promise((looked) => {
      waiting.set(id, looked);
      worker.postMessage({ type: "look", at, id });
    });
  },
  show: goTo,
  act(action) {
    return new Promise((done) => root.dispatchEvent(new CustomEvent("lab:act", { detail: { action, done } })));
  },
  leave,
  // The run up to what the page shows, or null; and the link to any run.
  get run() {
    return panel.dataset.ready === "yes" ? shownRun(shown.at) : null;
  },
  link: (run) => encode(run.at, run),
  get on() {
    return panel.dataset.on === "yes";
  },
};

if (root && panel) {
  panel.hidden = false;
  part("enter").addEventListener("click", () => panel.dataset.on !== "yes" && enter({ seed: Number(part("seed").value) || 1, actions: [], at: 0 }));
  part("leave").addEventListener("click", () => panel.dataset.on === "yes" && leave());
  part("pause").addEventListener("click", () => {
    if (past) {
      past = false;
      worker.postMessage({ type: "show", at: Infinity });
    }
    hold(!paused);
  });
  part("step").addEventListener("click", () => {
    past = false;
    hold(true);
    worker.postMessage({ type: "step" });
  });
  part("pace").addEventListener("change", (event) => worker.postMessage({ type: "pace", pace: Number(event.target.value) }));
  part("time").addEventListener("input", (event) => goTo(Number(event.target.value)));
  // From an earlier moment on, what came later is undone.
  part("resume").addEventListener("click", () => startAnew({ seed, actions: upTo(shown.at), at: shown.at, bug }, false));
  notice.onWithout(() => {
    if (panel.dataset.ready !== "yes") return;
    const run = { seed, actions: upTo(shown.at), at: shown.at };
    bug = "";
    history.replaceState(null, "", encode(run.at));
    enter(run);
  });
  part("restart").addEventListener("click", () => startAnew({ seed: Number(part("seed").value) || 1, actions: [], at: 0 }, false));
  part("share").addEventListener("click", async () => {
    if (panel.dataset.ready !== "yes") {
      say("The run is not there yet. Try again in a moment.");
      return;
    }
    history.replaceState(null, "", encode(shown.at));
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied, and stands in the address.");
    } catch {
      say("The link stands in the address.");
    }
  });
  part("save").addEventListener("click", () => {
    if (panel.dataset.ready !== "yes") {
      say("The run is not there yet. Try again in a moment.");
      return;
    }
    const way = document.createElement("a");
    way.href = URL.createObjectURL(new Blob([`${JSON.stringify({ format: savedFormat, run: encode(shown.at).slice(1), trace: shown.trace }, null, 2)}\n`], { type: "application/json" }));
    way.download = `lockstep-run-${seed}-${shown.at}.json`;
    way.click();
    setTimeout(() => URL.revokeObjectURL(way.href), 60_000); // some browsers read it only now
    say("The run is saved as a file. It opens here, and lockstep lab play repeats it.");
  });
  part("open").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    const run = file.size < 65536 ? saved(await file.text()) : null;
    target.value = "";
    if (!run) say(`${file.name} is no saved run.`);
    else if (notice.refuses(run.bug)) say(notice.refuses(run.bug));
    else enter(run);
  });
  root.addEventListener("lab:act", (event) => {
    const { action, done } = event.detail;
    if (past) {
      done("this is an earlier moment: go on from here first");
      return;
    }
    if (action.name === "play") {
      play(action, done);
      return;
    }
    const id = next++;
    waiting.set(id, done);
    worker.postMessage({ type: "act", id, action });
    if (paused) hold(false);
  });
  root.addEventListener("lab:drawn", addressed);
  root.addEventListener("lab:proof", (event) => prove(event.detail));
  // A link may be opened here, or pasted into a page that is open.
  function follow() {
    const run = decode(location.hash);
    if (run && notice.refuses(run.bug)) say(notice.refuses(run.bug));
    else if (run) enter(run);
    else if (location.hash.startsWith("#run=")) say("The address names no run that can be read: a part of the link is missing or changed.");
    else if (panel.dataset.on !== "yes" && panel.dataset.server !== "yes") say("");
  }
  addEventListener("hashchange", follow);
  follow();
  firstMinute(root, program);
  toolsOnDemand();
}
