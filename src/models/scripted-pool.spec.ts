import { RapportError } from '@rapport-live/protocol';
import type { JobInput, JobKind } from '../inference/inference-pool';
import { ScriptedPool } from './scripted-pool';

const options = { sessionId: 'session', jobClass: 'assessment' } as const;
const tone = (hz: number, samples: number, amplitude = 8000) =>
  Int16Array.from({ length: samples }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 16_000));

describe('ScriptedPool', () => {
  const pool = new ScriptedPool();
  const run = async <K extends JobKind>(kind: K, input: JobInput<K>) =>
    (await pool.submit(kind, input, options)).output;
  const freshState = () => ({ recurrent: new Float32Array(256), context: new Float32Array(64) });

  it('hears speech where there is energy, and keeps the context', async () => {
    const samples = Float32Array.from({ length: 1024 }, (_, i) => (i < 512 ? 0 : 0.1 * Math.sin(i)));
    const { probabilities, state } = await run('voice-activity', { samples, state: freshState() });
    expect(probabilities).toEqual(Float32Array.of(0.02, 0.95));
    expect(state.context).toEqual(samples.slice(-64));
  });

  it('gives a token for each 200 ms, the same for the same sound and another for another', async () => {
    const low = await run('voice-tokens', { pcm: tone(200, 6400) });
    expect(low.tokens).toHaveLength(2 * low.width);
    expect(await run('voice-tokens', { pcm: tone(200, 6400) })).toEqual(low);
    expect((await run('voice-tokens', { pcm: tone(900, 6400) })).tokens).not.toEqual(low.tokens);
  });

  it('transcribes by script, then by length', async () => {
    const scripted = new ScriptedPool({ transcripts: ['hello there'] });
    const texts = [];
    for (let i = 0; i < 2; i++) {
      texts.push((await scripted.submit('transcript', { pcm: new Int16Array(48_000) }, options)).output.text);
    }
    expect(texts).toEqual(['hello there', 'words 3']);
  });

  it('sees one face in a JPEG and refuses anything else', async () => {
    const { faces } = await run('face-tokens', { still: Uint8Array.of(0xff, 0xd8, 1) });
    expect(faces[0]?.features).toHaveLength(192);
    expect((await run('face-tokens', { still: Uint8Array.of(0xff, 0xd8, 2) })).faces).not.toEqual(faces);
    expect(await run('face-tokens', { still: Uint8Array.of(1) })).toEqual({ faces: [], refused: 'not_a_still' });
  });

  it('gives word tokens and an embedding of length 1', async () => {
    const { tokens, width, embedding } = await run('text-tokens', { text: 'Where is my order?' });
    expect(tokens).toHaveLength(6 * width);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    expect((await run('text-tokens', { text: 'word '.repeat(100) })).tokens).toHaveLength(64 * width);
  });

  it('scores each subset by its own modalities', async () => {
    const { tokens: voice } = await run('voice-tokens', { pcm: tone(200, 6400) });
    const { tokens: text } = await run('text-tokens', { text: 'hello' });
    const { logits, labels, embedding } = await run('fusion', {
      voice,
      text,
      subsets: [['voice', 'text'], ['voice'], ['text']],
    });
    expect([labels.length, logits.length, embedding.length]).toEqual([7, 21, 128]);
    for (let i = 0; i < 7; i++) expect(logits[i]).toBeCloseTo(logits[7 + i]! + logits[14 + i]!, 4);
  });

  it('refuses what the real models refuse', async () => {
    await expect(run('voice-tokens', { pcm: new Int16Array(100) })).rejects.toMatchObject({ code: 'inference_failed' });
    await expect(run('fusion', { subsets: [['face']] })).rejects.toMatchObject({ code: 'inference_failed' });
  });

  it('fails on demand, takes its time on demand, and closes', async () => {
    const slept: number[] = [];
    const scripted = new ScriptedPool({
      fail: (kind) => (kind === 'fusion' ? new RapportError('overloaded', 'full') : undefined),
      latencyMs: { transcript: 250 },
      sleep: async (ms) => void slept.push(ms),
    });
    await expect(scripted.submit('fusion', { subsets: [] }, options)).rejects.toMatchObject({ code: 'overloaded' });
    const { modelMs } = await scripted.submit('transcript', { pcm: new Int16Array(0) }, options);
    expect([modelMs, slept, scripted.submitted]).toEqual([250, [250], { fusion: 1, transcript: 1 }]);
    await scripted.close();
    await expect(scripted.submit('text-tokens', { text: '' }, options)).rejects.toMatchObject({
      code: 'inference_failed',
    });
  });
});
