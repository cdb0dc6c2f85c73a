import { EMOTIONS, type EmotionDistribution } from '@rapport-live/protocol';
import fc from 'fast-check';
import type { SpeechMessage } from './messages';
import { expressionsOf } from './scores';
import { SpeechMeasurements } from './speech-measurements';

const emotion = (over: Partial<EmotionDistribution>): EmotionDistribution => ({
  ...(Object.fromEntries(EMOTIONS.map((name) => [name, 0])) as EmotionDistribution),
  ...over,
});
const ANGRY = emotion({ anger: 0.71239, neutral: 0.2, sadness: 0.08761 });
const window = (endMs: number, over: object = {}) => ({
  ...{ startMs: Math.max(0, endMs - 4000), endMs, emotion: ANGRY, abstained: false },
  ...over,
});
const utterance = (startMs: number, endMs: number) => ({ utteranceId: `u${startMs}`, startMs, endMs });

function played(timerMs = 3000) {
  const said: SpeechMessage[] = [];
  const speech = new SpeechMeasurements(
    () => timerMs,
    (message) => said.push(message),
  );
  const short = () =>
    said.map((message) =>
      message.type === 'measurement.result'
        ? `${message.trigger} ${message.audio_start_ms}-${message.audio_end_ms}`
        : message.type === 'utterance.start'
          ? `start ${message.audio_start_ms}`
          : `end ${message.audio_start_ms}-${message.audio_end_ms}`,
    );
  return { said, speech, short };
}

describe('expressions', () => {
  it('are our emotions, best first, above the cutoff, rounded', () => {
    expect(expressionsOf(ANGRY)).toEqual([
      { name: 'anger', probability: 0.7124 },
      { name: 'neutral', probability: 0.2 },
    ]);
    expect(expressionsOf(emotion({ joy: 0.5, fear: 0.5 })).map(({ name }) => name)).toEqual(['fear', 'joy']);
  });
});

describe('measurements of speech', () => {
  it("follow the API's example: one utterance, an interval of 3 s, the close in the middle of speech", () => {
    const { speech, short } = played();
    speech.partial(utterance(98, 1098));
    for (let endMs = 1000; endMs <= 26_000; endMs += 1000) {
      speech.partial(utterance(98, endMs));
      speech.window(window(endMs));
    }
    speech.final(utterance(98, 26_000));
    expect(short()).toEqual([
      ...['start 98', 'interval 98-4000', 'interval 3000-7000', 'interval 6000-10000', 'interval 9000-13000'],
      ...['interval 12000-16000', 'interval 15000-19000', 'interval 18000-22000', 'interval 21000-25000'],
      ...['speech_ended 22000-26000', 'end 98-26000'],
    ]);
    expect(speech.produced).toEqual({ utterances: 1, measurements: 9 });
  });

  it('an end waits for the window that covers it, and a fresh measurement stands for it', () => {
    const { speech, short } = played();
    speech.final(utterance(500, 1700));
    expect(short()).toEqual(['start 500']);
    speech.window(window(1000));
    expect(short()).toEqual(['start 500']);
    speech.window(window(2000));
    expect(short()).toEqual(['start 500', 'speech_ended 500-1700', 'end 500-1700']);
    speech.partial(utterance(3000, 4000));
    speech.window(window(6000));
    speech.final(utterance(3000, 6400));
    speech.window(window(7000));
    expect(short().slice(3)).toEqual(['start 3000', 'interval 3000-6000', 'end 3000-6400']);
  });

  it('utterances come one after another, though the next begins before the last is told', () => {
    const { speech, short } = played();
    speech.partial(utterance(0, 1000));
    speech.partial(utterance(2000, 3000));
    speech.window(window(3000));
    speech.final(utterance(2000, 3500));
    speech.window(window(4000));
    // the first has no final of its own: what came after it says that it is over
    expect(short()).toEqual([
      ...['start 0', 'interval 0-3000', 'end 0-1000', 'start 2000', 'speech_ended 2000-3500', 'end 2000-3500'],
    ]);
  });

  it('claims nothing: no expression where the answer abstains, no measurement where the voice was not measured', () => {
    const { said, speech, short } = played();
    speech.final(utterance(0, 900));
    speech.window(window(1000, { abstained: true }));
    expect(said[1]).toMatchObject({ expressions: [], voice_attributes: [] });
    speech.final(utterance(2000, 2900));
    speech.window(window(3000, { emotion: undefined }));
    speech.final(utterance(4000, 4900));
    speech.passed(5000);
    expect(short().slice(3)).toEqual(['start 2000', 'end 2000-2900', 'start 4000', 'end 4000-4900']);
  });

  it('is always bracketed: start, measurements, end; ids count up', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('partial' as const), at: fc.nat(20), ms: fc.nat(8000) }),
      fc.record({ kind: fc.constant('final' as const), at: fc.nat(20), ms: fc.nat(8000) }),
      fc.record({ kind: fc.constant('window' as const), at: fc.nat(30), ms: fc.nat(8000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { said, speech } = played();
        for (const { kind, at, ms } of steps) {
          if (kind === 'window') speech.window(window(at * 1000));
          else speech[kind](utterance(at * 1000, at * 1000 + ms));
        }
        speech.end();
        let open: number | undefined;
        let [next, measured] = [0, 0];
        for (const message of said) {
          if (message.type === 'utterance.start') {
            expect(open).toBeUndefined();
            open = next++;
          } else if (message.type === 'measurement.result') {
            expect(message.measurement_id).toBe(measured++);
            expect(message.audio_start_ms).toBeLessThanOrEqual(message.audio_end_ms);
          }
          expect(message.utterance_id).toBe(open);
          if (message.type === 'utterance.end') open = undefined;
        }
        expect(open).toBeUndefined();
        expect(speech.produced).toEqual({ utterances: next, measurements: measured });
      }),
    );
  });
});
