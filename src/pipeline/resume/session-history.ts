import type {
  SessionStartedData,
  SessionUpdatedData,
  TranscriptFinalData,
  TypedEvent,
  WindowAssessedData,
} from '@rapport-live/protocol';
import { lastValueFrom, takeWhile, tap } from 'rxjs';
import type { ResultStore } from '../../delivery/result-feed';
import type { DurableRecord, SessionIdentity } from '../../delivery/session-result';
import type { ToldGap } from '../../streams/resume/restored-streams';
import { ControlLog } from '../consent/control-log';
import type { KeptCounts } from '../result-writer';
import { SessionPicture } from '../session-picture';
import { NOTHING_SEEN, summed, type SummaryState } from '../summary/session-summary';

/** Finals whose place is remembered: media that is sent again lies in the newest of them. */
const MAX_FINALS = 4096;
/** Finals that are remembered whole: more than windows look back on. */
const MAX_TEXTS = 128;

/** Windows of the customer that are remembered whole: more than lie behind a snapshot. */
const MAX_WINDOWS = 64;

/** Gaps that are remembered: media that is heard again has no more of them. */
const MAX_GAPS = 64;

/** `assembled`: a window that ends behind it has a result that came later, so it was in that window. */
type Final = TranscriptFinalData & { readonly seq: number; assembled: boolean };

/** What the log says of a session that a process before this one left unfinished. Bounded, however long it was. */
export interface SessionHistory {
  readonly started: SessionStartedData;
  readonly traceparent: string | undefined;
  readonly resultSeq: number;
  readonly counts: KeptCounts;
  /** End of the last window that has a result, ms; 0 without one. */
  readonly lastWindowEndMs: number;
  /** Of the last announced gap, ms, or -1: no two are at one time. */
  readonly lastGapMs: number;
  /** The newest announced gaps. */
  readonly gaps: readonly ToldGap[];
  /** Oldest first. */
  readonly finals: readonly Pick<Final, 'source' | 'stream' | 'utteranceId' | 'startMs' | 'endMs'>[];
  /** The newest of them whole. */
  readonly texts: readonly Final[];
  /** The newest of the customer, oldest first. */
  readonly windows: readonly WindowAssessedData[];
  readonly picture: SessionPicture;
  readonly summary: SummaryState;
  /** What the client said of pause, consent and participants. */
  readonly controls: ControlLog;
}

/** Undefined when the log does not hold the whole session any more, or nothing of it. */
export async function readHistory(store: ResultStore, session: SessionIdentity): Promise<SessionHistory | undefined> {
  const resultSeq = store.lastSeq(session);
  if (resultSeq === 0) return undefined;
  const reader = new HistoryReader(resultSeq);
  const read = store.subscribe(session, 0).pipe(
    takeWhile(({ seq }) => seq < resultSeq, true),
    tap((record) => reader.take(record)),
  );
  return lastValueFrom(read).then(
    () => reader.history(),
    () => undefined, // retention took a part of it
  );
}

/** Takes the records of one session in order; keeps what goes on. */
class HistoryReader {
  private started: { readonly data: SessionStartedData; readonly traceparent?: string } | undefined;
  private readonly counts = { assessments: 0, finals: 0 };
  private lastWindowEndMs = 0;
  private lastGapMs = -1;
  private readonly gaps: ToldGap[] = [];
  private readonly finals: SessionHistory['finals'][number][] = [];
  private readonly texts: Final[] = [];
  private readonly windows: WindowAssessedData[] = [];
  private readonly picture = new SessionPicture();
  private summary: SummaryState = NOTHING_SEEN;
  private readonly controls = new ControlLog();

  constructor(private readonly resultSeq: number) {}

  take(record: DurableRecord): void {
    this.picture.see(record);
    const event = record.event as TypedEvent;
    this.summary = summed(this.summary, event);
    this.controls.take(event, record.seq);
    switch (event.type) {
      case 'rapport.session.started':
        this.started = event;
        break;
      case 'rapport.window.assessed':
        this.counts.assessments++;
        this.assessed(event.data);
        break;
      case 'rapport.window.degraded':
        this.lastWindowEndMs = Math.max(this.lastWindowEndMs, event.data.lastWindowEndMs);
        break;
      case 'rapport.transcript.final':
        this.final({ ...event.data, seq: record.seq, assembled: false });
        break;
      case 'rapport.session.updated':
        if (event.data.kind === 'gap') this.gap(event.data);
        break;
    }
  }

  history(): SessionHistory | undefined {
    const { started, resultSeq, counts, lastWindowEndMs, lastGapMs, gaps, finals, texts, windows } = this;
    const { picture, summary, controls } = this;
    if (started === undefined) return undefined;
    const { data, traceparent } = started;
    const told = { counts, lastWindowEndMs, lastGapMs, gaps, finals, texts, windows, picture, summary, controls };
    return { started: data, traceparent, resultSeq, ...told };
  }

  private assessed(window: WindowAssessedData): void {
    const { windowEndMs, subject } = window;
    this.lastWindowEndMs = Math.max(this.lastWindowEndMs, windowEndMs);
    if (subject === 'agent') return;
    this.windows.push(window);
    if (this.windows.length > MAX_WINDOWS) this.windows.shift();
    for (const text of this.texts) text.assembled ||= text.endMs <= windowEndMs;
  }

  private gap({ mediaMs, detail }: SessionUpdatedData): void {
    this.lastGapMs = Math.max(this.lastGapMs, mediaMs);
    const streamName = detail.stream === undefined ? undefined : String(detail.stream);
    this.gaps.push({ streamName, reason: String(detail.reason), toMs: Number(detail.toMs) });
    if (this.gaps.length > MAX_GAPS) this.gaps.shift();
  }

  private final(final: Final): void {
    const { source, stream, utteranceId, startMs, endMs } = final;
    this.counts.finals++;
    this.finals.push({ source, stream, utteranceId, startMs, endMs });
    if (this.finals.length > MAX_FINALS) this.finals.shift();
    this.texts.push(final);
    if (this.texts.length > MAX_TEXTS) this.texts.shift();
  }
}
