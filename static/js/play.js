// A reader changes inputs of the model, and its numbers on the page follow. They are
// computed by the program that computed them for the page, which is fetched when the
// first input is touched, or when the address holds a scenario. The page is complete
// without any of this: the numbers of the base stay where they are, and what a
// scenario makes of them stands beside.
const key = "scenario";
const settle = 180; // milliseconds without a change, before what takes long

let panel, rows, bar, hint;
let model = null; // what the program puts its functions into, once it runs
let loading = null;
let scenario = new Map(); // name of an input -> value in its unit
let wrong = ""; // what is wrong with the scenario in the address
let frame = 0, timer = 0, turn = 0;
let flips = new Set(); // names of values that have to be searched for

const q = (selector, within = panel) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });
const spaces = (text) => text.replace(/[\u00a0\u202f]/g, " ").replaceAll("\u200b", "").trim();
const unbroken = (text) => text.replaceAll(" ", "\u00a0");
const absolute = (path) => new URL(path, document.baseURI).href;

// ---- the program

function load() {
  if (model) return Promise.resolve(model);
  loading ??= start().then(
    (started) => {
      panel.dataset.state = "ready";
      say([hint]);
      return (model = started);
    },
    (error) => {
      loading = null;
      panel.dataset.state = "failed";
      failed(error);
      throw error;
    },
  );
  return loading;
}

async function start() {
  panel.dataset.state = "loading";
  say([make("span", "play-loading", "Loads the model …")]);
  const got = async (path) => {
    const response = await fetch(absolute(path));
    if (!response.ok) throw new Error(`${path} is not there (${response.status})`);
    return response;
  };
  const [program, text] = await Promise.all([
    got(panel.dataset.wasm).then((r) => r.arrayBuffer()),
    got(panel.dataset.play).then((r) => r.text()),
    import(absolute(panel.dataset.exec)),
  ]);
  const functions = (globalThis.lockstepModel = {});
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  go.run(instance).then(() => ended());
  flips = new Set([...text.matchAll(/^flip\t([^\t]*)/gm)].map((m) => m[1]));
  const reason = functions.load(text);
  if (reason) throw new Error(reason);
  return functions;
}

// The program ends only by a fault.
function ended() {
  model = loading = null;
  panel.dataset.state = "failed";
  failed(new Error("the program has ended"));
}

function failed(error) {
  const again = make("button", "play-again", "Try again");
  again.type = "button";
  again.addEventListener("click", () => change());
  const text = make("span", "play-failed", `The model cannot be computed here: ${error.message}. The numbers on this page are those of the base. `);
  text.append(again);
  say([text]);
  unmark();
  drawBar();
}

// The line below the title says what the program does, so that no row moves away
// below a finger.
function say(parts) {
  const place = q(".play-state");
  if (place.textContent !== parts.map((p) => p.textContent ?? p).join("")) place.replaceChildren(...parts);
}

// ---- the address

const written = () => [...scenario].map(([name, value]) => `${name}:${String(value).replace("+", "")}`).join(",");

function address() {
  const url = new URL(location.href);
  url.searchParams.delete(key);
  // By hand: names and numbers need no escapes, and so the address can be read.
  const others = url.searchParams.toString();
  const own = scenario.size > 0 ? `${key}=${written()}` : "";
  url.search = [others, own].filter(Boolean).join("&");
  return url.href;
}

async function open() {
  const text = new URLSearchParams(location.search).get(key);
  if (text === null) {
    if (scenario.size > 0) change(() => scenario.clear());
    return;
  }
  try {
    await load();
  } catch {
    return;
  }
  scenario.clear();
  wrong = model.set(text);
  if (!wrong) {
    for (const [name, value] of table(model.changed(text))) scenario.set(name, Number(value));
  }
  rows.forEach(showRow);
  // What a link changes is not to be looked for.
  for (const row of rows) if (row.closest("details") && scenario.has(row.dataset.input)) q(".play-rows").append(row);
  apply();
}

// ---- inputs

const number = (row, name) => Number(row.dataset[name]);
const base = (row) => number(row, "valueOf");
const valueOf = (row) => scenario.get(row.dataset.input) ?? base(row);
const digits = (v, n = 12) => Number(v.toPrecision(n));

function atStep(row, step) {
  const low = number(row, "low"), high = number(row, "high"), steps = number(row, "steps");
  if (step === stepOf(row, base(row))) return base(row);
  const share = step / steps;
  const v = "logarithmic" in row.dataset ? low * (high / low) ** share : low + (high - low) * share;
  return step <= 0 ? low : step >= steps ? high : digits(v, 3);
}

function share(row, v) {
  const low = number(row, "low"), high = number(row, "high");
  const at = "logarithmic" in row.dataset ? Math.log(Math.max(v, low) / low) / Math.log(high / low) : (v - low) / (high - low);
  return Math.min(Math.max(at, 0), 1);
}

const stepOf = (row, v) => Math.round(share(row, v) * number(row, "steps"));

// Shows an input as it is in the scenario. The field is left alone while somebody
// types in it.
function showRow(row) {
  const v = valueOf(row), changed = scenario.has(row.dataset.input);
  const slider = q("[type=range]", row), field = q("[type=number]", row);
  slider.value = stepOf(row, v);
  row.style.setProperty("--at", share(row, v));
  if (document.activeElement !== field) field.value = digits(v / number(row, "scale"), 6);
  const unit = q(".play-unit", row).textContent;
  slider.setAttribute("aria-valuetext", spaces(`${field.value} ${unit}${changed ? "" : ", as in the base"}`));
  row.classList.toggle("changed", changed);
  row.classList.toggle("beyond", v < number(row, "low") * (1 - 1e-9) || v > number(row, "high") * (1 + 1e-9));
  q(".play-reset", row).hidden = !changed;
  complain(row, "");
}

function complain(row, text) {
  const place = q(".play-wrong", row), field = q("[type=number]", row);
  place.textContent = text;
  place.hidden = !text;
  field.toggleAttribute("aria-invalid", Boolean(text));
}

function put(row, v) {
  const name = row.dataset.input;
  change(() => {
    if (Math.abs(v - base(row)) <= 1e-9 * Math.abs(base(row))) scenario.delete(name);
    else scenario.set(name, v);
    showRow(row);
  });
}

function typed(row, field) {
  const v = field.valueAsNumber * number(row, "scale");
  if (field.value === "" || Number.isNaN(v)) {
    complain(row, "Write a number.");
  } else if (v < number(row, "min") * (1 - 1e-9) || v > number(row, "max") * (1 + 1e-9)) {
    complain(row, `Between ${field.min} and ${field.max} ${spaces(q(".play-unit", row).textContent)}.`);
  } else {
    put(row, v);
  }
}

// ---- what follows

// change makes a change, and lets the page follow: what is quick with the next frame,
// what takes long when the reader rests.
function change(act = () => {}) {
  wrong = "";
  act();
  load().then(
    () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => apply(true));
      clearTimeout(timer);
      timer = setTimeout(() => {
        apply();
        history.replaceState(history.state, "", address());
      }, settle);
    },
    () => {},
  );
}

const table = (text) => text.split("\n").filter(Boolean).map((line) => line.split("\t"));

// Draws of all inputs together and searches take long.
const slow = (dest) => dest.includes("joint=") || flips.has(dest);

function apply(quick = false) {
  if (!model) return;
  turn++;
  if (!wrong) {
    const reason = model.set(written());
    if (reason) wrong = reason;
  }
  const active = scenario.size > 0 && !wrong;
  const values = all("main [data-value]"), long = values.filter((e) => slow(e.dataset.value));
  answer(values.filter((e) => !active || !long.includes(e)), active);
  for (const e of long) beside(e)?.classList.add("stale");
  if (!quick && active) answerSlowly(long, turn);
  for (const caption of all("main figure[data-of-model] figcaption")) {
    q(".now", caption)?.remove();
    if (active) caption.insertBefore(make("span", "now", "The picture stays with the base."), q("details", caption));
  }
  judge(active ? table(model.verdicts("")) : []);
  drawBar();
}

function answer(values, active) {
  const dests = [...new Set(values.map((e) => e.dataset.value))];
  const lines = active && dests.length > 0 ? table(model.answers(dests.join("\n"))) : [];
  const answers = new Map(lines.map((line, i) => [dests[i], line]));
  for (const e of values) mark(e, answers.get(e.dataset.value));
}

// One by one, so that the page stays quick, and until the next change.
async function answerSlowly(values, mine) {
  for (const e of values) {
    await new Promise((resume) => setTimeout(resume));
    if (mine !== turn || !model) return;
    answer([e], true);
    beside(e)?.classList.remove("stale");
  }
}

// beside is what stands after a number under a scenario, or null.
const beside = (e) => (e.nextElementSibling?.matches(".now") ? e.nextElementSibling : null);

// mark writes beside a number what the scenario makes of it. The number itself stays
// as it is: comments hang on the text of the page.
function mark(e, answer) {
  const old = beside(e);
  const broken = answer?.[0] === "!";
  e.closest("tr")?.classList.toggle("broken-promise", answer?.[4] === "broken");
  if (!answer || (!broken && !answer[4])) {
    old?.remove();
    e.classList.remove("changed");
    return;
  }
  const now = old ?? make("span", "now");
  const [number, full, baseNumber, baseFull, difference] = broken ? ["", "no number", "", "", ""] : answer;
  const text = spaces(e.textContent);
  let says = full;
  if (text === baseNumber && text !== baseFull) says = number;
  else if (text !== baseFull && text.startsWith(`${baseNumber} `)) says = number + text.slice(baseNumber.length);
  now.replaceChildren(make("span", "now-word", " now "), withUnit(number, says, e.closest(".play-results")));
  if (difference) now.append(" ", make("small", "", unbroken(difference)));
  e.classList.add("changed");
  if (!old) e.after(now);
}

// Among the results the unit is smaller than the number, and may be on another line.
function withUnit(number, says, small) {
  const b = make("b", "");
  if (!small) return b.append(unbroken(says)), b;
  const rest = number && says.startsWith(number) ? says.slice(number.length) : says;
  b.append(unbroken(says.slice(0, says.length - rest.length)), document.createElement("wbr"), make("i", "", unbroken(rest)));
  return b;
}

function unmark() {
  for (const e of all("main [data-value]")) mark(e);
  for (const e of all("main figcaption .now")) e.remove();
}

let verdicts = [];

function judge(lines) {
  verdicts = lines;
  say(wrong ? [make("span", "play-failed", `The scenario in the address cannot be read: ${wrong}. The page shows the base.`)] : [hint]);
  const list = make("ul", "");
  for (const [kind, of, says, place, subject, left, right, before] of lines) {
    const promise = kind === "assert";
    const item = make("li", promise ? "broken-promise" : "crossed");
    const link = make("a", "", promise ? says.replace(/\.$/, "") : of);
    link.href = new URL(place.slice(1), absolute(panel.dataset.root)).href;
    if (promise) item.append(make("b", "", before ? "Broken, as in the base: " : "Broken: "), link, `: ${subject} ${unbroken(left)}, ${unbroken(right)}.`);
    else item.append(make("b", "", "To be decided again: "), link, `. ${says.replace(/\.$/, "")} (${subject} ${unbroken(left)}, ${unbroken(right)}).`);
    list.append(item);
  }
  // A status that says the same again would be read aloud again.
  const place = q(".play-verdicts", bar);
  if (place.firstElementChild?.innerHTML !== list.innerHTML) place.replaceChildren(list);
  place.hidden = lines.length === 0;
}

// ---- the bar, for wherever the reader is on the page

function drawBar() {
  const active = model && scenario.size > 0 && !wrong;
  bar.hidden = !active;
  document.documentElement.classList.toggle("playing", Boolean(active));
  if (!active) return;
  const broken = verdicts.filter(([kind]) => kind === "assert").length, crossed = verdicts.length - broken;
  const said = [scenario.size === 1 ? "1 input changed" : `${scenario.size} inputs changed`];
  if (broken > 0) said.push(broken === 1 ? "1 promise broken" : `${broken} promises broken`);
  if (crossed > 0) said.push(crossed === 1 ? "1 decision to take again" : `${crossed} decisions to take again`);
  q(".play-bar-text", bar).textContent = said.join(" · ");
  bar.classList.toggle("bad", broken > 0);
}

function makeBar() {
  const made = make("aside", "play-bar");
  made.setAttribute("aria-label", "Your scenario");
  made.hidden = true;
  const said = make("div", "play-verdicts");
  said.hidden = true;
  said.tabIndex = 0;
  said.setAttribute("role", "status");
  said.setAttribute("aria-label", "What the scenario breaks");
  const button = (text, act) => {
    const b = make("button", "", text);
    b.type = "button";
    b.addEventListener("click", act);
    return b;
  };
  made.append(
    said,
    make("span", "play-bar-text"),
    make("span", "play-bar-note", "Struck out is the base; the sentences are about it."),
    button("Inputs", () => {
      panel.scrollIntoView({ block: "start" });
      q(".play-row.changed [type=range], .play-row [type=range]")?.focus({ preventScroll: true });
    }),
    button("Reset all", () => {
      change(() => scenario.clear());
      rows.forEach(showRow);
    }),
  );
  document.body.append(made);
  return made;
}

// ---- the start

function begin() {
  panel = document.querySelector("[data-play]");
  if (!panel) return;
  rows = all(".play-row", panel);
  hint = q(".play-state").textContent;
  bar ??= makeBar();
  panel.hidden = false;
  panel.dataset.state = model ? "ready" : "idle";
  for (const row of rows) {
    const slider = q("[type=range]", row), field = q("[type=number]", row);
    row.style.setProperty("--base", share(row, base(row)));
    slider.addEventListener("input", () => put(row, atStep(row, Number(slider.value))));
    slider.addEventListener("pointerdown", () => load().catch(() => {}));
    field.addEventListener("input", () => typed(row, field));
    field.addEventListener("blur", () => showRow(row));
    q(".play-reset", row).addEventListener("click", () => {
      put(row, base(row));
      slider.focus();
    });
    showRow(row);
  }
  open();
}

addEventListener("popstate", () => panel && open());
document.addEventListener("lockstep:swapped", () => {
  model = loading = null; // the sheet may be another
  begin();
});
begin();
