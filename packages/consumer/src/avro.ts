import { RapportError } from '@rapport-live/protocol';

/** Reads what was written with one schema, as the JSON that it would have been. Throws for other bytes. */
export type ReadAvro = (bytes: Buffer) => unknown;

/** @param schema its JSON form; throws for what is none */
export type MakeReader = (schema: unknown) => ReadAvro;

/** What is used of the package. */
interface Avsc {
  readonly Type: { forSchema(schema: never): { fromBuffer(bytes: Buffer): unknown } };
}

/**
 * The one file that knows avsc. The package is not ours to install: only who gives a registry needs it. Rejects with
 * `consumer_options` where it is not there.
 */
export async function loadAvro(load: () => Promise<unknown> = () => import('avsc')): Promise<MakeReader> {
  const { Type } = await (load() as Promise<Avsc>).catch((cause: unknown) => {
    const message = 'To read Avro (registry) the package avsc is needed: npm install avsc@5.7.9.';
    throw new RapportError('consumer_options', message, { cause });
  });
  return (schema) => {
    const type = Type.forSchema(schema as never);
    return (bytes) => asJson(type.fromBuffer(bytes));
  };
}

/** A field that is absent is null in Avro, and no event has a null in its data; records become plain objects. */
function asJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJson);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(fields.map(([name, inner]) => [name, asJson(inner)]));
}
