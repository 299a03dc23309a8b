// What the page says while a run has a deliberate bug switched on. Which bugs there are
// stands in the page, where the site has them.
export function bugNotice() {
  const notice = document.querySelector("[data-lab-bug]");
  const part = (name) => notice.querySelector(`[data-bug-${name}]`);
  const entry = (bug) => notice?.querySelector(`[data-bug-words="${bug}"]`);
  return {
    // refuses says why a run with this bug cannot be shown, or gives "".
    refuses(bug) {
      if (!bug || entry(bug)) return "";
      return notice ? `The address switches on the bug “${bug}”, which there is not. The page of the bugs lists all.` : "The address switches a deliberate bug on, and this site has no program with bugs.";
    },
    show(bug) {
      if (!notice) return;
      notice.hidden = !bug;
      if (!bug) return;
      part("name").textContent = bug;
      part("says").textContent = entry(bug).textContent;
      const link = part("link");
      link.setAttribute("href", `${link.getAttribute("href").split("#")[0]}#${bug}`);
    },
    onWithout(act) {
      notice && part("without").addEventListener("click", act);
    },
  };
}
