import { HumeVideo, type VideoCall } from './hume-video';

const SESSION = '0198a1c2-0000-7000-8000-000000000001';
/** The header of a JPEG of this size: all that is looked at here. */
const jpeg = (width: number, height: number): Uint8Array =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 8, 8, height >> 8, height & 255, width >> 8, width & 255, 0);
const FACE = { bbox: [0, 0, 80, 80] as [number, number, number, number], confidence: 0.9 };
const MEASURED = { ...FACE, face_id: 0, expressions: [{ name: 'joy', probability: 0.8 }], descriptions: [] };
const LISTED = { ...FACE, face_id: null, expressions: null, descriptions: null };

function connected(measure: VideoCall['measure'] = async () => ({ faces: [MEASURED, LISTED] })) {
  const said: Record<string, unknown>[] = [];
  const done: string[] = [];
  const closed: number[] = [];
  const clock = { ms: 0 };
  const call: VideoCall = {
    sessionId: SESSION,
    mediaMs: 0,
    media: (bytes, ptsMs) => void done.push(`${bytes.length} at ${ptsMs}`),
    measure,
    end: () => void done.push('end'),
  };
  const peer = {
    send: (text: string) => void said.push(JSON.parse(text)),
    faulty: () => {},
    close: (status: number) => void closed.push(status),
  };
  const session = new HumeVideo(peer, call, () => clock.ms);
  return { said, done, closed, clock, session };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const short = (said: readonly Record<string, unknown>[]) => said.map(({ type, code }) => code ?? type);

describe('the video endpoint', () => {
  it("follows the API's example: a wrong frame has no id, totals count faces", async () => {
    const { said, done, closed, clock, session } = connected();
    session.text('{"type":"session.update","face":{"threshold":0.7,"min_size":80}}');
    for (const frame of [jpeg(640, 480), jpeg(640, 480), Uint8Array.of(0x89, 0x50, 0x4e, 0x47), jpeg(640, 480)]) {
      session.binary(frame);
      clock.ms += 334;
    }
    session.text('{"type":"session.close"}');
    await settled();
    expect(done).toEqual(['12 at 0', '12 at 0', '12 at 0', 'end']);
    session.over('client_request');
    expect(said).toMatchObject([
      {
        type: 'session.created',
        session_id: SESSION,
        image: { type: 'image/jpeg' },
        face: { threshold: 0.6, min_size: 60 },
      },
      { type: 'session.updated', face: { threshold: 0.7, min_size: 80 } },
      { type: 'measurement.result', frame_id: 0, faces: [MEASURED, LISTED] },
      { type: 'measurement.result', frame_id: 1 },
      { type: 'error', code: 'invalid_image_frame', retryable: true },
      { type: 'measurement.result', frame_id: 2 },
      { type: 'session.closed', reason: 'client_request', received: { frames: 3 }, produced: { measurements: 3 } },
    ]);
    expect(closed).toEqual([1000]);
  });

  it('replies in the order of the frames, though one takes longer', async () => {
    const answers: ((faces: { faces: [] }) => void)[] = [];
    const { said, session } = connected(() => new Promise((resolve) => answers.push(resolve)));
    session.binary(jpeg(640, 480));
    session.binary(new Uint8Array(0));
    session.binary(jpeg(4000, 4000));
    await settled();
    expect(said).toHaveLength(1);
    answers[0]!({ faces: [] });
    await settled();
    expect(short(said.slice(1))).toEqual(['measurement.result', 'invalid_image_frame', 'invalid_image_frame']);
  });

  it('measures 3 frames a second', async () => {
    const { said, clock, session } = connected();
    for (let i = 0; i < 5; i++) session.binary(jpeg(640, 480));
    clock.ms = 334;
    session.binary(jpeg(640, 480));
    await settled();
    expect(short(said.slice(1))).toEqual([
      ...['measurement.result', 'measurement.result', 'measurement.result'],
      ...['rate_limited', 'rate_limited', 'measurement.result'],
    ]);
  });

  it('a frame that cannot be decoded, and one whose measurement fails, are answered; five failures in a row end it', async () => {
    const outcomes: (() => ReturnType<VideoCall['measure']>)[] = [
      async () => ({ refused: 'truncated' }),
      ...Array<() => Promise<never>>(4).fill(() => Promise.reject(new Error('busy'))),
      async () => ({ faces: [] }),
      ...Array<() => Promise<never>>(5).fill(() => Promise.reject(new Error('busy'))),
    ];
    const { said, done, closed, clock, session } = connected(() => outcomes.shift()!());
    for (let i = 0; i < 11; i++) {
      session.binary(jpeg(640, 480));
      clock.ms += 334;
      await settled();
    }
    expect(short(said.slice(1))).toEqual([
      'invalid_image_frame',
      ...Array<string>(4).fill('internal_error'),
      'measurement.result',
      ...Array<string>(5).fill('internal_error'),
    ]);
    expect(said.map(({ retryable }) => retryable).slice(-2)).toEqual([true, false]);
    await settled();
    expect(done.at(-1)).toBe('end');
    session.over('error');
    expect(said.at(-1)).toMatchObject({ type: 'session.closed', reason: 'error', received: { frames: 11 } });
    expect(closed).toEqual([1011]);
  });
});
