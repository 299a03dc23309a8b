// What is typed is kept in this browser, for each page, until the server has
// answered that it has it.
import { page } from "./page.js";

const prefix = () => `lockstep:review:${page}:`;

export const store = {
  get: (name) => { try { return JSON.parse(localStorage.getItem(prefix() + name)); } catch { return null; } },
  set: (name, value) => { try { value == null ? localStorage.removeItem(prefix() + name) : localStorage.setItem(prefix() + name, JSON.stringify(value)); } catch { /* a full or forbidden store */ } },
};

// isKept says whether a change of the store, made by another tab, is one of this page.
export const isKept = (event, name) => event.key === prefix() + name;

const typed = (form) => [...form.elements].filter((e) => e.matches("textarea, input[type=text], select") && e.name);

// keep keeps the fields of a form, and the id with which it would be sent: a second try
// after a reload is still the same comment.
export function keep(form) {
  const fields = Object.fromEntries(typed(form).map((e) => [e.name, e.value]));
  const written = typed(form).some((e) => !e.matches("select") && e.value !== e.defaultValue);
  if (form.elements.id) fields.id = form.elements.id.value;
  store.set(form.dataset.keep, written ? fields : null);
}

// restore writes back what was kept, and opens what it stands in.
export function restore(forms) {
  for (const form of forms) {
    const kept = store.get(form.dataset.keep);
    if (!kept || typeof kept !== "object") continue;
    for (const [name, value] of Object.entries(kept)) if (form.elements[name] && typeof value === "string") form.elements[name].value = value;
    for (let details = form.closest("details"); details; details = details.parentElement.closest("details")) details.open = true;
  }
}
