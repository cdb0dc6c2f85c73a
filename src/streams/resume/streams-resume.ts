import type { Hop, UtteranceClosed } from '../../facts/stream-fact';
import { refuse, type MediaVerdict } from '../lane';
import type { Line } from '../line';
import type { SessionClock } from '../session-clock';
import type { SessionIntakes } from '../session-intakes';
import type { CreditLimit } from '../session-streams';
import type { StreamIntake } from '../stream-intake';
import type { EarlyChat } from './early-chat';
import type { MediaNeeds } from './media-needs';
import type { StreamStart } from './restored-streams';
import type { DeclaredGap, StreamPoint } from './stream-points';

export interface StreamsResumeParts {
  readonly clock: SessionClock;
  readonly intakes: SessionIntakes;
  readonly needs: MediaNeeds;
  /** The last media time that is believed now. */
  readonly latestMs: () => number;
  readonly isOpen: () => boolean;
  readonly credit: (limit: CreditLimit) => void;
  /** Who can be asked when all is silent. */
  readonly line: (line: Line | undefined) => void;
  /** Chat that waits for what comes again. */
  readonly earlyChat: Pick<EarlyChat, 'sentBefore'>;
  /** Something changed: look again. */
  readonly wake: () => void;
}

/** The streams of one session, for a connection that is lost, comes back, or has lost media. */
export class StreamsResume {
  /** Where the streams were when they were let go: what is worked off then may be durable only later. */
  private last: { readonly starts: StreamStart[]; readonly endedCount: number } | undefined;

  constructor(private readonly parts: StreamsResumeParts) {}

  /** What a client that comes back must know of each stream. */
  points(): StreamPoint[] {
    return this.parts.intakes.points();
  }

  /** How many of its streams take nothing more. */
  get endedCount(): number {
    if (this.last !== undefined) return this.last.endedCount;
    return this.parts.intakes.all.reduce((count, { ended }) => (ended ? count + 1 : count), 0);
  }

  /** From where on each stream would have to be heard by a process that has heard nothing of it. */
  starts(): StreamStart[] {
    return this.last?.starts ?? this.parts.intakes.starts(this.parts.needs);
  }

  /** Before the streams are let go. */
  dispose(): void {
    const { endedCount } = this;
    this.last ??= { starts: this.starts(), endedCount };
  }

  /** The results that came of a hop or utterance are durable, or it gave none. */
  kept(fact: UtteranceClosed | Pick<Hop, 'kind' | 'hopEndMs'>): void {
    this.parts.needs.kept(fact);
  }

  /**
   * The connection is lost. Its streams cannot send, so they are not idle: the watermark waits for them, as it waits for
   * those that we slow down, and what is sent again later is not late.
   */
  detach(): void {
    this.parts.line(undefined);
    for (const intake of this.parts.intakes.all) intake.detach();
    this.parts.wake();
  }

  /**
   * Somebody is connected. With a line, a stream that fell silent is idle only once its client has answered: a connection
   * that is dead and has not told so yet is waited for like one that is lost. Without, by the clock.
   */
  attach(line?: Line): void {
    this.parts.line(line);
    const nowMs = this.parts.clock.nowMs();
    for (const intake of this.parts.intakes.all) intake.attach(nowMs);
    this.parts.wake();
  }

  /** How far the client had sent before it lost its connection. */
  sentBefore(streams: readonly Pick<StreamPoint, 'streamId' | 'nextSeq'>[]): void {
    this.parts.earlyChat.sentBefore(streams);
  }

  /** The client has lost media. The limit rises by what is skipped. */
  gap(gap: DeclaredGap): MediaVerdict {
    const { streamId, fromMs, toMs } = gap;
    if (toMs > this.parts.latestMs()) return refuse('invalid_message', `toPtsMs ${toMs} is too far ahead.`);
    if (toMs < fromMs) return refuse('invalid_message', `toPtsMs ${toMs} is before fromPtsMs ${fromMs}.`);
    return this.skip(streamId, (intake) => intake.skip(gap));
  }

  /** The client can send nothing before this frame any more; how much media that is, the frame says. */
  skipTo({ streamId, nextSeq, nextByteOffset }: Pick<StreamPoint, 'streamId' | 'nextSeq' | 'nextByteOffset'>): void {
    this.skip(streamId, (intake) => intake.skip({ streamId, nextSeq, nextByteOffset, reason: 'buffer_overflow' }));
  }

  private skip(streamId: number, skip: (intake: StreamIntake) => MediaVerdict): MediaVerdict {
    const { intakes, isOpen, credit, wake } = this.parts;
    if (!isOpen()) return refuse('stream_ended', 'The session has ended.');
    const intake = intakes.of(streamId);
    if (intake === undefined) return unknownStream(streamId);
    const before = intake.limitBytes;
    const verdict = skip(intake);
    const { limitBytes } = intake;
    if (limitBytes > before) credit({ streamId, limitBytes });
    wake();
    return verdict;
  }
}

export function unknownStream(streamId: number): MediaVerdict {
  return refuse('unknown_stream', `Stream ${streamId} was not named in session.start or stream.open.`);
}
