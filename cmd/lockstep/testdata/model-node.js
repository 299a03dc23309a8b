// Runs the model's program in Node: for each scenario of a list, its answers to the
// same destinations, or what is wrong with it.
//
//   node model-node.js STATIC-FOLDER REQUESTS-FILE
//
// The requests are {sheet, dests, scenarios}, with texts as the program takes them.
"use strict";
const fs = require("fs");
const vm = require("vm");
const [folder, file] = process.argv.slice(2);
vm.runInThisContext(fs.readFileSync(`${folder}/wasm/wasm_exec.js`, "utf8"));
(async () => {
  const { sheet, dests, scenarios } = JSON.parse(fs.readFileSync(file, "utf8"));
  const model = (globalThis.lockstepModel = {});
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(`${folder}/wasm/model.wasm`), go.importObject);
  go.run(instance);
  const reason = model.load(sheet);
  if (reason) throw new Error(reason);
  const answers = scenarios.map((scenario) => {
    const wrong = model.set(scenario);
    return wrong ? { wrong } : { lines: model.answers(dests), verdicts: model.verdicts("") };
  });
  fs.writeSync(1, JSON.stringify(answers));
  process.exit(0); // the program waits for ever
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
