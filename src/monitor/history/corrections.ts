import {
  type CloudEvent,
  type CorrectedExample,
  type CorrectionList,
  type CorrectionMade,
  type CorrectionRequest,
  type CorrectionsQuery,
  type MonitorCorrectionData,
  RapportError,
  type SessionCorrections,
  type TranscriptFinalData,
  type TypedEvent,
  type WindowAssessedData,
} from '@rapport-live/protocol';
import { z } from 'zod';
import { appendAlone } from '../../delivery/lone-record';
import type { Outbox } from '../../delivery/outbox';
import type { SessionResult } from '../../delivery/session-result';
import type { Viewer } from '../../gateway/auth/viewer';
import { decodeCursor, encodeCursor } from './asked-filter';
import type { HistoryStore, StoredCorrection } from './history-store';

/** Corrections of one session that are told of, the newest. */
const MAX_OF_SESSION = 500;
const EventCursor = z.tuple([z.string()]);

/** What supervisors say a moment was in truth: durable events, and examples to train and measure with. */
export class Corrections {
  constructor(
    private readonly store: HistoryStore,
    private readonly log: Pick<Outbox, 'append' | 'close'>,
  ) {}

  /** Durable when it resolves. The session may be seen by the viewer. Rejects with `moment_unknown`. */
  async make(viewer: Viewer, sessionId: string, asked: CorrectionRequest): Promise<CorrectionMade> {
    const { tenant, userId } = viewer;
    const json = await this.store.eventOf(tenant, sessionId, asked);
    if (json === undefined) throw new RapportError('moment_unknown', 'The session has no such window or utterance.');
    const { data, datakey } = JSON.parse(json) as CloudEvent & { data: WindowAssessedData | TranscriptFinalData };
    const resultOf = (id: string): SessionResult => ({
      type: 'rapport.monitor.correction',
      naturalKey: [id],
      data: { sessionId, by: userId, ...asked, ...placeOf(data), said: saidOf(data) },
    });
    const record = await appendAlone(this.log, tenant, resultOf, datakey);
    if (record === null) throw new Error('an id of its own was there already');
    return { id: record.event.id, madeAt: record.event.time };
  }

  async list({ tenant }: Viewer, { limit, cursor }: CorrectionsQuery): Promise<CorrectionList> {
    const after = cursor === undefined ? undefined : String(decodeCursor(cursor, EventCursor)[0]);
    const found = await this.store.corrections(tenant, limit + 1, after);
    const page = found.slice(0, limit);
    const corrections = await Promise.all(page.map((one) => this.example(tenant, one)));
    return found.length > limit
      ? { corrections, next: encodeCursor([page[page.length - 1]!.eventId]) }
      : { corrections };
  }

  async ofSession({ tenant, seesNames }: Viewer, sessionId: string): Promise<SessionCorrections> {
    const newest = await this.store.eventsOfType(tenant, sessionId, 'rapport.monitor.correction', MAX_OF_SESSION);
    const corrections = newest.toReversed().map(({ json }) => {
      const { id, time, data } = JSON.parse(json) as TypedEvent & { data: MonitorCorrectionData };
      const { by, windowEndMs, utteranceId, emotion, intent } = data;
      return { id, madeAt: time, ...(seesNames ? { by } : {}), windowEndMs, utteranceId, emotion, intent };
    });
    return { corrections };
  }

  private async example(tenant: string, { json, eventId, sessionId }: StoredCorrection): Promise<CorrectedExample> {
    const { time, data } = JSON.parse(json) as TypedEvent & { data: MonitorCorrectionData };
    const { utteranceId, startMs, endMs, emotion, intent, said } = data;
    const about = utteranceId === undefined ? undefined : await this.store.eventOf(tenant, sessionId, { utteranceId });
    const words = about === undefined ? undefined : (JSON.parse(about) as { data: TranscriptFinalData }).data;
    return {
      ...{ id: eventId, madeAt: time, sessionId, startMs, endMs },
      ...(words === undefined ? {} : { utteranceId, party: words.party, text: words.text, language: words.language }),
      ...{ emotion, intent, said },
    };
  }
}

function placeOf(data: WindowAssessedData | TranscriptFinalData): { startMs: number; endMs: number } {
  if ('windowEndMs' in data) return { startMs: data.windowStartMs, endMs: data.windowEndMs };
  return { startMs: data.startMs, endMs: data.endMs };
}

function saidOf(data: WindowAssessedData | TranscriptFinalData): MonitorCorrectionData['said'] {
  const intent = data.intents[0]?.name ?? (data.outOfScope ? 'out_of_scope' : undefined);
  const heard = intent === undefined ? {} : { intent };
  if (!('windowEndMs' in data) || data.label === undefined) return heard;
  return { emotion: data.label, ...(data.confidence === undefined ? {} : { confidence: data.confidence }), ...heard };
}
