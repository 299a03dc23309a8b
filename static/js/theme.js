// Runs before the first paint, so that a stored choice of scheme does not flash.
// System, light, dark: "system" is the absence of a choice.
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(stored());
  const next = { system: "light", light: "dark", dark: "system" };
  const label = (button) => {
    const now = root.dataset.theme ?? "system";
    button.querySelector("[data-theme-name]").textContent = now[0].toUpperCase() + now.slice(1);
    button.setAttribute("aria-label", `Colour scheme: ${now}. Switch to ${next[now]}`);
    button.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) label(button);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch]");
    if (!button) return;
    const theme = next[root.dataset.theme ?? "system"];
    apply(theme);
    try {
      if (theme === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch { /* private mode: the choice lasts for this page */ }
    label(button);
  });
})();
