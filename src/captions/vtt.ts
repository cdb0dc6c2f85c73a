import type { TranscriptFinalData, TypedEvent } from '@rapport-live/protocol';
import { type CuePart, cueParts } from './cue-parts';
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
  const cues = [...finals.flatMap(partsOf), ...holdCues(events)].sort((a, b) => a.startMs - b.startMs).map(cue);
  return `${['WEBVTT', ...cues].join('\n\n')}\n`;
}

interface Cue extends CuePart {
  readonly id: string;
  /** Absent: nobody speaks. */
  readonly speaker?: string;
}

/** A hold as captions tell of sounds. */
function holdCues(events: readonly TypedEvent[]): Cue[] {
  const updates = events.flatMap((event) => (event.type === 'rapport.session.updated' ? [event.data] : []));
  const endMs = events.flatMap((event) => {
    if (event.type === 'rapport.session.ended') return [event.data.durationMs];
    return event.type === 'rapport.transcript.final' ? [event.data.endMs] : [];
  });
  return holdsOf(updates, Math.max(0, ...endMs)).map((span) => ({
    id: `hold-${span.startMs}`,
    text: '[on hold]',
    ...span,
  }));
}

function partsOf({ utteranceId, source, party, startMs, endMs, text, words }: TranscriptFinalData): Cue[] {
  const shownUntilMs = source === 'chat' ? startMs + CHAT_SHOWN_MS : endMs;
  const parts = cueParts(text, words ?? []) ?? [{ text, startMs, endMs: shownUntilMs }];
  const speaker = `${party[0]!.toUpperCase()}${party.slice(1)}${source === 'chat' ? ' (chat)' : ''}`;
  return parts.map((part, i) => ({
    ...part,
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
