import { connect, type RapportSession } from '@rapport-live/client';
import { RapportError, type TypedEvent } from '@rapport-live/protocol';
import { wordOf } from '../demo/play';
import type { Cue } from '../demo/sample-call';
import { PaceControl } from './pace-control';
import { mergeByTime, type Recording } from './recording/recording';
import type { LocalService } from './service-in-process';

/** A result as the client got it: what a line of `results.jsonl` holds. */
export interface ResultLine {
  readonly seq: number;
  readonly event: TypedEvent;
}

export interface AnalyzeOptions {
  readonly chat: readonly Cue[];
  /** Words of holds, in the order of their time. */
  readonly holds?: readonly Cue[];
  readonly language?: string;
  /** Media seconds a wall second at most; absent: as fast as the machine goes. */
  readonly pace?: number;
  readonly onProgress: (mediaMs: number) => void;
  /** Stops sending; what was sent is still worked off. */
  readonly signal: AbortSignal;
}

/**
 * What is declared at most: real time. The session clock then never runs ahead of the media, whatever the machine
 * does, and a pause of the sender is not taken for its end. It is the credit and the control that set the pace.
 */
const DECLARED_PACE = 1;
/** Without a voice no transcript tells the lag, and more than 128 waiting stills are dropped. */
const VIDEO_PACE = 4;
/** What was said last is to be in the last windows: the last part goes out when the rest is nearly done. */
const TAIL_MS = 4_000;
const TAIL_STEP_MS = 100;
const TAIL_WAIT_MS = 250;
/** Longest wait for that, and the quiet that ends it, wall ms. */
const MAX_TAIL_WAIT_MS = 30_000;
const QUIET_MS = 2_000;

/** Streams a recording through the service with the project's own client; resolves to every durable result in order. */
export async function analyzeRecording(
  { url, apiKey }: LocalService,
  recording: Recording,
  options: AnalyzeOptions,
): Promise<ResultLine[]> {
  const cues = mergeByTime([fromList(options.holds ?? []), recording.cues(), fromList(options.chat)]);
  // The decoder starts before the session does: a stream that is slow to begin would look idle.
  const first = await cues.next();
  const hasVoice = recording.streams.some(({ kind }) => kind === 'voice');
  const control = hasVoice ? new PaceControl(options.pace) : new PaceControl(options.pace ?? VIDEO_PACE, true);
  let session: RapportSession;
  try {
    session = await connect({
      url,
      apiKey,
      pace: Math.min(DECLARED_PACE, options.pace ?? DECLARED_PACE),
      recorded: true,
      streams: [...recording.streams],
      session: {
        channel: recording.streams.some(({ kind }) => kind === 'video') ? 'video' : 'voice',
        consent: { analysis: true },
        ...(options.language === undefined ? {} : { language: options.language }),
      },
    });
  } catch (error) {
    await cues.return(undefined);
    throw error;
  }
  const heard = new Heard(session, control, options.onProgress);
  const over = new AbortController();
  const sent = send(session, rest(first, cues), {
    control,
    heard,
    stopped: () => options.signal.aborted || over.signal.aborted,
  }).then(() => session.end(options.signal.aborted ? 'abandoned' : 'completed'));
  // A fault of the sender ends the session: else the reader below would wait for ever.
  sent.catch(() => session.abort());
  try {
    await heard.read();
  } catch (error) {
    over.abort();
    await sent;
    throw error;
  }
  over.abort();
  await sent.catch(() => {});
  if (!heard.ended) throw heard.fault ?? new Error('The session ended before rapport.session.ended came.');
  return heard.results;
}

/** What came back so far. */
class Heard {
  readonly results: ResultLine[] = [];
  ended = false;
  fault: RapportError | undefined;
  /** Media time up to which it has been analysed, ms. */
  mediaMs = 0;
  lastAtMs = performance.now();

  constructor(
    private readonly session: RapportSession,
    private readonly control: PaceControl,
    private readonly onProgress: (mediaMs: number) => void,
  ) {}

  async read(): Promise<void> {
    for await (const message of this.session) {
      if (message.type === 'error') {
        this.fault = new RapportError(message.code, message.message);
        continue;
      }
      const event = message.event as TypedEvent;
      this.lastAtMs = performance.now();
      if (message.type === 'result') this.results.push({ seq: message.seq, event });
      this.ended ||= event.type === 'rapport.session.ended';
      const endMs = reached(event);
      if (endMs !== undefined) {
        this.mediaMs = Math.max(this.mediaMs, endMs);
        this.control.heard(endMs, event.type === 'rapport.transcript.final' ? 'transcript' : 'other');
      }
      this.onProgress(this.mediaMs);
    }
  }
}

/** How far an event shows the session to have come, ms. */
function reached(event: TypedEvent): number | undefined {
  switch (event.type) {
    case 'rapport.window.assessed':
      return event.data.windowEndMs;
    case 'rapport.window.degraded':
      return event.data.lastWindowEndMs;
    case 'rapport.session.heartbeat':
      return event.data.mediaMs;
    case 'rapport.transcript.final':
      return event.data.endMs;
    case 'rapport.session.ended':
      return event.data.durationMs;
    default:
      return undefined;
  }
}

interface Sending {
  readonly control: PaceControl;
  readonly heard: Heard;
  readonly stopped: () => boolean;
}

async function send(session: RapportSession, cues: AsyncIterable<Cue>, sending: Sending): Promise<void> {
  const { control, heard, stopped } = sending;
  const held: Cue[] = [];
  const hand = async (cue: Cue): Promise<void> => {
    await sleep(control.waitMs(cue.ptsMs, performance.now()));
    if (stopped()) return;
    if (cue.kind === 'chat') return session.chat({ party: cue.party, text: cue.text, ptsMs: cue.ptsMs });
    if (cue.kind === 'participant') return session.participant(wordOf(cue));
    // Awaited: all streams wait together, so that none runs ahead of the others' time.
    await session.send(cue.streamId, cue.payload, cue.ptsMs);
  };
  for await (const cue of cues) {
    if (stopped()) return;
    held.push(cue);
    while (held[0]!.ptsMs < cue.ptsMs - TAIL_MS) await hand(held.shift()!);
  }
  const waitUntilMs = performance.now() + MAX_TAIL_WAIT_MS;
  while (held.length > 0 && !stopped()) {
    const fromMs = held[0]!.ptsMs;
    while (held.length > 0 && held[0]!.ptsMs < fromMs + TAIL_STEP_MS) await hand(held.shift()!);
    const nowMs = performance.now();
    const isNear = heard.mediaMs > fromMs - TAIL_MS || nowMs > heard.lastAtMs + QUIET_MS || nowMs > waitUntilMs;
    if (!isNear) await sleep(TAIL_WAIT_MS);
  }
}

const sleep = (ms: number): Promise<void> =>
  ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();

async function* fromList(cues: readonly Cue[]): AsyncGenerator<Cue> {
  yield* cues;
}

async function* rest(first: IteratorResult<Cue>, cues: AsyncGenerator<Cue>): AsyncGenerator<Cue> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* cues;
  } finally {
    await cues.return(undefined);
  }
}
