// The machine on which the laboratory's program runs: one thread, a clock that
// stands still while the program computes, timers in the order of that clock, and
// random numbers from a seed. So a run follows from its seed and its actions.
//
// Needs Go's own wasm_exec.js, unchanged; only what the outside world would leak
// in through is replaced. Works in a worker and in Node.
globalThis.LabHost = class {
  // events: frame({number, at, hash, html}), answer(id, reason), failed(reason).
  constructor(module, seed, events) {
    this.now = 0; // milliseconds since the start; whole numbers only
    this.events = events;
    this.module = module;
    this.random = sfc32(seed);
    this.timers = new Map(); // id -> due
    this.ids = 0;
  }

  async start() {
    globalThis.labHost = {
      ready: (act) => (this.act = act),
      frame: (number, at, hash, html) => this.events.frame({ number, at, hash, html }),
      answer: (id, reason) => this.events.answer(id, reason),
      failed: (reason) => this.events.failed(reason),
    };
    this.disguise();
    const go = (this.go = new globalThis.Go());
    const imports = go.importObject;
    Object.assign(imports.gojs, {
      "runtime.nanotime1": (sp) => go.mem.setBigInt64((sp >>> 0) + 8, BigInt(this.now + 1000) * 1000000n, true),
      "runtime.walltime": (sp) => {
        const ms = EPOCH + this.now;
        go.mem.setBigInt64((sp >>> 0) + 8, BigInt(Math.floor(ms / 1000)), true);
        go.mem.setInt32((sp >>> 0) + 16, (ms % 1000) * 1000000, true);
      },
      "runtime.scheduleTimeoutEvent": (sp) => {
        const id = ++this.ids;
        this.timers.set(id, this.now + Number(go.mem.getBigInt64((sp >>> 0) + 8, true)));
        go.mem.setInt32((sp >>> 0) + 16, id, true);
      },
      "runtime.clearTimeoutEvent": (sp) => this.timers.delete(go.mem.getInt32((sp >>> 0) + 8, true)),
      "runtime.getRandomData": (sp) => {
        const at = Number(go.mem.getBigInt64((sp >>> 0) + 8, true));
        const n = Number(go.mem.getBigInt64((sp >>> 0) + 16, true));
        this.fill(new Uint8Array(go._inst.exports.mem.buffer, at, n));
      },
    });
    const instance = await WebAssembly.instantiate(this.module, imports);
    go.run(instance); // returns when the program ends, which it does not
  }

  // disguise hides what differs between hosts and between runs.
  disguise() {
    const crypto = { getRandomValues: (bytes) => this.fill(bytes) };
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true, writable: true });
  }

  fill(bytes) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.random() & 255;
    return bytes;
  }

  // next is the timer that is due first; of those that are due together, the
  // oldest.
  next() {
    let first = null;
    for (const [id, due] of this.timers) if (first === null || due < first.due) first = { id, due };
    return first;
  }

  // advance runs the program until the clock shows `to`, or until the real
  // deadline has passed; it says whether it got there. Where it stops does not
  // change what happens.
  advance(to, expired = () => false) {
    for (let n = 1; ; n++) {
      const timer = this.next();
      if (timer === null || timer.due > to) {
        this.now = Math.max(this.now, to);
        return true;
      }
      if (n % 16 === 0 && expired()) return false;
      this.now = Math.max(this.now, timer.due);
      while (this.timers.has(timer.id)) this.go._resume();
    }
  }

  do(id, { name, node = "", rate = "", scenario = "" }) {
    this.act(id, name, node, String(rate), scenario);
  }

  memory() {
    return this.go._inst.exports.mem.buffer.byteLength;
  }
};

// Every run begins at the same moment.
const EPOCH = Date.UTC(2026, 0, 1);

// sfc32: a small generator of good quality, by Chris Doty-Humphrey.
function sfc32(seed) {
  let a = seed >>> 0;
  let b = Math.floor(seed / 4294967296) >>> 0;
  let c = 0x9e3779b9;
  let d = 1;
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
