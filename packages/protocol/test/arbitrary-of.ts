import fc from 'fast-check';
import { z } from 'zod';
import type { JsonSchema } from '../src';

export type { JsonSchema };

export const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(schema, { io }) as JsonSchema;

/** Values that the schema takes, at and within its bounds: made from its JSON Schema, so that the two must agree. */
export function arbitraryOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): fc.Arbitrary<unknown> {
  return valuesOf(jsonSchemaOf(schema, io));
}

/** Values of a released schema, whose named parts stand in `$defs`. */
export function valuesOf(root: JsonSchema): fc.Arbitrary<unknown> {
  return fromJsonSchema(root, root.$defs ?? {});
}

type Parts = Readonly<Record<string, JsonSchema>>;

function fromJsonSchema(schema: JsonSchema, parts: Parts): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fromJsonSchema(parts[schema.$ref.replace('#/$defs/', '')]!, parts);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return fc.oneof(...variants.map((one) => fromJsonSchema(one, parts)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => fromJsonSchema({ type }, parts)));
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum, max: schema.maximum });
    case 'number':
      // JSON has no -0.
      return fc
        .double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true, noDefaultInfinity: true })
        .map((x) => x + 0);
    case 'array':
      return fc.array(fromJsonSchema(schema.items ?? {}, parts), {
        minLength: schema.minItems,
        maxLength: schema.maxItems,
      });
    case 'object':
      return object(schema, parts);
    default:
      return fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  }
}

function object({ properties, required = [], additionalProperties }: JsonSchema, parts: Parts): fc.Arbitrary<unknown> {
  if (properties === undefined) {
    const key = fc.string({ minLength: 1, maxLength: 12 }).filter((k) => k !== '__proto__');
    return fc.dictionary(key, fromJsonSchema(additionalProperties as JsonSchema, parts), {
      maxKeys: 4,
      noNullPrototype: true,
    });
  }
  const model = Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, fromJsonSchema(v, parts)]));
  return fc.record(model, { requiredKeys: [...required], noNullPrototype: true });
}

function text({ format, pattern, minLength = 0, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'uri') return fc.webUrl().filter((url) => url.length <= (maxLength ?? Infinity));
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern)).filter((s) => s.length >= minLength);
  // Bounds count UTF-16 units, as JavaScript does.
  return fc
    .string({ unit: 'binary', minLength, maxLength })
    .filter((s) => maxLength === undefined || s.length <= maxLength);
}
