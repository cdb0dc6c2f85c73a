import { Type } from 'avsc';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakingChanges } from '../../test/backward';
import { dataSchemaUri, EVENTS, EVENT_TYPES, type EventType } from '../event-table';
import { eventAvroSchema } from './avro-schema';
import { eventJsonSchema, type JsonSchema } from './json-schema';

const FOLDER = join(__dirname, '../../schemas');
const TYPE_FOLDERS = readdirSync(FOLDER).sort();

interface Released<T> {
  readonly version: number;
  readonly schema: T;
}

function released<T>(type: string, ending: 'json' | 'avsc'): Released<T>[] {
  return readdirSync(join(FOLDER, type))
    .filter((file) => file.endsWith(`.${ending}`))
    .map((file) => ({
      version: Number(/^v(\d+)\./.exec(file)![1]),
      schema: JSON.parse(readFileSync(join(FOLDER, type, file), 'utf8')) as T,
    }))
    .sort((a, b) => a.version - b.version);
}

/** Every version with every older one, so that a mistake of long ago is found too. */
const pairs = <T>(versions: readonly Released<T>[]): { newer: Released<T>; older: Released<T> }[] =>
  versions.flatMap((newer, i) => versions.slice(0, i).map((older) => ({ newer, older })));

it('a type that was released stays: its records are still in topics', () => {
  expect([...EVENT_TYPES].sort()).toEqual(TYPE_FOLDERS);
});

describe.each(EVENT_TYPES)('%s', (type: EventType) => {
  const { version, durable } = EVENTS[type];
  const present = { version, schema: eventJsonSchema(type) };

  it('has released every version up to the present one, and the present one is what the code says', () => {
    const json = released<JsonSchema>(type, 'json');
    const numbers = Array.from({ length: version }, (_, i) => i + 1);
    expect(json.map((one) => one.version)).toEqual(numbers);
    expect(json.map(({ schema }) => schema.$id)).toEqual(numbers.map((n) => dataSchemaUri(type, n)));
    expect(json.at(-1)!.schema).toEqual(JSON.parse(JSON.stringify(present.schema)));
    const avro = released<object>(type, 'avsc');
    expect(avro.map((one) => one.version)).toEqual(durable ? numbers : []);
    if (durable) expect(avro.at(-1)!.schema).toEqual(eventAvroSchema(type));
  });

  it('reads what every older version wrote, as JSON', () => {
    for (const { newer, older } of pairs(released<JsonSchema>(type, 'json'))) {
      expect([newer.version, older.version, breakingChanges(newer.schema, older.schema)]).toEqual([
        newer.version,
        older.version,
        [],
      ]);
    }
  });

  it('reads what every older version wrote, as Avro', () => {
    for (const { newer, older } of pairs(released<object>(type, 'avsc'))) {
      const reader = Type.forSchema(newer.schema as never);
      expect(() => reader.createResolver(Type.forSchema(older.schema as never))).not.toThrow();
    }
  });
});
