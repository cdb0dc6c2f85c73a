import { join as path } from 'node:path';
import type { SessionResult } from '../../../src/delivery/session-result';
import type { StreamSpec } from '../../../src/facts/media-chunk';
import { NO_METER } from '../../../src/facts/meter';
import { ScriptedPool } from '../../../src/models/scripted-pool';
import { conversationFactory } from '../../../src/pipeline/conversation-factory';
import { type FusionAssets, loadFusionAssets } from '../../../src/pipeline/fusion-assets';
import { KeepingStore } from '../../../src/pipeline/testing/keeping-store';
import { RawText } from '../../../src/redaction/redaction';
import { streamOptions } from '../../../src/streams/stream-options';
import { ScriptedClock } from '../../../src/streams/testing/scripted-clock';
import { AGENT, silence, speech, still, VIDEO, VOICE } from '../../../src/streams/testing/session-script';

type Of<T extends SessionResult['type']> = Extract<SessionResult, { type: T }>['data'];

/** Who sends in each tenth of a second. */
type Say = (atMs: number) => readonly { readonly stream: StreamSpec; readonly loud?: boolean }[];

const MIXED: StreamSpec = { ...VOICE, name: 'mixed-voice-1', party: 'mixed' };
const STEP_MS = 100;

/** Streams, models and fusion as the service composes them, over a scripted clock and scripted models. */
class Call {
  readonly store = new KeepingStore();
  readonly clock = new ScriptedClock(777);
  readonly pool = new ScriptedPool();
  readonly conversation;
  readonly #sent = new Map<number, { seq: number; byteOffset: number }>();

  constructor(streams: readonly StreamSpec[], assets: FusionAssets) {
    const { clock, pool, store } = this;
    const onFault = (error: unknown): never => {
      throw error;
    };
    const options = streamOptions();
    const create = conversationFactory({ clock, pool, store, assets, options, meter: NO_METER, onFault });
    const session = { channel: 'voice' as const, language: 'en', consent: { analysis: true } };
    const start = { type: 'session.start' as const, pace: 1, partials: false, streams: [...streams], session };
    this.conversation = create({ tenant: 't', sessionId: 's' }, start, streams);
  }

  async hold(untilMs: number, say: Say): Promise<void> {
    for (let atMs = 0; atMs < untilMs; atMs += STEP_MS) {
      this.clock.advance(STEP_MS);
      for (const { stream, loud = true } of say(atMs)) {
        const pcm = loud ? speech(STEP_MS, stream.streamId) : silence(STEP_MS);
        if (stream.kind === 'voice') this.#send(stream, atMs, new Uint8Array(pcm.buffer));
        else if (atMs % 500 === 0) this.#send(stream, atMs, still());
      }
      await turn();
    }
    await this.conversation.end({ reason: 'ended' });
  }

  of<T extends SessionResult['type']>(type: T): Of<T>[] {
    return this.store.results.flatMap((result) => (result.type === type ? [result.data as Of<T>] : []));
  }

  #send({ streamId }: StreamSpec, ptsMs: number, bytes: Uint8Array): void {
    const at = this.#sent.get(streamId) ?? { seq: 0, byteOffset: 0 };
    const flags = { endOfStream: false, discontinuity: false, init: false };
    const verdict = this.conversation.media({ streamId, ...at, ptsMs, ...flags, bytes });
    if (!verdict.ok) throw new Error(verdict.message);
    this.#sent.set(streamId, { seq: at.seq + 1, byteOffset: at.byteOffset + bytes.length });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const within = (atMs: number, from: number, to: number): boolean => atMs >= from && atMs < to;

describe('who takes part', () => {
  let assets: FusionAssets;
  beforeAll(async () => {
    assets = await loadFusionAssets(path(__dirname, '../../../models'));
  });

  it('two parties who talk at once: both are heard whole, and only the customer is assessed', async () => {
    const call = new Call([VOICE, AGENT], assets);
    await call.hold(10_000, (atMs) => [
      { stream: VOICE, loud: within(atMs, 1000, 6000) },
      { stream: AGENT, loud: within(atMs, 3000, 8500) },
    ]);
    const finals = call.of('rapport.transcript.final').map(({ party, startMs, endMs }) => ({ party, startMs, endMs }));
    expect(finals.map(({ party }) => party).sort()).toEqual(['agent', 'customer']);
    const [customer, agent] = ['customer', 'agent'].map((party) => finals.find((final) => final.party === party)!);
    expect(customer).toMatchObject({ startMs: expect.closeTo(700, -2), endMs: expect.closeTo(6300, -2) });
    expect(agent).toMatchObject({ startMs: expect.closeTo(2700, -2), endMs: expect.closeTo(8800, -2) });
    // The agent's emotion is not told (rule 9): behind the customer's last 4 s there is no voice, though the agent talks on.
    const windows = call.of('rapport.window.assessed');
    expect(windows.filter(({ windowEndMs }) => windowEndMs <= 6000).map(({ windowEndMs }) => windowEndMs)).toEqual([
      2000, 3000, 4000, 5000, 6000,
    ]);
    for (const { windowEndMs, modalities } of windows) {
      if (windowEndMs <= 6000) expect(modalities.voice.present).toBe(true);
    }
    expect(call.of('rapport.window.degraded')).toEqual([]);
  });

  it('both in one mixed channel: words, no emotion, and the reason', async () => {
    const call = new Call([MIXED], assets);
    await call.hold(8000, (atMs) => [{ stream: MIXED, loud: within(atMs, 500, 5000) }]);
    expect(call.of('rapport.transcript.final').map(({ party }) => party)).toEqual(['mixed']);
    const windows = call.of('rapport.window.assessed');
    expect(windows.length).toBeGreaterThan(3);
    for (const window of windows) {
      expect(window.modalities.voice.present).toBe(false);
      expect(window.abstained).toBe('party_unknown');
    }
    expect(call.pool.submitted['voice-tokens']).toBeUndefined();
    expect(call.pool.submitted.fusion).toBeUndefined();
  });

  it('chat only: a window for each message, on the clock, and none without', async () => {
    const call = new Call([], assets);
    const chatAtMs = new Set([2500, 7200]);
    await call.hold(12_000, (atMs) => {
      if (chatAtMs.has(atMs)) call.conversation.chat({ party: 'customer', text: new RawText('where is my parcel?') });
      if (atMs === 9000) call.conversation.chat({ party: 'agent', text: new RawText('on its way') });
      return [];
    });
    expect(call.of('rapport.window.assessed').map(({ windowEndMs }) => windowEndMs)).toEqual([3000, 8000]);
    for (const { modalities } of call.of('rapport.window.assessed')) {
      expect([modalities.voice.present, modalities.face.present, modalities.text.present]).toEqual([
        false,
        false,
        true,
      ]);
    }
    expect(call.of('rapport.transcript.final').map(({ startMs, party }) => [startMs, party])).toEqual([
      [2600, 'customer'],
      [7300, 'customer'],
      [9100, 'agent'],
    ]);
    expect(call.of('rapport.session.ended')).toMatchObject([{ incomplete: false, assessments: 2, finals: 3 }]);
  });

  it('video only: a window each second, from the faces alone', async () => {
    const call = new Call([VIDEO], assets);
    await call.hold(6000, () => [{ stream: VIDEO }]);
    const windows = call.of('rapport.window.assessed');
    expect(windows.map(({ windowEndMs }) => windowEndMs)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    for (const { modalities } of windows) {
      expect([modalities.voice.present, modalities.face.present, modalities.text.present]).toEqual([
        false,
        true,
        false,
      ]);
      expect(modalities.voice.absentReason).toBe('no_media');
    }
    expect(call.pool.submitted['voice-activity']).toBeUndefined();
  });

  it('only the agent: words, and no window', async () => {
    const call = new Call([AGENT], assets);
    await call.hold(5000, (atMs) => [{ stream: AGENT, loud: within(atMs, 500, 3000) }]);
    expect(call.of('rapport.transcript.final').map(({ party }) => party)).toEqual(['agent']);
    expect(call.of('rapport.window.assessed')).toEqual([]);
    expect(call.pool.submitted['voice-tokens']).toBeUndefined();
  });
});
