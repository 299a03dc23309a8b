// Reads the HTML of a frame, for the scripts that show frames or look into them.
const parser = new DOMParser();

export const pageOf = (html) => parser.parseFromString(html, "text/html");

// bodyOf is the text of a message in a chat, without its number and its mark.
export const bodyOf = (line) => [...line.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join("").trim();

// onClock writes a moment of a run, in milliseconds, as its proofs do.
export const onClock = (ms) => `${(ms / 1000).toFixed(1)} s`;
