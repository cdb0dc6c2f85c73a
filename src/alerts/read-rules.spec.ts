import { RapportError } from '@rapport-live/protocol';
import { parseRulesText } from './rule-text';

const faultOf = (text: string): string => {
  try {
    parseRulesText(text, 'alerts.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(RapportError);
    expect((error as RapportError).code).toBe('alert_rules_invalid');
    return (error as RapportError).message;
  }
  throw new Error('it was taken');
};
const rule = (when: string, more = ''): string =>
  `version: 1\nrules:\n  - id: angry\n    name: Angry\n${more}    when: ${when}\n`;

it('reads YAML with what a rule leaves out filled in, and JSON', () => {
  const text = rule('{ emotion: { label: anger, atLeast: 0.6 } }', '    teams: [billing]\n');
  const [angry] = parseRulesText(text, 'alerts.yaml').rules;
  expect(angry).toEqual({
    ...{ id: 'angry', name: 'Angry', severity: 'warning', teams: ['billing'], clearAfterMs: 5000, cooldownMs: 60_000 },
    when: { emotion: { label: 'anger', atLeast: 0.6, forMs: 5000 } },
  });
  const file = { version: 1, rules: [], tenants: { acme: { rules: [angry] } } };
  expect(parseRulesText(JSON.stringify(file), 'alerts.json')).toEqual(file);
});

it.each([
  ['no YAML', 'rules: [', /^alerts\.yaml is no YAML at line 1, column \d+ \(/],
  ['another version', 'version: 2\nrules: []', /version: is 2, /],
  [
    'a bound out of range',
    rule('{ emotion: { label: anger, atLeast: 1.4 } }'),
    /^alerts\.yaml does not fit: line 5, rule "angry", when\.emotion\.atLeast: is 1\.4, .*<=1/,
  ],
  [
    'a way back beyond the bound',
    rule('{ all: [{ emotion: { label: anger, atLeast: 0.4, clearBelow: 0.6 } }] }'),
    /line 5, rule "angry", when\.all\[0\]\.emotion\.clearBelow: is 0\.6, beyond the bound of 0\.4/,
  ],
  [
    'one of a lower bound',
    rule('{ not: { valence: { atMost: -0.4, clearAt: -0.5 } } }'),
    /when\.not\.valence\.clearAt: is -0\.5, beyond the bound of -0\.4/,
  ],
  [
    'an emotion that is none',
    rule('{ emotion: { label: rage, atLeast: 0.4 } }'),
    /rule "angry", when\.emotion\.label: is "rage", .*"anger"/,
  ],
  ['a key that is none', rule('{ emotion: { label: anger, above: 0.4 } }'), /rule "angry", when\.emotion.*above/],
  ['no condition', rule('{}'), /rule "angry", when: needs exactly one of emotion, /],
  ['two conditions', rule('{ silence: { forMs: 2000 }, not: { silence: { forMs: 2000 } } }'), /needs exactly one of/],
  [
    'a value missing',
    rule('{ notSaid: { by: agent, anyOf: [hello] } }'),
    /rule "angry", when\.notSaid\.withinMs: is missing/,
  ],
  [
    'two bounds',
    rule('{ valence: { atMost: 0, atLeast: 0 } }'),
    /rule "angry", when\.valence: needs either atLeast or atMost/,
  ],
  [
    'no word',
    rule('{ said: { by: customer, anyOf: ["!?"] } }'),
    /when\.said\.anyOf\[0\]: is "!\?", needs at least one word/,
  ],
  [
    'one id twice',
    `${rule('{ silence: { forMs: 2000 } }')}  - { id: angry, name: A, when: { silence: { forMs: 2000 } } }`,
    /rule "angry": another rule has the same id/,
  ],
  [
    'conditions too deep',
    rule('{ not: { not: { not: { not: { silence: { forMs: 2000 } } } } } }'),
    /nested 5 deep, at most 4/,
  ],
  ['far too deep', rule(`${'{ not: '.repeat(200)}1${' }'.repeat(200)}`), /nested deeper than any rule/],
  ['too many aliases', `version: 1\nx: &a [1]\nrules: [${'*a, '.repeat(40)}]`, /./],
  [
    'a fault of a tenant',
    'version: 1\nrules: []\ntenants: { acme: { rules: [{ id: x }] } }',
    /tenant "acme", rule "x", name: is missing/,
  ],
])('refuses %s, and says where', (_, text, message) => {
  expect(faultOf(text)).toMatch(message);
});

it('names the line of each fault: of the key, of what is around what is missing, behind an alias too', () => {
  const text = [
    'version: 1',
    'rules:',
    '  - id: angry',
    '    name: Angry',
    '    when:',
    '      emotion: &mood',
    '        label: anger',
    '        atLeast: 1.4',
    '        above: 1',
    '  - id: angry',
    '    when: { emotion: *mood }',
    'tenants:',
    '  acme:',
    '    rules:',
    '      - { id: x, name: X, when: {} }',
  ].join('\n');
  const places = faultOf(text).matchAll(/(line \d+), (?:tenant "acme", )?rule "\w+", (\w+)/g);
  expect([...places].map(([, line, field]) => `${line} ${field}`)).toEqual([
    ...['line 8 when', 'line 9 when', 'line 10 name', 'line 8 when', 'line 9 when'],
  ]);
  const twice = `${rule('{ silence: { forMs: 2000 } }')}  - { id: angry, name: A, when: { silence: { forMs: 2000 } } }`;
  expect(faultOf(twice)).toContain('line 6, rule "angry": another rule');
});

it('refuses more conditions than the state of a session has room for', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({
    ...{ id: `r${i}`, name: 'R' },
    when: { any: Array.from({ length: 10 }, () => ({ silence: { forMs: 1000 } })) },
  }));
  expect(faultOf(JSON.stringify({ version: 1, rules: many }))).toMatch(/rules: 200 conditions in all, at most 128/);
});
