import { RapportError } from '@rapport-live/protocol';
import { EMPTY, Subject } from 'rxjs';
import type { ResultStore } from '../../delivery/result-feed';
import type { SessionIdentity } from '../../delivery/session-result';
import { NO_METER } from '../../facts/meter';
import { ACCEPTED, type MediaVerdict, refuse } from '../../streams/lane';
import type { StreamPoint } from '../../streams/resume/stream-points';
import type { CreditLimit } from '../../streams/session-streams';
import type { SessionClock } from '../../streams/session-clock';
import type { DoorConversation } from '../door-conversation';
import { KeptResults } from '../kept-results';
import type { RestoredSession } from './restored-session';
import type { SnapshotStore } from './snapshot-files';

export interface EndedDeps {
  readonly store: ResultStore;
  readonly clock: SessionClock;
  readonly wallNow: () => Date;
  readonly snapshots: SnapshotStore;
  readonly onFault: (error: unknown) => void;
}

const over = (): MediaVerdict => refuse('stream_ended', 'The session has ended.');

/**
 * A session that had ended when its process died: it takes nothing more, and is there for the client that has not read its
 * last results.
 */
export class EndedConversation implements DoorConversation {
  readonly results: KeptResults;
  readonly failed$ = new Subject<RapportError>();
  readonly credits$ = EMPTY;
  readonly spans = undefined;
  readonly epoch: number;
  readonly paused = false;
  readonly media = over;
  readonly gap = over;
  readonly pause = over;
  readonly unpause = over;
  readonly participant = over;

  constructor(
    readonly identity: SessionIdentity,
    private readonly restored: RestoredSession,
    private readonly deps: EndedDeps,
  ) {
    const { snapshot, history } = restored;
    const { start, state, streams } = snapshot;
    this.epoch = snapshot.epoch + 1;
    this.results = new KeptResults(identity, {
      ...deps,
      ...{ start, state, restored, epoch: this.epoch, startedAt: history.started.startedAt, meter: NO_METER },
      streams: { kept: () => {}, starts: () => [...streams], endedCount: streams.length },
      specs: () => streams.map(({ spec }) => spec),
      onRefused: deps.onFault,
    });
    this.results.complete();
    this.failed$.complete();
  }

  get mediaMs(): number {
    const { restored, deps } = this;
    return Math.max(0, Math.round((deps.clock.nowMs() - restored.startedAtMs) * restored.snapshot.start.pace));
  }

  points(): readonly StreamPoint[] {
    return this.restored.snapshot.streams.map(({ streamId, seq, byteOffset }) => ({
      ...{ streamId, nextSeq: seq, nextByteOffset: byteOffset, limitBytes: byteOffset },
      ...{ sendInit: false, ended: true },
    }));
  }

  openStream(): CreditLimit {
    throw new RapportError('stream_ended', 'The session has ended.');
  }

  endStream(): MediaVerdict {
    return ACCEPTED;
  }

  chat(): void {}
  dropped(): void {}
  skipTo(): void {}
  sentBefore(): void {}
  updateConsent(): void {}
  restateLanguage(): void {}
  attach(): void {}
  detach(): void {}

  async end(): Promise<void> {}
}
