import { initialState } from '../../fusion/session-state';
import { VOICE_START } from '../testing/voice-start';
import { Checkpoints } from './checkpoints';
import type { SessionSnapshot } from './session-snapshot';

function checkpoints() {
  const written: SessionSnapshot[] = [];
  const clock = { nowMs: () => time.nowMs, at: () => () => {} };
  const time = { nowMs: 0 };
  const kept = new Checkpoints(
    {
      clock,
      snapshots: { write: async (snapshot) => void written.push(snapshot), remove: async () => {} },
      identity: { tenant: 'acme', sessionId: 's-1', traceparent: '' },
      epoch: 0,
      start: VOICE_START,
      startedAt: '2026-03-02T09:00:00.010Z',
      specs: () => [],
      starts: () => [],
      hasEnded: () => false,
      onAcked: () => {},
      onFault: (error) => {
        throw error;
      },
    },
    { hopEndMs: 0, resultSeq: 0, state: initialState() },
  );
  return { kept, written, time };
}

describe('Checkpoints', () => {
  it('a network that came and went had the disk write twice each time, for the connection lost and for the one that came', async () => {
    const { kept, written, time } = checkpoints();
    for (let cut = 0; cut < 5; cut += 1) {
      await kept.keepDoor({ current: `token ${cut}` });
      time.nowMs += 200;
      await kept.pausing();
    }
    expect(written.map(({ door }) => door)).toEqual([0, 1, 2, 3, 4].map((cut) => ({ current: `token ${cut}` })));
  });

  it('keeps what there is when nobody is connected, unless that was done within two seconds', async () => {
    const { kept, written, time } = checkpoints();
    await kept.keepDoor({ current: 'token' });
    time.nowMs += 60_000;
    kept.worked({ hopEndMs: 1000, resultSeq: 3, state: initialState() });
    time.nowMs += 1999;
    await kept.pausing();
    expect(written).toHaveLength(2);
    time.nowMs += 1;
    await kept.pausing();
    expect(written).toHaveLength(3);
    expect(written[2]).toMatchObject({ hopEndMs: 1000, resultSeq: 3 });
  });
});
