import type { TypedEvent } from '@rapport-live/protocol';
import { ConversationFold } from './conversation-fold';
import { loneValues, seriesOf } from './series';
import { assessed, left } from './testing/made-up-events';

function seriesFrom(events: readonly TypedEvent[]) {
  const fold = new ConversationFold();
  fold.add(events);
  return seriesOf(fold.conversation().windows, ['anger', 'joy'], ['voice', 'face', 'text']);
}

describe('the lines of the timeline', () => {
  it('have a gap where there was not enough evidence, a window was left out, or somebody was on hold', () => {
    const { atS, valence, emotion } = seriesFrom([
      assessed(1000, { valence: -0.5, label: 'anger', confidence: 0.9 }),
      assessed(2000, { abstained: 'low_confidence' }),
      left(3000, 3000),
      assessed(4000, { degraded: ['hold'] }),
      assessed(5000, { degraded: ['video'], valence: 0.3 }),
      assessed(6000, { emotion: undefined, label: undefined, confidence: undefined, abstained: 'party_unknown' }),
    ]);
    expect(atS).toEqual([1, 2, 3, 4, 5, 6]);
    expect(valence).toEqual([-0.5, null, null, null, 0.3, null]);
    expect(emotion.anger.map((value) => value !== null)).toEqual([true, false, false, false, true, false]);
    expect(emotion.anger[0]).toBe(0.9);
  });

  it('do not go on over seconds that nothing was told of', () => {
    const { atS, valence } = seriesFrom([assessed(1000), assessed(2000), assessed(9000)]);
    expect(atS).toEqual([1, 2, 2.5, 9]);
    expect(valence).toEqual([0.1, 0.1, null, 0.1]);
  });

  it('show what each modality gave where it was there', () => {
    const { contribution } = seriesFrom([assessed(1000), assessed(2000, { abstained: 'thin_evidence' })]);
    expect(contribution).toEqual({ voice: [0.2, null], face: [null, null], text: [0.2, null] });
  });

  it('have a dot where a line would be of one point', () => {
    expect(loneValues([1, null, 2, 3, null, 4])).toEqual([0, 5]);
    expect(loneValues([])).toEqual([]);
  });
});
