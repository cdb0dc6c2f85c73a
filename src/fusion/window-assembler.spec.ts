import * as fc from 'fast-check';
import type { EncodedHop, EncodedText } from '../facts/encoded-fact';
import { FUSION_DEFAULTS } from './fusion-options';
import {
  type AssemblyTail,
  assembleWindow,
  EMPTY_TAIL,
  holdText,
  tailAfterFailure,
  type Window,
} from './window-assembler';

const hop = (hopEndMs: number, rest: Partial<EncodedHop> = {}): EncodedHop => ({
  kind: 'hop',
  hopStartMs: hopEndMs - 1000,
  hopEndMs,
  voice: { speechMs: 0, fresh: false, absentReason: 'no_media' },
  face: faces(),
  mixedSpeech: false,
  speech: [],
  releasedAtMs: 0,
  dueAtMs: 0,
  waitMs: 0,
  modelMs: 0,
  ...rest,
});
function faces(...timesMs: number[]): EncodedHop['face'] {
  const tokens = Float32Array.from(timesMs.flatMap((t) => [t, t]));
  return {
    stills: timesMs.length,
    sequence: { modality: 'face', tokens, width: 2, timesMs: Float64Array.from(timesMs) },
  };
}
const speech = (count: number, fresh = true): EncodedHop['voice'] => ({
  speechMs: count * 200,
  fresh,
  sequence: {
    modality: 'voice',
    tokens: Float32Array.from({ length: count }, (_, i) => i),
    width: 1,
    timesMs: new Float64Array(count),
  },
});
/** A text whose every token is its end in seconds. */
const text = (endMs: number, rows: number, rest: Partial<EncodedText> = {}): EncodedText => ({
  kind: 'text',
  textId: `t-${endMs}`,
  source: 'voice',
  streamName: 'voice',
  party: 'customer',
  startMs: endMs,
  endMs,
  speechMs: 0,
  text: 'words',
  redactions: {},
  models: [],
  sequence: {
    modality: 'text',
    tokens: new Float32Array(rows).fill(endMs / 1000),
    width: 1,
    timesMs: new Float64Array(rows).fill(endMs),
  },
  ...rest,
});

/** Feeds facts in order; one window a hop. */
function assemble(facts: (EncodedHop | EncodedText)[]): Window[] {
  let tail: AssemblyTail = EMPTY_TAIL;
  const windows: Window[] = [];
  for (const fact of facts) {
    if (fact.kind === 'text') {
      tail = holdText(tail, fact, FUSION_DEFAULTS);
    } else {
      const assembled = assembleWindow(tail, fact, FUSION_DEFAULTS);
      tail = assembled.tail;
      windows.push(assembled.window);
    }
  }
  return windows;
}
const tokensOf = (window: Window | undefined, modality: 'voice' | 'face' | 'text'): number[] => [
  ...(window?.modalities[modality].tokens ?? []),
];

describe('window assembler', () => {
  it('says why a modality is absent', () => {
    const reasons = assemble([
      hop(1000),
      hop(2000, {
        voice: { speechMs: 300, fresh: true, absentReason: 'too_little_speech' },
        face: { ...faces(), stills: 1 },
      }),
      hop(5000),
      text(5500, 0, { sequence: undefined, absentReason: 'language' }),
      hop(6000),
    ]).map(({ modalities: { voice, face, text }, isNew }) => [
      voice.absentReason,
      face.absentReason,
      text.absentReason,
      isNew,
    ]);
    expect(reasons).toEqual([
      ['no_media', 'no_media', 'no_text', false],
      ['too_little_speech', 'no_face', 'no_text', false],
      ['no_media', 'no_face', 'no_text', false],
      ['no_media', 'no_media', 'language', false],
    ]);
  });

  it('keeps the newest eight faces of the last 4 s', () => {
    const windows = assemble(
      [1, 2, 3, 4, 5].map((s) => hop(s * 1000, { face: faces(s * 1000 - 900, s * 1000 - 500, s * 1000 - 100) })),
    );
    expect(windows.map((w) => w.modalities.face.evidence)).toEqual([3, 6, 8, 8, 8]);
    expect(tokensOf(windows[4], 'face').filter((_, i) => i % 2 === 0)).toEqual([
      2500, 2900, 3100, 3500, 3900, 4100, 4500, 4900,
    ]);
  });

  it('takes a text into the first window that ends at or after it, and a late one into the next', () => {
    const windows = assemble([text(1200, 4), hop(1000), hop(2000), hop(3000), text(2900, 5), hop(4000)]);
    expect(windows.map((w) => [w.windowEndMs, w.isNew, tokensOf(w, 'text').length])).toEqual([
      [1000, false, 0],
      [2000, true, 4],
      [3000, false, 4],
      [4000, true, 9],
    ]);
  });

  it('joins texts in time order, keeps the newest 64 tokens and counts words', () => {
    const [window] = assemble([text(3000, 30), text(1000, 30), text(2000, 30), hop(4000)]);
    const tokens = tokensOf(window, 'text');
    expect(tokens).toHaveLength(64);
    expect([tokens.slice(0, 4), tokens.slice(4, 34), tokens.slice(34)].map((part) => new Set(part))).toEqual(
      [1, 2, 3].map((s) => new Set([s])),
    );
    expect(window?.modalities.text.evidence).toBe(28 + 28 + 3);
    const [alone] = assemble([text(500, 3), hop(1000)]);
    expect(alone?.modalities.text.evidence).toBe(1);
  });

  it('forgets text after 30 s and never takes that of an agent', () => {
    const windows = assemble([text(1000, 4), text(1000, 4, { party: 'agent' }), hop(2000), hop(30_000), hop(31_000)]);
    expect(windows.map((w) => tokensOf(w, 'text').length)).toEqual([4, 4, 0]);
  });

  it('finds nothing new in silence, and something in a mixed channel', () => {
    const windows = assemble([
      hop(1000, { voice: speech(5) }),
      hop(2000, { voice: speech(5, false) }),
      hop(3000, { mixedSpeech: true }),
    ]);
    expect(windows.map((w) => [w.isNew, w.present])).toEqual([
      [true, ['voice']],
      [false, ['voice']],
      [true, []],
    ]);
  });

  it('counts the texts of a window that failed as new to the next', () => {
    const before = holdText(EMPTY_TAIL, text(500, 4), FUSION_DEFAULTS);
    const { tail } = assembleWindow(before, hop(1000), FUSION_DEFAULTS);
    expect(assembleWindow(tail, hop(2000), FUSION_DEFAULTS).window.isNew).toBe(false);
    expect(assembleWindow(tailAfterFailure(before, tail), hop(2000), FUSION_DEFAULTS).window.isNew).toBe(true);
  });

  it('never looks ahead, never grows without bound, never reads a token twice as new', () => {
    const fact = fc.oneof(
      fc.record({ at: fc.nat(60_000), rows: fc.integer({ min: 1, max: 64 }) }),
      fc.record({ faces: fc.array(fc.nat(999), { maxLength: 12 }), voice: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 80 }), (facts) => {
        let tail: AssemblyTail = EMPTY_TAIL;
        let endMs = 0;
        let newTexts = 0;
        let texts = 0;
        for (const one of facts) {
          if ('rows' in one) {
            tail = holdText(tail, text(one.at, one.rows), FUSION_DEFAULTS);
            texts++;
            continue;
          }
          endMs += 1000;
          const face = faces(...one.faces.map((t) => endMs - 1000 + t));
          const input = hop(endMs, { face, voice: one.voice >= 5 ? speech(one.voice, false) : hop(0).voice });
          const { window, tail: next } = assembleWindow(tail, input, FUSION_DEFAULTS);
          const [voiceTokens, faceTokens, textTokens] = (['voice', 'face', 'text'] as const).map((m) =>
            tokensOf(window, m),
          );
          for (const times of [faceTokens?.map((t) => t / 1000), textTokens]) {
            expect(times).toEqual([...(times ?? [])].sort((a, b) => a - b));
            expect(Math.max(0, ...(times ?? [])) * 1000).toBeLessThanOrEqual(endMs);
          }
          expect(voiceTokens?.length).toBeLessThanOrEqual(20);
          expect(faceTokens?.length).toBeLessThanOrEqual(16);
          expect(textTokens?.length).toBeLessThanOrEqual(64);
          expect(window.present.every((m) => window.modalities[m].tokens !== undefined)).toBe(true);
          expect(next.texts.length).toBeLessThanOrEqual(FUSION_DEFAULTS.maxHeldTexts);
          expect(next.faces.length).toBeLessThanOrEqual(FUSION_DEFAULTS.maxFaceTokens);
          if (window.isNew && one.faces.length === 0) newTexts++;
          tail = next;
        }
        expect(newTexts).toBeLessThanOrEqual(texts);
      }),
    );
  });
});
