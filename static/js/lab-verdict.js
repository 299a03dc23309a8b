// Plays a run of the laboratory's program to a verdict of the exact judge and gives the
// figures. A story ends with one. Without a story what is broken is healed when the run
// has come to its moment, and the judge is asked, as a reader would. What was asked for
// is given back as actions, so that a link repeats the very run that was counted.
//
// A classic script, for workers and for Node alike. It expects LabHost.
"use strict";

const labJudging = {
  second: 1e9,
  story: 60e9, // within which a story has its verdict: none lasts a third of that
  answer: 15e9, // within which an action is done
  asks: 20, // of the judge: a replica that was healed may take a while to be well
  rest: 3e9, // after the last action: replicas that are all still empty look alike, too
};

// labStoryEnded says whether the story that began at a moment, in milliseconds, is over
// in a frame. No story is shorter than a second, so an earlier one is not meant.
// eslint-disable-next-line no-unused-vars
function labStoryEnded(frame, began) {
  return began > 0 && Boolean(frame?.over) && frame.at >= began + 1000;
}

// labFigures reads what a frame shows of the exact judge: when it judged, in
// milliseconds, what it found in each lane, and the longest time for which nobody got an
// ok when a leader failed, in milliseconds. It is null before a verdict.
function labFigures(html) {
  const stamp = /data-judged="([^"]+)"/.exec(html);
  if (!stamp) return null;
  const lanes = new Map();
  for (const [, what, lane, text] of html.matchAll(/data-judged-count="(\w+) (\w+)">([^<]*)</g)) {
    if (!lanes.has(lane)) lanes.set(lane, { lane, atLeast: false });
    lanes.get(lane)[what] = Number(text.replace(/\D/g, ""));
    if (text.includes("≥")) lanes.get(lane).atLeast = true;
  }
  const windows = [...html.matchAll(/data-planned="no">[^]*?<p class="window">([\d,.]+) ms/g)].map(([, ms]) => Number(ms.replaceAll(",", "")));
  return { judged: Date.parse(stamp[1]) - LabHost.epoch, lanes: [...lanes.values()], window: windows.length > 0 ? Math.max(...windows) : null };
}

// labVerdict gives {seed, bug, at, actions, trace, lanes, window} of a run, or with a reason in
// place of the last two if it could not be judged. at is in milliseconds; actions have
// theirs in nanoseconds.
// eslint-disable-next-line no-unused-vars
async function labVerdict(module, { seed, actions, at, bug = "" }) {
  const { second, story: patience, answer, asks, rest } = labJudging;
  let newest = null;
  const answers = new Map();
  const host = new LabHost(module, seed, actions, (frame) => (newest = frame), (number, reason) => answers.set(number, reason), bug);
  await host.start();
  const ask = (name) => {
    host.act({ name, node: "", rate: "", scenario: "" });
    const number = host.next;
    host.run(host.now + answer, () => answers.has(number));
    return answers.get(number) ?? `${name} did not come to an end`;
  };
  const acts = actions.filter((a) => a.name !== "frames" && a.name !== "judge");
  const last = acts.at(-1)?.at ?? 0;
  const told = acts.findLastIndex((a) => a.name === "play");
  const story = acts[told];
  const over = () => labStoryEnded(newest, story.at / LabHost.millisecond);
  if (!story || story.at !== last) host.run(Math.max((at + 1) * LabHost.millisecond - 1, last, 2 * second));
  if (story) {
    host.run(story.at + second);
    const refused = answers.get(actions.indexOf(story) + 1);
    if (!refused) host.run(story.at + patience, over);
  }
  const judgedAfter = (moment) => (labFigures(newest?.html ?? "")?.judged ?? -1) >= Math.floor(moment / LabHost.millisecond);
  let reason = "";
  if (!judgedAfter(last + 1) || !story) {
    host.run(last + rest);
    let asked = host.now;
    reason = ask("judge");
    for (let i = 1; reason && i < asks && !host.failed; i++) {
      if (reason.startsWith("chaos is on")) ask("chaos");
      if (i === 1) ask("heal");
      host.run(host.now + (i === 1 ? rest : second));
      asked = host.now;
      reason = ask("judge");
    }
    if (!reason) host.run(host.now + 3 * second, () => judgedAfter(asked)); // until a frame shows it
  }
  if (host.failed) reason = host.failed;
  const { lanes = [], window = null } = (!reason && labFigures(newest.html)) || {};
  if (!reason && lanes.length === 0) reason = "no frame shows a verdict";
  return { seed, bug, at: newest?.at ?? 0, actions: host.actions.slice(0, host.next), trace: newest?.trace ?? "", ...(reason ? { reason } : { lanes, window }) };
}
