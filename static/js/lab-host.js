// The host of the laboratory's program: it gives time and randomness, both from
// a seed, and runs the program in one thread. The clock stands still while the
// program computes and jumps to the next timer when it waits. So a seed, and
// actions with their moments, decide everything that happens.
//
// A classic script, for workers and for Node alike. It expects Go's wasm_exec.js
// to have defined Go.
"use strict";

// eslint-disable-next-line no-unused-vars
class LabHost {
  static millisecond = 1e6; // all times are in nanoseconds since the start
  static epoch = Date.UTC(2026, 0, 1);

  // onFrame(frame) gets {number, at, html, hash, over, trace}: over once a story has ended, and trace a hash of
  // what happened, words left out; onAnswer(number, reason).
  // bug is the deliberate one that is on in this run, for a program that has them.
  constructor(module, seed, actions, onFrame, onAnswer, bug = "") {
    this.module = module;
    this.seed = seed;
    this.bug = bug;
    this.actions = [...actions]; // {at, name, node, rate, scenario}, by time; rate is a number for frames
    this.next = 0; // of actions
    this.onFrame = onFrame;
    this.onAnswer = onAnswer;
    this.now = 0;
    this.timers = new Map();
    this.timer = 1;
    this.failed = "";
    this.random = LabHost.generator(seed);
  }

  // now is the time in nanoseconds since the start. It is set rarely and read often.
  get now() {
    return this.time.now;
  }

  set now(now) {
    const passed = Math.floor(now / 1e9);
    const monotonic = now + 1e9; // the runtime takes 0 for no time at all
    const high = Math.floor(monotonic / 2 ** 32);
    this.time = { now, low: monotonic - high * 2 ** 32, high, second: LabHost.epoch / 1000 + passed, nanosecond: now - passed * 1e9 };
  }

  // sfc32, after a splitting of the seed: https://pracrand.sourceforge.net
  static generator(seed) {
    let h = (seed >>> 0) ^ 0x9e3779b9;
    const split = () => {
      h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
      h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
      return (h = (h ^ (h >>> 15)) + 0x9e3779b9) >>> 0;
    };
    let [a, b, c, d] = [split(), split(), split(), 1];
    return () => {
      const t = (a + b + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t | 0;
      return t >>> 0;
    };
  }

  async start() {
    const go = new Go();
    this.go = go;
    // Stacks that have grown stay as they are: to shrink them at each collection and
    // to let them grow again takes a tenth of the time, and saves some hundred KB.
    go.env = { GODEBUG: "gcshrinkstackoff=1" };
    if (this.bug) go.env.LOCKSTEP_MUTANT = this.bug;
    const gojs = go.importObject.gojs;
    // The scheduler asks for the time at every turn, so it lies ready in words.
    gojs["runtime.nanotime1"] = (sp) => {
      go.mem.setUint32((sp >>> 0) + 8, this.time.low, true);
      go.mem.setUint32((sp >>> 0) + 12, this.time.high, true);
    };
    gojs["runtime.walltime"] = (sp) => {
      go.mem.setUint32((sp >>> 0) + 8, this.time.second, true);
      go.mem.setUint32((sp >>> 0) + 12, 0, true);
      go.mem.setInt32((sp >>> 0) + 16, this.time.nanosecond, true);
    };
    gojs["runtime.scheduleTimeoutEvent"] = (sp) => {
      const delay = Number(go.mem.getBigInt64((sp >>> 0) + 8, true));
      this.timers.set(this.timer, this.now + delay * LabHost.millisecond);
      go.mem.setInt32((sp >>> 0) + 16, this.timer++, true);
    };
    gojs["runtime.clearTimeoutEvent"] = (sp) => this.timers.delete(go.mem.getInt32((sp >>> 0) + 8, true));
    gojs["runtime.getRandomData"] = (sp) => {
      const at = Number(go.mem.getBigInt64((sp >>> 0) + 8, true));
      const length = Number(go.mem.getBigInt64((sp >>> 0) + 16, true));
      const bytes = new Uint8Array(go._inst.exports.mem.buffer, at, length);
      for (let i = 0; i < length; i++) bytes[i] = this.random() & 255;
    };
    // The same time zone everywhere, or the same run would show other hours.
    Date.prototype.getTimezoneOffset = () => 0;
    // They return nothing: what the program gets back takes memory there, and the
    // moments of its garbage collection are a part of the run.
    globalThis.lockstepHost = {
      frame: (number, at, html, hash, over, trace) => {
        this.onFrame({ number, at: at - LabHost.epoch, html, hash, over, trace });
      },
      answer: (number, reason) => {
        this.onAnswer(number, reason);
      },
      fail: (reason) => {
        this.failed = reason;
      },
    };
    this.program = globalThis.lockstepHost;
    const instance = await WebAssembly.instantiate(this.module, go.importObject);
    go.exit = (code) => (this.failed = `the program ended with ${code}`);
    go.run(instance); // until it waits
  }

  // tell gives the newest frame as data. The run is to be left alone from then on.
  tell() {
    return this.program.tell();
  }

  get memory() {
    return this.go._inst.exports.mem.buffer.byteLength;
  }

  // act delivers an action now, and remembers when that was: after all that is due
  // by now, and before everything else, so that a repetition knows the order.
  act(action) {
    this.run(this.now);
    action = { ...action, at: this.now + 1 };
    this.actions.splice(this.next, 0, action);
    this.deliver();
    return action;
  }

  deliver() {
    const { at, name, node, rate, scenario } = this.actions[this.next++];
    this.now = Math.max(this.now, at);
    this.program.act(this.next, name, node ?? "", name === "frames" ? Number(rate) : (rate ?? ""), scenario ?? "");
  }

  // run goes on until the moment, or until enough() says so. It gives false in the
  // latter case, and when the program has ended.
  run(until, enough = () => false) {
    for (;;) {
      if (this.failed) return false;
      let id = 0;
      let at = Infinity;
      for (const [i, t] of this.timers) if (t < at) [id, at] = [i, t];
      const due = this.next < this.actions.length ? this.actions[this.next].at : Infinity;
      if (Math.min(at, due) > until) return true;
      if (due <= at) {
        this.deliver();
      } else {
        this.now = Math.max(this.now, at);
        do this.go._resume();
        while (this.timers.has(id) && !this.failed);
      }
      if (enough()) return false;
    }
  }
}
