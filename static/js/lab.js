// The laboratory: frames come as a stream of HTML and are morphed into the page,
// so that focus, hover and selection stay where they are.
const root = document.querySelector("[data-lab]");
const link = root?.querySelector("[data-lab-link]");
const answer = root?.querySelector("[data-lab-answer]");
const say = root?.querySelector("[data-lab-say]");
const hold = root?.querySelector("[data-lab-hold]");

let stream = null;
let held = false;
let newest = "";
let drawing = false;
let announced = "";
let source = root?.dataset.events ? "server" : "none";

const text = (element, words) => {
  if (element && element.textContent !== words) element.textContent = words;
};

function morph(html) {
  window.Idiomorph.morph(document.getElementById("lab-frame"), html, {
    morphStyle: "outerHTML",
    callbacks: {
      // What the reader chose stays chosen, whatever the frame says is current.
      beforeNodeMorphed: (old) => !(old.nodeType === 1 && old.matches("select, option")),
    },
  });
}

// A frame is drawn when the browser is ready to draw; older ones are dropped.
function show(html) {
  newest = html;
  if (held || drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (held) return;
    morph(newest);
    point();
    announce();
  });
}

// Only what changes the picture is spoken: a new leader, a window, a verdict.
function announce() {
  const news = document.getElementById("lab-news");
  if (!news) return;
  if (announced !== "" && news.dataset.news !== announced) text(say, news.textContent);
  announced = news.dataset.news;
}

function open() {
  if (stream || document.hidden || source !== "server") return;
  stream = new EventSource(root.dataset.events);
  stream.addEventListener("open", () => text(link, held ? "Updates are paused." : "Live"));
  stream.addEventListener("frame", (event) => show(event.data));
  stream.addEventListener("error", () => {
    text(link, "No connection to the server. Trying again …");
    if (stream?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, 5000);
    }
  });
}

function close() {
  stream?.close();
  stream = null;
}

// A button does what its form would do, without leaving the page.
async function act(event) {
  const form = event.target;
  const button = event.submitter;
  if (!button?.hasAttribute("formaction")) return;
  event.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  text(answer, "");
  if (source === "browser") {
    const fields = new FormData(form);
    const action = { name: button.getAttribute("formaction").split("/").at(-1), node: fields.get("node") ?? "", rate: fields.get("rate") ?? "", scenario: fields.get("scenario") ?? "" };
    const done = (reason) => {
      button.removeAttribute("aria-busy");
      if (reason) text(answer, capital(reason));
    };
    root.dispatchEvent(new CustomEvent("lab:act", { detail: { action, done } }));
    return;
  }
  try {
    const response = await fetch(button.formAction, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      text(answer, problem.detail ? capital(problem.detail) : `The server said ${response.status}.`);
    }
  } catch {
    text(answer, "The server cannot be reached.");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// The cursor on the axis: what was at an instant, by pointer or arrow keys.
let instant = null; // seconds ago; null for none
function point() {
  const axis = document.querySelector("[data-lab-axis]");
  const says = document.querySelector("[data-lab-axis-says]");
  if (!axis || !says || instant === null) return;
  let texts = [];
  try {
    texts = JSON.parse(axis.dataset.instants);
  } catch {
    return;
  }
  const words = `${instant} s ago: ${texts[texts.length - instant] || "nothing"}`;
  text(says, words);
  axis.setAttribute("aria-valuenow", String(-instant));
  axis.setAttribute("aria-valuetext", words);
}

function pointAt(event) {
  const axis = event.target.closest?.("[data-lab-axis]");
  const strip = axis?.querySelector("svg");
  if (!strip) return;
  const box = strip.getBoundingClientRect();
  instant = Math.min(59, Math.max(1, Math.round(60 * (1 - (event.clientX - box.left) / box.width))));
  point();
}

function pointBy(event) {
  const step = { ArrowLeft: 1, ArrowRight: -1, Home: 59, End: -59, Escape: 0 }[event.key];
  if (step === undefined || !event.target.matches?.("[data-lab-axis]")) return;
  event.preventDefault();
  instant = step === 0 ? null : Math.min(59, Math.max(1, (instant ?? 0) + step));
  point();
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1).replace(/\.?$/, ".");

if (root && window.Idiomorph) {
  hold.hidden = false;
  hold.addEventListener("click", () => {
    held = !held;
    hold.setAttribute("aria-pressed", String(held));
    text(link, held ? "Updates are paused." : source === "browser" ? "In this page" : "Live");
    if (!held && newest !== "") show(newest);
  });
  root.addEventListener("submit", act);
  root.addEventListener("pointermove", pointAt);
  root.addEventListener("keydown", pointBy);
  // The load runs while somebody looks; a tab in the background does not.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  // The laboratory in this page shows its frames through the same views.
  root.addEventListener("lab:frame", (event) => show(event.detail));
  root.addEventListener("lab:source", (event) => {
    source = event.detail === "server" && !root.dataset.events ? "none" : event.detail;
    announced = "";
    if (source === "browser") delete root.dataset.watch; // here everybody may do everything
    close();
    text(link, source === "browser" ? "In this page" : "");
    open();
  });
  if (source === "server") {
    text(link, "Connecting …");
    // Those who may only watch see so before they click.
    fetch(new URL("may", new URL(root.dataset.events, document.baseURI)))
      .then(async (response) => {
        if (response.status !== 403) return;
        root.dataset.watch = "only";
        const problem = await response.json().catch(() => ({}));
        text(answer, capital(`You can watch: ${problem.detail ?? "others may break it"}`));
      })
      .catch(() => {});
  }
  open();
}
