import { RapportError } from '@rapport-live/protocol';
import { FrameCutter, encodeFrame } from '../../src/doors/asterisk/audio-socket-frames';
import { parseControl } from '../../src/doors/asterisk/control-message';
import { parseJson, streamOf } from '../../src/doors/jambonz/preamble';
import { parseTwilio } from '../../src/doors/twilio/messages';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { endedCall } from '../doors/support/call-results';
import { ForeignLine } from '../doors/support/foreign-line';
import { ACCOUNTS, PUBLIC_URL, signed, TwilioStream } from '../doors/support/twilio-stream';
import { FuzzFigures } from '../support/fuzz-figures';
import { FUZZ_INPUTS, FUZZ_TIMEOUT_MS, mutate, partOfInputs, random } from '../support/mutate';
import { startService } from '../support/service';
import { tone } from '../support/sound';

const KEY = 'key-of-acme-0123456789';
const PREAMBLE = { callSid: 'c', sampleRate: 8000, mixType: 'stereo', party: 'agent', customerId: 'x' };
const MEDIA_START = 'MEDIA_START connection_id:e226e283 channel:WebSocket/c format:ulaw optimal_frame_size:160';
const encoded = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** Whole and mutated messages of one Twilio stream, in their order. */
function twilioMessages(stream: TwilioStream): Uint8Array[] {
  return [
    { event: 'connected', protocol: 'Call', version: '1.0.0' },
    stream.started(),
    ...stream.speech({ inbound: tone(600) }),
    { event: 'stop', sequenceNumber: '99', streamSid: stream.streamSid, stop: {} },
  ].map(encoded);
}

describe('mutated input at the doors of other protocols', () => {
  it(
    'is read, left out or refused, and never a fault',
    () => {
      const next = random(23);
      const figures = new FuzzFigures();
      const stream = new TwilioStream(undefined as never);
      const [connected, start, media] = twilioMessages(stream);
      const seeds = [connected!, start!, media!, encoded(PREAMBLE), encoded(MEDIA_START), encoded({ event: 'STATUS' })];
      const read = { twilio: 0, listen: 0, control: 0 };
      // each is read in three ways, and longer than those of our own door
      const inputs = partOfInputs(1 / 4);
      for (let i = 0; i < inputs; i += 1) {
        const text = Buffer.from(mutate(seeds[i % seeds.length]!.slice(), next)).toString('utf8');
        figures.time(() => {
          if (parseTwilio(text) !== undefined) read.twilio += 1;
          if (parseControl(text) !== undefined) read.control += 1;
          const json = parseJson(text);
          if (json === undefined) return;
          read.listen += 1;
          try {
            streamOf(json);
          } catch (error) {
            if (!(error instanceof RapportError)) throw error;
          }
        });
      }
      figures.hold('messages at the doors of other protocols');
      for (const count of Object.values(read)) expect(count).toBeGreaterThan(inputs / 20);
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'frames of AudioSocket hold no more than one, whatever their bytes say',
    () => {
      const next = random(29);
      const figures = new FuzzFigures();
      const seed = Buffer.concat([encodeFrame(1, new Uint8Array(16)), encodeFrame(0x10, new Uint8Array(320))]);
      let cutter = new FrameCutter();
      let frames = 0;
      for (let i = 0; i < FUZZ_INPUTS; i += 1) {
        const bytes = Buffer.from(mutate(Uint8Array.from(seed), next));
        figures.time(() => {
          for (const { payload } of cutter.cut(bytes)) frames += payload.length <= 0xffff ? 1 : NaN;
        });
        if (i % 50 === 0) cutter = new FrameCutter();
      }
      figures.hold('frames of AudioSocket');
      expect(frames).toBeGreaterThan(FUZZ_INPUTS / 20);
    },
    FUZZ_TIMEOUT_MS,
  );

  it('harms its own call alone: a good one beside it loses nothing', async () => {
    const doors = { jambonz: true, asterisk: true, twilio: { accounts: ACCOUNTS, url: PUBLIC_URL } };
    const service = await startService({ apiKeys: [{ tenant: 'acme', key: KEY }], doors }, new ScriptedPool());
    const beside = await TwilioStream.connect(service);
    beside.start();
    const at = service.http.replace('http', 'ws');
    const bearer = { authorization: `Bearer ${KEY}` };
    const next = random(31);
    let saidMs = 0;
    for (let round = 0; round < 12; round += 1) {
      const [path, headers, messages] = [
        ['/twilio', signed(), twilioMessages(new TwilioStream(undefined as never))] as const,
        ['/jambonz', bearer, [encoded(PREAMBLE), ...Array.from({ length: 30 }, () => new Uint8Array(640))]] as const,
        [
          '/asterisk',
          bearer,
          [encoded(MEDIA_START), ...Array.from({ length: 30 }, () => new Uint8Array(160))],
        ] as const,
      ][round % 3]!;
      const line = await ForeignLine.open(`${at}${path}`, { headers });
      messages.forEach((message, i) => {
        const sent = next(4) === 0 ? mutate(message.slice(), next) : message;
        if (path === '/twilio' || i === 0) line.text(Buffer.from(sent).toString('utf8'));
        else line.bytes(sent);
      });
      if (next(2) === 0) line.abort();
      else line.close();
      await line.closed;
      beside.say({ inbound: tone(100) }, saidMs);
      saidMs += 100;
    }
    beside.stop();
    expect((await beside.line.closed).status).toBe(1000);
    const { ended } = await endedCall(service, beside.callSid);
    expect(ended).toMatchObject({ reason: 'ended', incomplete: false, dropped: exactly({}), finals: 1 });
    await service.close();
  });
});
