import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Type } from 'avsc';
import fc from 'fast-check';
import { EVENTS, EVENT_TYPES, eventAvroSchema, eventJsonSchema, type JsonSchema } from '../src';
import { valuesOf } from './arbitrary-of';
import { breakingChanges } from './backward';

const ajv = addFormats(new Ajv2020({ strict: false, validateFormats: true }));
/** Not by `$id`: every variant of a schema here has the same. */
const takes = ({ $id: _, ...schema }: JsonSchema) => ajv.compile(schema);

/** The released schema with one place of it changed. */
function changed(type: (typeof EVENT_TYPES)[number], change: (schema: Editable) => void): JsonSchema {
  const copy = structuredClone(eventJsonSchema(type)) as Editable;
  change(copy);
  return copy;
}
type Editable = { -readonly [K in keyof JsonSchema]: JsonSchema[K] } & {
  properties: Record<string, Editable>;
  required: string[];
  $defs: Record<string, Editable>;
};

const COMPATIBLE: [string, (schema: Editable) => void][] = [
  ['an optional field more', (s) => void (s.properties.mood = { type: 'string' } as Editable)],
  ['a field that may be left out now', (s) => void (s.required = s.required.filter((name) => name !== 'intents'))],
  ['a word more', (s) => void (s.properties.subject!.enum = ['customer', 'agent', 'supervisor'])],
  ['more of an array', (s) => void (s.properties.intents!.maxItems = 99)],
  ['any number', (s) => void delete s.$defs.ModalityEvidence!.properties.contribution!.minimum],
  [
    'a number where a whole number was',
    (s) => void (s.$defs.PartyTalk!.properties.interruptions = { type: 'number' } as Editable),
  ],
  [
    'an alternative more',
    (s) => void (s.properties.language = { anyOf: [{ type: 'string' }, { type: 'number' }] } as unknown as Editable),
  ],
];

const BREAKING: [string, (schema: Editable) => void, string][] = [
  ['a field removed', (s) => void delete s.properties.label, '/label: removed'],
  ['a field required', (s) => void s.required.push('label'), '/label: required now'],
  [
    'a new field required',
    (s) => {
      s.properties.mood = { type: 'string' } as Editable;
      s.required.push('mood');
    },
    '/mood: required now',
  ],
  [
    'a field renamed deep inside',
    (s) => {
      const { properties } = s.$defs.EmotionDistribution!;
      properties.happiness = properties.joy!;
      delete properties.joy;
    },
    '/emotion/joy: removed',
  ],
  ['a word less', (s) => void (s.properties.subject!.enum = ['customer']), '"agent" is not allowed any more'],
  [
    'a closed list',
    (s) => void (s.properties.language = { type: 'string', enum: ['en'] } as unknown as Editable),
    'a closed list',
  ],
  ['another type', (s) => void (s.properties.outOfScope = { type: 'string' } as Editable), 'boolean became string'],
  ['whole numbers only', (s) => void (s.properties.windowEndMs!.type = 'integer'), 'number became integer'],
  ['a shorter array', (s) => void (s.properties.intents!.maxItems = 2), 'maxItems 8 became 2'],
  ['a narrower number', (s) => void (s.properties.valence!.minimum = 0), 'minimum -1 became 0'],
  ['a pattern', (s) => void (s.properties.language!.pattern = '^[a-z]+$'), 'pattern none became'],
  [
    'an alternative less',
    (s) =>
      void (s.$defs.ConversationFigures!.properties.holds = {
        type: 'string',
        const: 'not_supported',
      } as unknown as Editable),
    '/conversation/holds',
  ],
  [
    'a keyword that the comparison does not know',
    (s) => void Object.assign(s.properties.intents!, { uniqueItems: true }),
    'cannot compare "uniqueItems"',
  ],
];

const TYPE = 'rapport.window.assessed';
const RELEASED = eventJsonSchema(TYPE);
const WRITTEN = fc.sample(valuesOf(RELEASED), { numRuns: 200, seed: 7 });

it.each(COMPATIBLE)('%s is compatible, and a validator of others takes what was written before', (_, change) => {
  const newer = changed(TYPE, change);
  expect(breakingChanges(newer, RELEASED)).toEqual([]);
  const validate = takes(newer);
  for (const value of WRITTEN) expect([validate(value), validate.errors]).toEqual([true, null]);
});

it.each(BREAKING)('%s breaks, and is told where', (_, change, told) => {
  const newer = changed(TYPE, change);
  expect(breakingChanges(newer, RELEASED).join('; ')).toContain(told);
  if (told.startsWith('cannot')) return;
  // A validator of others refuses something of what was written before: the finding is no false alarm.
  const validate = takes(newer);
  expect(WRITTEN.every((value) => validate(value))).toBe(false);
});

it.each(EVENT_TYPES)('%s is compatible with itself, and its schema takes what the code takes', (type) => {
  const schema = eventJsonSchema(type);
  expect(breakingChanges(schema, schema)).toEqual([]);
  const validate = takes(schema);
  fc.assert(
    fc.property(valuesOf(schema), (value) => {
      expect(EVENTS[type].data.safeParse(value).success).toBe(true);
      expect(validate(value)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

describe('as Avro', () => {
  const released = Type.forSchema(eventAvroSchema(TYPE) as never);
  type Fields = { name: string; type: unknown; default?: unknown }[];
  const resolves = (change: (fields: Fields) => void): (() => void) => {
    const schema = structuredClone(eventAvroSchema(TYPE)) as unknown as { fields: Fields };
    change(schema.fields);
    return () => Type.forSchema(schema as never).createResolver(released);
  };

  it('an optional field more can be read', () => {
    expect(resolves((fields) => fields.push({ name: 'mood', type: ['null', 'string'], default: null }))).not.toThrow();
  });

  it.each<[string, (fields: Fields) => void]>([
    ['a new field without a default', (fields) => fields.push({ name: 'mood', type: 'string' })],
    ['an optional field that is required', (fields) => void (fields.find((f) => f.name === 'label')!.type = 'string')],
    ['another type', (fields) => void (fields.find((f) => f.name === 'outOfScope')!.type = 'string')],
    ['a narrower number', (fields) => void (fields.find((f) => f.name === 'windowEndMs')!.type = 'long')],
  ])('%s cannot', (_, change) => expect(resolves(change)).toThrow());
});
