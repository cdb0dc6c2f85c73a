/** Dark or light: as the system has it until somebody chooses. */

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'rapport.theme';

export function chosenTheme(): Theme {
  const kept = read();
  return THEMES.find((theme) => theme === kept) ?? 'auto';
}

/** `data-theme` of the page decides over the system's setting (tokens.css). */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // a browser that keeps nothing forgets the choice
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
