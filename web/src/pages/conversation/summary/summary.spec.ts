import type { SessionSummary } from '@rapport-live/protocol';
import { evidenceWords } from './evidence-words';
import { journeyRuns } from './journey-runs';

const stretch = (startMs: number, label: 'joy' | 'anger', windows: number, valence: number) => ({
  ...{ startMs, endMs: startMs + 1000, label, windows, valence, arousal: 0 },
});

describe('the summary of a conversation', () => {
  it('tells of the journey without saying the same twice', () => {
    const journey = [stretch(0, 'joy', 1, 0.9), stretch(1000, 'joy', 3, 0.5), stretch(2000, 'anger', 2, -0.4)];
    expect(journeyRuns(journey)).toEqual([
      { label: 'joy', startMs: 0, endMs: 2000, windows: 4, valence: expect.closeTo(0.6) as number },
      { label: 'anger', startMs: 2000, endMs: 3000, windows: 2, valence: -0.4 },
    ]);
    // nothing could be told of the second between
    expect(journeyRuns([stretch(0, 'joy', 1, 0), stretch(2000, 'joy', 1, 0)])).toHaveLength(2);
    expect(journeyRuns([])).toEqual([]);
  });

  it('says how much there was to go by', () => {
    const evidence: SessionSummary['evidence'] = {
      ...{ windows: 12, trusted: 9, abstained: 3, degraded: 1, voice: 12, face: 0, text: 4, finals: 1 },
    };
    expect(evidenceWords({ evidence })).toEqual([
      '12 seconds of the customer assessed, 9 of them sure enough to go by.',
      '3 without enough evidence.',
      '1 could not be assessed.',
      'There was voice in 12, words in 4.',
      '1 utterance or message.',
    ]);
    const none = Object.fromEntries(Object.keys(evidence).map((name) => [name, 0])) as typeof evidence;
    expect(evidenceWords({ evidence: none })).toEqual(['Nothing was assessed.']);
  });
});
