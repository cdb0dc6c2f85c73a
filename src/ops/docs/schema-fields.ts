import type { JsonSchema } from '@rapport-live/protocol';

/** One line of a table of fields. */
export interface Field {
  /** `streams[].codec`, `dropped.*`; empty for the value itself. */
  readonly path: string;
  /** Type and bounds, in words. */
  readonly type: string;
  /** Named schemas that it is one of: their names among the components. */
  readonly refs: readonly string[];
  readonly required: boolean;
  readonly description?: string;
}

/** Parts within parts that are looked into; deeper ones are told by their type. */
const MAX_DEPTH = 6;
/** Words of an enumeration that are listed. */
const MAX_WORDS = 60;

/** The fields of a JSON Schema as a table tells them. What has a name is told by its name. */
export function fieldsOf(schema: JsonSchema, path = '', required = true, depth = 0): Field[] {
  const { description } = schema;
  const refs = refsOf(schema);
  if (refs.length > 0 || depth > MAX_DEPTH) {
    return [{ path, type: schema.$ref === undefined ? typeOf(schema) : '', refs, required, description }];
  }
  const inner = (part: JsonSchema, name: string, isRequired: boolean): Field[] =>
    fieldsOf(part, name, isRequired, depth + 1);
  if (schema.properties !== undefined) {
    const own = path === '' ? [] : [{ path, type: 'object', refs, required, description }];
    const fields = Object.entries(schema.properties).flatMap(([name, part]) =>
      inner(part, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) === true),
    );
    return [...own, ...fields];
  }
  const { items, additionalProperties: rest } = schema;
  if (items !== undefined && (items.properties ?? refsOf(items)[0]) !== undefined) {
    const own = { path, type: `array${bounds(schema)}`, refs: refsOf(items), required, description };
    return items.properties === undefined ? [own] : [own, ...inner(items, `${path}[]`, true).slice(1)];
  }
  if (typeof rest === 'object' && rest.properties !== undefined) {
    return [{ path, type: 'map', refs, required, description }, ...inner(rest, `${path}.*`, true).slice(1)];
  }
  return [{ path, type: typeOf(schema), refs, required, description }];
}

/** `#/components/schemas/NAME` of the schema itself, or of what it may be. */
function refsOf({ $ref, anyOf, oneOf, allOf }: JsonSchema & { readonly allOf?: readonly JsonSchema[] }): string[] {
  const all = [{ $ref }, ...(anyOf ?? oneOf ?? allOf ?? [])];
  return all.flatMap((one) => (one.$ref === undefined ? [] : [one.$ref.slice(one.$ref.lastIndexOf('/') + 1)]));
}

function typeOf(schema: JsonSchema): string {
  const { type, anyOf, oneOf, format, pattern, items } = schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    const words = schema.enum.slice(0, MAX_WORDS).map((word) => JSON.stringify(word));
    return [...words, ...(schema.enum.length > MAX_WORDS ? ['…'] : [])].join(', ');
  }
  const choices = anyOf ?? oneOf;
  if (choices !== undefined)
    return choices
      .map((one) => (one.$ref === undefined ? typeOf(one) : ''))
      .filter(Boolean)
      .join(' or ');
  if (items !== undefined) return `array of ${typeOf(items)}${bounds(schema)}`;
  const name = Array.isArray(type) ? type.join(' or ') : String(type ?? 'any');
  return `${name}${format === undefined ? '' : ` (${format})`}${bounds(schema)}${pattern !== undefined && format === undefined ? `, ${pattern}` : ''}`;
}

function bounds({ minimum, maximum, minLength, maxLength, minItems, maxItems }: JsonSchema): string {
  const unbounded = Number.MAX_SAFE_INTEGER;
  const span = (from: number | undefined, to: number | undefined, unit: string): string[] => {
    const upTo = to === undefined || to >= unbounded ? undefined : to;
    const least = from === undefined || from <= -unbounded ? undefined : from;
    if (least === undefined && upTo === undefined) return [];
    if (upTo === undefined) return [`${least} or more${unit}`];
    return [least === undefined ? `at most ${upTo}${unit}` : `${least} to ${upTo}${unit}`];
  };
  const all = [
    ...span(minimum, maximum, ''),
    ...span(minLength, maxLength, ' characters'),
    ...span(minItems, maxItems, ' of them'),
  ];
  return all.length === 0 ? '' : `, ${all.join(', ')}`;
}
