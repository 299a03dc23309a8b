// Finds in the frames of a run what a proof is about: the message that was
// acknowledged, and the instant at which one chat shows it and another chat has a
// different one in its place.
import { bodyOf, pageOf } from "./lab-frame.js";

const frameEvery = 200; // milliseconds of the run
const searched = 8000; // after the moment of the proof

const number = (text) => Number((text ?? "").replace(/\D/g, ""));

// countsOf are the exact judge's figures of a lane, or null if it has not judged.
export function countsOf(page, lane) {
  const cell = (what) => page.querySelector(`[data-judged-count="${what} ${lane}"]`);
  if (!cell("lost")) return null;
  return { lost: number(cell("lost").textContent), acknowledged: number(cell("acknowledged").textContent) };
}

// proofOf is what a link to a proof says: its moment in milliseconds since the run began,
// and the message that it is about.
export const proofOf = ({ dataset }) => ({ at: Number(dataset.proof), lane: dataset.lane, seq: number(dataset.seq), body: dataset.body });

// lossOf is the exact judge's proof of a loss in a lane, or null.
export function lossOf(page, lane) {
  const link = page.querySelector(`.lab-proofs [data-lost="yes"][data-lane="${lane}"]`);
  return link && proofOf(link);
}

// seatsOf are the places of the message in the chats of its lane: which reader, where,
// and what stands there; without a line where the chat does not reach that far.
export function seatsOf(page, loss) {
  return [...page.querySelectorAll(`#lane-${loss.lane} .chat`)].map((chat) => {
    const line = [...chat.querySelectorAll("li")].find((li) => number(li.querySelector("b").textContent) === loss.seq);
    const [reader, place] = ["h5", "h5 small"].map((q) => chat.querySelector(q).textContent.trim());
    return { reader: reader.slice(0, -place.length).trim(), place, line, body: line && bodyOf(line) };
  });
}

// splitOf is who has the message and who has another one, or null unless both are in sight.
export function splitOf(page, loss) {
  const seats = seatsOf(page, loss);
  const has = seats.find((s) => s.line && s.body === loss.body);
  const not = seats.find((s) => s.line && s.body !== loss.body);
  return has && not ? { has, not } : null;
}

// instantOf is the first instant from the moment of a proof on at which one chat shows
// its message and another chat a different one there; if there is none, the first at
// which a chat shows the place of the message; else the moment itself. look gives the
// frame that stood at a moment, or null. It is null where no frame of that time is there.
export async function instantOf(look, proof) {
  let seen = null;
  for (let at = proof.at; at <= proof.at + searched; at += frameEvery) {
    const frame = await look(at);
    if (!frame) continue;
    const page = pageOf(frame.html);
    const split = splitOf(page, proof);
    if (split) return { at: frame.at, split };
    if (!seen?.line) {
      const line = seatsOf(page, proof).some((s) => s.line);
      if (line || !seen) seen = { at: frame.at, split: null, line };
    }
  }
  return seen;
}

// marker gives the function that has a message marked in the chats of its lane, or, for
// null, none. Marks are no part of a frame, so each drawing is marked anew.
export function marker(root) {
  let marked = null;
  root.addEventListener("lab:drawn", () => {
    for (const seat of marked ? seatsOf(root, marked) : []) {
      if (seat.line) seat.line.dataset.guideMark = seat.body === marked.body ? "told" : "instead";
    }
  });
  return (loss) => (marked = loss);
}

// bringBefore shows a reader the chats of a proof's lane, and goes to the axis, where
// the keys lead on from the instant.
export function bringBefore(root, proof) {
  root.querySelector(`#lane-${proof.lane} .chats`)?.scrollIntoView({ block: "center" });
  root.querySelector("[data-lab-axis]")?.focus({ preventScroll: true });
}
