// Runs the laboratory's program in Node, once for each seed, with the host that the
// browser uses, and prints the seed, the hash of the last frame, how many bytes the
// program has taken, and how many messages had been acknowledged.
//
//   node lab-node.js STATIC-FOLDER FIRST LAST UNTIL-MS ACTIONS-JSON
"use strict";
const fs = require("fs");
const vm = require("vm");
const arguments_ = process.argv.slice(2);
// As in a browser: the folder's name and the process's number must not get in.
globalThis.process = undefined;
const [folder, first, last, until, actions] = arguments_;
vm.runInThisContext(fs.readFileSync(`${folder}/wasm/wasm_exec.js`, "utf8"));
vm.runInThisContext(`${fs.readFileSync(`${folder}/js/lab-host.js`, "utf8")};globalThis.LabHost = LabHost`);
(async () => {
  const program = await WebAssembly.compile(fs.readFileSync(`${folder}/wasm/lab.wasm`));
  for (let seed = Number(first); seed <= Number(last); seed++) {
    let last = {};
    const host = new LabHost(program, seed, JSON.parse(actions), (frame) => (last = frame), () => {});
    await host.start();
    if (!host.run(Number(until) * 1e6)) throw new Error(host.failed);
    const acknowledged = /data-testid="acknowledged">([^<]*)/.exec(last.html)[1].replaceAll(",", "");
    console.log(`${seed} ${last.hash} ${host.memory} ${acknowledged}`);
  }
})().catch((error) => {
  console.error(error);
  throw error;
});
