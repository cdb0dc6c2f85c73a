import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuzzFigures } from '../../../test/support/fuzz-figures';
import { FUZZ_TIMEOUT_MS, mutate, partOfInputs, random } from '../../../test/support/mutate';
import { openLanes } from '../open-lane';
import { streamOptions } from '../stream-options';
import { EnergyPool } from '../testing/energy-pool';
import { ScriptedClock } from '../testing/scripted-clock';
import { VIDEO } from '../testing/session-script';
import { matroskaHeader, matroskaPicture } from './matroska-writer';
import type { VideoDecoderEvents } from './video-decoder';
import { VideoSlots } from './video-slots';
import { laneHost } from '../testing/lane-host';

/** The container alone is tried with all of them (`codecs/fuzz.spec.ts`); here each costs a lane's work. */
const INPUTS = partOfInputs(1 / 5);
/** A session's lane lives on through so many inputs. */
const PER_LANE = 100;
const SLICE_BYTES = 700;
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);

const FILMS = ['flash-vp8.webm', 'flash-vp9.webm', 'flash-vp9-10bit.webm', 'flash-h264.mkv'].map(
  (name) => new Uint8Array(readFileSync(join(__dirname, '../../../test/fixtures/media', name))),
);

it(
  'films of any bytes, with a decoder that dies or hangs, do not throw, hang or grow',
  async () => {
    const next = random(4712);
    const figures = new FuzzFigures();
    const counts = { pictures: 0, opened: 0, faults: 0, dropped: 0 };
    const host = laneHost(() => (counts.dropped += 1));
    // as a decoder would: what it is given is written for it, and it gives back what it is through with
    const open = (head: Parameters<typeof matroskaHeader>[0], events: VideoDecoderEvents) => {
      counts.opened += 1;
      matroskaHeader(head);
      return {
        write: (ptsMs: number, key: boolean, picture: Uint8Array) => {
          counts.pictures += 1;
          matroskaPicture(ptsMs, key, picture);
          const fate = next(200);
          if (fate === 0) events.closed('it died');
          if (fate < 100) return; // it takes its time
          if (fate < 120) events.still(ptsMs, JPEG);
          events.decoded(ptsMs);
        },
        end: () => events.closed(undefined),
        close: () => {},
      };
    };
    const options = streamOptions();
    for (let round = 0; round < INPUTS / PER_LANE; round += 1) {
      const bytes = FILMS[round % FILMS.length]!;
      const clock = new ScriptedClock(0);
      const video = new VideoSlots({ decoder: 'ffmpeg', detail: 'scripted' }, 1, open, () => {});
      const deps = { clock, pool: new EnergyPool(), options, host, pace: 1, isLive: true, video };
      const [{ lane }] = openLanes([{ ...VIDEO, codec: 'webm-video' }], 's-1', deps) as [
        ReturnType<typeof openLanes>[0],
      ];
      let at = 0;
      for (let i = 0; i < PER_LANE; i += 1) {
        const slice = bytes.slice(at, at + SLICE_BYTES);
        // the header most often whole, else nothing behind it would be read
        const input = at === 0 && next(8) !== 0 ? slice : mutate(slice, next);
        clock.advance(next(500) === 0 ? options.videoStallMs : 40);
        figures.time(() => {
          if (lane.accept(i * 40, input, next(200) === 0, next(50) === 0) !== undefined) counts.faults += 1;
          lane.pump(clock.nowMs(), false);
        });
        if (!Number.isFinite(lane.endMs) || !Number.isFinite(lane.mediaMs)) throw new Error(`${round}, ${i}: no time`);
        if (next(25) === 0) lane.release(Math.floor(lane.endMs / 1000) * 1000);
        at = next(20) === 0 ? next(bytes.length - SLICE_BYTES) : (at + SLICE_BYTES) % (bytes.length - SLICE_BYTES);
        if (next(15) === 0) at = 0;
      }
      expect(lane.heldBytes).toBeLessThan(1024 * 1024);
      lane.end();
      lane.dispose();
      expect(video.inUse).toBe(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(counts.pictures).toBeGreaterThan(INPUTS / 10);
    expect(counts.faults).toBeGreaterThan(INPUTS / 100);
    figures.hold('slices of films in WebM and Matroska');
  },
  FUZZ_TIMEOUT_MS,
);
