/** Dark or light: as the system has it, unless the viewer has chosen. */
export type Theme = "system" | "light" | "dark";

const KEY = "alert-whisperer-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  show();
}

function show(): void {
  const chosen = chosenTheme();
  const theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.theme = theme;
}

/** Shows it, and follows the system's. */
export function applyTheme(): void {
  show();
  dark.addEventListener("change", show);
}
