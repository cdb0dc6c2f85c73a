import type { TranscriptFinalData, TypedEvent } from '@rapport-live/protocol';
import { type CuePart, cueParts } from './cue-parts';
import type { TimeSpan } from '../facts/stream-fact';
import { holdsOf } from './holds';

/** How long a chat message, which has no length, stays on the screen, ms. */
const CHAT_SHOWN_MS = 4_000;

/**
 * The transcript as WebVTT (W3C): a cue an utterance or message, its speaker as a voice span; an utterance too long to
 * be read at once is several, each at the time of its words; a hold is a cue of its own. Cues stand in the order of their time, as the format asks;
 * they may overlap.
 */
export function webVtt(events: readonly TypedEvent[]): string {
  const finals = events.flatMap((event) => (event.type === 'rapport.transcript.final' ? [event.data] : []));
  const updates = events.flatMap((event) => (event.type === 'rapport.session.updated' ? [event.data] : []));
  const ended = events.flatMap((event) => (event.type === 'rapport.session.ended' ? [event.data.durationMs] : []));
  const endMs = Math.max(0, ...ended, ...finals.map((final) => final.endMs));
  const cues = new VttCues(holdsOf(updates, endMs));
  const inOrder = [...finals].sort((a, b) => a.startMs - b.startMs).map((final) => cues.take(final));
  return `${VTT_BEGIN}${inOrder.join('')}${cues.rest()}`;
}

export const VTT_BEGIN = 'WEBVTT\n';

/**
 * The cues of a file in the order of their time, piece by piece: of utterances in the order of their starts, whose parts may stand
 * between those of others. What waits here is what overlaps.
 */
export class VttCues {
  private waiting: Cue[] = [];
  private readonly holds: Cue[];

  /** @param holds in order; each is a cue as captions tell of sounds */
  constructor(holds: readonly TimeSpan[]) {
    this.holds = holds.map((span) => ({ id: `hold-${span.startMs}`, text: '[on hold]', ...span }));
  }

  /** The cues that stand before the parts of this utterance or message. */
  take(final: TranscriptFinalData): string {
    const before = this.until(final.startMs);
    this.waiting = [...this.waiting, ...partsOf(final)].sort((a, b) => a.startMs - b.startMs);
    return before;
  }

  /** What is left when there are no more. */
  rest(): string {
    return this.until(Infinity);
  }

  private until(endMs: number): string {
    const due = [...this.waiting, ...this.holds].filter(({ startMs }) => startMs < endMs);
    this.waiting = this.waiting.filter(({ startMs }) => startMs >= endMs);
    this.holds.splice(0, this.holds.filter(({ startMs }) => startMs < endMs).length);
    return due
      .sort((a, b) => a.startMs - b.startMs)
      .map((one) => `\n${cue(one)}\n`)
      .join('');
  }
}

interface Cue extends CuePart {
  readonly id: string;
  /** Absent: nobody speaks. */
  readonly speaker?: string;
}

function partsOf({ utteranceId, source, party, startMs, endMs, text, words }: TranscriptFinalData): Cue[] {
  const shownUntilMs = source === 'chat' ? startMs + CHAT_SHOWN_MS : endMs;
  const parts = cueParts(text, words ?? []) ?? [{ text, startMs, endMs: shownUntilMs }];
  const speaker = `${party[0]!.toUpperCase()}${party.slice(1)}${source === 'chat' ? ' (chat)' : ''}`;
  return parts.map((part, i) => ({
    ...part,
    startMs: Math.max(part.startMs, startMs),
    speaker,
    id: parts.length === 1 ? utteranceId : `${utteranceId}-${i + 1}`,
  }));
}

function cue({ id, speaker, text, startMs, endMs }: Cue): string {
  // An identifier is one line without an arrow.
  const line = id.replace(/\s+/g, ' ').replaceAll('-->', '->');
  const end = Math.max(endMs, startMs + 1);
  const said = speaker === undefined ? escaped(text) : `<v ${speaker}>${escaped(text)}</v>`;
  return `${line}\n${vttTime(startMs)} --> ${vttTime(end)}\n${said}`;
}

/** `00:01:02.345` of milliseconds. */
export function vttTime(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const two = (n: number): string => String(n).padStart(2, '0');
  const seconds = Math.floor(whole / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${two(h)}:${two(m)}:${two(s)}.${String(whole % 1000).padStart(3, '0')}`;
}

/** Cue text: tags, entities and line breaks would be read as markup. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
