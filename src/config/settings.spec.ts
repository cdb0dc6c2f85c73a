import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings } from './config';
import { type Setting, SETTINGS } from './settings';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');
const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe("the README's table of settings", () => {
  it('is the one that the settings are read by', () => {
    const [, section = ''] = /## Settings\n([\s\S]*?)\n## /.exec(README) ?? [];
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    const said = Object.entries<Setting>(SETTINGS).map(([name, { shownDefault, purpose }]) => [
      `\`${name}\``,
      shownDefault,
      purpose,
    ]);
    expect(rows.slice(2).map(cells)).toEqual(said);
  });
});

describe('describeSettings', () => {
  const found = (env: NodeJS.ProcessEnv, name: string) => describeSettings(env).find((state) => state.name === name);

  it('tells value and origin; an empty variable is a default', () => {
    expect(found({ PORT: '9000' }, 'PORT')).toMatchObject({ value: '9000', origin: 'environment' });
    expect(found({ PORT: '' }, 'PORT')).toMatchObject({ value: '8080', origin: 'default' });
    expect(found({}, 'RAPPORT_DATA_DIR')).toMatchObject({ value: '.rapport/data', origin: 'default' });
  });

  it('shows no character of a key', () => {
    const env = { RAPPORT_API_KEYS: 'acme:0123456789abcdef, other:fedcba9876543210:with-colon' };
    expect(found(env, 'RAPPORT_API_KEYS')).toMatchObject({ value: 'acme:****,other:****', origin: 'environment' });
    expect(JSON.stringify(describeSettings(env))).not.toMatch(/0123|fedc|colon/);
  });

  it('shows the default that the README tells', () => {
    for (const [name, { shownDefault }] of Object.entries<Setting>(SETTINGS)) {
      if (name !== 'RAPPORT_WORKERS') expect([name, found({}, name)?.value]).toEqual([name, shownDefault]);
    }
  });
});
