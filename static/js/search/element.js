// element makes an element. Text only ever becomes text.
export function element(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value === true) e.setAttribute(name, "");
    else if (value !== false && value !== undefined) e.setAttribute(name, value);
  }
  e.append(...children);
  return e;
}

// pieces are the parts of a text, with the words of the question marked.
export function pieces(list) {
  return list.map((p) => p.mark ? element("mark", {}, p.text) : p.text);
}
