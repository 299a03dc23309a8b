// What a page follows live. A browser opens six connections to a host, for all its
// tabs together, so all tabs of this site share one: a worker holds it, or the tab
// that leads, or, where the browser has neither, each page that is looked at.
//
// A tab that nobody looks at follows nothing. When it is back it says what it has, and
// gets what it missed: each event once, whoever held the connection meanwhile.
//
// This file is the script of that worker as well.
import { alone } from "./stream/alone.js";
import { canLead, led } from "./stream/led.js";
import { canShare, serveTabs, shared } from "./stream/shared.js";

const again = 15_000; // milliseconds, for what the server cannot give now
const report = 20_000; // how often a page says that it is there
const silence = 50_000; // after which who holds the connection has gone

const followed = new Map(); // by topic: {after, hears}
let held = null; // by whom: {declare, renew}
let heard = 0;
let address = "";
let leaving = false;

// subscribe follows a topic until the function that it gives is called. After is the
// number of the last event that the page has, or null for a topic without numbers.
// Hears may have event(name, data, number), end({status, detail}), and state("opening",
// "open" or "lost"). Without a server behind the page nothing is followed.
export function subscribe(topic, after, hears) {
  const one = { after, hears, wanted: true };
  followed.set(topic, one);
  declare();
  return () => {
    one.wanted = false;
    if (followed.get(topic) !== one) return;
    followed.delete(topic);
    declare();
  };
}

let declaring = false;
function declare() {
  if (declaring || !address) return;
  declaring = true;
  queueMicrotask(() => {
    declaring = false;
    const topics = document.hidden || leaving ? [] : [...followed].map(([topic, { after }]) => [topic, after]);
    if (topics.length > 0) held ??= hold();
    held?.declare(topics);
  });
}

function hold() {
  heard = Date.now();
  const other = () => (canLead() ? led(address, hear) : alone(address, hear));
  try {
    if (canShare()) return shared(address, hear, () => { held = other(); declare(); });
  } catch { /* the browser has no such worker for this page */ }
  return other();
}

function hear({ state, topic, name, data, number, end }) {
  heard = Date.now();
  if (state) {
    for (const { hears } of followed.values()) hears.state?.(state);
    return;
  }
  const one = followed.get(topic);
  if (!one) return;
  if (end) {
    followed.delete(topic);
    if (end.status === 503) setTimeout(() => {
      if (!one.wanted || followed.has(topic)) return;
      followed.set(topic, one);
      declare();
    }, again);
    one.hears.end?.(end);
    return;
  }
  if (number !== null) {
    if (number <= one.after) return;
    one.after = number;
  }
  one.hears.event(name, data, number);
}

if (canShare.here) {
  serveTabs();
} else {
  const given = document.querySelector("[data-stream]")?.dataset.stream;
  if (given) address = new URL(given, document.baseURI).href;
  document.addEventListener("visibilitychange", declare);
  for (const [event, gone] of [["pagehide", true], ["freeze", true], ["pageshow", false], ["resume", false]]) {
    const target = event.startsWith("page") ? window : document;
    target.addEventListener(event, () => { leaving = gone; declare(); });
  }
  setInterval(() => {
    if (!held || document.hidden || followed.size === 0) { heard = Date.now(); return; }
    if (Date.now() - heard > silence) { heard = Date.now(); held.renew(); }
    declare();
  }, report);
}
