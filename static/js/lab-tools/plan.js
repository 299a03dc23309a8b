// A schedule of faults that a reader composes before a run begins: what is done, where,
// and at which moment. Each has a slider on one axis, so pointers, fingers and keys move
// it. What is not moved keeps its moment to the nanosecond.
import { onClock } from "../lab-frame.js";
import { decode } from "../lab-program.js";

const ms = 1e6; // nanoseconds
const shortest = 20_000; // of the axis, in milliseconds
const latest = 600_000; // a moment on it
const after = 4000; // from the last fault to the end
const steps = { ArrowLeft: -100, ArrowDown: -100, ArrowRight: 100, ArrowUp: 100, PageDown: -1000, PageUp: 1000 };

const planned = (actions) => actions.filter((a) => !["frames", "judge"].includes(a.name));

export function planFaults(root, program, count) {
  const panel = document.querySelector("[data-plan]");
  const open = document.querySelector("[data-plan-open]");
  if (!panel || !open) return;
  const part = (name) => panel.querySelector(`[data-plan-${name}]`);
  let faults = []; // {id, action}
  let ids = 0;
  let end = 0; // milliseconds
  let length = 0; // of the axis

  const say = (words) => (part("says").textContent = words);

  // The words of a fault are those of the field that it is chosen in.
  function words({ name, node, rate, scenario }) {
    const option = [...part("fault").options].find((o) => o.value === name || o.value === `${name}-leader`);
    if (name === "play") return `Story: ${document.getElementById(`play-${scenario}`)?.textContent.trim() ?? scenario}`;
    if (!option) return [name, node, rate].filter(Boolean).join(" ");
    const aim = option.dataset.aim === "leader" ? "the leader" : option.dataset.aim;
    return [option.textContent, option.dataset.aim && (node || aim)].filter(Boolean).join(" ");
  }

  const momentOf = (fault) => fault.action.at / ms;
  const last = () => Math.max(0, ...faults.map(momentOf));

  // run is what the schedule says, as a link does.
  function run(all = faults) {
    const actions = all.map((f) => f.action).sort((a, b) => a.at - b.at);
    return { ...program.run, at: Math.ceil(Math.max(end, last())), actions };
  }

  // A schedule is as long as a link can be, and no longer.
  const fits = (all) => decode(program.link(run(all))) !== null;

  function scale() {
    const needed = Math.min(latest, Math.max(shortest, 10_000 * Math.ceil((Math.max(end, last()) + 1000) / 10_000)));
    if (needed === length) return;
    length = needed;
    for (const slider of panel.querySelectorAll("input[type=range]")) slider.max = length;
    const marks = Array.from({ length: 5 }, (_, i) => `${(length * i) / 4000} s`);
    part("scale").replaceChildren(...marks.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  }

  function tell(slider, output, at) {
    slider.setAttribute("aria-valuetext", onClock(at));
    output.textContent = onClock(at);
  }

  // A key moves by what can be seen; a pointer goes where it is.
  function moves(slider, move) {
    slider.addEventListener("input", () => move(slider.valueAsNumber));
    slider.addEventListener("change", scale);
    slider.addEventListener("keydown", (event) => {
      const by = { ...steps, Home: -Infinity, End: Infinity }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      slider.value = Math.min(Number(slider.max), Math.max(0, slider.valueAsNumber + by));
      move(slider.valueAsNumber);
      scale();
    });
  }

  function row(fault) {
    const item = document.createElement("li");
    item.className = "plan-row";
    const name = Object.assign(document.createElement("span"), { textContent: words(fault.action) });
    const slider = Object.assign(document.createElement("input"), { type: "range", id: `plan-at-${fault.id}`, min: 0, max: length, step: 1, value: momentOf(fault) });
    slider.setAttribute("aria-label", words(fault.action));
    const output = document.createElement("output");
    const remove = Object.assign(document.createElement("button"), { type: "button", id: `plan-remove-${fault.id}`, textContent: "Remove" });
    const show = (at) => {
      tell(slider, output, at);
      remove.setAttribute("aria-label", `Remove: ${words(fault.action)}, at ${onClock(at)}`);
    };
    show(momentOf(fault));
    moves(slider, (at) => {
      fault.action = { ...fault.action, at: at * ms + 1 };
      show(at);
    });
    remove.addEventListener("click", () => {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      faults = faults.filter((f) => f !== fault);
      item.remove();
      scale();
      say(`${words(fault.action)} is removed.`);
      (next?.querySelector("button") ?? part("fault")).focus();
    });
    item.append(name, slider, output, remove);
    return item;
  }

  function endAt(at) {
    end = Math.min(latest, at);
    scale();
    part("end").value = end;
    tell(part("end"), part("end-says"), end);
  }

  // insert shows a fault before the first one that comes later.
  function insert(fault) {
    faults.push(fault);
    scale();
    const made = row(fault);
    const behind = [...part("list").children].find((li) => li.querySelector("input").valueAsNumber > momentOf(fault));
    part("list").insertBefore(made, behind ?? null);
  }

  function take() {
    const { actions, at } = program.run ?? { actions: [], at: 0 };
    faults = [];
    part("list").replaceChildren();
    for (const action of planned(actions)) insert({ id: ++ids, action });
    endAt(Math.max(faults.length > 0 ? Math.round(last()) + after : 0, Math.min(at, 12_000)));
    say(faults.length > 0 ? "" : "Nothing is planned. Add a fault.");
  }

  function show(on) {
    panel.hidden = !on;
    open.setAttribute("aria-expanded", String(on));
  }

  // ready says why a schedule cannot be run, or nothing.
  function ready() {
    if (!program.run) return "The run is not there yet. Try again in a moment.";
    if (faults.length === 0) return "Nothing is planned. Add a fault.";
    return "";
  }

  moves(part("end"), (at) => {
    end = at;
    tell(part("end"), part("end-says"), at);
  });
  part("add").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!program.run) {
      say(ready());
      return;
    }
    const option = part("fault").selectedOptions[0];
    const at = Math.round(part("second").valueAsNumber * 1000);
    const fault = { id: ++ids, action: { at: at * ms + 1, name: option.value, node: option.dataset.aim ? part("node").value : "", rate: "", scenario: "" } };
    if (!fits([...faults, fault])) {
      say("There is no room for another fault: the link to the run would be too long.");
      return;
    }
    insert(fault);
    if (end < at + after) endAt(at + after);
    say(`${words(fault.action)} is planned for ${onClock(at)}.`);
  });
  part("fault").addEventListener("change", () => {
    const aim = part("fault").selectedOptions[0].dataset.aim;
    part("node").disabled = !aim;
    part("node").options[0].textContent = aim === "everything" ? aim : "the leader";
  });
  part("take").addEventListener("click", take);
  part("run").addEventListener("click", async () => {
    const why = ready();
    say(why);
    if (why) return;
    const wanted = run();
    say("The run begins.");
    try {
      await program.begin({ ...wanted, at: 0 }, false);
    } catch {
      say("The run did not begin.");
      return;
    }
    history.replaceState(null, "", program.link(wanted));
    say(`It runs. The address is a link to its end, at ${onClock(wanted.at)}.`);
  });
  part("many").addEventListener("click", () => {
    const why = ready();
    say(why);
    if (!why) count(run());
  });
  open.addEventListener("click", () => {
    if (panel.hidden) {
      show(true);
      take();
    }
    panel.scrollIntoView({ block: "nearest" });
    part("fault").focus();
  });
  part("close").addEventListener("click", () => {
    show(false);
    open.focus();
  });
  root.addEventListener("lab:source", (event) => event.detail === "server" && show(false));
}
