import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { JobInput } from '../../src/inference/inference-pool';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { CHROMIUM } from '../support/chromium';
import { hasFfmpeg } from '../support/film';
import { BURSTS, type Recorded, record, SCRIPT, wordOf, WORDS, writeBursts } from '../support/recorder';
import { type RunningService, startService } from '../support/service';

const missing = CHROMIUM === undefined ? 'chromium' : hasFfmpeg ? undefined : 'ffmpeg';
const withBoth = missing === undefined ? describe : describe.skip;

/** Sound and pictures as Chromium's own recorder puts them into one WebM, over a real socket, decoded by ffmpeg. */
withBoth(`the video that Chromium records${missing === undefined ? '' : ` (skipped: no ${missing})`}`, () => {
  let service: RunningService;
  let stills: Uint8Array[];

  beforeAll(async () => {
    const pool = new ScriptedPool({
      transcripts: ({ pcm }) => wordOf(pcm),
      fail: (kind, input) => {
        if (kind === 'face-tokens') stills.push((input as JobInput<'face-tokens'>).still);
        return undefined;
      },
    });
    service = await startService({}, pool);
  });
  afterAll(() => service.close());
  beforeEach(() => (stills = []));

  /** Every tone was heard once, in order; nothing was damaged or refused. A browser that has to wait for its turn is late. */
  const expectWhole = ({ finals, ended, errors }: Recorded): void => {
    const damaged = Object.keys(ended.dropped).filter((reason) => reason !== 'late' && reason !== 'hop_passed');
    expect([errors, damaged, ended.incomplete]).toEqual([[], [], false]);
    expect(finals.map(({ text }) => text)).toEqual(Object.values(WORDS));
  };

  it.each(['vp8', 'vp9'])(
    'camera and microphone in %s: pictures two a second, and what was said',
    async (codec) => {
      const folder = mkdtempSync(join(tmpdir(), 'rapport-film-'));
      try {
        const sound = join(folder, 'bursts.wav');
        writeBursts(sound);
        const recorded = await record(
          service,
          { source: 'microphone', pictures: 'camera', codec, recordings: 1 },
          sound,
        );
        expectWhole(recorded);
        const seconds = recorded.ended.durationMs / 1000;
        expect(stills.length).toBeGreaterThan(1.5 * seconds);
        expect(stills.length).toBeLessThan(2.5 * seconds);
        for (const still of stills) {
          expect(await sharp(still).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 240 });
        }
        // the test camera shows a clock that moves
        expect(new Set(stills.map((still) => Buffer.from(still).toString('base64'))).size).toBe(stills.length);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );

  it('a picture that is white while a tone sounds is white as often as it should be', async () => {
    const recorded = await record(service, { source: 'oscillator', pictures: 'canvas', codec: 'vp8', recordings: 1 });
    expectWhole(recorded);
    const bright = await Promise.all(stills.map(async (still) => (await sharp(still).stats()).channels[0]!.mean));
    const white = bright.filter((mean) => mean > 200).length;
    const black = bright.filter((mean) => mean < 55).length;
    // two a second of 0.7 s of each 1.5 s
    const expected = (2 * BURSTS.length * SCRIPT.soundMs) / 1000;
    expect(Math.abs(white - expected)).toBeLessThanOrEqual(2);
    expect(black).toBeGreaterThanOrEqual(4);
  }, 60_000);
});
