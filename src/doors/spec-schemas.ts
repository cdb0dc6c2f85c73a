import type { JsonSchema } from '@rapport-live/protocol';

/** An object with these fields, each of them there but the optional ones, and no other: what we send. */
export function exactly(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const fixed = (value: string | number): JsonSchema => ({ type: typeof value, const: value });

export const TEXT: JsonSchema = { type: 'string' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
export const PROBABILITY: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };

/** A message that is no text. */
export const BINARY = {
  contentType: 'application/octet-stream',
  payload: { type: 'string', format: 'binary' },
} as const satisfies { readonly contentType: string; readonly payload: JsonSchema };
