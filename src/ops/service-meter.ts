import { ERROR_CODES, type ErrorCode, type SessionEndedData, type StreamKind } from '@rapport-live/protocol';
import {
  JOB_OUTCOMES,
  type JobOutcome,
  type Meter,
  RESUME_OUTCOMES,
  type ResumeOutcome,
  STAGES,
  type Stage,
  WINDOW_OUTCOMES,
  type WindowOutcome,
} from '../facts/meter';
import { type DoorName, DOORS } from '../facts/door-meter';
import type { JobKind } from '../inference/inference-pool';
import type { DropReason } from '../streams/lane';
import { DoorTally } from './door-tally';
import { DurationHistogram, Tally } from './tally';

export const METER = Symbol('Meter');

/** Seconds, from a frame in the gateway (microseconds) to a job that waited through an overload. */
const STAGE_BUCKETS = [0.00005, 0.0002, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Seconds, about the second that an assessment may take. */
const LATENCY_BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5, 10];

const REASONS = {
  ended: 1,
  disconnected: 1,
  timeout: 1,
  shutdown: 1,
  error: 1,
  consent_withdrawn: 1,
} satisfies Record<SessionEndedData['reason'], 1>;
const KINDS = { voice: 1, video: 1 } satisfies Record<StreamKind, 1>;
const JOBS = {
  'voice-activity': 1,
  'voice-tokens': 1,
  transcript: 1,
  'face-tokens': 1,
  'text-tokens': 1,
  fusion: 1,
} satisfies Record<JobKind, 1>;
/** The reasons that streams give most; the last stands for the others. */
const DROPS: readonly (DropReason | 'other')[] = [
  'duplicate',
  'late',
  'hop_passed',
  'still_rate',
  'still_backlog',
  'lost_frame',
  'voice_activity_failed',
  'video_decoder_restarted',
  'video_no_key_frame',
  'video_refused',
  'payload_invalid',
  'credit_exceeded',
  'media_too_large',
  'stream_ended',
  'other',
];

const keys = <K extends string>(record: Record<K, 1>): K[] => Object.keys(record) as K[];

/** All that one service counted since its start, as plain numbers: reading is what costs, at each scrape. */
export class ServiceMeter implements Meter {
  readonly sessions = new Tally(keys(REASONS));
  readonly resumes = new Tally(RESUME_OUTCOMES);
  readonly mediaBytes = new Tally(keys(KINDS));
  readonly framesDropped = new Tally(DROPS);
  readonly windows = new Tally(WINDOW_OUTCOMES);
  readonly errors = new Tally(ERROR_CODES);
  readonly jobs: Readonly<Record<JobOutcome, Tally>>;
  readonly stages: Readonly<Record<Stage, DurationHistogram>>;
  readonly latency = new DurationHistogram(LATENCY_BUCKETS);
  readonly doors: Readonly<Record<DoorName, DoorTally>> = recordOf(DOORS, () => new DoorTally());

  constructor() {
    const kinds = [...keys(JOBS), 'other'];
    this.jobs = recordOf(JOB_OUTCOMES, () => new Tally<string>(kinds));
    this.stages = recordOf(STAGES, () => new DurationHistogram(STAGE_BUCKETS));
  }

  record(stage: Stage, ms: number): void {
    this.stages[stage].observeMs(ms);
  }

  sessionEnded(reason: SessionEndedData['reason']): void {
    this.sessions.add(reason);
  }

  resume(outcome: ResumeOutcome): void {
    this.resumes.add(outcome);
  }

  media(kind: StreamKind, bytes: number): void {
    this.mediaBytes.add(kind, bytes);
  }

  dropped(reason: string, frames: number): void {
    this.framesDropped.add(reason, frames);
  }

  job(kind: string, outcome: JobOutcome): void {
    this.jobs[outcome].add(kind);
  }

  window(outcome: WindowOutcome): void {
    this.windows.add(outcome);
  }

  error(code: ErrorCode): void {
    this.errors.add(code);
  }

  assessed(latencyMs: number): void {
    this.latency.observeMs(latencyMs);
  }
}

function recordOf<K extends string, V>(names: readonly K[], make: () => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, make()])) as Record<K, V>;
}
