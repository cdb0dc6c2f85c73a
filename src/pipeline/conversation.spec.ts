import type { SessionEndedData, SessionStart } from '@rapport-live/protocol';
import { RapportError } from '@rapport-live/protocol';
import { EMPTY, from } from 'rxjs';
import { toCloudEvent } from '../delivery/cloud-event';
import type { DurableRecord, SessionIdentity, SessionResult } from '../delivery/session-result';
import type { ResultStore } from '../delivery/result-feed';
import { ScriptedPool } from '../models/scripted-pool';
import { ServiceMeter } from '../ops/service-meter';
import { systemClock } from '../streams/session-clock';
import { SessionStreams } from '../streams/session-streams';
import { streamOptions } from '../streams/stream-options';
import { SessionConsent } from './consent/session-consent';
import { Conversation } from './conversation';
import { END_LIMITS } from './end-wait';

const START = { session: {}, streams: [], pace: 1 } as unknown as SessionStart;
const window = (windowEndMs: number): SessionResult =>
  ({
    type: 'rapport.window.assessed',
    naturalKey: [windowEndMs],
    data: { windowEndMs, stageMs: { wait: 0, model: 0, overhead: 0 } },
  }) as unknown as SessionResult;

/** Keeps what it is told to; refuses one window and has had another before. */
class Disk implements ResultStore {
  readonly kept: SessionResult[] = [];
  async append(session: SessionIdentity, result: SessionResult): Promise<DurableRecord | null> {
    if (result.naturalKey[0] === 2000) throw new RapportError('data_dir_unusable', 'by the test');
    if (result.naturalKey[0] === 3000) return null;
    this.kept.push(result);
    const event = toCloudEvent(session, result, new Date(0));
    return { seq: this.kept.length, topic: '', event };
  }
  room = () => undefined;
  subscribe = () => EMPTY;
  lastSeq = () => this.kept.length;
  close = async (): Promise<void> => {};
  unfinished = () => [];
}

/** Cause: results were counted when they were made; whether the disk took them was known later. */
test('bug: session.ended counted results that the disk had refused', async () => {
  const [pool, clock, store, meter] = [new ScriptedPool(), systemClock, new Disk(), new ServiceMeter()];
  const consent = new SessionConsent({ analysis: true }, false);
  const conversation = new Conversation({ tenant: 't', sessionId: 's' }, START, {
    ...{ clock, pool, store, meter, specs: [], consent, revoke: () => {}, endLimits: END_LIMITS, onFault: () => {} },
    wallNow: () => new Date(0),
    streams: new SessionStreams({ sessionId: 's', streams: [], pace: 1 }, { clock, pool, options: streamOptions() }),
    alertRules: () => [],
    stages: () => from([1000, 2000, 3000, 4000].map(window)),
  });
  await conversation.end({ reason: 'ended' });
  const ended = store.kept.at(-1)!;
  expect(ended.type).toBe('rapport.session.ended');
  expect(ended.data as SessionEndedData).toMatchObject({ assessments: 2, incomplete: true, reason: 'ended' });
  expect(meter.windows.entries()).toContainEqual(['assessed', 2]);
});
