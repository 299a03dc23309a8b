import { Files, Missing } from "./files.js";
import { readCatalogue, placeIn, compare } from "./catalogue.js";

// Index gives the parts of the index that a question needs.
export class Index {
  constructor(base) { this.base = base; this.files = new Files(base); }

  async open(options) {
    this.c = await this.files.read("index.idx", readCatalogue, { cache: "no-cache", ...options });
    return this.c;
  }

  // renewed says whether the site was built anew since the catalogue was read, so
  // that its files are gone and others are there.
  async renewed() {
    const before = this.c?.folder;
    this.files.kept.delete("index.idx");
    await this.open({ cache: "reload" });
    return this.c.folder !== before;
  }

  read(kind, i, parse) { return this.files.read(`${this.c.folder}/${kind}${i}.idx`, parse); }

  // file is the number of the file of words in which a word would stand.
  file(term) { return placeIn(this.c.terms, term, compare); }

  terms(i) {
    return this.read("t", i, (r) => {
      const file = { words: new Map(), beginnings: new Map() };
      r.sorted(r.number(), (word) => {
        const df = r.number();
        file.words.set(word, { df, ...r.postings(Math.min(df, this.c.most)) });
      });
      for (let n = r.number(); n > 0; n--) {
        const word = r.text(), df = r.number();
        file.beginnings.set(word, { df, ...r.postings(df) });
      }
      return file;
    });
  }

  // spelled is a file of words without sections, "f" forwards and "b" backwards.
  spelled(kind, i) {
    return this.read(kind, i, (r) => {
      const all = [];
      r.sorted(r.number(), (word) => all.push([word, r.number()]));
      return all;
    });
  }

  // head is the address, the title and the headings of a page.
  async head(page) {
    const i = placeIn(this.c.heads, page), from = this.c.heads[i], to = this.c.heads[i + 1] ?? this.c.pages;
    const heads = await this.read("h", i, (r) => {
      const all = [];
      for (let p = from; p < to; p++) {
        const head = { path: r.text(), id: r.text(), title: r.text(), sections: [] };
        for (let n = this.c.first[p + 1] - this.c.first[p]; n > 0; n--) head.sections.push({ id: r.text(), heading: r.text() });
        all.push(head);
      }
      return all;
    });
    return heads[page - from];
  }

  // text is what stands in a section.
  async text(section) {
    const i = placeIn(this.c.texts, section), from = this.c.texts[i], to = this.c.texts[i + 1] ?? this.c.sections;
    const texts = await this.read("x", i, (r) => Array.from({ length: to - from }, () => r.text()));
    return texts[section - from];
  }
}

// stale says whether an error means that the site was built anew since the catalogue
// was read. The catalogue is then the new one.
export async function stale(index, error) {
  return error instanceof Missing && index.renewed().catch(() => false);
}
