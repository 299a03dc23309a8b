// The first minute of a newcomer: one sentence, one button, one step at a time. A run
// that is known to lose messages in a weak lane is gone through to its verdict, and
// then shown from the fault to the instant at which two readers see different
// messages. Every figure and name in the sentences is read from that run. After that
// the reader breaks something, and then has the whole laboratory, which is remembered.
import { pageOf } from "../lab-frame.js";
import { countsOf, lossOf, instantOf, marker } from "../lab-losing.js";

const story = { seed: 1, scenario: "cut-off", lane: "leader", begins: 5000, over: 15_000 }; // milliseconds
const filmEvery = 200; // milliseconds of the run
const leadIn = 1000; // before the fault, to see the chats agree
const key = "lockstep-lab";

const wait = (ms) => new Promise((resume) => setTimeout(resume, ms));
const plainly = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const sparing = () => navigator.connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;

export function firstMinute(root, program) {
  const panel = document.querySelector("[data-guide]");
  const page = root.closest(".lab-page");
  if (!panel || !page) return;
  const part = (name) => panel.querySelector(`[data-guide-${name}]`);
  const button = part("next");
  const whole = document.querySelector("[data-guide-again]");
  const mark = marker(root); // the message that was lost
  let step = 0; // counts what the reader asked for: what was under way ends then

  const say = (words) => (part("says").textContent = words);
  const now = (name) => (panel.dataset.guide = name);
  const offer = (words, act) => {
    button.textContent = words;
    button.toggleAttribute("data-busy", !act);
    button.setAttribute("aria-disabled", String(!act));
    button.onclick = (event) => event.detail < 2 && act?.();
  };

  const drawn = () => new Promise((resume) => root.addEventListener("lab:drawn", resume, { once: true }));

  function invite() {
    mark(null);
    now("invite");
    offer("Cut the leader off", tell);
  }

  // Without a program nothing can be told; it can be asked for again.
  function failed() {
    now("invite");
    offer("Try again", tell);
  }

  async function tell() {
    const mine = ++step;
    now("working");
    offer("Cut the leader off");
    say("The run is worked out to its end first, so that what you see is judged.");
    const play = { at: story.begins * 1e6 + 1, name: "play", node: "", rate: "", scenario: story.scenario };
    try {
      await program.begin({ seed: story.seed, actions: [play], at: story.over }, true);
    } catch {
      if (mine === step) failed();
      return;
    }
    const end = pageOf((await program.look(Infinity)).html);
    const found = lossOf(end, story.lane);
    const instant = found && (await instantOf(program.look, found));
    if (mine !== step) return;
    now("film");
    mark(found);
    const last = instant?.at ?? story.over;
    const first = instant ? Math.min(story.begins - leadIn, last) : last;
    for (let at = plainly() ? last : first; at <= last && mine === step; at += filmEvery) {
      program.show(at);
      await drawn();
      if (mine !== step) return;
      say(root.querySelector("#lab-news")?.textContent ?? "Both readers see the same.");
      if (at < last) await wait(filmEvery);
    }
    if (mine !== step) return;
    program.show(last);
    await drawn();
    if (mine !== step) return;
    now("instant");
    say(sentence(end, found, instant?.split));
    offer("Now you", you);
  }

  function sentence(end, lost, split) {
    const weak = countsOf(end, story.lane);
    const strong = countsOf(end, "quorum");
    if (!weak || !strong) return "The exact judge did not come to a verdict on this run, so it shows nothing.";
    const of = (c) => `${c.lost === 0 ? "none" : c.lost} of ${c.acknowledged}`;
    const counts = `By the end ${story.lane} had lost ${of(weak)} acknowledged messages, and quorum ${of(strong)}.`;
    if (!lost) return `${counts} This run shows no loss.`;
    if (!split) return `“${lost.body}” had its ok as message ${lost.seq} of ${story.lane}, and is gone. ${counts}`;
    return `“${lost.body}” had its ok as message ${lost.seq} of ${story.lane}. ${split.has.reader}, ${split.has.place}, has it. ${split.not.reader}, ${split.not.place}, has “${split.not.body}” there. ${counts}`;
  }

  // Now you: a run that begins anew, and a leader to kill.
  async function you() {
    const mine = ++step;
    mark(null);
    now("you");
    offer("Kill the leader");
    say("A new run begins.");
    try {
      await program.begin({ seed: story.seed, actions: [], at: 0 }, false);
    } catch {
      if (mine === step) failed();
      return;
    }
    await until(() => leader() !== "");
    if (mine !== step) return;
    say(`Now you. ${leader()} leads. Kill it, and see who takes over and what is lost.`);
    offer("Kill the leader", kill);
  }

  const figure = (name) => root.querySelector(`[data-testid="${name}"]`)?.textContent.trim() ?? "";
  const leader = () => (/^n\d/.test(figure("leader")) ? figure("leader") : "");
  const until = async (is) => {
    const mine = step;
    while (mine === step && !is()) await drawn();
  };

  async function kill() {
    const mine = ++step;
    const old = leader();
    offer("Kill the leader");
    const refused = await program.act({ name: "kill-leader", node: "", rate: "", scenario: "" });
    if (mine !== step) return;
    if (refused) {
      say(`${refused.charAt(0).toUpperCase()}${refused.slice(1)}.`);
      offer("Kill the leader", kill);
      return;
    }
    now("killed");
    say(`${old} is dead.`);
    await until(() => leader() !== "" && leader() !== old && /\d/.test(figure("last-window")));
    if (mine !== step) return;
    const taken = `${leader()} took over: for ${figure("last-window")} nobody got an ok in quorum.`;
    say(`${taken} ${old} comes back in a moment.`);
    await until(() => root.querySelectorAll(".lab-node:is([data-is=up], [data-is=leader])").length === 3);
    if (mine !== step) return;
    const [strong, weak] = ["quorum", story.lane].map((lane) => root.querySelector(`[data-lane-lost="${lane}"]`).textContent.trim());
    say(`${taken} Lost so far: ${strong} in quorum, ${weak} in ${story.lane}.${strong === "0" && weak === "0" ? " This kill shows no loss." : ""}`);
    offer("Show everything", everything);
  }

  function remember(choice) {
    try {
      if (choice) localStorage.setItem(key, choice);
      else localStorage.removeItem(key);
    } catch {
      // Without a memory the next visit begins here again.
    }
  }

  function guided(on) {
    step++;
    mark(null);
    panel.hidden = !on;
    whole.hidden = on;
    page.toggleAttribute("data-first", on);
  }

  function everything() {
    remember("all");
    guided(false);
    whole.focus();
  }

  part("all").addEventListener("click", everything);
  whole.addEventListener("click", () => {
    remember("");
    guided(true);
    invite();
    say(part("says").dataset.first);
    button.focus();
  });
  root.addEventListener("lab:state", (event) => (part("state").textContent = event.detail));

  const chosen = () => {
    try {
      return localStorage.getItem(key) === "all";
    } catch {
      return false;
    }
  };
  part("says").dataset.first = part("says").textContent;
  // A link to a run or to a part of the laboratory is for the whole of it.
  const asked = () => /^#(run=|lab|lane-|play-)/.test(location.hash);
  addEventListener("hashchange", () => asked() && guided(false));
  guided(!chosen() && !asked());
  if (panel.hidden) return;
  invite();
  // Where no server has anything to show, the cluster starts when it is seen.
  if (root.dataset.events || sparing() || plainly()) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting)) return;
    seen.disconnect();
    const mine = step;
    if (!program.on) program.begin({ seed: story.seed, actions: [], at: 0 }, false).catch(() => mine === step && invite());
  });
  seen.observe(root);
}
