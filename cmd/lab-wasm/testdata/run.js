// Runs seeds in Node: node run.js VENDOR HOST WASM MILLISECONDS SEED...
// Prints a line of JSON for each: the last frame and what the run took.
const fs = require("node:fs");
const vm = require("node:vm");
const [exec, host, wasm, until, ...seeds] = process.argv.slice(2);

async function run(module, seed) {
  // A context of its own: nothing of this process is to be seen in it.
  const context = vm.createContext({ TextEncoder, TextDecoder, WebAssembly, console, performance, crypto: globalThis.crypto });
  for (const file of [exec, host]) vm.runInContext(fs.readFileSync(file, "utf8"), context, { filename: file });
  const seen = { seed: Number(seed), frames: 0, answers: [], leader: 0 };
  const lab = new context.LabHost(module, Number(seed), {
    frame: ({ number, at, hash, html }) => {
      seen.frames++;
      Object.assign(seen, { number, at, hash, bytes: html.length });
      if (!seen.leader && /data-testid="leader"[^>]*>\s*n\d/.test(html)) seen.leader = at;
      if (process.env.HTML) fs.writeFileSync(process.env.HTML + "/" + number + ".html", html);
    },
    answer: (id, reason) => seen.answers.push(reason),
    failed: (reason) => (seen.failed = reason),
  });
  const began = performance.now();
  await lab.start();
  lab.advance(until / 2);
  lab.do(1, { name: seed % 2 ? "kill-leader" : "cut-leader" });
  lab.advance(Number(until));
  return { ...seen, took: Math.round(performance.now() - began), memory: lab.memory() };
}

(async () => {
  const module = await WebAssembly.compile(fs.readFileSync(wasm));
  for (const seed of seeds) console.log(JSON.stringify(await run(module, seed)));
})();
