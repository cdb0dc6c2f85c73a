import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CSS = readFileSync(join(__dirname, 'tokens.css'), 'utf8');

/** What the rule with this selector declares, in its order. */
function declared(selector: string): readonly (readonly [string, string])[] {
  const from = CSS.indexOf(`${selector} {`);
  const body = CSS.slice(CSS.indexOf('{', from) + 1, CSS.indexOf('}', from));
  const pairs = body.replace(/\/\*[^]*?\*\//g, '').matchAll(/([\w-]+):\s*([^;]+);/g);
  return [...pairs].map(([, name = '', value = '']) => [name, value.replace(/\s+/g, ' ')] as const);
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('the colours of the pages', () => {
  const chosen = declared(":root[data-theme='dark']");

  it('are the same whether dark is chosen or the system has it', () => {
    expect(chosen.length).toBeGreaterThan(30);
    expect(declared(":root:not([data-theme='light'])")).toEqual(chosen);
  });

  it('are all there in both themes', () => {
    const isColour = ([name, value]: readonly [string, string]): boolean => name.startsWith('--') && /^#/.test(value);
    const names = (of: typeof chosen) => of.filter(isColour).map(([name]) => name);
    expect(names(chosen)).toEqual(names(declared(':root')));
  });

  it.each([
    ['light', declared(':root')],
    ['dark', chosen],
  ])('have the contrast that tokens.css promises: %s', (_theme, rules) => {
    const of = Object.fromEntries(rules);
    const low: string[] = [];
    const hold = (name: string, ground: string, least: number): void => {
      const found = contrast(of[name]!, of[ground]!);
      if (found < least) low.push(`${name} on ${ground}: ${found.toFixed(2)} of ${least}`);
    };
    for (const ground of ['--ground', '--surface', '--raised', '--sunken']) {
      hold('--text', ground, 4.5);
      hold('--muted', ground, 4.5);
      hold('--control-line', ground, 3);
      hold('--focus', ground, 3);
    }
    hold('--accent-text', '--accent', 4.5);
    for (const name of ['--critical', '--warning', '--info', '--good']) {
      hold(name, `${name}-soft`, 4.5);
      hold('--text', `${name}-soft`, 4.5);
    }
    for (const name of rules.map(([one]) => one).filter((one) => one.startsWith('--emotion-'))) {
      hold(name, '--surface', 3);
    }
    expect(low).toEqual([]);
  });
});
