import { ClientMessage, decodeFrame, encodeFrame } from '@rapport-live/protocol';
import { parseClientText } from '../../src/gateway/client-text';
import { openDecoder } from '../../src/streams/codecs/open-decoder';
import { FuzzFigures } from '../support/fuzz-figures';
import { FUZZ_INPUTS, FUZZ_TIMEOUT_MS, mutate, random } from '../support/mutate';
import type { PcmSink } from '../../src/streams/codecs/voice-decoder';
import { readStillHeader, STILL_TYPES } from '../../src/streams/still-header';
import { still } from '../../src/streams/testing/session-script';
import { streamOptions } from '../../src/streams/stream-options';

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const STREAMS = [{ streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' }];
const MESSAGES = [
  { type: 'session.start', ref: 'r', session: { channel: 'voice', consent: { analysis: true } }, streams: STREAMS },
  { type: 'chat.message', party: 'customer', text: 'Wo ist mein Geld? 😀', ptsMs: 1234.5, messageId: 'm-1' },
  { type: 'stream.end', streamId: 1 },
  { type: 'session.end', reason: 'completed' },
  { type: 'session.start', streams: [], pace: 20, __proto__: { polluted: true }, constructor: { prototype: [] } },
].map(text);

/** What every byte of a peer passes first: never a throw, never a value that was not checked. */
describe('mutated input at the door', () => {
  it(
    'frames are decoded or refused, and what is decoded encodes to the same bytes',
    () => {
      const next = random(17);
      const figures = new FuzzFigures();
      const header = { flags: 1, streamId: 7, seq: 4711, ptsUs: 123_456_789, byteOffset: 640_000 };
      const seed = encodeFrame(header, new Uint8Array(40));
      let taken = 0;
      for (let i = 0; i < FUZZ_INPUTS; i += 1) {
        const bytes = mutate(seed.slice(), next);
        const decoded = figures.time(() => decodeFrame(bytes));
        if (!decoded.ok) continue;
        taken += 1;
        if (Buffer.compare(encodeFrame(decoded.frame, decoded.frame.payload), bytes) !== 0)
          throw new Error(`input ${i}`);
      }
      figures.hold('frames at the door');
      expect(taken).toBeGreaterThan(FUZZ_INPUTS / 10);
      expect(taken).toBeLessThan(FUZZ_INPUTS);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'text messages are checked values or one error that echoes no more than a name',
    () => {
      const next = random(18);
      const figures = new FuzzFigures();
      let taken = 0;
      for (let i = 0; i < FUZZ_INPUTS; i += 1) {
        // not fatal: what is no UTF-8 never gets here, but must do no harm either
        const input = Buffer.from(mutate(MESSAGES[i % MESSAGES.length]!.slice(), next)).toString('utf8');
        const parsed = figures.time(() => parseClientText(input));
        if (parsed.ok) taken += ClientMessage.safeParse(parsed.message).success ? 1 : Infinity;
        else if (parsed.message.length > 1000) throw new Error(`input ${i}: ${parsed.message.length} characters`);
      }
      figures.hold('messages at the door');
      expect(taken).toBeGreaterThan(FUZZ_INPUTS / 10);
      expect(taken).toBeLessThan(FUZZ_INPUTS);
      expect(({} as { polluted?: true }).polluted).toBeUndefined();
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'PCM and G.711 of any bytes become as much sound as they are',
    () => {
      const next = random(19);
      const figures = new FuzzFigures();
      const codecs = ['pcm16le-8k', 'pcm16le-24k', 'pcm16le-48k', 'mulaw-8k', 'alaw-8k'] as const;
      const decoders = codecs.map((codec) => openDecoder(codec, 1, streamOptions(), () => {})!.decoder);
      let wrong = 0;
      const sink: PcmSink = {
        roomSamples: 160_000,
        pcm: (ptsMs, channels) => (wrong += Number.isFinite(ptsMs) && channels[0]!.length <= 16_000 ? 0 : 1),
        gap: () => {},
        notice: () => {},
      };
      const seed = Uint8Array.from({ length: 320 }, (_, i) => i * 7);
      for (let i = 0; i < FUZZ_INPUTS; i += 1) {
        const bytes = mutate(seed.slice(), next);
        const decoder = decoders[i % decoders.length]!;
        if (decoder.misfit(bytes.length) !== undefined) continue;
        const ptsMs = next(10) === 0 ? next(2 ** 31) : i;
        figures.time(() => decoder.take({ ptsMs, bytes, discontinuity: next(100) === 0 }, sink));
      }
      figures.hold('PCM and G.711');
      expect(wrong).toBe(0);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'headers of stills are a size or a reason',
    () => {
      const next = random(20);
      const figures = new FuzzFigures();
      const seed = still();
      for (let i = 0; i < FUZZ_INPUTS; i += 1) {
        const bytes = mutate(seed.slice(), next);
        const header = figures.time(() => readStillHeader(bytes, STILL_TYPES[i % STILL_TYPES.length]!));
        if (header.ok ? !(header.width > 0 && header.height > 0) : header.reason === '') throw new Error(`input ${i}`);
      }
      figures.hold('headers of stills');
    },
    FUZZ_TIMEOUT_MS,
  );
});
