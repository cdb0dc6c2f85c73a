import { RapportError, type TranscriptPartialData } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeCall } from '../support/call';
import { expectWhole, type HeardSession } from '../support/heard-session';
import { holdCall } from '../support/hold-call';
import { readLog } from '../support/local-log';
import { type RunningService, startService } from '../support/service';
import { joined, silence, tone } from '../support/sound';

const FAST = { pace: 2, speed: 4 };
const SESSION = { channel: 'voice', language: 'en', consent: { analysis: true } } as const;
/** What is said in a second each, and what is heard of it while its end is open. */
const SAID = ['I want', 'to pay', 'with four', 'one one', 'seven please', 'thank you'];
const CALL = makeCall({
  voices: [
    { party: 'customer', samples: joined(silence(500), tone(5500), silence(1500)) },
    { party: 'agent', samples: silence(7500) },
  ],
});

/** Hears more with every second, and takes the last word for another while it goes on. */
function growing(pcm: Int16Array): string {
  const words = SAID.slice(0, Math.max(1, Math.floor(pcm.length / 16_000))).join(' ');
  return pcm.length > 5.5 * 16_000 ? SAID.join(' ') : `${words} uh`;
}

const partialsOf = (heard: HeardSession): TranscriptPartialData[] =>
  heard.ephemeral.flatMap((event) => (event.type === 'rapport.transcript.partial' ? [event.data] : []));

jest.setTimeout(60_000);

describe('partial transcripts', () => {
  let service: RunningService;
  let heard: HeardSession;

  beforeAll(async () => {
    service = await startService({}, new ScriptedPool({ transcripts: ({ pcm }) => growing(pcm) }));
    heard = await holdCall(service, CALL, { ...FAST, heardMs: 7000, session: SESSION, partials: true });
  });

  afterAll(() => service.close());

  it('come while an utterance goes on, and take back no committed word', () => {
    expectWhole(heard, 'development');
    const partials = partialsOf(heard);
    const [final] = heard.all('rapport.transcript.final');
    expect(partials.length).toBeGreaterThanOrEqual(3);
    expect(new Set(partials.map(({ utteranceId }) => utteranceId))).toEqual(new Set([final!.data.utteranceId]));
    expect(partials.map(({ revision }) => revision)).toEqual(partials.map((_, i) => i));
    let committed = '';
    for (const partial of partials) {
      expect(partial.text.startsWith(committed)).toBe(true);
      committed = partial.text.slice(0, partial.committed);
    }
    expect(committed).toMatch(/^I want to pay/);
  });

  it('say no digit of a number that comes bit by bit', () => {
    const shown = partialsOf(heard).map(({ text }) => text);
    expect(shown.join('\n')).not.toMatch(/\bone\b|seven/);
    expect(heard.all('rapport.transcript.final')[0]!.data.text).toContain('[number]');
  });

  it('are kept nowhere: not in the log, not among the results', async () => {
    expect(heard.results.some(({ event }) => (event.type as string) === 'rapport.transcript.partial')).toBe(false);
    const log = await readLog(service.config.dataDir, heard.sessionId);
    expect(log.map(({ event }) => event.type)).toEqual(heard.results.map(({ event }) => event.type));
  });

  it('are not made unless the session asks', async () => {
    const plain = await holdCall(service, CALL, { ...FAST, heardMs: 7000, session: SESSION });
    expectWhole(plain, 'development');
    expect(partialsOf(plain)).toEqual([]);
  });

  it('are left out when the pool refuses them, and the final comes all the same', async () => {
    const refusing = new ScriptedPool({
      fail: (_kind, _input, { jobClass }) =>
        jobClass === 'partial' ? new RapportError('overloaded', 'full') : undefined,
    });
    const busy = await startService({}, refusing);
    const session = await holdCall(busy, CALL, { ...FAST, heardMs: 7000, session: SESSION, partials: true });
    await busy.close();
    expectWhole(session, 'development');
    expect(partialsOf(session)).toEqual([]);
    expect(session.all('rapport.transcript.final')).toHaveLength(1);
  });

  it('that are still in work hold up neither the final nor the end', async () => {
    let release = (): void => {};
    const stuck = new Promise<void>((resolve) => (release = resolve));
    const pool = new ScriptedPool();
    const submit = pool.submit.bind(pool);
    pool.submit = async (kind, input, options) => {
      if (options.jobClass === 'partial') await stuck;
      return submit(kind, input, options);
    };
    const slow = await startService({}, pool);
    const session = await holdCall(slow, CALL, { ...FAST, heardMs: 7000, session: SESSION, partials: true });
    release();
    await slow.close();
    expectWhole(session, 'development');
    expect(session.all('rapport.session.ended')[0]!.data).toMatchObject({ incomplete: false, finals: 1 });
    expect(partialsOf(session)).toEqual([]);
  });
});
