import type { Cue } from '../../demo/sample-call';
import { readChat } from './chat-file';
import { readProbe } from './ffmpeg';
import { splitJpegs } from './jpeg-split';
import { mergeByTime, VoiceCues } from './recording';

async function* from<T>(items: readonly T[], onClose: () => void = () => {}): AsyncGenerator<T> {
  try {
    yield* items;
  } finally {
    onClose();
  }
}

const chat = (ptsMs: number): Cue => ({ kind: 'chat', party: 'customer', text: String(ptsMs), ptsMs });

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('mergeByTime', () => {
  it('gives several sources as one', async () => {
    const merged = await all(mergeByTime([from([0, 30, 60].map(chat)), from([10, 20, 90].map(chat)), from<Cue>([])]));
    expect(merged.map(({ ptsMs }) => ptsMs)).toEqual([0, 10, 20, 30, 60, 90]);
  });

  it('closes all of them when the reader stops', async () => {
    const closed: string[] = [];
    const sources = ['a', 'b'].map((name) => from([0, 1, 2].map(chat), () => closed.push(name)));
    for await (const cue of mergeByTime(sources)) if (cue.ptsMs === 1) break;
    expect(closed.sort()).toEqual(['a', 'b']);
  });
});

describe('VoiceCues', () => {
  it('cuts pieces of 100 ms however the bytes come, and keeps whole samples at the end', () => {
    const lane = new VoiceCues(1);
    const cues = [7000, 1, 1400].flatMap((bytes) => [...lane.push(new Uint8Array(bytes))]).concat(...lane.flush());
    const told = cues.map((cue) => [cue.ptsMs, cue.kind === 'media' && cue.payload.byteLength]);
    expect(told).toEqual([
      [0, 3200],
      [100, 3200],
      [200, 2000],
    ]);
  });
});

describe('splitJpegs', () => {
  it('parts pictures wherever the pieces are cut', async () => {
    const bytes = [0xff, 0xd8, 1, 0xff, 0x00, 2, 0xff, 0xd9, 0xff, 0xd8, 3, 0xff, 0xd9];
    for (const size of [1, 2, 3, 7, 13]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        Buffer.from(bytes.slice(i * size, (i + 1) * size)),
      );
      expect((await all(splitJpegs(from(pieces)))).map((picture) => picture.length)).toEqual([8, 5]);
    }
  });
});

describe('readProbe', () => {
  const said = (...streams: string[]): string =>
    [
      "Input #0, mov,mp4, from 'file:call.mp4':",
      '  Duration: 00:01:02.50, start: 0.000000, bitrate: 205 kb/s',
      ...streams.map((stream, i) => `  Stream #0:${i}[0x${i + 1}](und): ${stream}`),
    ].join('\n');

  it('reads length, channels and picture off the banner', () => {
    expect(readProbe(said('Video: h264 (High), yuv420p, 320x240', 'Audio: aac (LC), 44100 Hz, stereo, fltp'))).toEqual({
      durationMs: 62_500,
      audioChannels: 2,
      hasVideo: true,
      hasTimes: true,
    });
    expect(readProbe(said('Audio: opus, 48000 Hz, mono, fltp'))).toMatchObject({ audioChannels: 1, hasVideo: false });
  });

  it('takes the cover of a record for no video', () => {
    const cover = said('Audio: mp3, 44100 Hz, mono', 'Video: mjpeg, 300x300 (attached pic)');
    expect(readProbe(cover).hasVideo).toBe(false);
  });

  it('finds nothing in a file that is none', () => {
    expect(readProbe('file:x: Invalid data found')).toEqual({
      durationMs: 0,
      audioChannels: 0,
      hasVideo: false,
      hasTimes: false,
    });
  });
});

describe('readChat', () => {
  const line = '{"ptsMs": 2000, "party": "agent", "text": "Hello", "extra": 1}';

  it('gives messages in the order of their time', () => {
    const text = `${line}\n\n{"ptsMs": 10, "party": "customer", "text": "Hi"}\n`;
    expect(readChat(text, 'chat.jsonl')).toEqual([
      { kind: 'chat', party: 'customer', ptsMs: 10, text: 'Hi' },
      { kind: 'chat', party: 'agent', ptsMs: 2000, text: 'Hello' },
    ]);
  });

  it.each([
    ['hello', 'chat.jsonl, line 2: not JSON. Each line is {"ptsMs"'],
    ['{"ptsMs": -1, "party": "agent", "text": "x"}', 'line 2: ptsMs:'],
    ['{"ptsMs": 1, "party": "bot", "text": "x"}', 'line 2: party:'],
    ['{"ptsMs": 1, "party": "agent", "text": ""}', 'line 2: text:'],
    ['[]', 'line 2: the line:'],
  ])('names the line that is wrong: %s', (wrong, sentence) => {
    expect(() => readChat(`${line}\n${wrong}`, '/some/where/chat.jsonl')).toThrow(sentence);
  });
});
