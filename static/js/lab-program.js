// The laboratory's program as pages start it: a worker that loads it, and the run
// that a link names.

// startProgram gives a worker that loads the program. heard has a function for each
// type of message; addresses are those that the page wrote into an element's data.
export function startProgram({ worker, exec, host, wasm }, heard) {
  const absolute = (path) => new URL(path, document.baseURI).href;
  const started = new Worker(absolute(worker));
  started.onmessage = ({ data }) => heard[data.type]?.(data);
  started.onerror = (event) => heard.failed({ reason: event.message || "the worker could not be started" });
  started.postMessage({ type: "load", exec: absolute(exec), hostScript: absolute(host), wasm: absolute(wasm) });
  return started;
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

export const loadingWords = ({ got, of }) => `Loads the program: ${megabytes(got)}${of ? ` of ${megabytes(of)}` : ""} MB …`;

export function decode(fragment) {
  const match = /^#run=([\w-]{1,20000})$/.exec(fragment);
  if (!match) return null;
  try {
    const [s, at, list, bug = "", ...more] = JSON.parse(atob(match[1].replaceAll("-", "+").replaceAll("_", "/")));
    const inOrder = () => list.every(([t], i) => t >= (i > 0 ? list[i - 1][0] : 0) && t < 3.6e12);
    const good = Number.isInteger(s) && Number.isFinite(at) && at >= 0 && at < 3.6e6 && Array.isArray(list) && list.length < 1000 && inOrder() && /^([a-z][a-z-]{0,60})?$/.test(bug) && more.length === 0;
    if (!good) return null;
    return {
      seed: s,
      at,
      bug, // the deliberate one that is on; "" for none
      actions: list.map(([t, name, node, rate, scenario]) => ({ at: Number(t), name: String(name), node: String(node), rate: String(rate), scenario: String(scenario) })),
    };
  } catch {
    return null;
  }
}
