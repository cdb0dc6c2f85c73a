import { EMOTIONS, type EmotionDistribution } from '@rapport-live/protocol';
import { HumeAudio } from './hume-audio';

const ANGRY = Object.fromEntries(EMOTIONS.map((name) => [name, name === 'anger' ? 1 : 0])) as EmotionDistribution;
const SESSION = '0198a1c2-0000-7000-8000-000000000001';
const CREATED = {
  type: 'session.created',
  session_id: SESSION,
  audio: { type: 'audio/pcm', encoding: 's16le', sample_rate: 16_000, channels: 1 },
  measurement_timer_ms: 3000,
};

function connected() {
  const said: Record<string, unknown>[] = [];
  const fed: string[] = [];
  const closed: number[] = [];
  const clock = { ms: 0 };
  const call = {
    sessionId: SESSION,
    mediaMs: 0,
    media: (bytes: Uint8Array, ptsMs: number, missing: boolean) =>
      void fed.push(`${bytes.length} at ${ptsMs}${missing ? ' missing' : ''}`),
    end: () => void fed.push('end'),
  };
  const peer = {
    send: (text: string) => void said.push(JSON.parse(text)),
    faulty: () => {},
    close: (status: number) => void closed.push(status),
  };
  const session = new HumeAudio(peer, call, () => clock.ms);
  const update = (fields: object) => session.text(JSON.stringify({ type: 'session.update', ...fields }));
  const close = () => session.text('{"type":"session.close"}');
  return { said, fed, closed, clock, call, session, update, close };
}

/** Messages and codes, in short. */
const short = (said: readonly Record<string, unknown>[]) => said.map(({ type, code }) => code ?? type);

describe('the audio endpoint', () => {
  it('says what it is, takes a configuration before the first frame, and ends with totals', () => {
    const { said, fed, closed, session, update, close } = connected();
    expect(said).toEqual([CREATED]);
    update({ measurement_timer_ms: 5000 });
    expect(said[1]).toEqual({ ...CREATED, type: 'session.updated', session_id: undefined, measurement_timer_ms: 5000 });
    update({ audio: { sample_rate: 16_000 } });
    expect(said[2]).toMatchObject({ measurement_timer_ms: 3000 });
    session.binary(new Uint8Array(3200));
    session.binary(new Uint8Array(3200));
    close();
    expect(fed).toEqual(['3200 at 0', '3200 at 100', 'end']);
    session.window({ startMs: 0, endMs: 200, emotion: ANGRY, abstained: false });
    session.final({ utteranceId: 'u', startMs: 20, endMs: 190 });
    session.over('client_request');
    expect(short(said.slice(3))).toEqual(['utterance.start', 'measurement.result', 'utterance.end', 'session.closed']);
    expect(said.at(-1)).toEqual({
      ...{ type: 'session.closed', session_id: SESSION, reason: 'client_request' },
      ...{ received: { audio_duration_ms: 200, frames: 2 }, produced: { utterances: 1, measurements: 1 } },
    });
    expect(closed).toEqual([1000]);
  });

  it.each([
    ['an unknown field', { timer_ms: 3000 }, /timer_ms/],
    ['too short a timer', { measurement_timer_ms: 2999 }, /measurement_timer_ms/],
    ['another rate', { audio: { sample_rate: 8000 } }, /sample_rate/],
  ])('a configuration that is wrong ends it: %s', (_what, fields, why) => {
    const { said, fed, closed, session, update } = connected();
    update(fields);
    expect(said[1]).toMatchObject({ type: 'error', code: 'config_invalid', retryable: false });
    expect(said[1]!.message).toMatch(why);
    expect(fed).toEqual(['end']);
    session.over('client_request');
    expect(said.at(-1)).toMatchObject({ type: 'session.closed', reason: 'error' });
    expect(closed).toEqual([1008]);
  });

  it('a configuration behind the first frame ends it', () => {
    const { said, session, update } = connected();
    session.binary(new Uint8Array(3200));
    update({});
    expect(said[1]).toMatchObject({ code: 'config_invalid', retryable: false });
  });

  it('answers what it cannot take, and goes on', () => {
    const { said, fed, session } = connected();
    for (const length of [0, 3, 320_002]) session.binary(new Uint8Array(length));
    for (const text of ['{', '[]', '{"type":"dance"}', 'null']) session.text(text);
    expect(short(said.slice(1))).toEqual([
      ...Array<string>(3).fill('invalid_audio_frame'),
      ...Array<string>(4).fill('message_invalid'),
    ]);
    expect(said.slice(1).every(({ retryable }) => retryable === true)).toBe(true);
    session.binary(new Uint8Array(3200));
    expect(fed).toEqual(['3200 at 0']);
  });

  it('takes audio as fast as it plays, 10 s ahead at most; what is refused takes no time', () => {
    const { said, fed, clock, session } = connected();
    session.binary(new Uint8Array(320_000));
    session.binary(new Uint8Array(32_000));
    expect(short(said.slice(1))).toEqual(['rate_limited']);
    clock.ms = 1000;
    session.binary(new Uint8Array(32_000));
    expect(fed).toEqual(['320000 at 0', '32000 at 10000']);
  });

  it('tells times of the audio that came, however long it stood still', () => {
    const { said, fed, call, session } = connected();
    call.mediaMs = 2500; // it was connected long before it spoke
    session.binary(new Uint8Array(32_000));
    call.mediaMs = 13_500;
    session.binary(new Uint8Array(32_000));
    expect(fed).toEqual(['32000 at 2500', '32000 at 13500 missing']);
    session.final({ utteranceId: 'u', startMs: 13_600, endMs: 14_100 });
    session.window({ startMs: 11_000, endMs: 15_000, emotion: ANGRY, abstained: false });
    expect(said.slice(1)).toMatchObject([
      { type: 'utterance.start', audio_start_ms: 1100 },
      { type: 'measurement.result', audio_start_ms: 1100, audio_end_ms: 1600 },
      { type: 'utterance.end', audio_start_ms: 1100, audio_end_ms: 1600 },
    ]);
  });

  it('a message that is too large, and a fault of ours, end it', () => {
    for (const [fails, code, status] of [
      [(one: HumeAudio) => one.tooLarge('too large'), 'message_too_large', 1009],
      [(one: HumeAudio) => one.failed('a fault'), 'internal_error', 1011],
    ] as const) {
      const { said, closed, session } = connected();
      fails(session);
      session.over('error');
      expect(short(said)).toEqual(['session.created', code, 'session.closed']);
      expect(closed).toEqual([status]);
    }
  });

  it('says why it ended when nobody asked', () => {
    const { said, closed, session } = connected();
    session.over('server_shutdown');
    session.over('error');
    expect(said.slice(1)).toMatchObject([{ type: 'session.closed', reason: 'server_shutdown' }]);
    expect(closed).toEqual([1001]);
  });
});
