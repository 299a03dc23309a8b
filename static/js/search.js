import { Index } from "./search/index.js";
import { Panel } from "./search/panel.js";
import { pageOf } from "./search/page.js";
import { dialogOf } from "./search/dialog.js";
import { element } from "./search/element.js";

let prepared;

// prepare is called by the button that opens the search. On the page of the search
// there is no dialog: it has the same fields in its text.
export function prepare(link) {
  prepared ??= start(link);
  return prepared;
}

async function start(link) {
  const root = new URL(link.dataset.root, document.baseURI);
  const index = new Index(new URL("search-index/", root).href);
  index.open().catch(() => {}); // asked for again when somebody types
  const panel = new Panel(index, { root, page: link.href, az: link.dataset.az });
  const place = document.querySelector("[data-search-page]");
  if (place) return pageOf(place, panel);
  await styled(link.dataset.style);
  return dialogOf(panel, link);
}

// styled loads the stylesheet of the dialog. Without it the dialog is plain, and works.
function styled(href) {
  return new Promise((resolve) => {
    document.head.append(element("link", { rel: "stylesheet", href, onload: resolve, onerror: resolve }));
  });
}
