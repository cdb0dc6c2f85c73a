import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { findVideoDecoders } from '../../src/streams/video/find-video-decoders';
import type { VideoSlots } from '../../src/streams/video/video-slots';
import {
  type Encoder8k,
  film8k,
  FILM_8K,
  fixture,
  FLASH_DURATION_MS,
  FLASH_MS,
  type FlashFilm,
  hasFfmpeg,
  largeFilm,
  slicesOf,
} from '../support/film';
import { FILM, FilmSession } from '../support/film-session';

const LIMITS = { stillsPerSecond: 2, maxStillWidthPx: 640, maxVideoPixels: 3840 * 2160, maxVideoBytes: 1536 << 20 };
const PACE = 2;
/** A decoder that starts slowly, on a machine that does other things, is not taken for one that hangs. */
const PATIENT = { videoStallMs: 20_000 };
/** Decoders are processes of their own; elsewhere the machine may be busy. */
const TIMEOUT_MS = 90_000;
jest.setTimeout(TIMEOUT_MS);

/** Installed for this run alone, from the registry that npm is set to; GPL, so never ours. */
function installCore(folder: string): string | undefined {
  try {
    const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '@ffmpeg/core@0.12.10'];
    execFileSync('npm', args, { stdio: 'ignore', timeout: 90_000 });
    return join(folder, 'node_modules/@ffmpeg/core');
  } catch {
    return undefined;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rapport-video-'));
const core = installCore(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const failures: string[] = [];
const find = (settings: { ffmpeg?: string; ffmpegCore?: string; maxStreams?: number }): Promise<VideoSlots> =>
  findVideoDecoders({ ffmpeg: 'off', ffmpegCore: 'off', maxStreams: 4, ...settings }, LIMITS, (why) =>
    failures.push(why),
  );
beforeEach(() => failures.splice(0));

const brightness = async (still: Uint8Array): Promise<number> => {
  const { channels } = await sharp(still).stats();
  return channels[0]!.mean;
};

const withFfmpeg = hasFfmpeg ? describe : describe.skip;
const withCore = hasFfmpeg && core !== undefined ? it : it.skip;

withFfmpeg(hasFfmpeg ? 'video with sound' : 'video with sound (skipped: no ffmpeg to make films with)', () => {
  const heard = async (video: VideoSlots, film: FlashFilm): Promise<FilmSession> => {
    const session = new FilmSession(video, PACE, PATIENT);
    await session.play(slicesOf(fixture(film), FLASH_DURATION_MS));
    const ended = await session.end();
    expect(session.verdicts).toEqual(session.verdicts.map(() => ({ ok: true })));
    expect([ended.dropped, session.gaps, failures, video.inUse]).toEqual([{}, [], [], 0]);
    return session;
  };

  /** Two stills a second, dark before the flash and bright behind it; the sound begins with it. */
  const expectInStep = async ({ stills, onsetMs, hops }: FilmSession): Promise<void> => {
    expect(stills.length).toBeGreaterThanOrEqual(7);
    expect(stills.length).toBeLessThanOrEqual(9);
    for (const { ptsMs, still } of stills) {
      if (Math.abs(ptsMs - FLASH_MS) < 70) continue;
      expect([ptsMs, (await brightness(still)) > 128]).toEqual([ptsMs, ptsMs > FLASH_MS]);
    }
    expect(Math.abs(onsetMs - FLASH_MS)).toBeLessThanOrEqual(10);
    expect(hops[0]!.voices.map(({ streamName, party }) => [streamName, party])).toEqual([
      ['customer-voice-3', 'customer'],
    ]);
    expect(new Set(hops.flatMap((hop) => hop.stills.map(({ streamName }) => streamName)))).toEqual(
      new Set(['customer-video-3']),
    );
  };

  it.each(['flash-vp8.webm', 'flash-vp9.webm', 'flash-vp9-10bit.webm', 'flash-h264.mkv'] as const)(
    'ffmpeg: %s, sound and pictures in step',
    async (name) => {
      const video = await find({ ffmpeg: 'ffmpeg' });
      expect(video.choice).toMatchObject({ decoder: 'ffmpeg', detail: expect.stringMatching(/\d/) });
      await expectInStep(await heard(video, name));
    },
  );

  withCore(core === undefined ? '@ffmpeg/core (skipped: the registry was not reached)' : '@ffmpeg/core', async () => {
    const video = await find({ ffmpegCore: core! });
    expect(video.choice).toEqual({ decoder: 'ffmpeg-core', detail: '@ffmpeg/core 0.12.10; ffmpeg: switched off' });
    await expectInStep(await heard(video, 'flash-vp8.webm'));
  });

  it('scales down what is large, and needs neither sound nor pictures', async () => {
    const video = await find({ ffmpeg: 'ffmpeg' });
    const film = slicesOf(largeFilm('1280x720'), 2000); // made before the clock of the session goes: it takes seconds
    const silent = new FilmSession(video, PACE, PATIENT);
    await silent.play(film);
    expect((await silent.end()).dropped).toEqual({});
    expect(silent.stills.map(({ ptsMs }) => ptsMs)).toEqual([0, 500, 1000, 1500]);
    expect(await sharp(silent.stills[0]!.still).metadata()).toMatchObject({ width: 640, height: 360, format: 'jpeg' });
    const dark = new FilmSession(video, PACE, PATIENT);
    await dark.play(slicesOf(fixture('voice-5s.webm'), 5000));
    expect((await dark.end()).dropped).toEqual({});
    expect(dark.utterances.length).toBeGreaterThan(0);
  });

  it('refuses pictures that are too large by their header, and hears the sound', async () => {
    const session = new FilmSession(await find({ ffmpeg: 'ffmpeg' }), PACE, { maxVideoPixels: 10_000 });
    await session.play(slicesOf(fixture('flash-vp8.webm'), FLASH_DURATION_MS));
    const ended = await session.end();
    expect(session.verdicts.filter(({ ok }) => !ok)).toEqual([
      { ok: false, code: 'media_too_large', message: expect.stringContaining('160 x 120 px is over 10000 pixels') },
    ]);
    expect(session.stills).toEqual([]);
    expect(ended.dropped).toMatchObject({ media_too_large: 1, video_refused: 60 });
    expect(session.utterances.length).toBeGreaterThan(0);
  });

  it('never decodes the pictures of an agent', async () => {
    const video = await find({ ffmpeg: 'ffmpeg', maxStreams: 0 });
    const agent = { ...FILM, party: 'agent' as const, name: 'agent-video-3' };
    const session = new FilmSession(video, PACE, {}, [agent]);
    await session.play(slicesOf(fixture('flash-vp8.webm'), FLASH_DURATION_MS));
    await session.end();
    expect(session.stills).toEqual([]);
    expect(session.utterances.map(({ party }) => party)).toContain('agent');
  });

  it('has so many decoders and no more; a refused session gives back what it took', async () => {
    const video = await find({ ffmpeg: 'ffmpeg', maxStreams: 1 });
    const second = { ...FILM, streamId: 4, name: 'customer-video-4' };
    expect(() => new FilmSession(video, 1, {}, [FILM, second])).toThrow(/all 1 video decoders.*send stills/);
    expect(video.inUse).toBe(0);
    const first = new FilmSession(video, 1);
    expect(() => new FilmSession(video, 1)).toThrow(/all 1 video decoders/);
    first.streams.dispose();
    expect(video.inUse).toBe(0);
  });
});

withFfmpeg('a video decoder that fails', () => {
  const pids = join(folder, 'pids');
  const wrapper = join(folder, 'ffmpeg-with-pid');
  const slices = slicesOf(fixture('flash-vp8.webm'), FLASH_DURATION_MS, 125);
  const newest = (): number => Number(readFileSync(pids, 'utf8').trim().split('\n').at(-1));

  beforeAll(() => {
    const real = execFileSync('/bin/sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim();
    writeFileSync(wrapper, `#!/bin/sh\n[ "$2" = -version ] || echo $$ >> ${pids}\nexec ${real} "$@"\n`);
    chmodSync(wrapper, 0o755);
  });
  beforeEach(() => rmSync(pids, { force: true }));

  it.each(['SIGKILL', 'SIGSTOP'] as const)('%s: is replaced at a key frame, the session goes on', async (signal) => {
    const session = new FilmSession(await find({ ffmpeg: wrapper }), 0.5, { videoStallMs: 1000 });
    await session.play(slices, (_slice, i) => {
      if (i === 8) process.kill(newest(), signal);
    });
    const ended = await session.end();
    expect(failures).toEqual([expect.stringMatching(signal === 'SIGKILL' ? /SIGKILL/ : /hung/)]);
    expect(session.gaps).toContainEqual(
      expect.objectContaining({
        update: 'gap',
        detail: expect.objectContaining({ reason: 'video_decoder_restarted', stream: 'customer-video-3' }),
      }),
    );
    expect(ended.dropped).toMatchObject({ video_decoder_restarted: expect.any(Number) });
    expect(readFileSync(pids, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(session.stills.some(({ ptsMs }) => ptsMs < 1000)).toBe(true);
    expect(session.stills.some(({ ptsMs }) => ptsMs > 3000)).toBe(true);
    // The stopped one is gone as well, and the sound was heard to its end.
    for (const pid of readFileSync(pids, 'utf8').trim().split('\n'))
      expect(existsSync(`/proc/${pid}/stat`)).toBe(false);
    expect(ended.durationMs).toBeGreaterThan(3900);
    expect(session.hops.map(({ hopStartMs }) => hopStartMs)).toEqual(session.hops.map((_, i) => i * 1000));
  });

  it('is given up after so many restarts; the sound goes on', async () => {
    const broken = join(folder, 'ffmpeg-broken');
    writeFileSync(broken, '#!/bin/sh\n[ "$2" = -version ] && echo "ffmpeg version 7.1" && exit 0\nexit 1\n');
    chmodSync(broken, 0o755);
    const video = await find({ ffmpeg: broken });
    const session = new FilmSession(video, 1, { maxVideoRestarts: 2 });
    await session.play(slices);
    expect(video.inUse).toBe(0);
    await session.end();
    expect(failures).toHaveLength(3);
    expect(session.verdicts.filter(({ ok }) => !ok)).toEqual([
      {
        ok: false,
        code: 'video_unavailable',
        message: expect.stringMatching(/more than 2 times in 60 s.*send stills/),
      },
    ]);
    expect(session.gaps).toContainEqual(expect.objectContaining({ detail: { reason: 'video_refused' } }));
    expect(session.utterances.length).toBeGreaterThan(0);
  });

  it.each<Encoder8k>(['libvpx-vp9', 'libx264'])(
    'a video of 8K whose container says 640 x 360 (%s) is never decoded: given up, and the sound goes on',
    async (encoder) => {
      const film = slicesOf(film8k(encoder, { width: 640, height: 360 }), FILM_8K.durationMs);
      const video = await find({ ffmpeg: wrapper });
      const session = new FilmSession(video, 1, { videoStallMs: 300, maxVideoRestarts: 1 });
      const rssBytes = process.memoryUsage.rss();
      let decoderBytes = 0;
      // A decoder that cannot follow ends soon, so it is looked at often.
      const watch = setInterval(() => {
        if (existsSync(pids)) decoderBytes = Math.max(decoderBytes, peakBytes(newest()));
      }, 2);
      await session.play(film);
      const ended = await session.end();
      clearInterval(watch);
      expect(session.verdicts.filter(({ ok }) => !ok)).toEqual([
        { ok: false, code: 'video_unavailable', message: expect.stringMatching(/more than 1 times.*send stills/) },
      ]);
      expect([session.stills, video.inUse]).toEqual([[], 0]);
      expect(session.utterances.length).toBeGreaterThan(0);
      expect(ended.durationMs).toBeGreaterThan(FILM_8K.durationMs - 100);
      // a picture is 50 MB: not one is held, neither here nor in the decoder
      expect(decoderBytes).toBeGreaterThan(0);
      expect(decoderBytes).toBeLessThan(200 * MB);
      expect(process.memoryUsage.rss() - rssBytes).toBeLessThan(100 * MB);
    },
  );

  it('a stuck exec of @ffmpeg/core is stopped with its thread', async () => {
    const stuck = join(folder, 'stuck-core');
    mkdirSync(join(stuck, 'dist/umd'), { recursive: true });
    writeFileSync(join(stuck, 'package.json'), JSON.stringify({ name: '@ffmpeg/core', version: '0.0.0' }));
    writeFileSync(join(stuck, 'dist/umd/ffmpeg-core.wasm'), Buffer.from('\0asm\x01\0\0\0', 'latin1'));
    const fs = 'FS: { makedev() {}, registerDevice() {}, mkdev() {} }';
    const script = `module.exports = async () => ({ ${fs}, setLogger() {}, exec() { for (;;); } });`;
    writeFileSync(join(stuck, 'dist/umd/ffmpeg-core.js'), script);
    const video = await find({ ffmpegCore: stuck });
    const session = new FilmSession(video, 1, { videoStallMs: 300, maxVideoRestarts: 1 });
    await session.play(slices);
    await session.end();
    expect(failures).toEqual(['it hung', 'it hung']);
    expect(video.inUse).toBe(0);
    expect(session.utterances.length).toBeGreaterThan(0);
  });
});

const MB = 2 ** 20;

/** The most memory that a process ever held; 0 when it is gone. */
function peakBytes(pid: number): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

describe('without a decoder', () => {
  it('says why, and what to send instead', async () => {
    const video = await find({ ffmpeg: 'no-such-program', ffmpegCore: join(folder, 'nothing') });
    expect(video.choice).toEqual({ decoder: 'none', detail: 'ffmpeg: not found; @ffmpeg/core: not installed' });
    expect(() => new FilmSession(video, 1)).toThrow(/send stills .* or install ffmpeg/);
  });
});
