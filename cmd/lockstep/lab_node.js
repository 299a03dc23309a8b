// Plays a run of the laboratory's program in Node, with the host that the browser
// uses, and prints what became of it as JSON.
//
//   node play.js FOLDER <RUN-JSON
//
// A run has a seed, actions, moments in milliseconds at which the trace is noted, and
// a limit; it ends with the story that begins last, if it has one. Where "told" is set, the pictures of the moments are
// taken, each from a run of its own: to tell moves what comes later. Of the time of the
// film the frames are given as the page shows them, and where "judged" is set the last
// one too. A run with a deliberate bug is played by the program that has them.
"use strict";
const fs = require("fs");
const vm = require("vm");
const folder = process.argv[2];
const { seed, actions, moments, limit, story, told, film, bug, judged } = JSON.parse(fs.readFileSync(0, "utf8"));
// As in a browser: the folder's name and the process's number must not get in.
globalThis.process = undefined;
vm.runInThisContext(fs.readFileSync(`${folder}/wasm_exec.js`, "utf8"));
vm.runInThisContext(`${fs.readFileSync(`${folder}/lab-host.js`, "utf8")};globalThis.LabHost = LabHost`);
vm.runInThisContext(fs.readFileSync(`${folder}/lab-verdict.js`, "utf8"));
const upTo = (at) => (at + 1) * 1e6 - 1; // the millisecond to its end, as in the page

(async () => {
  const program = await WebAssembly.compile(fs.readFileSync(`${folder}/${bug ? "lab-bugs" : "lab"}.wasm`));
  const begin = async (onFrame) => {
    const host = new LabHost(program, seed, actions, onFrame, () => {}, bug);
    await host.start();
    return host;
  };
  const traces = moments.map(() => "");
  let newest = null;
  const frames = [];
  const ended = () => labStoryEnded(newest, story);
  const whole = await begin((frame) => {
    newest = frame;
    if (film && frame.at >= film[0] && frame.at <= film[1]) frames.push({ at: frame.at, html: frame.html });
    moments.forEach((at, i) => {
      if (frame.at <= at) traces[i] = frame.trace;
    });
  });
  whole.run(upTo(limit), ended);
  if (whole.failed || !newest) throw new Error(whole.failed || "the run shows nothing");
  const last = judged ? [{ at: newest.at, html: newest.html }] : null;
  const result = { trace: newest.trace, traces, frames, last, stills: [], over: ended(), end: JSON.parse(whole.tell()) };
  for (const [i, at] of told ? moments.entries() : []) {
    const host = await begin((frame) => (traces[i] = frame.trace)); // a moment may be after the end of the story
    if (!host.run(upTo(at))) throw new Error(host.failed);
    result.stills.push(JSON.parse(host.tell()));
  }
  console.log(JSON.stringify(result));
})().catch((error) => {
  console.error(error.message);
  throw error;
});
