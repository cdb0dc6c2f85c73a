import { initialState } from '../../fusion/session-state';
import { ScriptedClock } from '../../streams/testing/scripted-clock';
import { VOICE_START } from '../testing/voice-start';
import { Checkpoints } from './checkpoints';
import type { SessionSnapshot } from './session-snapshot';

function checkpoints() {
  const written: SessionSnapshot[] = [];
  const clock = new ScriptedClock();
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
  return { kept, written, clock };
}

describe('Checkpoints', () => {
  it('a network that came and went had the disk write twice each time, for the connection lost and for the one that came', async () => {
    const { kept, written, clock } = checkpoints();
    for (let cut = 0; cut < 5; cut += 1) {
      await kept.keepDoor({ current: `token ${cut}` });
      clock.advance(200);
      await kept.pausing();
    }
    expect(written.map(({ door }) => door)).toEqual([0, 1, 2, 3, 4].map((cut) => ({ current: `token ${cut}` })));
  });

  it('keeps what there is when nobody is connected, unless that was done within two seconds', async () => {
    const { kept, written, clock } = checkpoints();
    await kept.keepDoor({ current: 'token' });
    clock.advance(60_000);
    kept.worked({ hopEndMs: 1000, resultSeq: 3, state: initialState() });
    clock.advance(1999);
    await kept.pausing();
    expect(written).toHaveLength(2);
    clock.advance(1);
    await kept.pausing();
    expect(written).toHaveLength(3);
    expect(written[2]).toMatchObject({ hopEndMs: 1000, resultSeq: 3 });
  });

  it('a session that began and said nothing had its file written twice, and once more as it ended', async () => {
    const { kept, written, clock } = checkpoints();
    await kept.keepDoor({ current: 'token' });
    for (let second = 1; second < 30; second += 1) {
      clock.advance(1000);
      kept.worked({ hopEndMs: second * 1000, resultSeq: 1, state: initialState() });
    }
    expect(written).toHaveLength(1);
    kept.worked({ hopEndMs: 30_000, resultSeq: 2, state: initialState() });
    expect(written).toHaveLength(2);
  });

  it('writes what will do for a while within two seconds, once, and not of a session that is gone', async () => {
    const { kept, written, clock } = checkpoints();
    await kept.keepDoor({ current: 'token' });
    for (let cut = 0; cut < 9; cut += 1) {
      clock.advance(200);
      kept.keepDoorSoon({ current: `token ${cut}` });
      await kept.pausing();
    }
    expect(written).toHaveLength(1);
    clock.advance(199);
    expect(written).toHaveLength(1);
    clock.advance(1);
    expect(written.map(({ door }) => door)).toEqual([{ current: 'token' }, { current: 'token 8' }]);
    kept.keepDoorSoon({ current: 'late' });
    await kept.remove();
    expect(clock.pendingTimers).toBe(0);
  });

  it('has what will do for a while in whatever is written before', async () => {
    const { kept, written, clock } = checkpoints();
    await kept.keepDoor({ current: 'token' });
    kept.keepDoorSoon({ current: 'newer' });
    await kept.now();
    expect(written.at(-1)!.door).toEqual({ current: 'newer' });
    expect(clock.pendingTimers).toBe(0);
  });
});
