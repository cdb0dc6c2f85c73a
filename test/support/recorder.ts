import { writeFileSync } from 'node:fs';
import type { EventType, ServerMessage, TypedEvent } from '@rapport-live/protocol';
import { amplitudeAt } from '../../src/streams/codecs/testing/signals';
import { wavFile } from '../cli/wav-file';
import { openPage } from './chromium';
import type { RunningService } from './service';
import { bytesOf } from './sound';

/** What `test/browser/recorder.html` plays, records and sends, and what came of it. */

/** Each pitch has a word, since digits would be redacted. */
export const WORDS: Readonly<Record<number, string>> = { 400: 'ant', 600: 'bee', 900: 'cat', 1300: 'dog' };
export const BURSTS = Object.keys(WORDS).map(Number);
export const SCRIPT = { bursts: BURSTS, everyMs: 1500, soundMs: 700, leadMs: 1000 };
/** What utterances begin in front of their sound. */
export const PRE_ROLL_MS = 300;
/** Starts of capture and encoder, and a machine that does other things; bursts are 1500 ms apart. */
export const TOLERANCE_MS = 500;

export type EventData<T extends EventType> = Extract<TypedEvent, { type: T }>['data'];

export interface Report {
  readonly failure?: string;
  readonly closeCode: number;
  readonly ogg: boolean;
  readonly firstBurstMs: number;
  readonly slices: readonly { bytes: number; ptsMs: number; init: boolean }[];
  readonly messages: readonly ServerMessage[];
}

/** The word of the loudest pitch; a question mark where it is not far above the others. */
export function wordOf(pcm: Int16Array): string {
  const middle = pcm.subarray((pcm.length >> 1) - 3200, (pcm.length >> 1) + 3200);
  const heard = BURSTS.map((hz) => ({ hz, amplitude: amplitudeAt(hz, 16_000, middle) }));
  heard.sort((a, b) => b.amplitude - a.amplitude);
  return heard[0]!.amplitude > 10 * heard[1]!.amplitude ? WORDS[heard[0]!.hz]! : '?';
}

export interface Recorded {
  readonly report: Report;
  readonly finals: readonly EventData<'rapport.transcript.final'>[];
  readonly ended: EventData<'rapport.session.ended'>;
  readonly gaps: readonly EventData<'rapport.session.updated'>[];
  readonly errors: readonly ServerMessage[];
}

/** One session of the page, whole. @param sound a WAV file for its microphone */
export async function record(service: RunningService, script: object, sound?: string): Promise<Recorded> {
  const report = (await openPage(service, 'recorder.html', { ...SCRIPT, ...script }, sound)) as Report;
  expect(report.failure).toBeUndefined();
  expect(report.closeCode).toBe(1000);
  const events = report.messages.flatMap((message) => (message.type === 'result' ? [message.event] : []));
  const all = <T extends EventType>(type: T) =>
    events.filter((event) => event.type === type).map(({ data }) => data as EventData<T>);
  return {
    report,
    finals: all('rapport.transcript.final'),
    ended: all('rapport.session.ended')[0]!,
    gaps: all('rapport.session.updated'),
    errors: report.messages.filter(({ type }) => type === 'error'),
  };
}

/** The tones of the page as a file; with another `everyMs`, closer together or further apart. */
export function writeBursts(file: string, everyMs = SCRIPT.everyMs): void {
  const { soundMs, leadMs } = SCRIPT;
  const pcm = new Int16Array((leadMs + BURSTS.length * everyMs) * 48);
  BURSTS.forEach((hz, i) => {
    const from = (leadMs + i * everyMs) * 48;
    for (let n = 0; n < soundMs * 48; n += 1) pcm[from + n] = 16_000 * Math.sin((2 * Math.PI * hz * n) / 48_000);
  });
  writeFileSync(file, wavFile(bytesOf(pcm), { rateHz: 48_000 }));
}
