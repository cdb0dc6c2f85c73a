import type { EmotionDistribution } from '@rapport-live/protocol';
import type { SpeechMessage } from './messages';
import { expressionsOf } from './scores';

/** What a window says of the voice in it. Times are ms of the audio that was taken. */
export interface MeasuredWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** Of the voice alone; absent: none could be measured. */
  readonly emotion: EmotionDistribution | undefined;
  /** The answer should not be acted on: no expression counts as present. */
  readonly abstained: boolean;
}

export interface HeardUtterance {
  readonly utteranceId: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A measurement that ended less than this before an utterance stands for its end, too, ms. */
const FRESH_MS = 1000;

interface Utterance {
  readonly name: string;
  readonly startMs: number;
  /** How far it has been heard. */
  endMs: number;
  isEnded: boolean;
}

/**
 * The measurements of one audio session, made of what the session behind tells: an utterance begins with its first partial
 * transcript, is measured by the windows of the voice, and ends with its final. Utterances come one after another, as in
 * the API: what belongs to the next waits for the end of the one before.
 */
export class SpeechMeasurements {
  /** In order; the first is the one that was told to have begun. */
  private readonly utterances: Utterance[] = [];
  private isBegun = false;
  private measuredToMs: number | undefined;
  private latest: MeasuredWindow | undefined;
  private begun = 0;
  private measured = 0;

  constructor(
    private readonly timerMs: () => number,
    private readonly tell: (message: SpeechMessage) => void,
  ) {}

  get produced(): { readonly utterances: number; readonly measurements: number } {
    return { utterances: this.begun, measurements: this.measured };
  }

  /** An utterance goes on. */
  partial({ utteranceId, startMs, endMs }: HeardUtterance): void {
    const known = this.find(utteranceId);
    if (known === undefined) this.add({ name: utteranceId, startMs, endMs, isEnded: false });
    else if (!known.isEnded) known.endMs = Math.max(known.endMs, endMs);
    this.settle(false);
  }

  /** It is over. Those before it are, too. */
  final({ utteranceId, startMs, endMs }: HeardUtterance): void {
    const known = this.find(utteranceId) ?? this.add({ name: utteranceId, startMs, endMs, isEnded: false });
    known.endMs = endMs;
    for (const utterance of this.utterances) {
      utterance.isEnded = true;
      if (utterance === known) break;
    }
    this.settle(false);
  }

  window(window: MeasuredWindow): void {
    this.latest = window;
    const [current] = this.utterances;
    const sinceMs = this.measuredToMs ?? current?.startMs ?? Infinity;
    if (current !== undefined && !current.isEnded && window.endMs - sinceMs >= this.timerMs()) {
      this.measure(current, window, 'interval', window.endMs);
    }
    this.settle(false);
  }

  /** No more windows come up to there. */
  passed(endMs: number): void {
    if ((this.latest?.endMs ?? 0) < endMs)
      this.latest = { startMs: endMs, endMs, emotion: undefined, abstained: false };
    this.settle(false);
  }

  /** The session is over: what is open ends. */
  end(): void {
    for (const utterance of this.utterances) utterance.isEnded = true;
    this.settle(true);
  }

  private find(name: string): Utterance | undefined {
    return this.utterances.find((utterance) => utterance.name === name);
  }

  private add(utterance: Utterance): Utterance {
    this.utterances.push(utterance);
    return utterance;
  }

  /** Tells what can be told. An end waits for the window that covers it, unless nothing more comes. */
  private settle(isOver: boolean): void {
    for (let [current] = this.utterances; current !== undefined; [current] = this.utterances) {
      if (!this.isBegun) this.begin(current);
      const { isEnded, endMs } = current;
      if (!isEnded || !(isOver || (this.latest !== undefined && this.latest.endMs >= endMs))) return;
      const isDue = this.measuredToMs === undefined || endMs - this.measuredToMs >= FRESH_MS;
      if (isDue && this.latest !== undefined) this.measure(current, this.latest, 'speech_ended', endMs);
      this.finish(current);
    }
  }

  private begin({ startMs }: Utterance): void {
    this.isBegun = true;
    this.tell({ type: 'utterance.start', utterance_id: this.begun++, audio_start_ms: Math.round(startMs) });
  }

  /** Tells nothing when the window has no measure of the voice in this utterance. */
  private measure(
    { startMs }: Utterance,
    window: MeasuredWindow,
    trigger: 'interval' | 'speech_ended',
    endMs: number,
  ): void {
    const { emotion, abstained } = window;
    if (emotion === undefined || window.endMs <= startMs) return;
    this.measuredToMs = window.endMs;
    this.tell({
      type: 'measurement.result',
      measurement_id: this.measured++,
      utterance_id: this.begun - 1,
      audio_start_ms: Math.round(Math.max(startMs, Math.min(window.startMs, endMs))),
      audio_end_ms: Math.round(Math.min(window.endMs, endMs)),
      trigger,
      expressions: abstained ? [] : expressionsOf(emotion),
      voice_attributes: [],
    });
  }

  private finish({ startMs, endMs }: Utterance): void {
    this.utterances.shift();
    this.isBegun = false;
    this.measuredToMs = undefined;
    this.tell({
      type: 'utterance.end',
      utterance_id: this.begun - 1,
      audio_start_ms: Math.round(startMs),
      audio_end_ms: Math.round(endMs),
    });
  }
}
