import type { JsonSchema } from '../src';

/** What the comparison understands, and what it may pass over; anything else is a fault, so that nothing goes unseen. */
const COMPARED = new Set([
  ...['$ref', 'type', 'const', 'enum', 'anyOf', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['items', 'minItems', 'maxItems', 'properties', 'required', 'propertyNames', 'additionalProperties'],
]);
const NO_CONSTRAINT = new Set(['$schema', '$id', '$defs', 'title', 'description', 'default']);

/**
 * Why `newer` cannot read what `older` allowed, empty when it can: whether every value of the one is a value of the
 * other, by structure. It errs on the strict side: where it cannot tell, it says so as a fault.
 */
export function breakingChanges(newer: JsonSchema, older: JsonSchema): string[] {
  return new Comparison(newer, older).faults(newer, older, '');
}

class Comparison {
  constructor(
    private readonly newRoot: JsonSchema,
    private readonly oldRoot: JsonSchema,
  ) {}

  faults(newer: JsonSchema, older: JsonSchema, at: string): string[] {
    const n = resolved(newer, this.newRoot);
    const o = resolved(older, this.oldRoot);
    const unknown = [...Object.keys(n), ...Object.keys(o)].filter((k) => !COMPARED.has(k) && !NO_CONSTRAINT.has(k));
    if (unknown.length > 0) return [`${at || '/'}: cannot compare "${unknown.join('", "')}"`];

    // Every kind of old value must have a home among the new ones.
    if (o.anyOf !== undefined) return o.anyOf.flatMap((one) => this.faults(n, one, at));
    if (Array.isArray(o.type)) return o.type.flatMap((type: string) => this.faults(n, { ...o, type }, at));
    if (n.anyOf !== undefined) {
      const fits = n.anyOf.some((one) => this.faults(one, o, at).length === 0);
      return fits ? [] : [`${at || '/'}: none of the new alternatives takes ${JSON.stringify(o.type ?? o.const)}`];
    }
    const values = listed(o);
    if (values !== undefined) return values.flatMap((value) => refuses(n, value, at));
    if (listed(n) !== undefined) return [`${at || '/'}: a closed list where any ${String(o.type)} was allowed`];
    return [...this.type(n, o, at), ...bounds(n, o, at), ...this.object(n, o, at), ...this.items(n, o, at)];
  }

  private type(n: JsonSchema, o: JsonSchema, at: string): string[] {
    if (n.type === undefined) return [];
    const types = [n.type].flat() as string[];
    const fits = types.includes(o.type as string) || (o.type === 'integer' && types.includes('number'));
    return fits ? [] : [`${at || '/'}: ${String(o.type)} became ${types.join(' or ')}`];
  }

  private items(n: JsonSchema, o: JsonSchema, at: string): string[] {
    if (o.type !== 'array' || n.items === undefined) return [];
    return this.faults(n.items, o.items ?? {}, `${at}/*`);
  }

  private object(n: JsonSchema, o: JsonSchema, at: string): string[] {
    if (o.type !== 'object') return [];
    const were = o.properties ?? {};
    const are = n.properties ?? {};
    const needed = (n.required ?? []).filter((name) => !(o.required ?? []).includes(name));
    return [
      ...needed.map((name) => `${at}/${name}: required now`),
      ...Object.entries(were).flatMap(([name, schema]) => {
        const now = are[name] ?? n.additionalProperties ?? true;
        if (now === false) return [`${at}/${name}: removed`];
        return now === true ? [] : this.faults(now, schema, `${at}/${name}`);
      }),
      ...this.others(n, o, at),
    ];
  }

  /** Fields without a name: those of a map, and of an object that takes any. */
  private others(n: JsonSchema, o: JsonSchema, at: string): string[] {
    const were = o.additionalProperties ?? true;
    const are = n.additionalProperties ?? true;
    if (were === false) return [];
    if (are === false) return [`${at}/*: fields of any name were allowed`];
    const taken = Object.entries(n.properties ?? {}).filter(([name]) => o.properties?.[name] === undefined);
    const any = were === true ? {} : were;
    return [
      ...(are === true ? [] : this.faults(are, any, `${at}/*`)),
      ...taken.flatMap(([name, schema]) => this.faults(schema, any, `${at}/${name}`)),
      ...this.faults(n.propertyNames ?? {}, { type: 'string', ...o.propertyNames }, `${at}/(name)`),
    ];
  }
}

function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const part = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
  if (part === undefined) throw new Error(`no such part: ${schema.$ref}`);
  return part;
}

function listed({ const: only, enum: values }: JsonSchema): readonly (string | number | boolean)[] | undefined {
  return values ?? (only === undefined ? undefined : [only]);
}

function refuses(n: JsonSchema, value: string | number | boolean, at: string): string[] {
  const values = listed(n);
  if (values !== undefined) {
    return values.includes(value) ? [] : [`${at || '/'}: ${JSON.stringify(value)} is not allowed any more`];
  }
  const type = Number.isInteger(value) ? 'integer' : typeof value;
  const length = typeof value === 'string' ? { minLength: value.length, maxLength: value.length } : {};
  const size = typeof value === 'number' ? { minimum: value, maximum: value } : {};
  return new Comparison({}, {}).faults(n, { type, ...length, ...size }, at);
}

const LOWER = ['minLength', 'minimum', 'minItems'] as const;
const UPPER = ['maxLength', 'maximum', 'maxItems'] as const;

function bounds(n: JsonSchema, o: JsonSchema, at: string): string[] {
  const raised = LOWER.filter((k) => n[k] !== undefined && !(o[k] !== undefined && o[k] >= n[k]));
  const lowered = UPPER.filter((k) => n[k] !== undefined && !(o[k] !== undefined && o[k] <= n[k]));
  const other = (['pattern', 'format'] as const).filter((k) => n[k] !== undefined && n[k] !== o[k]);
  return [...raised, ...lowered, ...other].map((k) => `${at || '/'}: ${k} ${o[k] ?? 'none'} became ${n[k]}`);
}
