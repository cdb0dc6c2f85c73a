import type { ModelFolder } from '../runtime/model-folder';
import { contextSamples, Transcriber } from './transcriber';
import type { Tokenizer } from './tokenizer';
import type { WhisperGraphs } from './whisper-graphs';

const END = 20;
const parameters = {
  sampleRateHz: 16_000,
  encoderFrameMs: 20,
  maxAudioMs: 30_000,
  vocabularySize: 30,
  transcriptContextsMs: [10_000, 15_000, 20_000, 30_000],
  maxTokensPerSecond: 6,
  maxTokensExtra: 10,
  minMeanProbability: 0.4,
  maxNoSpeechProbability: 0.5,
  minProbabilityAgainstNoSpeech: 0.95,
  knownInventions: ['thank you'],
  minKnownInventionProbability: 0.99,
  endOfTextId: END,
  startOfTranscriptId: 21,
  transcribeId: 24,
  noTimestampsId: 25,
  noSpeechId: 27,
  languageTokenIds: { en: 22, de: 23 },
  suppressIds: [19],
  suppressBeginIds: [END],
};
const folder = { path: '', manifest: { parameters } } as unknown as ModelFolder<'speech'>;
const letters = {
  decode: (ids: readonly number[]) => ids.map((id) => (id === 3 ? ' Thank you.' : ` w${id}`)).join(''),
} as unknown as Tokenizer;

/** Feeds before the first word is asked for: the sound, and the start of the transcript. */
const FIRST_WORD = 2;

/** Graphs whose decoder says the script, then the end for ever; every score has the logit given over the others. */
function scripted(
  script: readonly number[],
  { lead = 10, extra = {} as Record<number, number>, of = folder, afterStart = 22 } = {},
) {
  const fed: (readonly number[])[] = [];
  const closes = { count: 0 };
  const graphs = {
    openDecoder: async (_mel: Float32Array, frames: number) => {
      fed.push([frames]);
      return {
        next: async (tokens: readonly number[]) => {
          const logits = new Float32Array(parameters.vocabularySize);
          logits[fed.length === 1 ? afterStart : (script[fed.length - FIRST_WORD] ?? END)] = lead;
          for (const [id, logit] of Object.entries(extra)) logits[Number(id)] = logit;
          // each step looks half a second further
          const alignment = Float32Array.from({ length: 500 }, (_, frame) =>
            Math.floor(frame / 25) === fed.length - FIRST_WORD ? 1 : 0,
          );
          fed.push(tokens);
          return { logits, alignment };
        },
        restart: () => {},
        close: () => void closes.count++,
      };
    },
  } as unknown as WhisperGraphs;
  return { fed, closes, transcriber: new Transcriber(graphs, letters, of) };
}

async function finish(transcriber: Transcriber, seconds: number, language: string | undefined = 'en') {
  const steps = transcriber.run({ pcm: new Int16Array(seconds * 16_000), language: language || undefined });
  for (let count = 1; ; count++) {
    const { done, value } = await steps.next();
    if (done) return { ...value, steps: count };
  }
}

describe('Transcriber', () => {
  it('gives its decoder back at the end, also when it is left in the middle', async () => {
    const { closes, transcriber } = scripted([65, 66]);
    await finish(transcriber, 2);
    expect(closes.count).toBe(1);
    const steps = transcriber.run({ pcm: new Int16Array(32_000), language: 'en' });
    await steps.next();
    await steps.return({ text: '', meanProbability: 0, truncated: false });
    expect(closes.count).toBe(2);
  });

  it('prompts a model of one language with neither language nor task', async () => {
    const oneLanguage = { ...parameters, transcribeId: undefined, languageTokenIds: {} };
    const of = { path: '', manifest: { parameters: oneLanguage } } as unknown as ModelFolder<'speech'>;
    const { transcriber, fed } = scripted([5, END], { of });
    await finish(transcriber, 1, 'en');
    expect(fed.slice(1, 3)).toEqual([[21], [21, 25]]);
  });

  it('prompts with the language and feeds each token back', async () => {
    const german = scripted([1, 2]);
    expect(await finish(german.transcriber, 2, 'de-AT')).toMatchObject({ text: 'w1 w2', truncated: false });
    expect(german.fed).toEqual([[1000], [21], [21, 23, 24, 25], [1], [2]]);
  });

  // Once it was English, whatever was spoken.
  it.each(['', 'xx', 'und'])(
    'asks the model for the language of %j, in the same pass over the sound',
    async (language) => {
      const { fed, transcriber } = scripted([1, 2], { afterStart: 23, extra: { 22: 8 } });
      const { text, spoken } = await finish(transcriber, 2, language);
      expect(fed).toEqual([[1000], [21], [23, 24, 25], [1], [2]]);
      expect(text).toBe('w1 w2');
      expect(spoken).toEqual({ language: 'de', probability: expect.closeTo(1 / (1 + Math.exp(-2)), 6) });
    },
  );

  it('tells no language where it was given, and none by a model of one', async () => {
    expect((await finish(scripted([1]).transcriber, 2, 'de')).spoken).toBeUndefined();
    const only = { ...parameters, languageTokenIds: { en: 22 } };
    const of = { path: '', manifest: { parameters: only } } as unknown as ModelFolder<'speech'>;
    const { fed, transcriber } = scripted([1], { of });
    expect((await finish(transcriber, 2, '')).spoken).toBeUndefined();
    expect(fed.slice(1, 3)).toEqual([[21], [21, 22, 24, 25]]);
  });

  it('runs in steps: the encoder, then eight tokens at a time', async () => {
    const ids = Array.from({ length: 17 }, (_, i) => i);
    expect(await finish(scripted(ids).transcriber, 4)).toMatchObject({ steps: 4 });
  });

  it('stops at 6 tokens a second and 10 more, and says so', async () => {
    const { fed, transcriber } = scripted(Array.from({ length: 100 }, (_, i) => (i * 7) % 18));
    expect(await finish(transcriber, 1)).toMatchObject({ truncated: true });
    expect(fed).toHaveLength(FIRST_WORD + 16);
  });

  it('never chooses suppressed tokens, specials, or the end first', async () => {
    const { transcriber } = scripted([1, 2], { extra: { 19: 50, 26: 50 } });
    expect(await finish(transcriber, 2)).toMatchObject({ text: 'w1 w2' });
    const silent = scripted([END, END, END]);
    expect(await finish(silent.transcriber, 2)).not.toMatchObject({ text: 'w20' });
  });

  it('drops what it is not sure of: Whisper invents words in near-silence', async () => {
    expect(await finish(scripted([1, 2], { lead: 2 }).transcriber, 2)).toMatchObject({ text: '' });
    expect(await finish(scripted([1, 2], { lead: 5 }).transcriber, 2)).toMatchObject({ text: 'w1 w2' });
  });

  it('asks more of the words it invents most', async () => {
    expect(await finish(scripted([3], { lead: 5 }).transcriber, 2)).toMatchObject({ text: '' });
    expect(await finish(scripted([3], { lead: 10 }).transcriber, 2)).toMatchObject({ text: 'Thank you.' });
  });

  it('asks more of any word where the model says that nobody speaks', async () => {
    const quiet = { afterStart: 27 };
    expect(await finish(scripted([1, 2], { ...quiet, lead: 5 }).transcriber, 2)).toMatchObject({ text: '' });
    const { text, noSpeechProbability } = await finish(scripted([1, 2], quiet).transcriber, 2);
    expect(text).toBe('w1 w2');
    expect(noSpeechProbability).toBeGreaterThan(0.9);
    expect((await finish(scripted([1, 2]).transcriber, 2)).noSpeechProbability).toBeLessThan(0.1);
  });

  it('cuts a loop that ran into the limit, which is then no loss', async () => {
    const loop = Array.from({ length: 60 }, (_, i) => (i % 2) + 1);
    expect(await finish(scripted(loop).transcriber, 2)).toMatchObject({ text: 'w1 w2', truncated: false });
  });

  it('says where each word is, in the text and in the sound', async () => {
    const { text, words } = await finish(scripted([1, 2, 4]).transcriber, 4);
    expect(text).toBe('w1 w2 w4');
    expect(words).toEqual([
      { start: 0, end: 2, startMs: 0, endMs: expect.any(Number), probability: expect.closeTo(1, 2) },
      { start: 3, end: 5, startMs: expect.any(Number), endMs: expect.any(Number), probability: expect.closeTo(1, 2) },
      { start: 6, end: 8, startMs: expect.any(Number), endMs: expect.any(Number), probability: expect.closeTo(1, 2) },
    ]);
    const edges = words!.slice(1).map(({ startMs }, i) => [startMs, words![i]!.endMs]);
    edges.forEach(([startMs, endMs], i) => {
      expect(startMs).toBe(endMs);
      expect(Math.abs(startMs! - 500 * (i + 1))).toBeLessThanOrEqual(60);
    });
  });

  it('has no time for what the repeat guard took out', async () => {
    const loop = Array.from({ length: 60 }, (_, i) => (i % 2) + 1);
    expect((await finish(scripted(loop).transcriber, 2)).words).toHaveLength(2);
  });

  it('says nothing for less than a tenth of a second', async () => {
    const { fed, transcriber } = scripted([1]);
    expect(await finish(transcriber, 0.09)).toMatchObject({ text: '', meanProbability: 0, truncated: false });
    expect(fed).toEqual([]);
  });
});

describe('contextSamples', () => {
  const seconds = (sound: number) => contextSamples(sound * 16_000, folder.manifest.parameters) / 16_000;

  it('is the first that leaves 2 s behind the sound, the longest at most', () => {
    expect([1, 8, 8.01, 13, 13.01, 18, 19, 30].map(seconds)).toEqual([10, 10, 15, 15, 20, 20, 30, 30]);
    expect(() => seconds(30.1)).toThrow(RangeError);
  });
});
