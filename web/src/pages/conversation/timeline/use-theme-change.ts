import { useEffect } from 'preact/hooks';

/** Calls back when dark and light change: what is painted on a canvas does not follow by itself. */
export function useThemeChange(onChange: () => void): void {
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const chosen = new MutationObserver(onChange);
    system.addEventListener('change', onChange);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      system.removeEventListener('change', onChange);
      chosen.disconnect();
    };
  }, [onChange]);
}
