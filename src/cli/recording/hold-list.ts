import type { Cue } from '../../demo/sample-call';
import { misuse } from '../refusal';

/** Holds that one recording may have. */
const MAX_HOLDS = 100;
const SPAN = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/;

/** `12-45,100.5-130`, in seconds of the recording, as the words that a telephone system sends. Throws a Refusal. */
export function readHolds(text: string): Cue[] {
  const spans = text.split(',').map((part) => SPAN.exec(part.trim()));
  let endedMs = 0;
  const cues = spans.flatMap((match): Cue[] => {
    const [fromMs, toMs] = [Number(match?.[1]) * 1000, Number(match?.[2]) * 1000];
    if (!(fromMs >= endedMs && toMs > fromMs)) {
      throw misuse(`--holds ${text} is not usable: give spans in seconds, one behind the other, as 12-45,100.5-130.`);
    }
    endedMs = toMs;
    return [
      { kind: 'participant', ptsMs: fromMs, action: 'hold', party: 'customer' },
      { kind: 'participant', ptsMs: toMs, action: 'unhold', party: 'customer' },
    ];
  });
  if (spans.length > MAX_HOLDS) throw misuse(`--holds has ${spans.length} spans: ${MAX_HOLDS} are taken.`);
  return cues;
}
