import type { Hop, UtteranceClosed } from '../../facts/stream-fact';
import { SessionPressure } from './session-pressure';

const hop = (hopEndMs: number, releasedAtMs: number): Hop => ({
  kind: 'hop',
  hopStartMs: hopEndMs - 1000,
  hopEndMs,
  voices: [],
  stills: [],
  releasedAtMs,
});
const utterance = (endMs: number): UtteranceClosed => ({
  kind: 'utterance',
  utteranceId: `voice-${endMs}`,
  streamName: 'voice',
  party: 'customer',
  startMs: endMs - 900,
  endMs,
  speechMs: 900,
  pcm: new Int16Array(0),
});

function listener() {
  const told: [what: string, lateMs: number][] = [];
  const time = { nowMs: 0 };
  const controller = {
    assessmentStood: (_nowMs: number, lateMs: number) => void told.push(['window', lateMs]),
    finalStood: (_nowMs: number, lateMs: number) => void told.push(['final', lateMs]),
  };
  return { told, time, pressure: new SessionPressure(controller, () => time.nowMs) };
}

it('tells how late live windows and transcripts are when they are done, and how long the oldest stands', () => {
  const { told, time, pressure } = listener();
  const spoken = utterance(900);
  time.nowMs = 1300;
  pressure.arrived(hop(1000, 1300));
  pressure.arrived(spoken);
  time.nowMs = 2300;
  pressure.arrived(hop(2000, 2300));
  time.nowMs = 2800;
  pressure.settled({ kind: 'hop', hopEndMs: 1000 });
  pressure.settled(spoken);
  pressure.settled(spoken);
  time.nowMs = 2900;
  pressure.settled({ kind: 'hop', hopEndMs: 2000 });
  pressure.settled({ kind: 'hop', hopEndMs: 2000 });
  expect(told).toEqual([
    ['window', 1000],
    ['final', 1000],
    ['window', 1500],
    ['final', 1500],
    ['window', 600],
  ]);
});

it('says nothing of a sender that is ahead of real time, however long its windows wait', () => {
  const { told, time, pressure } = listener();
  for (let second = 1; second <= 8; second += 1) pressure.arrived(hop(second * 1000, 10));
  time.nowMs = 60_000;
  for (let second = 3; second <= 8; second += 1) pressure.settled({ kind: 'hop', hopEndMs: second * 1000 });
  expect(told).toEqual([['window', 0]]); // when the second came, which could still be live
});
