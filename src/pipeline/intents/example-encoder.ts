import { RapportError } from '@rapport-live/protocol';
import type { InferencePool } from '../../inference/inference-pool';
import { type RawText, Redactor } from '../../redaction/redaction';
import type { StoredExample } from './intent-files';

/** Examples in work at once: few, so that an added intent never fills the queue that sessions share. */
const MAX_CONCURRENT = 4;

/** Redacts examples and takes them through the text encoder, as a customer's words are (rules 11 and 12). */
export class ExampleEncoder {
  constructor(private readonly pool: Pick<InferencePool, 'submit'>) {}

  /** Each example is a text of its own: digits are never joined from one to the next. */
  redact(examples: readonly RawText[]): string[] {
    return examples.map((raw) => new Redactor().redact(raw, 0, 'customer').text.trim());
  }

  /** In the order given; rejects with `overloaded`, also when a model run fails: it may be asked again. */
  async encode(tenant: string, texts: readonly string[]): Promise<StoredExample[]> {
    const examples: StoredExample[] = [];
    // what sessions wait for goes first: partials are the last class
    const options = { sessionId: `intents of ${tenant}`, jobClass: 'partial' } as const;
    for (let at = 0; at < texts.length; at += MAX_CONCURRENT) {
      const some = texts.slice(at, at + MAX_CONCURRENT);
      const encoded = some.map(async (text) => {
        const { output } = await this.pool.submit('text-tokens', { text }, options);
        return { text, embedding: output.embedding };
      });
      try {
        examples.push(...(await Promise.all(encoded)));
      } catch (cause) {
        if (!(cause instanceof RapportError)) throw cause;
        throw new RapportError('overloaded', 'The text encoder could not take the examples now.', {
          cause,
          retryAfterMs: 1000,
        });
      }
    }
    return examples;
  }
}
