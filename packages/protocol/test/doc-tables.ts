import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  CODECS,
  CloudEvent,
  EMOTIONS,
  ERROR_CODES,
  EVENT_TYPES,
  MODALITIES,
  SessionMetadata,
  StreamDescription,
} from '../src';
import { type JsonSchema, jsonSchemaOf } from './arbitrary-of';

/** docs/protocol.md as its tests see it, and what the code says should stand in it. */
export const PROTOCOL_DOC = readFileSync(join(__dirname, '../../../docs/protocol.md'), 'utf8');

/** The text from a heading to the next of the same or a higher level. */
export function section(heading: string): string {
  const lines = PROTOCOL_DOC.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (from < 0) throw new Error(`docs/protocol.md has no heading "${heading}".`);
  const level = lines[from]!.indexOf(' ');
  const rest = lines.slice(from + 1);
  const length = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, length < 0 ? undefined : length).join('\n');
}

/** Rows of the first table in the text, without its heading; cells are trimmed. */
export function rows(text: string): string[][] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  const table = from < 0 ? [] : lines.slice(from);
  const end = table.findIndex((line) => !line.startsWith('|'));
  return table.slice(2, end < 0 ? undefined : end).map(cells);
}

function cells(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Every fenced block of the language. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1]!);
}

export interface FieldRow {
  readonly path: string;
  readonly type: string;
  /** `yes`, `no`, or the default. */
  readonly required: string;
}

/** Every field of a schema as the document lists it: nested ones by their path. */
export function fieldRows(schema: z.ZodType, io: 'input' | 'output'): FieldRow[] {
  const known = new Map([
    [key(jsonSchemaOf(CloudEvent, io)), 'event'],
    ...(io === 'output'
      ? ([
          [key(jsonSchemaOf(SessionMetadata, io)), 'object, as in `session.start`'],
          [key(jsonSchemaOf(StreamDescription, io)), 'object, as in `session.start`'],
        ] as const)
      : []),
  ]);
  return list(jsonSchemaOf(schema, io), '', known);
}

function list(schema: JsonSchema, prefix: string, known: ReadonlyMap<string, string>): FieldRow[] {
  const { properties = {}, required = [] } = schema;
  const alike = isAlike(properties) ? { '*': Object.values(properties)[0]! } : properties;
  return Object.entries(alike).flatMap(([name, part]) => {
    const path = `${prefix}${name}`;
    const need = required.includes(name) || name === '*';
    const row = {
      path,
      type: describe(part, known),
      required: part.default === undefined ? (need ? 'yes' : 'no') : defaultText(part.default),
    };
    const inner = part.type === 'array' ? (part.items ?? {}) : part;
    const nested = inner.properties !== undefined && isPlain(inner, known);
    return [row, ...(nested ? list(inner, part.type === 'array' ? `${path}[].` : `${path}.`, known) : [])];
  });
}

function describe(schema: JsonSchema, known: ReadonlyMap<string, string>): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return nameOfEnum(schema.enum);
  if (schema.format === 'uuid') return 'UUID';
  if (schema.format === 'uri') return `URL${bounds(undefined, maxLength, ' characters')}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => describe(one, known)).join(' or ');
  switch (schema.type) {
    case 'string':
      return `string${bounds(minLength, maxLength, ' characters')}`;
    case 'array':
      return `array of ${describe(schema.items ?? {}, known)}${bounds(minItems, maxItems, '')}`;
    case 'object':
      if (schema.properties === undefined)
        return `map of ${describe(schema.additionalProperties as JsonSchema, known)}`;
      return known.get(key(schema)) ?? (isEmotions(schema) ? 'emotions' : 'object');
    case undefined:
      return 'any';
    default:
      if (Array.isArray(schema.type)) return schema.type.join(' or ');
      return `${schema.type as string}${bounds(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, '')}`;
  }
}

function bounds(min: number | undefined, max: number | undefined, unit: string): string {
  const low = min === -Number.MAX_SAFE_INTEGER ? undefined : min;
  if (low !== undefined && max !== undefined) return `, ${low} to ${max}${unit}`;
  if (max !== undefined) return `, at most ${max}${unit}`;
  return low === undefined ? '' : `, ${low}${unit} or more`;
}

/** Long lists stand once in the document, under their name. */
const NAMED_LISTS = new Map([
  [CODECS.join(), 'codec'],
  [EVENT_TYPES.join(), 'event type'],
  [ERROR_CODES.join(), 'error code'],
]);

function nameOfEnum(values: readonly string[]): string {
  return NAMED_LISTS.get(values.join()) ?? values.map((value) => `\`${value}\``).join(', ');
}

const defaultText = (value: unknown): string => `default \`${JSON.stringify(value)}\``;
const key = ({ properties }: JsonSchema): string => JSON.stringify(properties);
const isPlain = (schema: JsonSchema, known: ReadonlyMap<string, string>): boolean =>
  !known.has(key(schema)) && !isEmotions(schema);
const isEmotions = ({ properties = {} }: JsonSchema): boolean => Object.keys(properties).join() === EMOTIONS.join();
const isAlike = (properties: object): boolean => Object.keys(properties).join() === MODALITIES.join();
