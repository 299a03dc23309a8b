// patched puts a frame together of the one before it and of what has changed: texts,
// and pairs of numbers that say what to copy, the first piece and how many.
export function patched(before, changes) {
  const pieces = before.split(/(?=[ <])/);
  let text = "";
  for (let i = 0; i < changes.length; i++) {
    text += typeof changes[i] === "string" ? changes[i] : pieces.slice(changes[i], changes[i] + changes[++i]).join("");
  }
  return text;
}
