// Prints, for each link to a run in a file and for what the page's script reads out of it,
// the link that the script writes of that again. Arguments: the folder of the scripts, and
// the files, of links or of saved runs.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

// What the scripts ask of a page as they are loaded.
globalThis.document = { querySelector: () => null };
globalThis.DOMParser = class {};
const [scripts, ...files] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(scripts, name)).href);
const { decode } = await load("lab-program.js");
const { encode, saved } = await load("lab-browser.js");
for (const file of files) {
  const text = readFileSync(file, "utf8").trim();
  const run = file.endsWith(".json") ? saved(text) : decode(`#${text}`);
  console.log(JSON.stringify({ run, link: run && encode(run.at, run) }));
}
