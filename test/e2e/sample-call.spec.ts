import { EMOTIONS, type WindowAssessedData } from '@rapport-live/protocol';
import { exactly } from '../support/exactly';
import { onlyStreams, sampleBeginning } from '../support/call';
import { expectWhole, type HeardSession } from '../support/heard-session';
import { holdCall } from '../support/hold-call';
import { ServiceProcess } from '../support/service-process';
import { shuffledSeconds } from '../support/sound';

const UNTIL_MS = 50_000;
const PACE = 3;
const ENGLISH = { channel: 'video', language: 'en', consent: { analysis: true } } as const;

/** The real models on the beginning of the sample call: what must hold whatever the models' accuracy. */
describe('the sample call with real models', () => {
  let service: ServiceProcess;
  let heard: HeardSession;
  let shuffled: HeardSession;

  beforeAll(async () => {
    service = new ServiceProcess({ LOG_LEVEL: 'warn' });
    const door = await service.door();
    const scrambled = sampleBeginning(UNTIL_MS, (pcm) => shuffledSeconds(pcm, 7, 10));
    const customer = onlyStreams(scrambled, ({ kind, party }) => kind === 'voice' && party === 'customer');
    const card = { kind: 'chat', party: 'customer', ptsMs: 30_000, text: 'card 4111 1111 1111 1111' } as const;
    const call = sampleBeginning(UNTIL_MS);
    const cues = [...call.cues, card].sort((a, b) => a.ptsMs - b.ptsMs);
    heard = await holdCall(door, { ...call, cues }, { pace: PACE, heardMs: UNTIL_MS - 2000, session: ENGLISH });
    shuffled = await holdCall(door, customer, { pace: PACE, session: ENGLISH });
  }, 240_000);

  afterAll(() => service.remove());

  it('comes through whole, with nothing lost on the way', () => {
    for (const session of [heard, shuffled]) {
      expectWhole(session, 'development');
      expect(session.all('rapport.session.ended')[0]!.data).toMatchObject({ dropped: exactly({}) });
      expect(session.all('rapport.window.degraded')).toEqual([]);
      expect(session.all('rapport.session.updated')).toEqual([]);
    }
    expect(service.stdout + service.stderr).toBe(''); // no warning
  });

  it('is assessed every second, with voice and face', () => {
    expect(heard.windows.length).toBeGreaterThanOrEqual(40);
    const count = (modality: 'voice' | 'face' | 'text') =>
      heard.windows.filter((window) => window.modalities[modality].present).length;
    expect(count('voice')).toBeGreaterThanOrEqual(15);
    expect(count('face')).toBeGreaterThanOrEqual(30);
    expect(count('text')).toBeGreaterThanOrEqual(15);
    // The customer leans out of the picture for a while.
    expect(heard.windows.some(({ modalities }) => modalities.face.evidence < 4)).toBe(true);
    for (const window of heard.windows) {
      expect(window.emotion![window.label!]).toBe(window.confidence);
      const contributions = Object.values(window.modalities).reduce(
        (sum, { contribution }) => sum + contribution,
        1 / 7,
      );
      expect(contributions).toBeCloseTo(window.confidence!, 2);
    }
  });

  it('is transcribed, both parties', () => {
    const said = (party: string) =>
      heard
        .all('rapport.transcript.final')
        .filter(({ data }) => data.party === party && data.source === 'voice')
        .map(({ data }) => data.text.toLowerCase())
        .join(' ');
    for (const word of ['lamp', 'order', 'payment', 'twice']) expect(said('customer')).toContain(word);
    for (const word of ['thank', 'sorry', 'number', 'warehouse']) expect(said('agent')).toContain(word);
  });

  it('finds what the customer wants, from the customer alone', () => {
    const wanted = new Set(heard.windows.flatMap(({ intents }) => intents.map(({ name }) => name)));
    const fitting = ['track_order', 'delivery_period', 'payment_issue', 'check_invoice', 'get_invoice', 'complaint'];
    expect(fitting.filter((name) => wanted.has(name))).not.toEqual([]);
    const agent = heard.all('rapport.transcript.final').filter(({ data }) => data.party === 'agent');
    expect(agent.every(({ data }) => data.intents.length === 0)).toBe(true);
  });

  it('has the card number in no record', () => {
    const records = JSON.stringify(heard.results);
    expect(records).toContain('card [card]');
    expect(records).not.toMatch(/4111 ?1111/);
  });

  it('hears another emotion when the seconds of the voice are shuffled', () => {
    const voiceOf = (session: HeardSession) =>
      new Map(session.windows.map((w) => [w.windowEndMs, w.modalities.voice.emotion] as const));
    const [asItWas, asShuffled] = [voiceOf(heard), voiceOf(shuffled)];
    const distances = [...asItWas].flatMap(([endMs, before]) => {
      const after = asShuffled.get(endMs);
      return before === undefined || after === undefined ? [] : [distance(before, after)];
    });
    expect(distances.length).toBeGreaterThanOrEqual(8);
    expect(distances.filter((d) => d > 0.03).length / distances.length).toBeGreaterThan(0.5);
  });
});

/** Total variation. */
function distance(a: NonNullable<WindowAssessedData['emotion']>, b: typeof a): number {
  return EMOTIONS.reduce((sum, emotion) => sum + Math.abs(a[emotion] - b[emotion]), 0) / 2;
}
