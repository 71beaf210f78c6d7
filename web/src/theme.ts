import type { Theme } from './map/palette';

const storageKey = 'theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** The theme that was chosen on this machine, else the system's. */
export function currentTheme(): Theme {
  const chosen = localStorage.getItem(storageKey);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return system.matches ? 'dark' : 'light';
}

/** Remembers a theme. The system's own is forgotten rather than stored, so that the page follows it again. */
export function chooseTheme(theme: Theme): void {
  if (theme === (system.matches ? 'dark' : 'light')) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, theme);
}

/** Puts the theme on the page: its style sheet does the rest. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** Hears when the system turns light or dark. */
export const onSystemTheme = (listener: () => void): void => system.addEventListener('change', listener);
