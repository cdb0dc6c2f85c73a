import type { SessionStart } from '@rapport-live/protocol';
import type { SessionResult } from '../../src/delivery/session-result';
import type { StreamSpec } from '../../src/facts/media-chunk';
import { NO_METER } from '../../src/facts/meter';
import { ScriptedPool, type ScriptedPoolOptions } from '../../src/models/scripted-pool';
import { conversationFactory } from '../../src/pipeline/conversation-factory';
import type { FusionAssets } from '../../src/pipeline/fusion-assets';
import { KeepingStore } from '../../src/pipeline/testing/keeping-store';
import { streamOptions } from '../../src/streams/stream-options';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { silence, speech, still } from '../../src/streams/testing/session-script';

type Of<T extends SessionResult['type']> = Extract<SessionResult, { type: T }>;

export interface ScriptedCallSettings {
  readonly streams: readonly StreamSpec[];
  readonly assets: FusionAssets;
  readonly session?: Partial<SessionStart['session']>;
  readonly allowsAgentEmotion?: boolean;
  readonly pool?: ScriptedPoolOptions;
}

const STEP_MS = 100;

/** Streams, models and fusion as the service composes them, over a scripted clock and scripted models. */
export class ScriptedCall {
  readonly store = new KeepingStore();
  readonly clock = new ScriptedClock(777);
  readonly pool: ScriptedPool;
  readonly conversation;
  readonly ephemeral: { type: string; data: unknown }[] = [];
  private atMs = 0;
  private readonly sent = new Map<number, { seq: number; byteOffset: number }>();

  constructor(private readonly settings: ScriptedCallSettings) {
    const { streams, assets, session: given, allowsAgentEmotion } = settings;
    const { clock, store } = this;
    const pool = (this.pool = new ScriptedPool(settings.pool));
    const onFault = (error: unknown): never => {
      throw error;
    };
    const options = streamOptions();
    const deps = { clock, pool, store, assets, options, allowsAgentEmotion, meter: NO_METER, onFault };
    const session = { channel: 'voice' as const, language: 'en', consent: { analysis: true }, ...given };
    const start = { type: 'session.start' as const, pace: 1, partials: false, streams: [...streams], session };
    this.conversation = conversationFactory(deps)({ tenant: 't', sessionId: 's' }, start, streams);
    this.conversation.results.ephemeral$.subscribe(({ type, data }) => this.ephemeral.push({ type, data }));
  }

  /** Every stream goes on until then, in tenths of a second: voices loud where `loud` says so, two stills a second. */
  async until(untilMs: number, loud: (stream: StreamSpec, atMs: number) => boolean = () => true): Promise<void> {
    for (; this.atMs < untilMs; this.atMs += STEP_MS) {
      this.clock.advance(STEP_MS);
      for (const stream of this.settings.streams) {
        const pcm = loud(stream, this.atMs) ? speech(STEP_MS, stream.streamId) : silence(STEP_MS);
        if (stream.kind === 'voice') this.send(stream, new Uint8Array(pcm.buffer));
        else if (this.atMs % 500 === 0) this.send(stream, still(640, 480, this.atMs / 500));
      }
      await turn();
    }
  }

  async end(): Promise<Of<'rapport.session.ended'>['data']> {
    await this.conversation.end({ reason: 'ended' });
    return this.of('rapport.session.ended').at(-1)!.data;
  }

  of<T extends SessionResult['type']>(type: T): Of<T>[] {
    return this.store.results.filter((result): result is Of<T> => result.type === type);
  }

  windows(subject: 'customer' | 'agent'): Of<'rapport.window.assessed'>[] {
    return this.of('rapport.window.assessed').filter(({ data }) => data.subject === subject);
  }

  private send({ streamId }: StreamSpec, bytes: Uint8Array): void {
    const at = this.sent.get(streamId) ?? { seq: 0, byteOffset: 0 };
    const flags = { endOfStream: false, discontinuity: false, init: false };
    const verdict = this.conversation.media({ streamId, ...at, ptsMs: this.atMs, ...flags, bytes });
    if (!verdict.ok && verdict.code !== 'stream_ended') throw new Error(verdict.message);
    this.sent.set(streamId, { seq: at.seq + 1, byteOffset: at.byteOffset + bytes.length });
  }
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
