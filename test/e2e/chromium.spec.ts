import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventType, ServerMessage, TypedEvent } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { amplitudeAt } from '../../src/streams/codecs/testing/signals';
import { CHROMIUM, openPage } from '../support/chromium';
import { type RunningService, startService } from '../support/service';
import { bytesOf } from '../support/sound';
import { wavFile } from '../cli/wav-file';

/** Each pitch has a word, since digits would be redacted. */
const WORDS: Readonly<Record<number, string>> = { 400: 'ant', 600: 'bee', 900: 'cat', 1300: 'dog' };
const BURSTS = Object.keys(WORDS).map(Number);
const SCRIPT = { bursts: BURSTS, everyMs: 1500, soundMs: 700, leadMs: 1000 };
/** What utterances begin in front of their sound. */
const PRE_ROLL_MS = 300;
/** Starts of capture and encoder, and a machine that does other things; bursts are 1500 ms apart. */
const TOLERANCE_MS = 500;

type EventData<T extends EventType> = Extract<TypedEvent, { type: T }>['data'];

interface Report {
  readonly failure?: string;
  readonly closeCode: number;
  readonly ogg: boolean;
  readonly firstBurstMs: number;
  readonly slices: readonly { bytes: number; ptsMs: number; init: boolean }[];
  readonly messages: readonly ServerMessage[];
}

/** The word of the loudest pitch; a question mark where it is not far above the others. */
function wordOf(pcm: Int16Array): string {
  const middle = pcm.subarray((pcm.length >> 1) - 3200, (pcm.length >> 1) + 3200);
  const heard = BURSTS.map((hz) => ({ hz, amplitude: amplitudeAt(hz, 16_000, middle) }));
  heard.sort((a, b) => b.amplitude - a.amplitude);
  return heard[0]!.amplitude > 10 * heard[1]!.amplitude ? WORDS[heard[0]!.hz]! : '?';
}

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium(`what Chromium records${CHROMIUM === undefined ? ' (skipped: no chromium)' : ''}`, () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService({}, new ScriptedPool({ transcripts: ({ pcm }) => wordOf(pcm) }));
  });
  afterAll(() => service.close());

  async function record(script: object, sound?: string) {
    const report = (await openPage(service, 'recorder.html', { ...SCRIPT, ...script }, sound)) as Report;
    expect(report.failure).toBeUndefined();
    expect(report.closeCode).toBe(1000);
    const events = report.messages.flatMap((message) => (message.type === 'result' ? [message.event] : []));
    const all = <T extends EventType>(type: T) =>
      events.filter((event) => event.type === type).map(({ data }) => data as EventData<T>);
    const errors = report.messages.filter(({ type }) => type === 'error');
    const [ended] = all('rapport.session.ended');
    return {
      report,
      finals: all('rapport.transcript.final'),
      ended: ended!,
      gaps: all('rapport.session.updated'),
      errors,
    };
  }

  it.each([
    ['one recording', 1],
    ['stopped and started twice: three recordings, each with a header of its own', 3],
  ])(
    'tones of an oscillator arrive whole, in order and at their time: %s',
    async (_name, recordings) => {
      const { report, finals, ended, gaps, errors } = await record({ source: 'oscillator', recordings });
      expect(errors).toEqual([]);
      expect(report.slices.filter(({ init }) => init).length).toBe(recordings);
      expect(report.slices.length).toBeGreaterThan(18);
      expect(finals.map(({ text }) => text)).toEqual(Object.values(WORDS));
      finals.forEach(({ startMs }, i) => {
        const expectedMs = report.firstBurstMs + i * SCRIPT.everyMs - PRE_ROLL_MS;
        expect(Math.abs(startMs - expectedMs)).toBeLessThan(TOLERANCE_MS);
      });
      // nothing was damaged or dropped; while a recorder starts again, there is no sound
      expect(ended.dropped).toEqual({});
      for (const { detail } of gaps) expect(detail.reason).toBe('missing');
      expect(report.ogg).toBe(false); // once it records Ogg, that belongs here too
    },
    60_000,
  );

  it('a microphone is heard as it sounds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-sound-'));
    try {
      const sound = join(folder, 'bursts.wav');
      writeFileSync(sound, wavFile(bytesOf(bursts()), { rateHz: 48_000 }));
      const { finals, ended, errors } = await record({ source: 'microphone', recordings: 1 }, sound);
      expect([errors, ended.dropped]).toEqual([[], {}]);
      expect(finals.map(({ text }) => text)).toEqual(Object.values(WORDS));
      const steps = finals.slice(1).map(({ startMs }, i) => startMs - finals[i]!.startMs);
      for (const step of steps) expect(Math.abs(step - SCRIPT.everyMs)).toBeLessThan(TOLERANCE_MS);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

/** The same tones as a file. */
function bursts(): Int16Array {
  const { everyMs, soundMs, leadMs } = SCRIPT;
  const pcm = new Int16Array((leadMs + BURSTS.length * everyMs) * 48);
  BURSTS.forEach((hz, i) => {
    const from = (leadMs + i * everyMs) * 48;
    for (let n = 0; n < soundMs * 48; n += 1) pcm[from + n] = 16_000 * Math.sin((2 * Math.PI * hz * n) / 48_000);
  });
  return pcm;
}
