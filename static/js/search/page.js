import { fromAddress, toAddress } from "./address.js";

// pageOf puts the panel into the page of the search. What is asked is in the address,
// so that it can be kept, sent and loaded again.
export function pageOf(place, panel) {
  const restore = () => {
    const state = fromAddress(location.search);
    panel.input.value = state.q;
    panel.state = state;
    return panel.answer();
  };
  panel.changed = (state) => history.replaceState(history.state, "", location.pathname + toAddress(state));
  place.replaceChildren(panel.element);
  addEventListener("popstate", restore);
  restore();
  panel.input.focus();
  return {
    open() {
      panel.input.focus();
      panel.input.select();
    },
  };
}
