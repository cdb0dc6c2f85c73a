import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SampleCall } from '../../src/demo/sample-call';
import { play } from '../../src/demo/play';
import { SPEECH } from '../models/sound-fixture';
import { makeCall } from '../support/call';
import { expectWhole, HeardSession } from '../support/heard-session';
import { openCall } from '../support/hold-call';
import { ServiceProcess } from '../support/service-process';
import { joined, silence } from '../support/sound';

/** The compiled service with the real models, by the project's own client. */
const PACE = 4;
const UNSTATED = { channel: 'voice', consent: { analysis: true } } as const;

/** Polish speech, kept outside the repository for its licence. */
const NEMO = join(__dirname, '../../../shared/data/nemo');
const withNemo = existsSync(NEMO) ? it : it.skip;

describe('the language of a session', () => {
  let service: ServiceProcess;
  let door: Awaited<ReturnType<ServiceProcess['door']>>;

  beforeAll(async () => {
    service = new ServiceProcess({ LOG_LEVEL: 'warn', RAPPORT_WORKERS: '2' });
    door = await service.door();
  }, 120_000);
  afterAll(() => service?.remove());

  const told = (heard: HeardSession) =>
    heard.all('rapport.session.updated').filter(({ data }) => data.kind === 'language');
  const finals = (heard: HeardSession) => heard.all('rapport.transcript.final').map(({ data }) => data);
  const ended = (heard: HeardSession) => heard.all('rapport.session.ended')[0]!.data;

  /** A whole call; it ends once its words have come, however busy the machine is. */
  async function hold(call: SampleCall, session: typeof UNSTATED & { language?: string }, words: RegExp) {
    const heard = await openCall(door, call, PACE, { session });
    await play(heard.session, call, PACE);
    await said(heard, words);
    return heard;
  }
  async function said(heard: HeardSession, words: RegExp): Promise<void> {
    await heard.until(() =>
      words.test(
        finals(heard)
          .map(({ text }) => text)
          .join(' '),
      ),
    );
    await heard.end();
    expectWhole(heard, 'development');
  }

  it('is told from English speech before its words, and the words are read', async () => {
    const samples = joined(silence(500), SPEECH.pcm, silence(2000));
    const call = makeCall({ voices: [{ party: 'customer', samples }] });
    const heard = await hold(call, UNSTATED, /for your country/i);
    expect(told(heard).map(({ data }) => data)).toMatchObject([
      { mediaMs: finals(heard)[0]!.startMs, detail: { language: 'en', source: 'voice' } },
    ]);
    expect(told(heard)[0]!.data.detail['confidence']).toBeGreaterThan(0.9);
    const at = (type: string): number => heard.results.findIndex(({ event }) => event.type === type);
    expect(at('rapport.session.updated')).toBeLessThan(at('rapport.transcript.final'));
    expect(finals(heard).every(({ language }) => language === 'en')).toBe(true);
    const read = heard.windows.find(({ modalities }) => modalities.text.present);
    expect(read?.language).toBe('en');
    expect(ended(heard)).toMatchObject({
      language: 'en',
      languageSource: 'voice',
      conversation: { absentReason: 'one_party', customer: { talkMs: expect.any(Number) } },
    });
    // 22 words in about 10 s
    const rate = ended(heard).conversation!.customer!.wordsPerMinute!;
    expect(rate).toBeGreaterThan(100);
    expect(rate).toBeLessThan(200);
  }, 60_000);

  withNemo(
    existsSync(NEMO)
      ? 'Polish: transcribed in it, the voice assessed, the text absent and no intent'
      : 'Polish (skipped: no folder shared/data/nemo beside the repository)',
    async () => {
      const clip = 'IC0/IC0_neutral_58.ogg';
      const payload = fromTar(join(NEMO, 'nemo.tar'), clip) ?? fail(`nemo.tar has no ${clip}`);
      const stream = { streamId: 1, kind: 'voice', party: 'customer', codec: 'ogg-opus' } as const;
      const heard = await HeardSession.open({
        ...{ url: door.url, apiKey: door.key, pace: PACE },
        ...{ streams: [stream], session: UNSTATED },
      });
      await heard.session.send(1, payload, 0);
      // a recording that merely halts holds its last words back (ADR 0014)
      await heard.session.endStream(1, 0);
      await said(heard, /góry/);
      expect(told(heard).map(({ data }) => data.detail)).toMatchObject([{ language: 'pl', source: 'voice' }]);
      expect(finals(heard)).toMatchObject([{ language: 'pl', intents: [], outOfScope: false }]);
      const last = heard.windows.at(-1)!;
      expect(last.modalities.voice.present).toBe(true);
      expect(heard.windows.every(({ modalities, intents }) => !modalities.text.present && intents.length === 0)).toBe(
        true,
      );
      expect(ended(heard)).toMatchObject({ language: 'pl', languageSource: 'voice' });
    },
    60_000,
  );

  it('is told from chat once there is enough of it; what came before stays without words', async () => {
    const say = (ptsMs: number, text: string) => ({ party: 'customer', ptsMs, text }) as const;
    const call = makeCall({
      chat: [
        say(500, 'hola'),
        say(1500, 'quiero cancelar mi pedido de la semana pasada, por favor'),
        say(3500, 'I want my money back'),
      ],
    });
    const heard = await hold(call, UNSTATED, /money back/);
    expect(told(heard).map(({ data }) => [data.mediaMs, data.detail])).toMatchObject([
      [1500, { language: 'es', source: 'chat' }],
    ]);
    expect(finals(heard).map(({ language, intents }) => [language, intents.length])).toEqual([
      [undefined, 0],
      ['es', 0],
      ['es', 0],
    ]);
    expect(ended(heard)).toMatchObject({
      language: 'es',
      languageSource: 'chat',
      conversation: { absentReason: 'no_voice' },
    });
  }, 60_000);

  it('is not looked for where it was stated', async () => {
    const call = makeCall({
      voices: [{ party: 'customer', samples: joined(SPEECH.pcm.slice(0, 16_000 * 4), silence(1500)) }],
      chat: [{ party: 'customer', ptsMs: 1000, text: 'I want to cancel my order and get my money back' }],
    });
    const heard = await hold(call, { ...UNSTATED, language: 'de-AT' }, /money back.*\w|\w.*money back/);
    expect(told(heard)).toEqual([]);
    expect(finals(heard).every(({ language, intents }) => language === 'de-AT' && intents.length === 0)).toBe(true);
    const read = heard.windows.find(({ modalities }) => modalities.text.absentReason === 'language');
    expect(read).toMatchObject({ language: 'de-AT', degraded: ['text_language'] });
    expect(ended(heard)).toMatchObject({ language: 'de-AT', languageSource: 'stated' });
  }, 60_000);
});

/** A file of a ustar archive. */
function fromTar(archive: string, name: string): Uint8Array | undefined {
  const bytes = readFileSync(archive);
  for (let at = 0; at + 512 <= bytes.length;) {
    const size = parseInt(bytes.toString('ascii', at + 124, at + 136), 8) || 0;
    if (bytes.toString('utf8', at, at + 100).replace(/\0.*$/, '') === name) {
      return bytes.subarray(at + 512, at + 512 + size);
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return undefined;
}

function fail(why: string): never {
  throw new Error(why);
}
