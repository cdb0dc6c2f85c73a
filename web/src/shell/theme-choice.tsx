import { useState } from 'preact/hooks';
import { chooseTheme, chosenTheme, type Theme, THEMES } from '../theme/theme';

const NAMES: Readonly<Record<Theme, string>> = { auto: 'System colours', light: 'Light', dark: 'Dark' };

export function ThemeChoice() {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (event: Event): void => {
    const chosen = (event.currentTarget as HTMLSelectElement).value as Theme;
    chooseTheme(chosen);
    setTheme(chosen);
  };
  return (
    <select aria-label="Colours" value={theme} onChange={choose}>
      {THEMES.map((one) => (
        <option key={one} value={one}>
          {NAMES[one]}
        </option>
      ))}
    </select>
  );
}
