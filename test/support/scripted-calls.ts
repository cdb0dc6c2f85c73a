import { join } from 'node:path';
import type { WindowAssessedData } from '@rapport-live/protocol';
import type { SessionResult } from '../../src/delivery/session-result';
import type { StreamSpec } from '../../src/facts/media-chunk';
import { NO_METER } from '../../src/facts/meter';
import type { JobKind } from '../../src/inference/inference-pool';
import type { Conversation } from '../../src/pipeline/conversation';
import { conversationFactory } from '../../src/pipeline/conversation-factory';
import { loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { ShedController } from '../../src/pipeline/shedding/shed-controller';
import type { ShedOptions } from '../../src/pipeline/shedding/shed-options';
import { KeepingStore } from '../../src/pipeline/testing/keeping-store';
import { streamOptions } from '../../src/streams/stream-options';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { AGENT, still, VIDEO, VOICE } from '../../src/streams/testing/session-script';
import { BusyPool } from './busy-pool';
import { bytesOf, silence, square } from './sound';

const FRAME_MS = 100;
const LOUD = bytesOf(square(FRAME_MS));
const QUIET = bytesOf(silence(FRAME_MS));
/** Every second has speech in it, and every four seconds an utterance ends: nobody speaks for 800 ms of them. */
const TURN_MS = 4000;
const PAUSE_FROM_MS = 3100;
const PAUSE_TO_MS = 3900;

/** One side of a call: what was heard of it, and a sender that keeps to its credit. */
export class ScriptedCall {
  /** Media that went out, ms. */
  sentMs = 0;
  /** A frame that was due had to wait. */
  waited = false;
  private readonly limits = new Map<number, number>();
  private readonly sent = new Map<number, { seq: number; byteOffset: number }>();

  constructor(
    readonly conversation: Conversation,
    private readonly store: KeepingStore,
    private readonly streams: readonly StreamSpec[],
    readonly startedAtMs: number,
  ) {
    for (const { streamId, limitBytes } of conversation.initialCredits()) this.limits.set(streamId, limitBytes);
    conversation.credits$.subscribe(({ streamId, limitBytes }) => this.limits.set(streamId, limitBytes));
  }

  get results(): readonly SessionResult[] {
    return this.store.results;
  }

  /** The next 100 ms of every stream; false when one of them has no credit for it, and nothing is sent. */
  send(): boolean {
    const ptsMs = this.sentMs;
    const frames = this.streams.flatMap(({ streamId, kind }) => {
      if (kind === 'video')
        return ptsMs % 500 === 0 ? [{ streamId, bytes: still(640, 480, 1 + ((ptsMs / 500) % 50)) }] : [];
      const at = (ptsMs + (streamId === 2 ? TURN_MS / 2 : 0)) % TURN_MS;
      return [{ streamId, bytes: at >= PAUSE_FROM_MS && at < PAUSE_TO_MS ? QUIET : LOUD }];
    });
    const fits = ({ streamId, bytes }: { streamId: number; bytes: Uint8Array }): boolean =>
      (this.sent.get(streamId)?.byteOffset ?? 0) + bytes.length <= this.limits.get(streamId)!;
    if (!frames.every(fits)) {
      this.waited = true;
      return false;
    }
    for (const { streamId, bytes } of frames) {
      const { seq, byteOffset } = this.sent.get(streamId) ?? { seq: 0, byteOffset: 0 };
      const flags = { endOfStream: false, discontinuity: false, init: false };
      const verdict = this.conversation.media({ streamId, seq, ptsMs, byteOffset, ...flags, bytes });
      if (!verdict.ok) throw new Error(verdict.message);
      this.sent.set(streamId, { seq: seq + 1, byteOffset: byteOffset + bytes.length });
    }
    this.sentMs += FRAME_MS;
    return true;
  }

  /** Windows that were assessed, by their end. */
  get assessed(): WindowAssessedData[] {
    return this.results.flatMap(({ type, data }) => (type === 'rapport.window.assessed' ? [data] : []));
  }

  /** Ends of the windows that were announced as skipped, with the reason. */
  get skipped(): { endMs: number; reason: string }[] {
    return this.results.flatMap(({ type, data }) => {
      if (type !== 'rapport.window.degraded') return [];
      const count = (data.lastWindowEndMs - data.firstWindowEndMs) / 1000 + 1;
      return Array.from({ length: count }, (_, i) => ({
        endMs: data.firstWindowEndMs + i * 1000,
        reason: data.reason,
      }));
    });
  }

  /** Ids of the utterances that were written down. */
  get finals(): string[] {
    return this.results.flatMap(({ type, data }) => (type === 'rapport.transcript.final' ? [data.utteranceId] : []));
  }

  /** Ids of those that were announced as given up. */
  get unwritten(): string[] {
    return this.shedEvents.flatMap(({ scope, detail }) => (detail.what === 'transcript' ? [scope!] : []));
  }

  get steps(): { step: string; active: boolean; mediaMs: number }[] {
    return this.shedEvents.flatMap(({ mediaMs, detail: { step, active } }) =>
      step === undefined ? [] : [{ step: String(step), active: active === true, mediaMs }],
    );
  }

  private get shedEvents() {
    return this.results.flatMap(({ type, data }) =>
      type === 'rapport.session.updated' && data.kind === 'shed' ? [data] : [],
    );
  }

  /** How long assessments took from the watermark on, ms, of windows that end in (from, to]. */
  latenessMs(fromMs: number, toMs: number): number[] {
    return this.assessed
      .filter(({ windowEndMs }) => windowEndMs > fromMs && windowEndMs <= toMs)
      .map(({ stageMs: { wait, model, overhead } }) => wait + model + overhead)
      .sort((a, b) => a - b);
  }
}

export interface CallSettings {
  readonly pace?: number;
  readonly recorded?: boolean;
  /** Default: yes. */
  readonly camera?: boolean;
}

export interface CallsOptions {
  readonly costMs: (kind: JobKind) => number;
  readonly workers?: number;
  /** Undefined: nothing is ever given up. */
  readonly shedding?: Partial<ShedOptions>;
}

/** Conversations over one pool whose jobs cost time, under a scripted clock: streams, models, fusion as the service has them. */
export async function scriptedCalls({ costMs, workers = 2, shedding }: CallsOptions) {
  const clock = new ScriptedClock(1000);
  const pool = new BusyPool({ clock, workers, costMs });
  const assets = await loadFusionAssets(join(__dirname, '../../models'));
  const faults: unknown[] = [];
  const controller = shedding && new ShedController(shedding, () => pool.queueShare);
  const calls: ScriptedCall[] = [];
  /** Time passes in steps of 20 ms; `tick` is called at each. */
  const pass = async (ms: number, tick: (nowMs: number) => void = () => {}): Promise<void> => {
    for (const endMs = clock.nowMs() + ms; clock.nowMs() < endMs;) {
      clock.advance(20);
      tick(clock.nowMs());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    clock,
    pool,
    controller,
    faults,
    calls,
    open({ pace = 1, recorded, camera = true }: CallSettings = {}): ScriptedCall {
      const streams = camera ? [VOICE, AGENT, VIDEO] : [VOICE, AGENT];
      const store = new KeepingStore();
      const create = conversationFactory({
        ...{ clock, pool, store, assets, options: streamOptions(), meter: NO_METER },
        onFault: (error) => faults.push(error),
        shedding: controller,
      });
      const session = { channel: 'video' as const, language: 'en', consent: { analysis: true } };
      const start = { type: 'session.start' as const, pace, recorded, partials: true, streams: [...streams], session };
      const conversation = create({ tenant: 't', sessionId: `session-${calls.length}` }, start, streams);
      const call = new ScriptedCall(conversation, store, streams, clock.nowMs());
      calls.push(call);
      return call;
    },
    pass,
    async end(): Promise<void> {
      const ends = calls.map(({ conversation }) => conversation.end({ reason: 'ended' }));
      let done = false;
      void Promise.all(ends).then(() => (done = true));
      while (!done) await pass(20);
    },
  };
}

/** Sends what is due of a call that goes on live. */
export function sendDue(call: ScriptedCall, nowMs: number): void {
  while (call.startedAtMs + call.sentMs + FRAME_MS <= nowMs && call.send());
}
