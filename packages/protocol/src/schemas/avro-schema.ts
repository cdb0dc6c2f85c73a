import type { EventType } from '../event-table';
import { eventJsonSchema, type JsonSchema } from './json-schema';

/** An Avro 1.11 schema as its JSON form has it. */
export type AvroSchema = string | readonly AvroSchema[] | AvroRecord | AvroContainer;
export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly fields: readonly { readonly name: string; readonly type: AvroSchema; readonly default?: null }[];
}
export type AvroContainer =
  { readonly type: 'array'; readonly items: AvroSchema } | { readonly type: 'map'; readonly values: AvroSchema };

export const AVRO_NAMESPACE = 'live.rapport';

/**
 * `rapport.window.assessed` is the record `live.rapport.WindowAssessed`, and that is its subject in a registry
 * (RecordNameStrategy): a topic holds several types.
 */
export function avroSubject(type: EventType): string {
  return `${AVRO_NAMESPACE}.${pascal(type.slice(type.indexOf('.') + 1))}`;
}

/**
 * The same data as `eventJsonSchema`, as an Avro record. An optional field is a union with null whose default is null.
 * Words of a closed list are strings, since an Avro enum breaks older readers with every word more and takes no hyphen.
 * Bounds have no place in Avro: the JSON Schema has them. Numbers are doubles, whole numbers longs.
 */
export function eventAvroSchema(type: EventType): AvroRecord {
  const schema = eventJsonSchema(type);
  const subject = avroSubject(type);
  const name = subject.slice(subject.lastIndexOf('.') + 1);
  const { fields } = new Conversion(schema.$defs ?? {}).record(schema, name);
  return { type: 'record', name, namespace: AVRO_NAMESPACE, fields };
}

class Conversion {
  private readonly defined = new Set<string>();

  constructor(private readonly parts: Readonly<Record<string, JsonSchema>>) {}

  /** @param name of the record; one that was told before is meant by it from then on */
  record({ properties = {}, required = [] }: JsonSchema, name: string): AvroRecord {
    this.defined.add(name);
    const fields = Object.entries(properties).map(([field, schema]) => {
      const type = this.type(schema, `${name}${pascal(field)}`);
      if (required.includes(field)) return { name: field, type };
      return { name: field, type: ['null', ...(Array.isArray(type) ? (type as AvroSchema[]) : [type])], default: null };
    });
    return { type: 'record', name, fields };
  }

  private type(schema: JsonSchema, name: string): AvroSchema {
    if (schema.$ref !== undefined) {
      const part = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
      return this.defined.has(part) ? part : this.type(this.parts[part]!, part);
    }
    if (schema.anyOf !== undefined) return schema.anyOf.map((one) => this.type(one, name));
    if (Array.isArray(schema.type)) return schema.type.map((type: string) => this.type({ type }, name));
    switch (schema.type) {
      case 'string':
      case 'boolean':
        return schema.type;
      case 'number':
        return 'double';
      case 'integer':
        return 'long';
      case 'array':
        return { type: 'array', items: this.type(schema.items!, name) };
      case 'object':
        if (schema.properties !== undefined) return this.record(schema, name);
        return { type: 'map', values: this.type(schema.additionalProperties as JsonSchema, name) };
      default:
        throw new Error(`${name}: Avro has no like of ${JSON.stringify(schema)}`);
    }
  }
}

/** `session.started` and `intents_changed` become `SessionStarted` and `IntentsChanged`. */
function pascal(words: string): string {
  return words
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
