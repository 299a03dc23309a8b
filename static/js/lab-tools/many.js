// Plays the reader's run with many seeds and counts what came of each. The runs are
// played by workers of their own, so the run on the page goes on as it did.
import { onClock } from "../lab-frame.js";
import { loadingWords, startProgram } from "../lab-program.js";
import { countedView } from "./counted.js";
import { later, runs } from "./distribution.js";

const redraw = 1000; // milliseconds at least between two drawings of what is counted

// Each worker has a program of its own, of some 100 MB.
function hands() {
  const cores = (navigator.hardwareConcurrency ?? 2) - 1;
  return Math.max(1, Math.min(cores, matchMedia("(pointer: coarse)").matches ? 2 : 4));
}

// What is judged is what was done to the cluster: that somebody asked the judge is not.
const done = (actions) => actions.filter((a) => a.name !== "judge");
const strikes = (actions) => done(actions).filter((a) => a.name !== "frames");

// manyRuns gives a function that has any run played so, and shows what comes of it.
export function manyRuns(root, program) {
  const panel = document.querySelector("[data-many]");
  const open = document.querySelector("[data-many-open]");
  if (!panel || !open) return null;
  const part = (name) => panel.querySelector(`[data-many-${name}]`);
  const address = { ...document.querySelector("[data-lab-browser]").dataset };
  const programOf = ({ bug }) => ({ ...address, wasm: bug ? address.wasmBugs : address.wasm });
  const script = new URL(panel.dataset.verdict, document.baseURI).href;
  let job = null; // what is being counted

  const say = (words) => (part("says").textContent = words);

  function show(on) {
    panel.hidden = !on;
    open.setAttribute("aria-expanded", String(on));
  }

  function start(run = program.run) {
    end();
    part("found").replaceChildren();
    if (!run) {
      say("The run is not there yet. Try again in a moment.");
      return;
    }
    if (strikes(run.actions).length === 0) {
      say("Nothing has been done in this run, so there is nothing to repeat. Break something or play a story first.");
      return;
    }
    const count = Math.min(1000, Math.max(1, Math.round(part("count").valueAsNumber) || 100));
    part("count").value = count;
    job = { run: { ...run, actions: done(run.actions) }, count, vary: Number(part("vary").value), next: 1, results: [], workers: [], drawn: 0 };
    say(`Plays ${runs(count)} of ${strikes(run.actions).length === 1 ? "1 action" : `${strikes(run.actions).length} actions`}, up to ${onClock(run.at)}.`);
    busy(true);
    progress("");
    for (let i = 0; i < Math.min(hands(), count); i++) employ(job);
  }

  function employ(mine) {
    let seed = 0; // of the run that this worker plays
    let loaded = false;
    const take = () => {
      if (job !== mine) return;
      if (mine.next > mine.count) {
        if (mine.results.length === mine.count) finish(mine.count === 1 ? "The run is counted." : `All ${runs(mine.count)} are counted.`);
        return;
      }
      seed = mine.next++;
      const { run, vary } = mine;
      worker.postMessage({ type: "verdict", script, run: { ...run, seed, actions: later(run.actions, seed, vary) } });
    };
    const came = (result) => {
      if (job !== mine) return;
      mine.results.push(result);
      progress(`${mine.results.length} of ${runs(mine.count)}`);
      take();
    };
    const worker = startProgram(programOf(mine.run), {
      loading: (m) => job === mine && mine.results.length === 0 && progress(loadingWords(m)),
      loaded: () => {
        loaded = true;
        if (job === mine && mine.results.length === 0) progress(`0 of ${runs(mine.count)}`);
        take();
      },
      verdict: came,
      failed: ({ reason }) => {
        if (loaded) came({ ...mine.run, seed, reason });
        else if (job === mine) finish(`The program did not load: ${reason}. You can try again.`);
      },
    });
    mine.workers.push(worker);
  }

  function progress(words) {
    part("at").textContent = words;
    const bar = panel.querySelector("progress");
    bar.max = job.count;
    bar.value = job.results.length;
    panel.dataset.counted = job.results.length;
    if (performance.now() - job.drawn > redraw) draw(job);
  }

  // What the keyboard is on stays where it is.
  function draw({ results }) {
    job.drawn = performance.now();
    window.Idiomorph.morph(part("found"), countedView(results.toSorted((a, b) => a.seed - b.seed), program.link), { morphStyle: "innerHTML" });
  }

  function busy(on) {
    panel.dataset.busy = on ? "yes" : "no";
    part("progress").hidden = part("stop").hidden = !on;
    part("start").hidden = on;
  }

  function end() {
    for (const worker of job?.workers ?? []) worker.terminate();
    job = null;
  }

  function finish(words) {
    draw(job);
    const held = panel.contains(document.activeElement) && document.activeElement === part("stop");
    end();
    busy(false);
    say(words);
    if (held) part("start").focus();
  }

  open.addEventListener("click", () => {
    show(true);
    if (!job) start();
    panel.scrollIntoView({ block: "nearest" });
  });
  part("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  part("stop").addEventListener("click", () => {
    const { results, count } = job;
    finish(results.length === 0 ? "Stopped before a run was counted." : `Stopped: ${results.length} of ${runs(count)} ${results.length === 1 ? "is" : "are"} counted.`);
  });
  part("close").addEventListener("click", () => {
    if (job) finish("");
    show(false);
    open.focus();
  });
  // A link to the run that the address names already is followed, too.
  panel.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#run=']");
    if (link && link.getAttribute("href") === location.hash && !event.ctrlKey && !event.metaKey && !event.shiftKey) dispatchEvent(new HashChangeEvent("hashchange"));
  });
  root.addEventListener("lab:source", (event) => event.detail === "server" && !job && show(false));
  return (run) => {
    show(true);
    start(run);
    panel.scrollIntoView({ block: "start" });
  };
}
