// The forms for new comments that are open, by the id of what is written in them. They
// are elements of this script alone: when the page is shown anew they move into it.

export const composers = new Map();

// writing is the form in which somebody writes at the moment, or undefined.
export const writing = () => [...composers.values()].find((c) => c.element.contains(document.activeElement));
