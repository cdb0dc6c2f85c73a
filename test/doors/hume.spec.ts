import { readFileSync } from 'node:fs';
import { EMOTIONS } from '@rapport-live/protocol';
import { expressionsOf } from '../../src/doors/hume/scores';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { HumeClient } from '../support/hume-client';
import { eventually } from '../support/eventually';
import { exactly } from '../support/exactly';
import { type RunningService, startService } from '../support/service';
import { bytesOf, joined, silence, tone } from '../support/sound';
import { callsOf, type CallResults } from './support/call-results';

const DOORS = { jambonz: false, asterisk: false, hume: true };
const FRAME = readFileSync('sample/frames/000000.jpg');

describe("the door for clients of Hume's expression API", () => {
  let service: RunningService;
  /** Lives through everything that happens beside it. */
  let bystander: HumeClient;

  beforeAll(async () => {
    service = await startService({ doors: DOORS }, new ScriptedPool());
    bystander = await HumeClient.connect(service, 'audio');
    await bystander.next('session.created');
  });
  afterAll(async () => {
    await bystander.end();
    await service.close();
  });
  afterEach(async () => {
    const before = bystander.said.length;
    bystander.json({ type: 'session.update' });
    await bystander.next('session.updated', before - 1);
  });

  /** The session by its id, once its end is in the log. */
  async function ended(sessionId: unknown): Promise<CallResults> {
    let found: CallResults | undefined;
    await eventually(async () => {
      found = (await callsOf(service)).find((call) => call.sessionId === sessionId);
      return found?.of('rapport.session.ended').length === 1;
    });
    return found!;
  }

  it('measures speech: utterances in brackets, expressions that are ours, and a session of ours behind', async () => {
    const client = await HumeClient.connect(service, 'audio');
    const created = await client.next('session.created');
    const sound = bytesOf(joined(silence(500), tone(4500), silence(1500), tone(1000), silence(1500)));
    for (let at = 0; at < sound.length; at += 3200) client.bytes(sound.subarray(at, at + 3200));
    const closed = await client.end();

    const kinds = client.types.slice(1, -1);
    expect(kinds.filter((kind) => kind === 'utterance.start')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'utterance.end')).toHaveLength(2);
    const measured = client.said.filter(({ type }) => type === 'measurement.result');
    expect(measured.length).toBeGreaterThanOrEqual(2);
    expect(measured.map(({ measurement_id: id }) => id)).toEqual(measured.map((_, i) => i));
    for (const { expressions, voice_attributes: attributes, audio_start_ms: from, audio_end_ms: to } of measured) {
      expect(attributes).toEqual([]);
      expect(from).toBeLessThan(to as number);
      for (const { name, probability } of expressions as { name: string; probability: number }[]) {
        expect(EMOTIONS).toContain(name);
        expect(probability).toBeGreaterThan(0.1);
      }
    }
    const [first] = client.said.filter(({ type }) => type === 'utterance.end');
    expect(first!.audio_start_ms as number).toBeLessThan(700);
    expect(first!.audio_end_ms as number).toBeGreaterThan(4700);
    expect(closed).toMatchObject({
      reason: 'client_request',
      received: { audio_duration_ms: 9000, frames: 90 },
      produced: { utterances: 2, measurements: measured.length },
    });

    const call = await ended(created.session_id);
    expect(call.ended).toMatchObject({ reason: 'ended', dropped: exactly({}) });
    expect(call.ended.durationMs).toBeGreaterThanOrEqual(9000);
    // what was told is what the windows of the voice say, or nothing
    const windows = call.of('rapport.window.assessed').map(({ data }) => data.modalities.voice.emotion);
    const told = windows.flatMap((emotion) => (emotion === undefined ? [] : [expressionsOf(emotion)]));
    for (const { expressions } of measured) expect([[], ...told]).toContainEqual(expressions);
  });

  it('measures faces: one reply a frame, in order, and the same frames go to the session behind', async () => {
    const client = await HumeClient.connect(service, 'video');
    const created = await client.next('session.created');
    expect(created).toMatchObject({ image: { type: 'image/jpeg' }, face: { threshold: 0.6, min_size: 60 } });
    client.bytes(FRAME);
    client.bytes(FRAME.subarray(0, 3));
    client.bytes(FRAME);
    const closed = await client.end();
    expect(client.types).toEqual([
      ...['session.created', 'measurement.result', 'invalid_image_frame', 'measurement.result', 'session.closed'],
    ]);
    const [one, two] = client.said.filter(({ type }) => type === 'measurement.result');
    expect([one!.frame_id, two!.frame_id]).toEqual([0, 1]);
    const [face] = one!.faces as Record<string, unknown>[];
    expect(face).toMatchObject({ face_id: 0, confidence: 0.9, descriptions: [] });
    expect(two!.faces).toEqual(one!.faces);
    const [x0, y0, x1, y1] = face!.bbox as number[];
    expect([x1! - x0!, y1! - y0!].every((side) => side > 0)).toBe(true);
    expect(
      (face!.expressions as { name: string }[]).every(({ name }) => (EMOTIONS as readonly string[]).includes(name)),
    ).toBe(true);
    expect(closed).toMatchObject({ received: { frames: 2 }, produced: { measurements: 2 } });
    const call = await ended(created.session_id);
    expect(call.started.session.channel).toBe('video');
    expect(call.of('rapport.window.assessed').some(({ data }) => data.modalities.face.present)).toBe(true);
  });

  it('skips faces that are small or unsure, as it is told to', async () => {
    for (const face of [{ threshold: 0.95 }, { min_size: 10_000 }]) {
      const client = await HumeClient.connect(service, 'video');
      client.json({ type: 'session.update', face });
      expect((await client.next('session.updated')).face).toMatchObject(face);
      client.bytes(FRAME);
      expect(await client.next('measurement.result')).toEqual({ type: 'measurement.result', frame_id: 0, faces: [] });
      await client.end();
    }
  });

  describe('bad input', () => {
    it.each([
      ['no key', {}, '401'],
      ['a wrong key', { 'X-Hume-Api-Key': 'not-a-key-of-anybody' }, '401'],
    ])('%s', async (_what, headers, status) => {
      await expect(HumeClient.connect(service, 'audio', headers)).rejects.toThrow(status);
    });

    it('takes the key as a bearer, too, and the language from the query', async () => {
      const headers = { authorization: `Bearer ${service.key}` };
      const client = await HumeClient.connect(service, 'audio', headers, '?language=en');
      const { session_id: sessionId } = await client.end();
      expect((await ended(sessionId)).started.session.language).toBe('en');
    });

    it('text that is no message, frames that are none: answered, and it goes on', async () => {
      const client = await HumeClient.connect(service, 'audio');
      client.text('{"type":');
      client.json({ type: 'session.dance' });
      client.bytes(new Uint8Array(0));
      client.bytes(new Uint8Array(3201));
      client.bytes(new Uint8Array(320_002));
      const closed = await client.end();
      expect(client.types.slice(1, -1)).toEqual([
        ...['message_invalid', 'message_invalid', 'invalid_audio_frame', 'invalid_audio_frame', 'invalid_audio_frame'],
      ]);
      expect(closed).toMatchObject({ reason: 'client_request', received: { frames: 0 } });
    });

    it('what comes behind session.close, or again, is passed over', async () => {
      const client = await HumeClient.connect(service, 'audio');
      client.bytes(new Uint8Array(3200));
      client.json({ type: 'session.close' });
      client.json({ type: 'session.close' });
      client.json({ type: 'session.update', measurement_timer_ms: 5000 });
      client.bytes(new Uint8Array(3200));
      const closed = await client.next('session.closed');
      expect(closed).toMatchObject({ reason: 'client_request', received: { frames: 1 } });
      expect((await client.closed).status).toBe(1000);
      expect(client.types).toEqual(['session.created', 'session.closed']);
    });

    it('a configuration out of order ends the session', async () => {
      const client = await HumeClient.connect(service, 'audio');
      client.bytes(new Uint8Array(3200));
      client.json({ type: 'session.update', measurement_timer_ms: 5000 });
      expect(await client.next('error')).toMatchObject({ code: 'config_invalid', retryable: false });
      expect(await client.next('session.closed')).toMatchObject({ reason: 'error' });
      expect((await client.closed).status).toBe(1008);
    });

    it('audio and frames that come too fast are refused, and the session goes on', async () => {
      const audio = await HumeClient.connect(service, 'audio');
      audio.bytes(new Uint8Array(320_000));
      audio.bytes(new Uint8Array(320_000));
      expect(await audio.next('error')).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(await audio.end()).toMatchObject({ received: { frames: 1, audio_duration_ms: 10_000 } });
      const video = await HumeClient.connect(service, 'video');
      for (let i = 0; i < 5; i++) video.bytes(FRAME);
      expect(await video.end()).toMatchObject({ received: { frames: 3 } });
      expect(video.types.filter((type) => type === 'rate_limited')).toHaveLength(2);
    });

    it.each([
      ['audio', 1024 * 1024 + 1],
      ['video', 2_000_001],
    ] as const)('a message that is too large ends the session: %s', async (endpoint, bytes) => {
      const client = await HumeClient.connect(service, endpoint);
      client.bytes(new Uint8Array(bytes));
      expect(await client.next('error')).toMatchObject({ code: 'message_too_large', retryable: false });
      expect(await client.next('session.closed')).toMatchObject({ reason: 'error' });
      expect((await client.closed).status).toBe(1009);
    });

    it('a message that is never finished: its session ends, no other', async () => {
      const client = await HumeClient.connect(service, 'audio');
      const { session_id: sessionId } = await client.next('session.created');
      client.half(new Uint8Array(100));
      client.abort();
      expect((await ended(sessionId)).ended.reason).toBe('disconnected');
    });

    it('too many sessions: told, and asked to come again', async () => {
      const small = await startService({ doors: DOORS, maxSessions: 1 }, new ScriptedPool());
      const first = await HumeClient.connect(small, 'audio');
      const second = await HumeClient.connect(small, 'audio');
      expect(await second.next('error')).toMatchObject({ code: 'internal_error', retryable: false });
      expect((await second.closed).status).toBe(1013);
      const gone = small.close();
      expect(await first.next('session.closed')).toMatchObject({ reason: 'server_shutdown' });
      expect((await first.closed).status).toBe(1001);
      await gone;
    });
  });
});
