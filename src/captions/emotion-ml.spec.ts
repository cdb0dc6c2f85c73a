import { EMOTIONS, type EmotionDistribution, type TypedEvent } from '@rapport-live/protocol';
import fc from 'fast-check';
import { emotionMl } from './emotion-ml';

const STARTED = { type: 'rapport.session.started', data: { startedAt: '2026-03-02T09:00:00.000Z' } } as TypedEvent;

function assessed(windowEndMs: number, more: object = {}): TypedEvent {
  const emotion = Object.fromEntries(EMOTIONS.map((label) => [label, label === 'joy' ? 0.7 : 0.05]));
  const modality = (present: boolean) => ({ present, evidence: 0, contribution: 0 });
  const modalities = { voice: modality(true), face: modality(false), text: modality(true) };
  const data = {
    ...{ windowStartMs: windowEndMs - 4000, windowEndMs, subject: 'customer', emotion, label: 'joy', confidence: 0.7 },
    ...{ valence: 0.5, arousal: -0.2, modalities, ...more },
  };
  return { type: 'rapport.window.assessed', data } as unknown as TypedEvent;
}

it('writes a window with its wall clock, its modalities, the big six and two dimensions', () => {
  expect(emotionMl([STARTED, assessed(5000), assessed(6000, { abstained: 'thin_evidence' })])).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<emotionml version="1.0" xmlns="http://www.w3.org/2009/10/emotionml" category-set="http://www.w3.org/TR/emotion-voc/xml#big6" dimension-set="http://www.w3.org/TR/emotion-voc/xml#pad-dimensions">
  <emotion start="1772442001000" end="1772442005000" expressed-through="voice text">
    <category name="anger" value="0.05" confidence="0.7"/>
    <category name="disgust" value="0.05" confidence="0.7"/>
    <category name="fear" value="0.05" confidence="0.7"/>
    <category name="happiness" value="0.7" confidence="0.7"/>
    <category name="sadness" value="0.05" confidence="0.7"/>
    <category name="surprise" value="0.05" confidence="0.7"/>
    <dimension name="pleasure" value="0.75"/>
    <dimension name="arousal" value="0.4"/>
  </emotion>
</emotionml>
`,
  );
});

/** Rules of the recommendation's schema that our documents could break. */
it('keeps to the rules of EmotionML 1.0, whatever was assessed', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const signed = fc.double({ min: -1, max: 1, noNaN: true });
  const distribution = fc.tuple(...EMOTIONS.map(() => unit)).map((values) => {
    const sum = values.reduce((a, b) => a + b, 0) || 1;
    return Object.fromEntries(EMOTIONS.map((label, i) => [label, values[i]! / sum])) as EmotionDistribution;
  });
  const window = fc.record({ emotion: distribution, confidence: unit, valence: signed, arousal: signed });
  fc.assert(
    fc.property(fc.array(window, { maxLength: 5 }), (windows) => {
      const xml = emotionMl([STARTED, ...windows.map((one, i) => assessed(4000 + i * 1000.4, one))]);
      const emotions = [...xml.matchAll(/<emotion [^]*?<\/emotion>/g)].map(([text]) => text);
      expect(emotions).toHaveLength(windows.length);
      for (const emotion of emotions) {
        const names = [...emotion.matchAll(/<(?:category|dimension) name="(\w+)"/g)].map(([, name]) => name);
        expect(new Set(names).size).toBe(8); // no name twice within an emotion
        for (const [, value] of emotion.matchAll(/(?:value|confidence)="([^"]*)"/g)) {
          expect(value).toMatch(/^(0(\.\d+)?|1|\d(\.\d+)?e-\d+)$/);
        }
        const [, start, end] = /start="(\d+)" end="(\d+)"/.exec(emotion)!;
        expect(Number(end)).toBeGreaterThanOrEqual(Number(start));
      }
    }),
  );
});
