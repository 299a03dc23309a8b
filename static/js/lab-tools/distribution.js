// Figures of many runs, each with the run that it comes from -> what a reader is told:
// in how many runs, how much, and which run shows it.
const most = 8; // rows of a distribution

// What can be broken in a lane, and how that is said of it. The names are those of the
// exact judge's figures.
export const promises = [
  { name: "lost", broke: (lane) => `lane ${lane} lost acknowledged messages`, of: "acknowledged messages lost" },
  { name: "reordered", broke: (lane) => `lane ${lane} broke the order of messages`, of: "messages out of order" },
  { name: "duplicated", broke: (lane) => `lane ${lane} doubled messages`, of: "messages doubled" },
];

export const runs = (n) => (n === 1 ? "1 run" : `${n} runs`);

const grouped = (n) => Math.round(n).toLocaleString("en");

// middle is the median, as a run that has it: the lower one of two.
const middle = (sorted) => sorted[Math.ceil(sorted.length / 2) - 1];

// distributionOf sorts [{value, run}] into rows: one for each value where there are few, and
// else of equal width, with the runs that broke nothing by themselves. Each row has the
// run in its middle.
export function distributionOf(values) {
  const sorted = values.toSorted((a, b) => a.value - b.value || a.run.seed - b.run.seed);
  const rows = [];
  const row = (from, to) => {
    const within = sorted.filter((v) => v.value >= from && v.value <= to);
    rows.push({ from, to, words: from === to ? grouped(from) : `${grouped(from)} to ${grouped(to)}`, count: within.length, run: within.length > 0 ? middle(within).run : null });
  };
  const distinct = [...new Set(sorted.map((v) => v.value))];
  if (distinct.length <= most) {
    for (const value of distinct) row(value, value);
  } else {
    if (distinct[0] === 0) row(0, 0);
    const first = distinct[0] === 0 ? 1 : Math.floor(distinct[0]);
    const rest = most - rows.length;
    const width = Math.ceil((distinct.at(-1) - first + 1) / rest);
    for (let from = first; from <= distinct.at(-1); from += width) row(from, Math.min(from + width - 1, distinct.at(-1)));
  }
  return { rows, median: middle(sorted), most: sorted.findLast((v, i) => i === 0 || v.value > sorted[i - 1].value) };
}

// lanesOf are the lanes with what came of them in the runs that were judged: a sentence
// each, and a distribution of each promise that was broken.
export function lanesOf(judged) {
  return judged[0].lanes.map(({ lane }) => {
    const figures = judged.map((run) => ({ run, of: run.lanes.find((l) => l.lane === lane) }));
    const broken = promises.flatMap(({ name, broke, of }) => {
      const values = figures.map((f) => ({ value: f.of[name], run: f.run }));
      const count = values.filter((v) => v.value > 0).length;
      if (count === 0) return [];
      const distribution = distributionOf(values);
      const atLeast = figures.some((f) => f.of.atLeast && f.of[name] > 0);
      const says = `In ${count} of ${runs(judged.length)} ${broke(lane)}, ${atLeast ? "as far as is known at most" : "at most"} ${grouped(distribution.most.value)}.`;
      return [{ name, of: `${lane}: ${of} in a run`, says, ...distribution }];
    });
    return { lane, broken, says: broken.length > 0 ? broken.map((b) => b.says).join(" ") : `Lane ${lane} kept every acknowledged message, in order, in ${judged.length === 1 ? "the one run" : `all ${runs(judged.length)}`}.` };
  });
}

// windowOf is how long nobody got an ok in quorum when a leader failed, or null where none did.
export function windowOf(judged) {
  const values = judged.filter((run) => run.window !== null).map((run) => ({ value: Math.round(run.window), run }));
  if (values.length === 0) return null;
  const distribution = distributionOf(values);
  const says = `A leader failed in ${values.length} of ${runs(judged.length)}. Nobody got an ok in quorum then for ${grouped(distribution.median.value)} ms at the median, and ${grouped(distribution.most.value)} ms at most.`;
  return { name: "window", of: "quorum: longest window without an ok in a run, in ms", says, ...distribution };
}

// later gives the actions with moments that the seed moves, by up to so many
// milliseconds each. Their order stays as it is, and so does what is no fault.
export function later(actions, seed, ms) {
  let [before, state] = [0, seed];
  return actions.map((action) => {
    // Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const share = ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    before = Math.max(before, action.at + Math.round(ms * share) * 1e6);
    return { ...action, at: before };
  });
}
