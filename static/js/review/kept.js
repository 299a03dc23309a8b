// What is typed is kept in this browser, for each page, until the server has
// answered that it has it.
import { $$, page } from "./page.js";

const keyOf = (name) => `lockstep:review:${page}:${name}`;
export const store = {
  get: (name) => { try { return JSON.parse(localStorage.getItem(keyOf(name))); } catch { return null; } },
  set: (name, value) => { try { value == null ? localStorage.removeItem(keyOf(name)) : localStorage.setItem(keyOf(name), JSON.stringify(value)); } catch { /* a full or forbidden store */ } },
};

export function restore(root) {
  for (const form of $$("form[data-keep]", root)) {
    const text = store.get(form.dataset.keep);
    if (text && form.elements.body && !form.elements.body.value) {
      form.elements.body.value = text;
      const details = form.closest("details");
      if (details) details.open = true;
    }
  }
}
