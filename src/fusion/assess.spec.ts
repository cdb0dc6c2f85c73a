import { EMOTIONS, EVENTS, RapportError } from '@rapport-live/protocol';
import * as fc from 'fast-check';
import { from, lastValueFrom, Subject, toArray } from 'rxjs';
import type { SessionResult } from '../delivery/session-result';
import type { EncodedFact, EncodedHop, EncodedText } from '../facts/encoded-fact';
import type { InferencePool, JobInput, JobKind, JobOptions, ServedModel } from '../inference/inference-pool';
import { type AssessDeps, assess } from './assess';
import type { FusionCalibration } from './calibration';
import type { IntentIndex } from './intent-index';
import { unpackFloats } from './packed-floats';
import { MAX_STATE_BYTES, type SessionState } from './session-state';
import { subsetKey, subsetsOf } from './subsets';

const calibration: FusionCalibration = {
  labels: EMOTIONS,
  temperatures: Object.fromEntries(subsetsOf(['voice', 'face', 'text']).map((subset) => [subsetKey(subset), 1])),
  valenceArousal: Object.fromEntries(EMOTIONS.map((label, i) => [label, [(i - 3) / 3, 0.5]])) as never,
};
/** Two intents and out of scope, one axis each. */
const intents: IntentIndex = {
  customMinCosine: 0.5,
  names: ['get_refund', 'complaint'],
  prototypes: Float32Array.of(1, 0, 0, 0, 1, 0),
  outOfScope: Float32Array.of(0, 0, 1),
  scale: 20,
  outOfScopeMinProbability: 0.5,
};
const MODELS: ServedModel[] = (
  [
    ['whisper', 'speech'],
    ['blazeface', 'face-detection'],
    ['fernet', 'expression'],
    ['minilm', 'text'],
    ['fusion', 'fusion'],
  ] as const
).map(([name, task]) => ({ name, version: '1', task, provider: 'cpu', languages: ['*'] }));

type FusionInput = JobInput<'fusion'>;

/** Every subset is as sure of one label as `sure` says. */
class FakePool implements Pick<InferencePool, 'submit' | 'models'> {
  readonly models = MODELS;
  readonly jobs: FusionInput[] = [];
  label = 0;
  sure: (subset: string) => number = () => 4;
  refuse: (() => void) | undefined;

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions) {
    expect([kind, options.jobClass, options.sessionId]).toEqual(['fusion', 'fusion', 's']);
    const { subsets } = input as FusionInput;
    this.jobs.push(input as FusionInput);
    this.refuse?.();
    const logits = new Float32Array(subsets.length * 7);
    subsets.forEach((subset, row) => (logits[row * 7 + this.label] = this.sure(subsetKey(subset))));
    const output = { logits, labels: EMOTIONS, embedding: new Float32Array(128).fill(1) };
    return { output, waitMs: 2, modelMs: 3 } as never;
  }
}

const hop = (hopEndMs: number, rest: Partial<EncodedHop> = {}): EncodedHop => ({
  kind: 'hop',
  hopStartMs: hopEndMs - 1000,
  hopEndMs,
  voice: { speechMs: 0, fresh: false, absentReason: 'no_media' },
  face: faces(hopEndMs, 0),
  mixedSpeech: false,
  speech: [],
  releasedAtMs: 100,
  dueAtMs: 100,
  waitMs: 10,
  modelMs: 20,
  ...rest,
});
function faces(hopEndMs: number, count: number): EncodedHop['face'] {
  const timesMs = Float64Array.from({ length: count }, (_, i) => hopEndMs - 900 + i * 100);
  return { stills: count, sequence: { modality: 'face', tokens: new Float32Array(count * 192), width: 192, timesMs } };
}
const speech = (speechMs: number): EncodedHop['voice'] => ({
  speechMs,
  fresh: true,
  sequence: {
    modality: 'voice',
    tokens: new Float32Array(5 * 512).fill(2),
    width: 512,
    timesMs: Float64Array.of(1, 2, 3, 4, 5),
  },
});
const text = (endMs: number, embedding?: number[], rest: Partial<EncodedText> = {}): EncodedText => ({
  kind: 'text',
  textId: `voice-${endMs}`,
  source: 'voice',
  streamName: 'customer-voice-1',
  party: 'customer',
  startMs: Math.max(0, endMs - 500),
  endMs,
  speechMs: 400,
  text: 'I want my [number] back',
  redactions: { number: 1 },
  language: 'en',
  confidence: 0.87654,
  ...(embedding && {
    embedding: Float32Array.from(embedding),
    sequence: {
      modality: 'text' as const,
      tokens: new Float32Array(8 * 384),
      width: 384,
      timesMs: new Float64Array(8),
    },
  }),
  models: [{ name: 'whisper', version: '1' }],
  ...rest,
});

async function run(
  facts: EncodedFact[],
  pool = new FakePool(),
  deps: Partial<AssessDeps> = {},
): Promise<SessionResult[]> {
  const all: AssessDeps = { pool, sessionId: 's', calibration, intents, nowMs: () => 150, ...deps };
  const results = await lastValueFrom(from(facts).pipe(assess(all), toArray()));
  for (const { type, data } of results) EVENTS[type].data.parse(data);
  return results;
}
function of<T extends SessionResult['type']>(results: SessionResult[], type: T) {
  return results.filter((result): result is Extract<SessionResult, { type: T }> => result.type === type);
}

describe('assessed windows', () => {
  it('say what the network says, calibrated, with each modality by itself and its share', async () => {
    const pool = new FakePool();
    pool.sure = (subset) =>
      ({ voice: 3, face: 0, text: 1, 'voice+text': 4, 'voice+face': 3, 'face+text': 1 })[subset] ?? 4;
    const results = await run([text(900, [1, 0, 0]), hop(1000, { voice: speech(2000), face: faces(1000, 2) })], pool);
    const [{ naturalKey, data } = { naturalKey: [], data: undefined }] = of(results, 'rapport.window.assessed');
    const p = (sure: number) => Math.exp(sure) / (Math.exp(sure) + 6);
    expect(naturalKey).toEqual([1000]);
    expect(data).toMatchObject({
      windowStartMs: 0,
      windowEndMs: 1000,
      subject: 'customer',
      label: 'anger',
      confidence: Math.round(p(4) * 1e4) / 1e4,
      outOfScope: false,
      degraded: [],
      stageMs: { wait: 12, model: 23, overhead: 15 },
    });
    expect(data?.abstained).toBeUndefined();
    const { voice, face, text: words } = data?.modalities ?? ({} as never);
    expect(voice).toMatchObject({ present: true, evidence: 2000, emotion: { anger: Math.round(p(3) * 1e4) / 1e4 } });
    expect(words).toMatchObject({ present: true, evidence: 6 });
    expect(face).toMatchObject({ present: true, evidence: 2, contribution: 0, emotion: { joy: 0.1429 } });
    expect(voice.contribution + face.contribution + words.contribution).toBeCloseTo(p(4) - 1 / 7, 3);
    expect(voice.contribution).toBeGreaterThan(words.contribution);
    expect(data?.models.map(({ name }) => name)).toEqual(['whisper', 'blazeface', 'fernet', 'minilm', 'fusion']);
    expect(pool.jobs).toHaveLength(1);
    expect(pool.jobs[0]?.subsets.map(subsetKey)).toHaveLength(7);
    expect(pool.jobs[0]?.subsets[0]).toEqual(['voice', 'face', 'text']);
  });

  it('run only the subsets of what is present', async () => {
    const pool = new FakePool();
    const [result] = of(await run([hop(1000, { voice: speech(2000) })], pool), 'rapport.window.assessed');
    expect(pool.jobs[0]?.subsets).toEqual([['voice']]);
    expect(pool.jobs[0]?.text).toBeUndefined();
    expect(result?.data.modalities).toMatchObject({
      face: { present: false, absentReason: 'no_media', evidence: 0, contribution: 0 },
      text: { present: false, absentReason: 'no_text', evidence: 0, contribution: 0 },
    });
  });

  it.each([
    ['little speech alone', { voice: speech(1200) }, 'thin_evidence'],
    ['one face alone', { face: faces(1000, 1) }, 'thin_evidence'],
    ['little of both', { voice: speech(1200), face: faces(1000, 1) }, 'thin_evidence'],
    ['enough of one', { voice: speech(1600), face: faces(1000, 1) }, undefined],
    ['a mixed channel alone', { mixedSpeech: true }, 'party_unknown'],
  ] as const)('abstain on %s: %s', async (_, rest, reason) => {
    const [result] = of(await run([hop(1000, rest)]), 'rapport.window.assessed');
    expect(result?.data.abstained).toBe(reason);
    expect(result?.data.emotion === undefined).toBe(reason === 'party_unknown');
  });

  it('abstain when the network is not sure, and flag a mixed channel', async () => {
    const pool = new FakePool();
    pool.sure = () => 1;
    const [result] = of(
      await run([hop(1000, { voice: speech(2000), mixedSpeech: true })], pool),
      'rapport.window.assessed',
    );
    expect(result?.data).toMatchObject({ label: 'anger', abstained: 'low_confidence', degraded: ['mixed_speech'] });
  });

  it('need no network where no modality is present', async () => {
    const pool = new FakePool();
    await run([hop(1000, { mixedSpeech: true }), hop(2000)], pool);
    expect(pool.jobs).toEqual([]);
  });

  it('satisfy the schema and sum to 1 whatever the network says', async () => {
    const sample = fc.record({
      label: fc.nat(6),
      sure: fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 7, maxLength: 7 }),
      speechMs: fc.constantFrom(0, 1000, 4000),
      faces: fc.nat(8),
    });
    await fc.assert(
      fc.asyncProperty(sample, async ({ label, sure, speechMs, faces: count }) => {
        const pool = new FakePool();
        pool.label = label;
        pool.sure = (subset) => sure[subset.length % 7] ?? 0;
        const rest = { ...(speechMs > 0 && { voice: speech(speechMs) }), face: faces(1000, count) };
        for (const { data } of of(await run([hop(1000, rest)], pool), 'rapport.window.assessed')) {
          const probabilities = Object.values(data.emotion ?? {});
          expect(Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-3);
          expect(data.emotion?.[data.label ?? 'joy']).toBe(Math.max(...probabilities));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('texts and intents', () => {
  it('give a transcript with intents, which later windows list', async () => {
    const results = await run([
      text(900, [1, 0, 0]),
      hop(1000),
      hop(2000, { voice: speech(2000) }),
      hop(31_000, { voice: speech(2000) }),
    ]);
    const [final] = of(results, 'rapport.transcript.final');
    expect(final?.naturalKey).toEqual(['customer-voice-1', 400]);
    expect(final?.data).toMatchObject({
      utteranceId: 'voice-900',
      text: 'I want my [number] back',
      redactions: { number: 1 },
      confidence: 0.8765,
      intents: [{ name: 'get_refund', score: 1 }],
      outOfScope: false,
    });
    const active = of(results, 'rapport.window.assessed').map(({ data }) => [data.windowEndMs, data.intents[0]?.score]);
    expect(active).toEqual([
      [1000, 0.9983],
      [2000, 0.9817],
      [31_000, 0.4983],
    ]);
  });

  it('say that the last words fit no intent, until they are a minute old', async () => {
    const seconds = [1, 30, 61].map((s) => hop(s * 1000, { voice: speech(2000) }));
    const results = await run([text(900, [0, 0, 1]), ...seconds]);
    expect(of(results, 'rapport.transcript.final')[0]?.data).toMatchObject({ intents: [], outOfScope: true });
    expect(of(results, 'rapport.window.assessed').map(({ data }) => data.outOfScope)).toEqual([true, true, false]);
  });

  it('leave the agent without intents, and name chat by its stream and time', async () => {
    const agent = text(900, undefined, { party: 'agent', streamName: 'agent-voice-1' });
    const message = text(950, [0, 1, 0], {
      source: 'chat',
      streamName: 'chat',
      startMs: 950,
      textId: 'm',
      confidence: undefined,
    });
    const finals = of(await run([agent, message]), 'rapport.transcript.final');
    expect(finals.map(({ naturalKey, data }) => [naturalKey, data.intents[0]?.name])).toEqual([
      [['agent-voice-1', 400], undefined],
      [['chat', 950], 'complaint'],
    ]);
  });

  it('flag words of a language that the text model lacks', async () => {
    const foreign = text(900, undefined, { absentReason: 'language' });
    const [result] = of(await run([foreign, hop(1000, { voice: speech(2000) })]), 'rapport.window.assessed');
    expect(result?.data.modalities.text).toMatchObject({ present: false, absentReason: 'language' });
    expect(result?.data.degraded).toEqual(['text_language']);
  });
});

describe('the session', () => {
  it('gives no event when nothing is new, but a heartbeat every 10 s of media time', async () => {
    const results = await run([
      hop(1000, { voice: speech(2000) }),
      ...Array.from({ length: 25 }, (_, i) => hop(2000 + i * 1000)),
    ]);
    expect(results.map(({ type, naturalKey }) => [type, naturalKey[0]])).toEqual([
      ['rapport.window.assessed', 1000],
      ['rapport.session.heartbeat', 11_000],
      ['rapport.session.heartbeat', 21_000],
    ]);
  });

  it('announces failed hops and failed fusion, and goes on with the texts they held', async () => {
    const pool = new FakePool();
    let runs = 0;
    pool.refuse = () => {
      if (runs++ === 0) throw new RapportError('overloaded', 'scripted');
    };
    const results = await run(
      [
        { kind: 'hop-failed', hopStartMs: 0, hopEndMs: 1000, speech: [], reason: 'inference_failed' },
        text(1500, [1, 0, 0]),
        hop(2000),
        hop(3000),
      ],
      pool,
    );
    expect(results.map(({ type }) => type)).toEqual([
      'rapport.window.degraded',
      'rapport.transcript.final',
      'rapport.window.degraded',
      'rapport.window.assessed',
    ]);
    expect(
      of(results, 'rapport.window.degraded').map(({ naturalKey, data }) => [
        naturalKey[0],
        data.lastWindowEndMs,
        data.reason,
      ]),
    ).toEqual([
      [1000, 1000, 'inference_failed'],
      [2000, 2000, 'queue_full'],
    ]);
  });

  it('passes on what streams say of themselves, with its scope in the key', async () => {
    const detail = { what: 'transcript', ms: 3, known: true };
    const [all, one] = await run([
      { kind: 'updated', update: 'gap', mediaMs: 5, detail },
      { kind: 'updated', update: 'shed', mediaMs: 6, scope: 'voice-6', detail },
    ]);
    expect(all).toEqual({
      type: 'rapport.session.updated',
      naturalKey: ['gap', 5],
      data: { kind: 'gap', mediaMs: 5, detail },
    });
    expect(one).toMatchObject({ naturalKey: ['shed', 6, 'voice-6'], data: { scope: 'voice-6' } });
  });

  it('keeps windows in order, applies texts between them, refuses what is beyond its bound, and completes', async () => {
    const pool = new FakePool();
    const release: (() => void)[] = [];
    const submit = pool.submit.bind(pool);
    pool.submit = async (...job) => {
      await new Promise<void>((resolve) => release.push(resolve));
      return submit(...job);
    };
    const facts = new Subject<EncodedFact>();
    const results: SessionResult[] = [];
    const done = new Promise<void>((resolve) =>
      facts
        .pipe(assess({ pool, sessionId: 's', calibration, intents, nowMs: () => 0, options: { maxPendingWindows: 2 } }))
        .subscribe({ next: (result) => results.push(result), complete: resolve }),
    );
    for (const s of [1, 2]) facts.next(hop(s * 1000, { voice: speech(2000) }));
    facts.next(text(2500, [1, 0, 0]));
    facts.next(hop(3000, { voice: speech(2000) }));
    facts.next({ kind: 'ended', durationMs: 3000, dropped: {} });
    facts.complete();
    for (let turn = 0; turn < 2; turn++) {
      expect(release).toHaveLength(turn + 1);
      release[turn]?.();
      await new Promise(setImmediate);
    }
    await done;
    expect(results.map(({ type, naturalKey }) => [type, naturalKey.at(-1)])).toEqual([
      ['rapport.window.assessed', 1000],
      ['rapport.window.assessed', 2000],
      ['rapport.transcript.final', 2000],
      ['rapport.window.degraded', 3000],
    ]);
    // negative times on a stopped clock are not shown
    expect(of(results, 'rapport.window.assessed')[0]?.data.stageMs.overhead).toBe(0);
  });
});

describe('session state', () => {
  const last = async (facts: EncodedFact[], initialState?: SessionState): Promise<SessionState> => {
    let state = initialState;
    await run(facts, new FakePool(), { initialState, onState: (next) => (state = next) });
    return state as SessionState;
  };

  it('remembers windows, the talk and the intents, as plain data', async () => {
    const facts = [text(900, [1, 0, 0]), text(950, undefined, { party: 'agent' }), hop(1000, { voice: speech(2000) })];
    const state = await last(facts);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(state).toMatchObject({
      version: 6,
      lastWindowEndMs: 1000,
      activeIntents: [{ name: 'get_refund' }],
      talkCounters: {
        customer: { utterances: 1, utteranceMs: 500, speechMs: 400, words: 5, messages: 0 },
        agent: { utterances: 1 },
      },
    });
    expect([...unpackFloats(state.memory)]).toEqual(new Array(128).fill(1));
  });

  it('goes on from a snapshot as if nothing had happened, and issues no window twice', async () => {
    const facts = [1, 2, 3, 4].map((s) => hop(s * 1000, { voice: speech(s * 1000) }));
    const half = await last(facts.slice(0, 2));
    expect(await last(facts.slice(2), JSON.parse(JSON.stringify(half)))).toEqual(await last(facts));
    const replayed = await run(facts, new FakePool(), { initialState: half });
    expect(replayed.map(({ naturalKey }) => naturalKey[0])).toEqual([3000, 4000]);
  });

  it('stays below 64 kB, however long the session and its ids', async () => {
    const name = fc.constantFrom('\u0000', '\ud83d\ude00', '\u20ac', 'x').map((unit) => unit.repeat(128).slice(0, 128));
    const fact = fc.record({ gapMs: fc.nat(3000), id: name, axis: fc.nat(2), n: fc.nat(99) });
    const many: IntentIndex = {
      ...intents,
      names: Array.from({ length: 64 }, (_, i) => `custom_intent_with_a_rather_long_name_${i}`),
      prototypes: new Float32Array(64 * 3).fill(0.5),
      scale: 0.1,
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fact, { minLength: 60, maxLength: 80 }), async (steps) => {
        let endMs = 0;
        const facts = steps.flatMap(({ gapMs, id, axis, n }) => {
          endMs += 1000 + gapMs;
          const embedding = [0, 1, 2].map((i) => (i === axis ? 1 : 0.1));
          return [
            text(endMs - 10, embedding, { textId: `${n}${id}`.slice(0, 128) }),
            hop(endMs, { voice: speech(2000) }),
          ];
        });
        let largest = 0;
        const options = { intentFloor: 0, maxTranscriptIntents: 64 };
        const onState = (state: SessionState): void => {
          largest = Math.max(largest, Buffer.byteLength(JSON.stringify(state)));
        };
        const all: AssessDeps = {
          pool: new FakePool(),
          sessionId: 's',
          calibration,
          intents: many,
          nowMs: () => 0,
          options,
          onState,
        };
        await lastValueFrom(from(facts).pipe(assess(all), toArray()));
        expect(largest).toBeGreaterThan(4000);
        expect(largest).toBeLessThanOrEqual(MAX_STATE_BYTES);
      }),
      { numRuns: 10 },
    );
  });
});

describe('what steps of shedding leave out', () => {
  const leftOut = (hopEndMs: number, nothingNew: boolean): EncodedFact => ({
    ...{ kind: 'hop-failed', hopStartMs: hopEndMs - 1000, hopEndMs, speech: [], reason: 'shed', nothingNew },
  });

  it('is announced where there was something, or a text waits; in silence nothing is said', async () => {
    const results = await run([
      leftOut(1000, false),
      leftOut(3000, true),
      text(4500, [1, 0, 0]),
      leftOut(5000, true),
      hop(6000, { shed: ['partials', 'hop_2s'] }),
      leftOut(7000, true),
    ]);
    expect(of(results, 'rapport.window.degraded').map(({ data }) => [data.firstWindowEndMs, data.reason])).toEqual([
      [1000, 'shed'],
      [5000, 'shed'],
    ]);
    const [assessed, ...others] = of(results, 'rapport.window.assessed');
    expect(others).toEqual([]);
    expect(assessed!.data).toMatchObject({
      windowEndMs: 6000,
      modalities: { text: { present: true } },
      degraded: ['partials', 'hop_2s'],
    });
  });

  it('stills that nobody looked at are no silence: face is absent for as long as they would count', async () => {
    const shed = ['video'] as const;
    const unseen = (hopEndMs: number) => ({ ...faces(hopEndMs, 0), shedStills: 2 });
    const results = await run([
      hop(1000, { face: unseen(1000), shed }),
      hop(2000, { face: unseen(2000), voice: speech(2000), shed }),
      hop(5000, { voice: speech(2000) }),
      hop(6000, { voice: speech(2000) }),
    ]);
    expect(of(results, 'rapport.window.degraded').map(({ data }) => [data.firstWindowEndMs, data.reason])).toEqual([
      [1000, 'shed'],
    ]);
    const assessed = of(results, 'rapport.window.assessed').map(({ data }) => data);
    expect(assessed.map(({ modalities }) => modalities.face.absentReason)).toEqual(['shed', 'shed', 'no_media']);
    expect(assessed.map(({ degraded }) => degraded)).toEqual([['face_shed', 'video'], ['face_shed'], []]);
  });
});
