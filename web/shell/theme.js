// Light, dark or the system's wish. The choice is kept in a cookie, so the server writes it and no page flashes.
const ORDER = ["system", "light", "dark"];

function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

export function currentTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

export function startTheme() {
  apply(currentTheme());
  document.addEventListener("click", (event) => {
    const theme = event.target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
    if (!ORDER.includes(theme)) return;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    apply(theme);
  });
}
