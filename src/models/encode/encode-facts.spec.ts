import { RapportError, SHED_STEPS, type ShedStep } from '@rapport-live/protocol';
import { from, lastValueFrom, Subject, toArray } from 'rxjs';
import type { Hop, HopStill, HopVoice, StreamFact, TimeSpan, UtteranceClosed } from '../../facts/stream-fact';
import type { EncodedFact, EncodedHop, EncodedText } from '../../facts/encoded-fact';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobOutput,
  ServedModel,
} from '../../inference/inference-pool';
import { RawText, Redactor } from '../../redaction/redaction';
import { type EncodeDeps, encodeFacts } from './encode-facts';

type Answers = { [K in JobKind]?: (input: JobInput<K>) => JobOutput<K> | Promise<JobOutput<K>> };

const MODELS: ServedModel[] = [
  { name: 'whisper', version: '1', task: 'speech', provider: 'cpu', languages: ['en', 'de'] },
  { name: 'minilm', version: '2', task: 'text', provider: 'cpu', languages: ['en'] },
];

class FakePool implements Pick<InferencePool, 'submit' | 'models'> {
  readonly models = MODELS;
  readonly jobs: { kind: JobKind; input: unknown; options: JobOptions }[] = [];
  readonly cost: Partial<Record<JobKind, { waitMs: number; modelMs: number }>> = {};

  constructor(private readonly answers: Answers = {}) {}

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions) {
    this.jobs.push({ kind, input, options });
    const output = await (this.answers[kind] ?? (DEFAULTS[kind] as NonNullable<Answers[K]>))(input);
    return { output, ...(this.cost[kind] ?? { waitMs: 1, modelMs: 2 }) };
  }

  count(kind: JobKind): number {
    return this.jobs.filter((job) => job.kind === kind).length;
  }
}

const DEFAULTS = {
  'voice-tokens': ({ pcm }: JobInput<'voice-tokens'>) => {
    const count = Math.floor(pcm.length / 3200);
    return { tokens: Float32Array.from({ length: count * 2 }, (_, i) => i), width: 2, tokenMs: 200 };
  },
  transcript: () => ({ text: ' where is order 123456? ', meanProbability: 0.9, truncated: false }),
  'face-tokens': ({ still }: JobInput<'face-tokens'>) => ({
    faces:
      still[0] === 0
        ? []
        : [{ score: 0.9, box: [0, 0, 1, 1] as const, features: new Float32Array(192).fill(still[0] ?? 0) }],
  }),
  'text-tokens': () => ({ tokens: new Float32Array(5 * 3), width: 3, embedding: Float32Array.of(1, 0, 0) }),
} as Answers;

const voice = (party: HopVoice['party'], hopEndMs: number, ...speech: [number, number][]): HopVoice => ({
  streamName: `${party}-voice`,
  party,
  pcm: new Int16Array(16_000).fill(hopEndMs / 1000),
  speech: speech.map(([startMs, endMs]): TimeSpan => ({ startMs, endMs })),
});
const hop = (hopEndMs: number, voices: HopVoice[] = [], stills: HopStill[] = []): Hop => ({
  kind: 'hop',
  hopStartMs: hopEndMs - 1000,
  hopEndMs,
  voices,
  stills,
  releasedAtMs: hopEndMs + 300,
});
const still = (ptsMs: number, content: number, party: HopStill['party'] = 'customer'): HopStill => ({
  streamName: 'video',
  party,
  ptsMs,
  still: Uint8Array.of(content),
});
const utterance = (startMs: number, party: UtteranceClosed['party'] = 'customer'): UtteranceClosed => ({
  kind: 'utterance',
  utteranceId: `voice-${startMs}`,
  streamName: 'voice',
  party,
  startMs,
  endMs: startMs + 900,
  speechMs: 900,
  pcm: new Int16Array(14_400),
});
const chat = (ptsMs: number, words: string, party: 'customer' | 'agent' = 'customer'): StreamFact => ({
  kind: 'chat',
  messageId: `m-${ptsMs}`,
  party,
  ptsMs,
  text: new RawText(words),
});
const ENDED: StreamFact = { kind: 'ended', durationMs: 9000, dropped: {} };

function encode(facts: StreamFact[], pool = new FakePool(), deps: Partial<EncodeDeps> = {}): Promise<EncodedFact[]> {
  const all: EncodeDeps = {
    pool,
    redactor: new Redactor(),
    sessionId: 's',
    language: 'en-GB',
    settle: () => {},
    nowMs: () => 0,
    ...deps,
  };
  return lastValueFrom(from(facts).pipe(encodeFacts(all), toArray()));
}
const hopsOf = (facts: EncodedFact[]) => facts.filter((f): f is EncodedHop => f.kind === 'hop');
const textsOf = (facts: EncodedFact[]) => facts.filter((f): f is EncodedText => f.kind === 'text');
const failed = (code: 'overloaded' | 'inference_failed' | 'deadline_passed' | 'job_quarantined') => () =>
  Promise.reject(new RapportError(code, 'scripted'));

test('a pause forgets the digits that were held to be joined', async () => {
  const words = async (between: StreamFact[]): Promise<string[]> =>
    textsOf(await encode([chat(0, '41'), ...between, chat(2000, '11'), ENDED])).map(({ text }) => text);
  const pause: StreamFact = { kind: 'updated', update: 'pause', mediaMs: 1000, detail: { paused: true } };
  expect(await words([])).toEqual(['41', '[number]']);
  expect(await words([pause])).toEqual(['41', '11']);
});

describe('voice', () => {
  it('encodes the last 4 s at every hop with new speech, from speech to speech with a margin', async () => {
    const pool = new FakePool();
    const facts = [1, 2, 3, 4, 5].map((s) =>
      hop(s * 1000, [voice('customer', s * 1000, [s * 1000 - 900, s * 1000 - 100])]),
    );
    const hops = hopsOf(await encode(facts, pool));
    expect(hops.map(({ voice }) => [voice.speechMs, voice.fresh, voice.absentReason])).toEqual([
      [800, true, 'too_little_speech'],
      [1600, true, undefined],
      [2400, true, undefined],
      [3200, true, undefined],
      [3200, true, undefined],
    ]);
    expect(pool.jobs.map(({ input }) => (input as JobInput<'voice-tokens'>).pcm.length / 16)).toEqual([
      2000, 3000, 4000, 4000,
    ]);
    expect(hops[4]?.voice.sequence?.timesMs[0]).toBe(1100);
    expect(hops[4]?.voice.sequence?.timesMs).toHaveLength(20);
    const { pcm } = pool.jobs[3]?.input as JobInput<'voice-tokens'>;
    expect([pcm[0], pcm.at(-1)]).toEqual([2, 5]);
    expect(pool.jobs.every(({ options }) => options.jobClass === 'assessment' && options.sessionId === 's')).toBe(true);
  });

  it('gives the encoder at least 2 s and multiples of 20 ms, and no token before the session', async () => {
    const pool = new FakePool();
    const [first] = hopsOf(await encode([hop(1000, [voice('customer', 1000, [0, 1000])])], pool));
    expect((pool.jobs[0]?.input as JobInput<'voice-tokens'>).pcm).toHaveLength(32_000);
    expect([...(first?.voice.sequence?.timesMs ?? [])]).toEqual([100, 300, 500, 700, 900]);
    await encode(
      [
        hop(1000),
        hop(2000, [voice('customer', 2000, [1000, 2000])]),
        hop(3000, [voice('customer', 3000, [2000, 2107])]),
      ],
      pool,
    );
    for (const { input } of pool.jobs) expect((input as JobInput<'voice-tokens'>).pcm.length % 320).toBe(0);
  });

  it('costs nothing in silence and keeps what was heard until it leaves the window', async () => {
    const pool = new FakePool();
    const silent = [3, 4, 5, 6, 7].map((s) => hop(s * 1000, [voice('customer', s * 1000)]));
    const hops = hopsOf(
      await encode(
        [hop(1000, [voice('customer', 1000)]), hop(2000, [voice('customer', 2000, [1000, 2000])]), ...silent],
        pool,
      ),
    );
    expect(pool.count('voice-tokens')).toBe(1);
    expect(hops.map(({ voice }) => voice.sequence?.timesMs[0])).toEqual([
      undefined,
      100,
      100,
      100,
      1100,
      undefined,
      undefined,
    ]);
    expect(hops.map(({ voice }) => voice.fresh)).toEqual([false, true, false, false, false, false, false]);
    expect(hops[6]?.voice).toEqual({ speechMs: 0, fresh: false, absentReason: 'too_little_speech' });
  });

  it('adds up speech that comes in pieces too small to run for', async () => {
    const pool = new FakePool();
    const pieces: [number, number][] = [
      [0, 850],
      [1000, 1080],
      [2000, 2080],
    ];
    const hops = hopsOf(
      await encode(
        pieces.map((p, i) => hop((i + 1) * 1000, [voice('customer', 1000, p)])),
        pool,
      ),
    );
    expect(hops.map(({ voice }) => voice.sequence !== undefined)).toEqual([false, false, true]);
  });

  it('hears nobody but the customer, and says when a mixed channel spoke', async () => {
    const pool = new FakePool();
    const hops = hopsOf(
      await encode(
        [hop(1000, [voice('agent', 1000, [0, 1000])]), hop(2000, [voice('mixed', 2000, [1000, 2000])])],
        pool,
      ),
    );
    expect(pool.jobs).toEqual([]);
    expect(hops.map(({ voice, mixedSpeech }) => [voice.absentReason, mixedSpeech])).toEqual([
      ['no_media', false],
      ['no_media', true],
    ]);
  });

  it('joins two streams of one customer', async () => {
    const pool = new FakePool();
    const [only] = hopsOf(
      await encode(
        [hop(1000, [voice('customer', 30_000_000, [0, 800]), voice('customer', 30_000_000, [500, 1000])])],
        pool,
      ),
    );
    expect(only?.voice.speechMs).toBe(1000);
    expect((pool.jobs[0]?.input as JobInput<'voice-tokens'>).pcm.at(-1)).toBe(32_767);
  });
});

describe('face', () => {
  it('looks once at a still that comes again, and never at an agent', async () => {
    const pool = new FakePool();
    const hops = hopsOf(
      await encode(
        [
          hop(1000, [], [still(100, 7), still(600, 7), still(700, 8, 'agent')]),
          hop(2000, [], [still(1500, 7), still(1600, 0)]),
        ],
        pool,
      ),
    );
    expect(pool.count('face-tokens')).toBe(2);
    expect(hops.map(({ face }) => [face.stills, [...face.sequence.timesMs], face.sequence.tokens[192] ?? 0])).toEqual([
      [2, [100, 600], 7],
      [2, [1500], 0],
    ]);
  });

  it('forgets the oldest still beyond its bound', async () => {
    const pool = new FakePool();
    const seconds = [1, 2, 3, 1, 3].map((content, i) => hop((i + 1) * 1000, [], [still(i * 1000, content)]));
    await encode(seconds, pool, { options: { maxCachedStills: 2 } });
    expect(pool.count('face-tokens')).toBe(4);
  });

  it('takes the newest stills of a crowded hop', async () => {
    const stills = Array.from({ length: 5 }, (_, i) => still(i * 10, i + 1));
    const [only] = hopsOf(await encode([hop(1000, [], stills)], new FakePool(), { options: { maxStillsPerHop: 2 } }));
    expect([...(only?.face.sequence.timesMs ?? [])]).toEqual([30, 40]);
  });
});

describe('text', () => {
  it('redacts before anything reads it, and gives tokens to the customer only', async () => {
    const pool = new FakePool();
    const texts = textsOf(
      await encode(
        [utterance(0), utterance(1000, 'agent'), utterance(2000, 'mixed'), chat(3000, 'mail a@b.org')],
        pool,
      ),
    );
    const summary = texts.map(
      ({ text, party, sequence, embedding }) => `${party}: ${text} ${sequence?.timesMs.length} ${embedding?.length}`,
    );
    expect(summary.sort()).toEqual([
      'agent: where is order [number]? undefined undefined',
      'customer: mail [email] 5 3',
      'customer: where is order [number]? 5 3',
      'mixed: where is order [number]? undefined undefined',
    ]);
    expect(JSON.stringify(pool.jobs.filter(({ kind }) => kind === 'text-tokens'))).not.toMatch(/123456|a@b/);
    const spoken = texts.find(({ source, party }) => source === 'voice' && party === 'customer');
    expect(spoken).toMatchObject({
      textId: 'voice-0',
      streamName: 'voice',
      redactions: { number: 1 },
      confidence: 0.9,
      models: [
        { name: 'whisper', version: '1' },
        { name: 'minilm', version: '2' },
      ],
    });
    expect(texts.find(({ source }) => source === 'chat')).toMatchObject({
      streamName: 'chat',
      startMs: 3000,
      endMs: 3000,
    });
    expect(pool.jobs.find(({ kind }) => kind === 'transcript')?.input).toMatchObject({ language: 'en' });
  });

  it.each([' ', '...', ' ♪ '])('yields nothing for a transcript of %j', async (text) => {
    const pool = new FakePool({ transcript: () => ({ text, meanProbability: 0.2, truncated: false }) });
    expect(await encode([utterance(0)], pool)).toEqual([]);
  });

  it('gives no tokens in a language that the text model lacks, and no transcript where the speech model lacks it', async () => {
    const [german] = textsOf(await encode([utterance(0)], new FakePool(), { language: 'de-AT' }));
    expect(german).toMatchObject({ absentReason: 'language', language: 'de-AT' });
    expect(german?.embedding).toBeUndefined();
    const pool = new FakePool();
    expect(await encode([utterance(0)], pool, { language: 'xx' })).toEqual([
      {
        kind: 'updated',
        update: 'shed',
        mediaMs: 0,
        scope: 'voice-0',
        detail: { what: 'transcript', party: 'customer', reason: 'language' },
      },
    ]);
    expect(pool.jobs).toEqual([]);
  });

  it('announces a transcript that failed and keeps a text whose tokens failed', async () => {
    const noWords = await encode([utterance(0)], new FakePool({ transcript: failed('overloaded') }));
    expect(noWords).toMatchObject([
      { kind: 'updated', update: 'shed', scope: 'voice-0', detail: { reason: 'queue_full' } },
    ]);
    const noTokens = await encode([chat(0, 'hello')], new FakePool({ 'text-tokens': failed('inference_failed') }));
    expect(noTokens).toMatchObject([{ kind: 'text', text: 'hello', absentReason: 'shed' }]);
  });
});

describe('a language that was not stated', () => {
  const says = (...spoken: [string, number][]) =>
    new FakePool({
      transcript: () => {
        const [language, probability] = spoken.shift() ?? ['en', 1];
        return { text: `in ${language}`, meanProbability: 0.9, truncated: false, spoken: { language, probability } };
      },
    });
  const UNSTATED = { language: undefined };
  const long = (startMs: number, party: UtteranceClosed['party'] = 'customer') => ({
    ...utterance(startMs, party),
    speechMs: 2000,
  });

  it('is told before the words that told it, and given with all that follow, to the models too', async () => {
    // the agent waits for nobody and is transcribed first
    const pool = says(['fr', 1], ['de', 0.5], ['de', 0.97]);
    const facts = await encode([long(0), long(3000), long(6000, 'agent')], pool, UNSTATED);
    expect(facts.map((f) => (f.kind === 'text' ? `${f.textId} ${f.language} ${f.absentReason}` : f.kind))).toEqual([
      'voice-6000 undefined undefined',
      'voice-0 undefined language_undetermined',
      'language',
      'voice-3000 de language',
    ]);
    expect(pool.count('text-tokens')).toBe(0);
    const later = await encode([long(0), chat(5000, 'hello')], says(['en', 0.99]), UNSTATED);
    expect(textsOf(later).map(({ language, absentReason }) => [language, absentReason])).toEqual([
      ['en', undefined],
      ['en', undefined],
    ]);
  });

  it('is told by the first who can, whoever is ready first', async () => {
    let finish = (): void => {};
    let runs = 0;
    const pool = new FakePool({
      transcript: async () => {
        const first = runs++ === 0;
        if (first) await new Promise<void>((resolve) => (finish = resolve));
        const spoken = first ? { language: 'de', probability: 0.99 } : undefined;
        return { text: 'words', meanProbability: 0.9, truncated: false, spoken };
      },
    });
    const facts = encode([long(0), long(3000)], pool, UNSTATED);
    await new Promise(setImmediate);
    expect(pool.count('transcript')).toBe(1);
    finish();
    expect(textsOf(await facts).map(({ textId, language }) => [textId, language])).toEqual([
      ['voice-0', 'de'],
      ['voice-3000', 'de'],
    ]);
    expect(pool.jobs.map(({ input }) => (input as JobInput<'transcript'>).language)).toEqual([undefined, 'de']);
  });

  it('is not asked of the agent, nor of words that are not believed', async () => {
    expect((await encode([long(0, 'agent')], says(['de', 1]), UNSTATED)).map(({ kind }) => kind)).toEqual(['text']);
    const pool = new FakePool({
      transcript: () => ({
        text: '',
        meanProbability: 0.1,
        truncated: false,
        spoken: { language: 'hi', probability: 1 },
      }),
    });
    expect(await encode([long(0)], pool, UNSTATED)).toEqual([]);
    expect((await encode([long(0, 'mixed')], says(['de', 1]), UNSTATED)).map(({ kind }) => kind)).toEqual([
      'language',
      'text',
    ]);
  });

  it('goes on after a transcript that failed', async () => {
    let runs = 0;
    const pool = new FakePool({
      transcript: () => {
        if (runs++ === 0) throw new RapportError('overloaded', 'scripted');
        const spoken = { language: 'en', probability: 0.99 };
        return { text: 'words', meanProbability: 0.9, truncated: false, spoken };
      },
    });
    const facts = await encode([long(0), long(3000)], pool, UNSTATED);
    expect(facts.map(({ kind }) => kind)).toEqual(['updated', 'language', 'text']);
  });

  it('given up: und, a transcript in whatever the model hears, no tokens', async () => {
    const pool = says(['hi', 0.4], ['ur', 0.5]);
    const options = { ...UNSTATED, languageOptions: { maxTries: 1 } };
    const facts = await encode([long(0), long(3000)], pool, options);
    expect(facts[0]).toMatchObject({ kind: 'language', language: 'und', confidence: 0.4 });
    expect(textsOf(facts).map(({ text, language, absentReason }) => [text, language, absentReason])).toEqual([
      ['in hi', 'und', 'language_undetermined'],
      ['in ur', 'und', 'language_undetermined'],
    ]);
  });

  it('is told by chat, redacted', async () => {
    const read: string[] = [];
    const readLanguage = (text: string) => {
      read.push(text);
      return { language: 'es', score: 0.7, lead: 0.3 };
    };
    const facts = await encode(
      [chat(0, 'hola'), chat(1000, 'mi tarjeta es 4111 1111 1111 1111 y quiero cancelar'), chat(2000, 'gracias')],
      new FakePool(),
      { ...UNSTATED, readLanguage },
    );
    expect(facts.map(({ kind }) => kind)).toEqual(['text', 'language', 'text', 'text']);
    expect(textsOf(facts).map(({ absentReason }) => absentReason)).toEqual([
      'language_undetermined',
      'language',
      'language',
    ]);
    expect(read.join()).toMatch(/quiero/);
    expect(read.join()).not.toMatch(/4111|card/);
  });

  it('voice is absent in a language that its encoder lacks, and there in one not known', async () => {
    const spoke = [1, 2].map((s) => hop(s * 1000, [voice('customer', s * 1000, [s * 1000 - 1000, s * 1000])]));
    const [, lacks] = hopsOf(await encode(spoke, new FakePool(), { language: 'xx' }));
    expect(lacks?.voice).toEqual({ speechMs: 2000, fresh: true, absentReason: 'language' });
    const [, unknown] = hopsOf(await encode(spoke, new FakePool(), UNSTATED));
    expect(unknown?.voice.sequence).toBeDefined();
  });
});

describe('order, bounds and failures', () => {
  it('keeps hops in order, lets texts come when ready, and ends last', async () => {
    let finish = (): void => {};
    const pool = new FakePool({
      'text-tokens': async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        return { tokens: new Float32Array(3), width: 3, embedding: new Float32Array(3) };
      },
    });
    const seen: string[] = [];
    const settled: string[] = [];
    const facts = new Subject<StreamFact>();
    const update: StreamFact = { kind: 'updated', update: 'gap', mediaMs: 500, detail: {} };
    const done = new Promise<void>((resolve) =>
      facts
        .pipe(
          encodeFacts({
            ...{ pool, redactor: new Redactor(), sessionId: 's', language: 'en', nowMs: () => 0 },
            settle: (fact) => settled.push(fact.kind),
          }),
        )
        .subscribe({ next: (fact) => seen.push(fact.kind), complete: resolve }),
    );
    for (const fact of [chat(0, 'hello'), hop(1000), update, hop(2000), ENDED]) facts.next(fact);
    await new Promise(setImmediate);
    expect(seen).toEqual(['hop', 'updated', 'hop']);
    expect(settled).toEqual(['hop', 'updated', 'hop']);
    finish();
    await done;
    expect(seen).toEqual(['hop', 'updated', 'hop', 'text', 'ended']);
    expect(settled).toEqual(['hop', 'updated', 'hop', 'chat', 'ended']);
  });

  it('runs voice and stills of a hop side by side and charges the slowest', async () => {
    const pool = new FakePool();
    pool.cost['voice-tokens'] = { waitMs: 5, modelMs: 30 };
    pool.cost['face-tokens'] = { waitMs: 20, modelMs: 10 };
    const [only] = hopsOf(
      await encode([hop(1000, [voice('customer', 1000, [0, 1000])], [still(1, 1), still(2, 2)])], pool),
    );
    // Each still waits for the one before: they cost their sum.
    expect(only).toMatchObject({ waitMs: 40, modelMs: 20, releasedAtMs: 1300 });
  });

  it.each([
    ['inference_failed', 'inference_failed'],
    ['overloaded', 'queue_full'],
  ] as const)('turns %s into a failed hop and goes on', async (code, reason) => {
    let runs = 0;
    const pool = new FakePool({
      'voice-tokens': (input) =>
        runs++ === 0 ? failed(code)() : (DEFAULTS['voice-tokens'] as NonNullable<Answers['voice-tokens']>)(input),
    });
    const settled: StreamFact[] = [];
    const facts = [hop(1000, [voice('customer', 1000, [0, 1000])]), hop(2000, [voice('customer', 2000)])];
    const [first, second] = await encode(facts, pool, { settle: (fact) => settled.push(fact) });
    expect(first).toMatchObject({ kind: 'hop-failed', hopEndMs: 1000, speech: [{ party: 'customer' }], reason });
    expect(second).toMatchObject({ kind: 'hop', voice: { fresh: false, speechMs: 1000 } });
    expect((second as EncodedHop).voice.sequence).toBeDefined();
    expect(settled).toEqual(facts);
  });

  it('passes a fault of ours on as an error', async () => {
    const pool = new FakePool({ 'text-tokens': () => Promise.reject(new TypeError('bug')) });
    await expect(encode([chat(0, 'hello')], pool)).rejects.toThrow('bug');
  });

  it('sheds what is beyond the bounds, never silently', async () => {
    const settled: StreamFact[] = [];
    const facts = [...[1, 2, 3].map((s) => hop(s * 1000)), ...[1, 2, 3].map((s) => chat(s, 'hello'))];
    const encoded = await encode(facts, new FakePool(), {
      options: { maxPendingHops: 2, maxPendingTexts: 2, maxConcurrentTexts: 1 },
      settle: (fact) => settled.push(fact),
    });
    expect(hopsOf(encoded).map(({ hopEndMs }) => hopEndMs)).toEqual([1000, 2000]);
    expect(encoded).toContainEqual({
      kind: 'hop-failed',
      hopStartMs: 2000,
      hopEndMs: 3000,
      speech: [],
      reason: 'queue_full',
    });
    expect(textsOf(encoded)).toHaveLength(2);
    expect(encoded).toContainEqual(expect.objectContaining({ kind: 'updated', scope: 'm-3', mediaMs: 3 }));
    expect(settled).toHaveLength(6);
  });
});

it.each([
  ['deadline_passed', 'deadline'],
  ['job_quarantined', 'job_quarantined'],
] as const)('what is refused with %s is announced: the window, and the transcript', async (code, reason) => {
  const pool = new FakePool({ 'voice-tokens': failed(code), transcript: failed(code) });
  const speaking = hop(1000, [voice('customer', 1000, [0, 1000])]);
  const facts = await encode([speaking, utterance(0)], pool);
  expect(facts).toContainEqual(expect.objectContaining({ kind: 'hop-failed', hopEndMs: 1000, reason }));
  const detail = { what: 'transcript', party: 'customer', reason };
  expect(facts).toContainEqual(expect.objectContaining({ update: 'shed', scope: 'voice-0', detail }));
});

describe('deadlines', () => {
  const within = (pool: FakePool) => pool.jobs.map(({ kind, options }) => [kind, options.startWithinMs]);
  const speaking = (hopEndMs: number) => hop(hopEndMs, [voice('customer', hopEndMs, [hopEndMs - 1000, hopEndMs])]);
  const deadlines = { assessmentMs: 5000, finalMs: 30_000 };

  it('count from when the media was due: a live hop that waited has so much less, a text begins anew with its tokens', async () => {
    const pool = new FakePool();
    // released at 1300, 2300 and 3300; it is 4000 now
    const facts = [speaking(1000), speaking(2000), speaking(3000), utterance(2000)];
    await encode(facts, pool, { nowMs: () => 4000, deadlines });
    expect(within(pool).sort()).toEqual([
      ['text-tokens', 30_000],
      ['transcript', 30_000],
      ['voice-tokens', 2300],
      ['voice-tokens', 3300],
      ['voice-tokens', 4300],
    ]);
  });

  it('are far away for media that comes faster than real time', async () => {
    const pool = new FakePool();
    const burst = [1, 2, 3].map((s) => ({ ...speaking(s * 1000), releasedAtMs: 10 }));
    await encode(burst, pool, { nowMs: () => 10, deadlines });
    expect(within(pool)).toEqual([
      ['voice-tokens', 5000],
      ['voice-tokens', 5950],
      ['voice-tokens', 6900],
    ]);
  });
});

describe('steps of shedding', () => {
  const speaking = (hopEndMs: number, stills: HopStill[] = []) =>
    hop(hopEndMs, [voice('customer', hopEndMs, [hopEndMs - 1000, hopEndMs]), voice('agent', hopEndMs)], stills);
  const under = (...steps: ShedStep[]): Partial<EncodeDeps> => ({ shedding: { steps: () => steps } });
  const told = (facts: EncodedFact[]) =>
    facts.flatMap((fact) => (fact.kind === 'updated' && 'step' in fact.detail ? [[fact.mediaMs, fact.detail]] : []));

  it('are announced where they begin and end, before what they change, if they concern the session', async () => {
    const inForce: ShedStep[][] = [[], ['partials', 'video_rate'], ['partials', 'video_rate'], []];
    const shedding = { steps: () => inForce.shift()! };
    const hops = [1000, 2000, 3000, 4000].map((ms) => speaking(ms, [still(ms - 500, 1)]));
    const facts = await encode(hops, new FakePool(), { shedding, partials: true });
    expect(facts.map((fact) => (fact.kind === 'updated' ? fact.scope : fact.kind))).toEqual([
      ...['hop', 'partials', 'video_rate', 'hop', 'hop'],
      ...['partials', 'video_rate', 'hop'],
    ]);
    expect(told(facts)).toEqual([
      [1000, { step: 'partials', active: true }],
      [1000, { step: 'video_rate', active: true }],
      [3000, { step: 'partials', active: false }],
      [3000, { step: 'video_rate', active: false }],
    ]);
    expect(hopsOf(facts).map(({ shed }) => shed)).toEqual([
      [],
      ['partials', 'video_rate'],
      ['partials', 'video_rate'],
      [],
    ]);
    const voiceOnly = await encode(
      [hop(1000, [voice('customer', 1000, [0, 1000])])],
      new FakePool(),
      under(...SHED_STEPS),
    );
    expect(told(voiceOnly)).toEqual([[0, { step: 'hop_2s', active: true }]]);
  });

  it('partials and video_rate: no words so far, and the newest still of each hop', async () => {
    const pool = new FakePool();
    const open: StreamFact = { ...utterance(0), kind: 'utterance-open' };
    const three = [still(100, 1), still(900, 3), still(500, 2)];
    const deps = { ...under('partials', 'video_rate'), partials: true };
    const facts = await encode([speaking(1000, three), open], pool, deps);
    expect(pool.count('transcript')).toBe(0);
    const looked = pool.jobs.filter(({ kind }) => kind === 'face-tokens');
    expect(looked.map(({ input }) => (input as JobInput<'face-tokens'>).still[0])).toEqual([3]);
    expect(hopsOf(facts)[0]!.face).toMatchObject({ stills: 1 });
  });

  it('video: no still is looked at, and how many there were is told', async () => {
    const pool = new FakePool();
    const facts = await encode([speaking(1000, [still(100, 1), still(500, 2)])], pool, under('video_rate', 'video'));
    expect(pool.count('face-tokens')).toBe(0);
    expect(hopsOf(facts)[0]).toMatchObject({ face: { stills: 0, shedStills: 2 }, shed: ['video'] });
  });

  it('hop_2s: odd seconds are left out, and the next one has their words', async () => {
    const pool = new FakePool();
    const facts = await encode(
      [speaking(1000), speaking(2000), speaking(3000), hop(4000, [voice('customer', 4000)]), hop(5000, [])],
      pool,
      under('hop_2s'),
    );
    const made = facts.filter((fact) => fact.kind === 'hop' || fact.kind === 'hop-failed');
    expect(made.map((fact) => [fact.hopEndMs, fact.kind === 'hop' ? fact.voice.fresh : fact.nothingNew])).toEqual([
      [1000, false],
      [2000, true],
      [3000, false],
      [4000, true], // nobody speaks in it, but somebody did in the second before
      [5000, true],
    ]);
    expect(pool.count('voice-tokens')).toBe(2);
    expect(facts[1]).toMatchObject({ kind: 'hop-failed', reason: 'shed' });
  });

  it('agent_transcript: the words of the agent alone, each announced', async () => {
    const facts = await encode(
      [speaking(1000), utterance(0, 'agent'), utterance(2000), chat(3000, 'hello', 'agent')],
      new FakePool(),
      under('agent_transcript'),
    );
    expect(
      textsOf(facts)
        .map(({ textId }) => textId)
        .sort(),
    ).toEqual(['m-3000', 'voice-2000']);
    expect(facts).toContainEqual(
      expect.objectContaining({
        scope: 'voice-0',
        detail: { what: 'transcript', party: 'agent', reason: 'agent_transcript' },
      }),
    );
  });
});
