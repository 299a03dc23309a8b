import { stale } from "./index.js";
import { asked, matches, marker } from "./match.js";
import { rank } from "./rank.js";
import { narrow, everything } from "./facets.js";
import { Choices } from "./choices.js";
import { hitsOf, fill } from "./hits.js";
import { element } from "./element.js";
import { said, nothing, beginning } from "./said.js";

const atOnce = 8, firstPages = 3, firstTexts = 2, slowAfter = 300, restAfter = 150;

// Panel is the field, the choices and the list of results, in a dialog or on a page.
export class Panel {
  constructor(index, links) {
    this.index = index;
    this.links = links;
    this.state = { q: "", chosen: {} };
    this.turn = 0;
    this.hits = [];
    this.active = -1;
    this.selects = false; // the first result is chosen by itself
    this.changed = () => {};
    this.choices = new Choices((f, value) => this.choose(f, value));
    this.input = element("input", {
      type: "text", name: "q", role: "combobox", "aria-expanded": "false", "aria-controls": "search-list", "aria-autocomplete": "list", "aria-label": "Search this site",
      placeholder: "Words, ADR-7, a name in the code", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go", maxlength: "200",
      oninput: () => this.ask({ q: this.input.value }), onkeydown: (event) => this.key(event),
    });
    this.status = element("p", { class: "search-status", role: "status" });
    this.list = element("div", { class: "search-list", id: "search-list", role: "listbox", "aria-label": "Results", onpointermove: (event) => this.point(event) });
    this.below = element("div", { class: "search-below" });
    this.results = element("div", { class: "search-results" }, this.list, this.below);
    this.form = element("form", { class: "search-form", role: "search", action: links.page, onsubmit: (event) => event.preventDefault() }, this.input);
    this.element = element("div", { class: "search-panel" }, this.form, this.choices.element, this.status, this.results);
  }

  // ask changes what is asked or chosen, and answers.
  ask(change) {
    Object.assign(this.state, change);
    this.changed(this.state);
    return this.answer();
  }

  choose(f, value) {
    const now = this.state.chosen[f] ?? [];
    const next = now.includes(value) ? now.filter((v) => v !== value) : [...now, value];
    this.ask({ chosen: { ...this.state.chosen, [f]: next } });
  }

  async answer(anew = false) {
    const turn = ++this.turn;
    if (this.status.firstElementChild) this.status.textContent = ""; // the failure of another question
    const slow = setTimeout(() => {
      if (turn !== this.turn) return;
      this.list.setAttribute("aria-busy", "true");
      this.status.textContent = "Still looking: the network is slow.";
    }, slowAfter);
    try {
      const c = await this.index.open();
      const question = asked(this.state.q);
      const found = await matches(this.index, question);
      if (turn !== this.turn) return;
      const chosen = Object.values(this.state.chosen).some((list) => list.length > 0);
      const idle = question.length === 0 && !chosen;
      const all = idle ? [] : question.length > 0 ? rank(c, found) : everything(c);
      // The titles of the first are on their way while the others are counted.
      if (!chosen) for (const p of all.slice(0, firstPages)) this.index.head(p.page).catch(() => {}); // asked for again below
      const { pages, counts } = narrow(c, all, this.state.chosen);
      this.result = { turn, c, found, pages, counts, wordOf: marker(found), idle };
      // The titles of the first come from fewer files than those of all.
      if (pages.length > firstPages) await this.show(firstPages, true);
      await this.show(atOnce);
    } catch (error) {
      const again = turn === this.turn && !anew && await stale(this.index, error);
      if (turn !== this.turn) return;
      if (again) return this.answer(true);
      this.failed(error, "The search could not be loaded.", () => this.answer());
    } finally {
      clearTimeout(slow);
      if (turn === this.turn) this.list.removeAttribute("aria-busy");
    }
  }

  // show draws the first n pages.
  async show(n, more = false) {
    const { turn, c, pages, counts, wordOf, idle, found } = this.result;
    const shown = pages.slice(0, n);
    const heads = await Promise.all(shown.map((p) => this.index.head(p.page)));
    if (turn !== this.turn || turn !== this.result.turn) return;
    this.choices.show(counts, this.state.chosen);
    this.hits = [];
    const groups = shown.map((p, i) => {
      const hits = hitsOf(c, this.links.root, p, heads[i], wordOf, this.hits.length);
      this.hits.push(...hits);
      return element("div", { role: "group", "aria-label": heads[i].title, class: p.old ? "page-hits old" : "page-hits" }, ...hits.map((h) => h.hit));
    });
    this.list.replaceChildren(...groups);
    this.list.hidden = groups.length === 0;
    this.input.setAttribute("aria-expanded", String(groups.length > 0));
    this.select(this.selects && groups.length > 0 ? 0 : -1, false);
    this.status.textContent = idle ? "" : said(pages.length, found);
    this.below.replaceChildren(...(more ? [] : this.after(c, pages, n, idle)));
    if (!more) this.fillAll(this.hits, turn);
  }

  after(c, pages, n, idle) {
    const word = (q) => { this.input.value = q; this.input.focus(); this.ask({ q }); };
    if (idle) return beginning(c, this.links, word);
    if (pages.length === 0) return nothing(c, this.links, this.state, word, () => this.ask({ chosen: {} }));
    if (pages.length <= n) return [];
    return [element("button", { type: "button", class: "search-more", onclick: () => this.more() }, `Show ${Math.min(atOnce, pages.length - n)} more of ${pages.length}`)];
  }

  async more() {
    const at = this.active, shown = this.list.children.length;
    if (shown >= this.result.pages.length) return;
    const last = this.hits.length, turn = this.turn;
    await this.show(shown + atOnce).catch((error) => { if (turn === this.turn) this.failed(error, "More could not be loaded.", () => this.more()); });
    this.select(at === last - 1 ? last : at);
  }

  // fillAll adds the excerpts: of the first results at once, of the others when nobody
  // types on.
  async fillAll(hits, turn) {
    const fetchTexts = (some) => Promise.all(some.map(async (h) => {
      const text = await this.index.text(h.section);
      if (turn === this.turn) fill(h, text, this.result.wordOf);
    }));
    try {
      await fetchTexts(hits.slice(0, firstTexts));
      if (hits.length <= firstTexts) return;
      await new Promise((resolve) => setTimeout(resolve, restAfter));
      if (turn === this.turn) await fetchTexts(hits.slice(firstTexts));
    } catch (error) {
      const again = turn === this.turn && await stale(this.index, error);
      if (turn !== this.turn) return;
      if (again) return this.answer();
      this.failed(error, "Some excerpts could not be loaded.", () => this.fillAll(hits, turn));
    }
  }

  failed(error, what, retry) {
    console.warn("search:", error.message);
    this.status.replaceChildren(what + " ", element("button", {
      type: "button", class: "search-retry", onclick: () => { this.status.textContent = "Trying again."; this.input.focus(); retry(); },
    }, "Try again"));
  }

  select(i, scroll = true) {
    this.hits[this.active]?.hit.setAttribute("aria-selected", "false");
    this.active = i < this.hits.length ? i : -1;
    const hit = this.hits[this.active]?.hit;
    if (!hit) return this.input.removeAttribute("aria-activedescendant");
    hit.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", hit.id);
    if (scroll) hit.scrollIntoView({ block: "nearest" });
  }

  point(event) {
    const i = this.hits.findIndex((h) => h.hit.contains(event.target));
    if (i >= 0 && i !== this.active) this.select(i, false);
  }

  key(event) {
    if (event.isComposing) return;
    const n = this.hits.length;
    if (event.key === "ArrowDown" && n > 0) {
      event.preventDefault();
      if (this.active === n - 1 && this.list.children.length < this.result.pages.length) this.more();
      else this.select((this.active + 1) % n);
    } else if (event.key === "ArrowUp" && n > 0) {
      event.preventDefault();
      this.select(this.active <= 0 ? n - 1 : this.active - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const { ctrlKey, metaKey, shiftKey } = event;
      this.hits[this.active]?.hit.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
    }
  }
}
