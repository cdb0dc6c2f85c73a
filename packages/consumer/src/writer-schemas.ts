import { RapportError } from '@rapport-live/protocol';
import { setTimeout as wait } from 'node:timers/promises';
import type { MakeReader, ReadAvro } from './avro';
import { fetchSchema, type RegistryOptions } from './schema-registry';

const DEFAULT_MAX_SCHEMAS = 1_000;
/** Between two tries while the registry does not answer: twice as long each time. */
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;

export interface WriterSchemasDeps {
  readonly makeReader: MakeReader;
  readonly onTrouble: (error: RapportError) => void;
}

/**
 * Readers of data by the id of the schema that it was written with. An id means the same schema for ever, so each is
 * asked for once. Data is read with its writer's schema alone, not resolved to ours: who reads it gets what was written,
 * fields of a newer version among it, just as with JSON.
 */
export class WriterSchemas {
  /** The one used last is the last. */
  private readonly known = new Map<number, ReadAvro>();

  constructor(
    private readonly registry: RegistryOptions,
    private readonly deps: WriterSchemasDeps,
  ) {}

  /**
   * At once where it is known. Undefined: the registry has no such schema, or none that we read. While the registry is
   * away it waits and tells so once: to pass the record over would lose it. Rejects when `signal` fires.
   */
  readerOf(id: number, signal: AbortSignal): ReadAvro | Promise<ReadAvro | undefined> {
    const known = this.known.get(id);
    if (known === undefined) return this.ask(id, signal);
    this.remember(id, known);
    return known;
  }

  private async ask(id: number, signal: AbortSignal): Promise<ReadAvro | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const schema = await fetchSchema(this.registry, id, signal);
        return schema === undefined ? undefined : this.reader(id, schema);
      } catch (cause) {
        signal.throwIfAborted();
        if (attempt === 0) this.deps.onTrouble(this.unavailable(id, cause));
        await wait(Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt), undefined, { signal });
      }
    }
  }

  private reader(id: number, schema: unknown): ReadAvro | undefined {
    try {
      const read = this.deps.makeReader(schema);
      this.remember(id, read);
      return read;
    } catch {
      return undefined; // it is no schema
    }
  }

  private remember(id: number, read: ReadAvro): void {
    this.known.delete(id);
    this.known.set(id, read);
    const { maxSchemas = DEFAULT_MAX_SCHEMAS } = this.registry;
    if (this.known.size > maxSchemas) this.known.delete(this.known.keys().next().value!);
  }

  private unavailable(id: number, error: unknown): RapportError {
    const { name, message, cause } = error as Error & { cause?: { code?: string } };
    const why = cause?.code ?? (name === 'TimeoutError' ? 'no answer in time' : message);
    const { url } = this.registry;
    return new RapportError('registry_unavailable', `${url} gives no schema for the id ${id}: ${why}.`, {
      cause: error,
    });
  }
}
