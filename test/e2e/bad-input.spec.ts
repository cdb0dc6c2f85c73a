import {
  BUILT_CLIENT_MESSAGES,
  CLIENT_MESSAGE_TYPES,
  ERRORS,
  type ErrorCode,
  SUBPROTOCOL,
} from '@rapport-live/protocol';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

/** Each bad input: its code, its sentence, and only its own session harmed. */
describe('bad input at the door', () => {
  let service: RunningService;
  /** Lives through everything that happens beside it. */
  let bystander: RawClient;

  const voice = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
  const camera = { streamId: 2, kind: 'video', party: 'customer', codec: 'jpeg' };
  const authorization = () => ({ authorization: `Bearer ${service.key}` });

  beforeAll(async () => {
    // As where no decoder of video is installed.
    service = await startService({ video: { ffmpeg: 'off', ffmpegCore: 'off', maxStreams: 1 } });
    bystander = await RawClient.open(service.url, service.key);
    await bystander.start({ streams: [voice] });
  });

  afterAll(async () => {
    bystander.abort();
    await service.close();
  });

  afterEach(() => bystanderLives());

  async function bystanderLives(): Promise<void> {
    const seen = bystander.received.length;
    bystander.json({ type: 'session.start', ref: `alive-${seen}` });
    await bystander.until((m): m is never => m.type === 'error' && m.ref === `alive-${seen}`);
  }

  async function expectError(client: RawClient, code: ErrorCode, sentence: RegExp): Promise<void> {
    const error = await client.error();
    expect(error).toMatchObject({ code, advice: ERRORS[code].advice });
    expect(error.message).toMatch(sentence);
    const close = (ERRORS[code] as { close?: number }).close;
    expect(error.fatal).toBe(close !== undefined);
    if (close !== undefined) expect(await client.closed).toEqual({ status: close, reason: code });
    else client.abort();
  }

  it('refuses an unknown subprotocol with 400', async () => {
    const { status, body } = await refusedUpgrade(service.url, 'graphql-ws', authorization());
    expect(status).toBe(400);
    expect(body.code).toBe('unsupported_subprotocol');
    expect(body.message).toContain('"graphql-ws"');
    expect(body.advice).toContain('rapport.v1');
  });

  it('refuses no subprotocol at all with 400', async () => {
    const { status, body } = await refusedUpgrade(service.url, undefined, authorization());
    expect([status, body.code]).toEqual([400, 'unsupported_subprotocol']);
  });

  it.each([
    ['wrong', { authorization: 'Bearer wrong-key' }, 'The API key is not known.'],
    ['missing', {}, 'No API key was sent.'],
  ])('refuses a %s key with 401', async (_what, headers, message) => {
    const { status, body } = await refusedUpgrade(service.url, SUBPROTOCOL, headers as Record<string, string>);
    expect(status).toBe(401);
    expect(body).toEqual({ code: 'unauthorized', message, advice: ERRORS.unauthorized.advice });
  });

  it('refuses another path with 404', async () => {
    const { status, body } = await refusedUpgrade(
      service.url.replace('/v1/stream', '/v2'),
      SUBPROTOCOL,
      authorization(),
    );
    expect([status, body.code]).toEqual([404, 'unknown_path']);
  });

  it('closes on a message before session.start', async () => {
    const client = await RawClient.open(service.url, service.key);
    client.json({ type: 'chat.message', party: 'customer', text: 'hello' });
    await expectError(client, 'session_required', /chat\.message came before session\.start/);
  });

  it('closes on media before session.start', async () => {
    const client = await RawClient.open(service.url, service.key);
    client.frame({}, new Uint8Array(320));
    await expectError(client, 'session_required', /media frame came before/);
  });

  it.each([
    ['broken JSON', '{"type": "session.start"', /24 characters is not JSON/],
    ['a bare value', '"hello"', /must be one JSON object/],
    ['an array', '[]', /must be one JSON object/],
  ])('closes on malformed JSON: %s', async (_what, text, sentence) => {
    const client = await RawClient.open(service.url, service.key);
    client.text(text);
    await expectError(client, 'malformed_message', sentence);
  });

  it('answers an unknown type and goes on', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    client.json({ type: 'session.dance', ref: 'r1' });
    expect(await client.error()).toMatchObject({ code: 'unknown_type', fatal: false, ref: 'r1' });
    expect((await client.error()).message).toContain('"session.dance"');
    client.abort();
  });

  const unbuilt = CLIENT_MESSAGE_TYPES.filter((type) => !(BUILT_CLIENT_MESSAGES as readonly string[]).includes(type));
  (unbuilt.length === 0 ? it.skip : it)('answers what is designed but not built with not_supported', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    client.json({ type: unbuilt[0] });
    await expectError(client, 'not_supported', /is not built/);
  });

  it('answers video that nobody can decode with video_unavailable, and takes a corrected start', async () => {
    const client = await RawClient.open(service.url, service.key);
    client.json({ type: 'session.start', streams: [{ ...voice, kind: 'video', codec: 'webm-video' }] });
    expect(await client.error()).toMatchObject({
      code: 'video_unavailable',
      message: expect.stringMatching(/webm-video.*send stills/),
      fatal: false,
    });
    await client.start({ streams: [voice] });
    client.abort();
  });

  it('names the field of an invalid message', async () => {
    const client = await RawClient.open(service.url, service.key);
    client.json({ type: 'session.start', pace: -1 });
    await expectError(client, 'invalid_message', /pace/);
  });

  it('closes on an oversized frame', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [voice] });
    client.frame({}, new Uint8Array(1024 * 1024 + 2));
    await expectError(client, 'message_too_large', /1048602 bytes is larger than 1048600/);
  });

  it('closes with 1009 on a message far beyond the limit', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [voice] });
    client.bytes(new Uint8Array(8 * 1024 * 1024));
    expect((await client.closed).status).toBe(1009);
  });

  it('closes on an oversized text message', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    client.json({ type: 'chat.message', party: 'customer', text: 'a'.repeat(70_000) });
    await expectError(client, 'message_too_large', /text message of \d+ bytes/);
  });

  it.each([
    ['too short', new Uint8Array(5), /5 bytes is shorter/],
    ['of another version', new Uint8Array(24).fill(9), /version 9/],
  ])('closes on a frame %s', async (_what, bytes, sentence) => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [voice] });
    client.bytes(bytes);
    await expectError(client, 'frame_malformed', sentence);
  });

  it('drops PCM of an odd byte count, says which frame, and goes on', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [voice] });
    client.frame({ seq: 0 }, new Uint8Array(321));
    const error = await client.error();
    expect(error).toMatchObject({ code: 'payload_invalid', streamId: 1, seq: 0, fatal: false });
    client.frame({ seq: 1, byteOffset: 321 }, new Uint8Array(320));
    client.json({ type: 'session.end' });
    expect(await client.closed).toMatchObject({ status: 1000 });
  });

  it('drops what is not a JPEG on a JPEG stream', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [camera] });
    client.frame({ streamId: 2 }, Buffer.from('GIF89a and more'));
    await expectError(client, 'payload_invalid', /JPEG/);
  });

  it('drops a JPEG of 20,000 x 20,000 px by its header alone', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [camera] });
    client.frame({ streamId: 2 }, hugeJpegHeader(20_000, 20_000));
    await expectError(client, 'media_too_large', /20000/);
  });

  it('answers media on a stream that was not named', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [voice] });
    client.frame({ streamId: 7 }, new Uint8Array(320));
    await expectError(client, 'unknown_stream', /7/);
  });

  it('closes when a sender ignores its credit', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [voice] });
    client.frame({ byteOffset: 0 }, new Uint8Array(1024 * 1024 - 2));
    await expectError(client, 'credit_exceeded', /credit/i);
  });

  it('answers a second session.start', async () => {
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    client.json({ type: 'session.start' });
    await expectError(client, 'session_exists', /already/);
  });

  it('opens nothing without consent', async () => {
    const client = await RawClient.open(service.url, service.key);
    client.json({ type: 'session.start', session: { consent: { analysis: false } } });
    await expectError(client, 'invalid_message', /consent/);
  });
});

/** SOI, a baseline SOF0 with these dimensions, EOI: all that a reader of headers sees. */
function hugeJpegHeader(width: number, height: number): Uint8Array {
  const sof = [0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3];
  const components = [1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
  return Uint8Array.from([0xff, 0xd8, ...sof, ...components, 0xff, 0xd9]);
}
