// One connection for all who follow something over it.
import { patched } from "./patch.js";

const gone = 70_000; // milliseconds after which a member that says nothing is no more
const together = 30; // what is asked for within this time is asked for at once

export class Hub {
  constructor(from) {
    this.from = from; // address of the stream
    this.members = new Map(); // by any key: {topics, tell, heard}; topics: the number of the last event by topic, or null
    this.at = new Map(); // what the connection follows, in the same form
    this.newest = new Map(); // of topics without numbers, the last message
    this.doubted = new Set(); // topics that were refused once to an older session
    this.source = null;
    this.state = "opening";
    this.failures = 0;
  }

  // declare says all that a member follows from now on, and who tells it. It gets each
  // event with a greater number than it has, and the newest of topics without numbers.
  declare(key, topics, tell) {
    const now = Date.now();
    for (const [other, { heard: last }] of this.members) if (now - last > gone) this.members.delete(other);
    const before = this.members.get(key)?.topics ?? new Map();
    if (topics.length === 0) {
      this.members.delete(key);
    } else {
      // What is on the way to a member is not asked for again.
      const has = (topic, after) => (after === null ? null : Math.max(after, before.get(topic) ?? 0));
      this.members.set(key, { topics: new Map(topics.map(([topic, after]) => [topic, has(topic, after)])), tell, heard: now });
      tell({ state: this.state });
      for (const [topic, after] of topics) if (after === null && !before.has(topic) && this.newest.has(topic)) tell(this.newest.get(topic));
    }
    clearTimeout(this.timer);
    // A browser may freeze a worker as soon as the last page with it is left, with the
    // connection open.
    if (this.members.size === 0) this.close();
    else this.timer = setTimeout(() => this.settle(), together);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.at.clear();
    this.newest.clear();
    this.state = "opening";
  }

  // settle makes the connection follow what its members do.
  settle() {
    const wanted = new Map();
    for (const { topics } of this.members.values()) {
      for (const [topic, after] of topics) wanted.set(topic, after === null ? null : Math.min(after, wanted.get(topic) ?? after));
    }
    if (wanted.size === 0) {
      this.close();
      return;
    }
    const missing = ([topic, after]) => !this.at.has(topic) || (after !== null && after < this.at.get(topic));
    if (!this.source || wanted.size !== this.at.size || [...wanted].some(missing)) this.open(wanted);
  }

  open(wanted) {
    clearTimeout(this.timer);
    this.source?.close();
    this.at = wanted;
    for (const topic of this.newest.keys()) if (!wanted.has(topic)) this.newest.delete(topic);
    const query = new URLSearchParams([...wanted].map(([topic, after]) => [topic, after ?? ""]));
    const source = new EventSource(`${this.from}?${query}`);
    this.source = source;
    for (const topic of wanted.keys()) source.addEventListener(topic, (event) => source === this.source && this.take(topic, event));
    source.addEventListener("open", () => {
      this.failures = 0;
      this.say("open");
    });
    source.addEventListener("error", () => source === this.source && this.lose());
  }

  // The browser would ask again for what it asked for at first; members have more by
  // now. Many who lose a server at once do not all come back at once.
  lose() {
    this.source.close();
    this.source = null;
    this.say("lost");
    const wait = Math.min(10_000, 500 * 2 ** this.failures++) * (0.5 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), wait);
  }

  say(state) {
    this.state = state;
    for (const { tell } of this.members.values()) tell({ state });
  }

  take(topic, event) {
    const line = event.data.indexOf("\n");
    let name = event.data.slice(0, line);
    let data = event.data.slice(line + 1);
    if (name === "end") {
      this.end(topic, JSON.parse(data));
      return;
    }
    const given = new URLSearchParams(event.lastEventId).get(topic);
    if (given === null) {
      if (name === "patch") [name, data] = ["frame", patched(this.newest.get(topic).data, JSON.parse(data))];
      const message = { topic, name, data, number: null };
      this.newest.set(topic, message);
      for (const { topics, tell } of this.members.values()) if (topics.has(topic)) tell(message);
      return;
    }
    const number = Number(given);
    const last = this.at.get(topic);
    this.at.set(topic, Math.max(number, last));
    for (const { topics, tell } of this.members.values()) {
      if (!topics.has(topic) || number <= topics.get(topic)) continue;
      if (topics.get(topic) < last) continue; // the next connection gives it what it missed, and this
      topics.set(topic, number);
      tell({ topic, name, data, number });
    }
  }

  end(topic, reason) {
    // The session that opened the connection has ended. The browser may have another
    // one by now, so the server is asked once more.
    if (reason.status === 401 && !this.doubted.has(topic)) {
      this.doubted.add(topic);
      setTimeout(() => this.doubted.delete(topic), 10_000);
      this.at.delete(topic);
      this.settle();
      return;
    }
    this.at.delete(topic);
    for (const { topics, tell } of this.members.values()) if (topics.delete(topic)) tell({ topic, end: reason });
  }
}
