// Runs the laboratory's program beside the page, so that the page stays quick.
// The page says what to do; the worker sends frames. It keeps them for looking back,
// compressed to a fifth.
"use strict";

const kept = 4000; // frames, some 25 MB: thirteen minutes at five a second; beyond, the older the fewer
const ms = 1e6;
const start = 1500 * ms; // virtual time that passes at once: until there is a leader, and load
const drawing = 120; // milliseconds at least between two frames: the page needs time for itself
const slice = 14; // milliseconds of work between two looks at what the page wants

let host = null;
let module = null;
let frames = [];
let sent = 0; // number of the newest frame that the page has
let pace = 1; // virtual time to real time
let ready = false; // the program has come to the moment that was asked for
let paused = true;
let target = 0;
let before = 0;
let reported = 0; // when the page got a frame last
let measured = { at: 0, now: 0 }; // where the pace was measured last
let seed = 1;
let run = 0; // counts restarts
let tag = 0; // what the page calls the run: what it hears of an earlier one it can leave out
let asks = 0; // counts the frames that the page asked for
const asked = new Map(); // number of an action: the page's id for it

// How many milliseconds of its time the program lets pass between two frames, by
// pace: what nobody could see is not drawn. It is a part of the run, as the rate of
// messages is, and so an action.
const cadence = () => (pace > 10 ? 1000 : pace > 2 ? 500 : 200);

function setCadence() {
  const newest = host.actions.slice(0, host.next).findLast((a) => a.name === "frames");
  if (Number(newest?.rate ?? 200) === cadence()) return;
  host.act({ name: "frames", rate: cadence() });
  postMessage({ type: "acted", actions: host.actions });
}

// restart gives false if another restart has come after it.
async function restart(newSeed, actions, until, bug) {
  run++;
  ready = false;
  seed = newSeed;
  frames = [];
  sent = 0;
  asks++;
  asked.clear();
  const mine = run;
  host = new LabHost(module, seed, actions, (frame) => mine === run && keep(frame), (number, reason) => mine === run && answer(number, reason), bug);
  await host.start();
  // What was before the moment is gone through at once, in slices.
  while (mine === run && !host.run(Math.max(until, start), stopwatch())) {
    if (host.failed) break;
    if (performance.now() - reported >= drawing) report();
    await turn();
  }
  if (mine !== run) return false;
  ready = true;
  target = host.now;
  report();
  return true;
}

const stopwatch = () => {
  const end = performance.now() + slice;
  return () => performance.now() > end;
};

function keep(frame) {
  if (frames.length > 0) pack(frames.at(-1)); // the newest is at hand as it is
  frames.push(frame);
  if (frames.length > kept) frames = frames.filter((_, i) => i % 2 === 0 || i > kept / 2);
}

const through = (content, stream) => new Response(new Blob([content]).stream().pipeThrough(stream));

async function pack(frame) {
  frame.packed = await through(frame.html, new CompressionStream("deflate-raw")).arrayBuffer();
  frame.html = "";
}

const unpack = (frame) => through(frame.packed, new DecompressionStream("deflate-raw")).text();

function answer(number, reason) {
  postMessage({ type: "answer", id: asked.get(number), reason });
  asked.delete(number);
}

// report sends the newest frame, if the page does not have it.
function report() {
  if (host.failed) postMessage({ type: "failed", reason: host.failed });
  const frame = frames.at(-1);
  if (!frame || frame.number === sent) return;
  sent = frame.number;
  reported = performance.now();
  send(frame, frame.html, false);
}

function send({ number, at, hash, trace }, html, wanted) {
  const { at: last, number: newest } = frames.at(-1);
  postMessage({ type: "frame", tag, number, at, hash, trace, html, wanted, past: number !== newest, first: frames[0].at, last, memory: host.memory, actions: host.actions.length });
}

// A turn of what the page wants, and no more: a message to oneself is, in practice,
// behind those that have come, and no timer makes it wait.
const turns = new MessageChannel();
const resumes = [];
turns.port1.onmessage = () => resumes.shift()();
const turn = () =>
  new Promise((resume) => {
    resumes.push(resume);
    turns.port2.postMessage(null);
  });

function tick() {
  const now = performance.now();
  const passed = Math.min(now - before, 100);
  before = now;
  let keptUp = true;
  if (ready && !paused && !host.failed) {
    target += passed * pace * ms;
    keptUp = host.run(target, stopwatch()) || host.failed !== "";
    if (!keptUp) target = host.now;
    if (now - reported >= drawing || host.failed) report();
    measure(now);
  }
  if (keptUp) setTimeout(tick, 16);
  else turn().then(tick);
}

// Once a second the page learns how fast the program really is.
function measure(now) {
  const passed = now - measured.at;
  if (passed < 1000) return;
  if (passed < 2000) postMessage({ type: "speed", speed: (host.now - measured.now) / ms / passed });
  measured = { at: now, now: host.now };
}

// download gives the program. A plain static host sends it as it is, several times as
// large as the compressed file beside it: there that one is fetched and opened here.
async function download(url) {
  const way = await fetch(url, { method: "HEAD" });
  if (way.ok && !way.headers.get("content-encoding")) {
    const small = await fetch(`${url}.gz`);
    if (small.ok && !/html/.test(small.headers.get("content-type"))) {
      const body = counted(small);
      return small.headers.get("content-encoding") ? body : body.pipeThrough(new DecompressionStream("gzip"));
    }
  }
  const whole = await fetch(url);
  if (!whole.ok) throw new Error(`${new URL(url).pathname} was answered with ${whole.status}`);
  return counted(whole);
}

// counted tells the page how much has come, of how much where that is known.
function counted(response) {
  const of = response.headers.get("content-encoding") ? 0 : Number(response.headers.get("content-length"));
  let got = 0;
  let told = 0;
  return response.body.pipeThrough(
    new TransformStream({
      transform(chunk, onward) {
        got += chunk.length;
        if (performance.now() - told > 100) {
          told = performance.now();
          postMessage({ type: "loading", got, of });
        }
        onward.enqueue(chunk);
      },
    }),
  );
}

const standing = (at) => frames.findLast((f) => f.at <= at) ?? frames[0];

const commands = {
  async load({ exec, hostScript, wasm }) {
    importScripts(exec, hostScript);
    const program = new Response(await download(wasm), { headers: { "content-type": "application/wasm" } });
    module = await WebAssembly.compileStreaming(program);
    postMessage({ type: "loaded" });
    before = performance.now();
    tick();
  },
  async restart({ seed, actions, until, bug = "", paused: wait, first, tag: called = 0 }) {
    paused = wait;
    tag = called;
    if (!(await restart(seed, actions, until ? (until + 1) * ms - 1 : 0, bug))) return; // the millisecond to its end
    if (!paused) setCadence();
    if (first) commands.act(first);
    postMessage({ type: "ready", seed, tag });
  },
  pace(m) {
    pace = m.pace;
    if (ready && !paused) setCadence();
  },
  pause(m) {
    paused = m.paused;
    if (!ready) return;
    target = host.now;
    if (!paused) setCadence();
  },
  step() {
    paused = true;
    if (!ready) return;
    asks++;
    const have = frames.at(-1)?.number;
    host.run(host.now + 1000 * ms, () => frames.at(-1)?.number !== have);
    target = host.now;
    report();
  },
  act({ id, action }) {
    if (!ready) {
      postMessage({ type: "answer", id, reason: "the run is not there yet: try again in a moment" });
      return;
    }
    asked.set(host.next + 1, id);
    host.act(action);
    postMessage({ type: "acted", actions: host.actions });
    report();
  },
  // A run that nobody watches, to its verdict: in a worker that shows none.
  async verdict({ script, run: unseen }) {
    if (!self.labVerdict) importScripts(script);
    postMessage({ type: "verdict", ...(await labVerdict(module, unseen)) });
  },
  // The frame that stood at a moment.
  async show({ at }) {
    const mine = ++asks;
    const frame = standing(at);
    const html = frame && (frame.html || (await unpack(frame)));
    if (html && mine === asks) send(frame, html, true);
  },
  // The same, for a page that wants to know and not to show.
  async look({ at, id }) {
    const frame = standing(at);
    postMessage({ type: "looked", id, at: frame?.at, html: frame ? frame.html || (await unpack(frame)) : "" });
  },
};

onmessage = ({ data }) => {
  Promise.resolve()
    .then(() => commands[data.type](data))
    .catch((error) => postMessage({ type: "failed", reason: String(error.message ?? error) }));
};
