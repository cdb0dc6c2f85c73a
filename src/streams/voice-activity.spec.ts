import { VoiceActivity } from './voice-activity';

const phases = (...probabilities: number[]) => {
  const activity = new VoiceActivity({ speechOn: 0.5, speechOff: 0.35, minSpeechMs: 100 });
  return probabilities.map((p) => activity.next(p)[0]).join('');
};

describe('VoiceActivity', () => {
  it('needs three frames (96 ms), and starts at the upper threshold', () => {
    expect(phases(0.4, 0.5, 0.4, 0.4, 0.34, 0.4)).toBe('sccsss');
  });

  it('takes a shorter run for silence', () => {
    expect(phases(0.9, 0.9, 0.1, 0.9)).toBe('ccsc');
  });
});
