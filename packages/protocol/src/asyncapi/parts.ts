import type { JsonSchema } from '../schemas/json-schema';

type Json = Readonly<Record<string, unknown>>;

export const LICENSE = { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' } as const;

/** `#/components/SECTION/NAME`. */
export const ref = (section: 'schemas' | 'messages', name: string): { readonly $ref: string } => ({
  $ref: `#/components/${section}/${name}`,
});

/**
 * The schemas of an AsyncAPI or OpenAPI document. It has one place for those with a name, and a reference counts from the root of
 * the document: what zod keeps in `$defs` of each schema is moved there. The dialect is draft 7, which every tool
 * reads; zod's 2020-12 uses nothing beyond it but the place of the parts.
 */
export class SchemaParts {
  private readonly parts = new Map<string, JsonSchema>();

  moved({ $defs = {}, ...schema }: JsonSchema): JsonSchema {
    for (const [name, part] of Object.entries($defs)) this.parts.set(name, rebased(part));
    const { $schema: _, $id: __, ...body } = rebased(schema);
    return body;
  }

  /** Keeps it under this name; answers how to mean it. */
  named(name: string, schema: JsonSchema): { readonly $ref: string } {
    this.parts.set(name, schema);
    return ref('schemas', name);
  }

  all(): Json {
    return Object.fromEntries([...this.parts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function rebased<T>(value: T): T {
  if (Array.isArray(value)) return value.map(rebased) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' ? String(inner).replace('#/$defs/', '#/components/schemas/') : rebased(inner),
    ]),
  ) as T;
}
