import { SpeechSpans } from './speech-spans';

describe('SpeechSpans', () => {
  it('clips to the hop, merges, orders, and forgets what is out', () => {
    const spans = new SpeechSpans();
    spans.add(16_000 - 512, 16_000);
    spans.add(16_000, 16_000 + 512);
    spans.add(8000, 8512); // the stream stepped back
    spans.add(8400, 9600);
    expect(spans.take(0, 16_000)).toEqual([
      { startMs: 500, endMs: 600 },
      { startMs: 968, endMs: 1000 },
    ]);
    expect(spans.take(16_000, 32_000)).toEqual([{ startMs: 1000, endMs: 1032 }]);
    expect(spans.take(0, 64_000)).toEqual([]);
  });
});
