import { RapportError } from '@rapport-live/protocol';
import type { InferencePool } from '../../../src/inference/inference-pool';
import type { BareUtterance } from '../../../src/monitor/history/history-store';
import { UtteranceEmbedder } from '../../../src/monitor/history/ingest/utterance-embedder';

/** Utterances 1 to n, and an encoder that refuses those of `refused`. */
function scripted(n: number, refused: Map<string, RapportError>) {
  const bare = new Map<string, BareUtterance>();
  for (let seq = 1; seq <= n; seq += 1) bare.set(`u${seq}`, { seq, eventId: `u${seq}`, text: `text ${seq}` });
  const troubles: unknown[] = [];
  const asked: string[] = [];
  const slept: number[] = [];
  const pool = {
    submit: async (_kind: string, { text }: { text: string }) => {
      asked.push(text);
      const refusal = refused.get(text);
      if (refusal !== undefined) throw refusal;
      return { output: { embedding: new Float32Array(384) }, waitMs: 0, modelMs: 0 };
    },
  } as unknown as Pick<InferencePool, 'submit'>;
  const embedder = new UtteranceEmbedder({
    pool,
    store: {
      bareUtterances: async (afterSeq, limit) => [...bare.values()].filter(({ seq }) => seq > afterSeq).slice(0, limit),
      embed: async (made) => made.forEach(({ eventId }) => bare.delete(eventId)),
    },
    onTrouble: (error) => troubles.push(error),
    sleep: async (ms) => {
      slept.push(ms);
      await new Promise(setImmediate);
    },
  });
  return { embedder, bare, troubles, asked, slept };
}

describe('embeddings of utterances', () => {
  it('a text that the encoder refuses holds up no other (found in review: it held up all behind it)', async () => {
    const refused = new Map([['text 2', new RapportError('job_quarantined', 'it crashed the worker twice')]]);
    const { embedder, bare, troubles, slept } = scripted(100, refused);
    embedder.wake();
    while (slept.length < 3) await new Promise(setImmediate);
    expect([...bare.keys()]).toEqual(['u2']);
    expect(troubles).toEqual([refused.get('text 2')]);
    expect(slept.slice(0, 3)).toEqual([1000, 2000, 4000]);
    refused.clear();
    await embedder.settled();
    expect([...bare.keys()]).toEqual([]);
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('leaves the encoder to who talks: where it has no room the rest waits for the next pass', async () => {
    const refused = new Map([['text 1', new RapportError('overloaded', 'the queue is full')]]);
    const { embedder, asked, slept } = scripted(100, refused);
    embedder.wake();
    while (slept.length < 1) await new Promise(setImmediate);
    expect(asked.slice(0, 8)).not.toContain('text 9');
    await embedder.close();
  });
});
