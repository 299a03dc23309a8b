// Finds in the frames of a run what its exact judge proved: the acknowledged message
// that was lost, and the instant at which one chat shows it and another chat has a
// different one in its place.
const parser = new DOMParser();

export const pageOf = (html) => parser.parseFromString(html, "text/html");

const number = (text) => Number((text ?? "").replace(/\D/g, ""));

// countsOf are the exact judge's figures of a lane, or null if it has not judged.
export function countsOf(page, lane) {
  const cell = (what) => page.querySelector(`[data-judged-count="${what} ${lane}"]`);
  if (!cell("lost")) return null;
  return { lost: number(cell("lost").textContent), acknowledged: number(cell("acknowledged").textContent) };
}

// lossOf is the message that the judge's proof names, or null.
export function lossOf(page, lane) {
  const proof = page.querySelector(`[data-loses="${lane}"]`);
  return proof && { lane, seq: number(proof.dataset.seq), body: proof.dataset.body };
}

const bodyOf = (line) => [...line.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join("").trim();

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
