import { fieldsOf } from './schema-fields';

const told = (schema: Parameters<typeof fieldsOf>[0]): string[] =>
  fieldsOf(schema).map(({ path, type, refs, required }) => [path, type, ...refs, required ? '' : '?'].join(' | '));

describe('the fields of a schema', () => {
  it('are told by path, type and bounds', () => {
    expect(
      told({
        type: 'object',
        required: ['type', 'streams'],
        properties: {
          type: { type: 'string', const: 'session.start' },
          ptsMs: { type: 'number', minimum: 0 },
          count: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          text: { type: 'string', minLength: 1, maxLength: 8 },
          streams: {
            type: 'array',
            maxItems: 8,
            items: { type: 'object', required: ['id'], properties: { id: { type: 'integer', maximum: 9 } } },
          },
          words: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
          detail: { type: 'object', additionalProperties: { type: 'string' } },
        },
      }),
    ).toEqual([
      'type | "session.start" | ',
      'ptsMs | number, 0 or more | ?',
      'count | integer, 1 or more | ?',
      'text | string, 1 to 8 characters | ?',
      'streams | array, at most 8 of them | ',
      'streams[].id | integer, at most 9 | ',
      'words | array of "a", "b" | ?',
      'detail | object | ?',
    ]);
  });

  it('with a name are told by it', () => {
    const $ref = '#/components/schemas/Consent';
    expect(
      told({ type: 'object', properties: { consent: { $ref }, more: { type: 'array', items: { $ref } } } }),
    ).toEqual(['consent |  | Consent | ?', 'more | array | Consent | ?']);
    expect(told({ anyOf: [{ $ref }, { type: 'null' }] })).toEqual([' | null | Consent | ']);
  });

  it('that hold themselves are told to a depth', () => {
    const part: { type: string; properties: Record<string, unknown> } = { type: 'object', properties: {} };
    part.properties['part'] = part;
    expect(told(part as never).length).toBeLessThan(10);
  });
});
