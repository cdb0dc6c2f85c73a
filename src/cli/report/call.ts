import type {
  ConversationFigures,
  SessionEndedData,
  SessionStartedData,
  SessionUpdatedData,
  TranscriptFinalData,
  TypedEvent,
  WindowAssessedData,
  WindowDegradedData,
} from '@rapport-live/protocol';
import type { TimeSpan } from '../../facts/stream-fact';
import { holdsOf } from '../../captions/holds';

/** One call as its results tell it, by time. */
export interface Call {
  readonly started: SessionStartedData | undefined;
  /** What ended it; undefined while it is still running. */
  readonly ended: SessionEndedData | undefined;
  /** As of its end, or as far as results go. */
  readonly conversation: ConversationFigures | undefined;
  /** Of the media, or as far as results go. */
  readonly durationMs: number;
  readonly windows: readonly WindowAssessedData[];
  readonly skipped: readonly WindowDegradedData[];
  readonly finals: readonly TranscriptFinalData[];
  readonly updates: readonly SessionUpdatedData[];
  /** When anybody was on hold. */
  readonly holds: readonly TimeSpan[];
}

/** `events` of one session, in the order of their seq. */
export function readCall(events: readonly TypedEvent[]): Call {
  let started: Call['started'];
  let ended: Call['ended'];
  let durationMs = 0;
  const windows: WindowAssessedData[] = [];
  const skipped: WindowDegradedData[] = [];
  const finals: TranscriptFinalData[] = [];
  const updates: SessionUpdatedData[] = [];
  const reached = (ms: number): void => void (durationMs = Math.max(durationMs, ms));
  for (const event of events) {
    switch (event.type) {
      case 'rapport.session.started':
        started = event.data;
        break;
      case 'rapport.session.ended':
        ended = event.data;
        reached(event.data.durationMs);
        break;
      case 'rapport.window.assessed':
        if (event.data.subject === 'customer') windows.push(event.data);
        reached(event.data.windowEndMs);
        break;
      case 'rapport.window.degraded':
        skipped.push(event.data);
        break;
      case 'rapport.transcript.final':
        finals.push(event.data);
        reached(event.data.endMs);
        break;
      case 'rapport.session.updated':
        updates.push(event.data);
        break;
    }
  }
  windows.sort((a, b) => a.windowEndMs - b.windowEndMs);
  finals.sort((a, b) => a.startMs - b.startMs);
  const conversation = ended?.conversation ?? windows.at(-1)?.conversation;
  const holds = holdsOf(updates, durationMs);
  const all = { windows, skipped, finals, updates, holds };
  return { started, ended, conversation, durationMs: Math.max(1, durationMs), ...all };
}

/** Windows follow each other at this distance. */
export const HOP_MS = 1_000;
