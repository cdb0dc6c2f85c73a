import type { ConnectOptions, SessionEvents } from '@rapport-live/client';
import type { Config } from '../../src/config/config';
import type { ServiceParts } from '../../src/config/service-parts';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { type SentCall, expectedIds, lateIds, turns } from '../support/expected-results';
import { expectWellFormed, HeardSession } from '../support/heard-session';
import { readLog } from '../support/local-log';
import { type RunningService, startService } from '../support/service';
import { bytesOf } from '../support/sound';

export const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' } as const;
/** Tries to reconnect come at once: the network of these tests is this machine. */
export const AT_ONCE = { reconnectBaseMs: 5, reconnectMaxMs: 20 };
const CHUNK_MS = 160;
export const CHUNKS_A_TURN = 12;

/** The pieces of a microphone that heard so many turns. */
export function chunks(count: number): { readonly ptsMs: number; readonly payload: Uint8Array }[] {
  const pcm = bytesOf(turns(count));
  const size = CHUNK_MS * 32;
  return Array.from({ length: pcm.length / size }, (_, i) => ({
    ptsMs: i * CHUNK_MS,
    payload: pcm.subarray(i * size, (i + 1) * size),
  }));
}

/** The real service; the time of its sessions stands still unless told, so that a slow machine is no silent sender. */
export async function startStill(
  gateway: ServiceParts['gateway'] = {},
  config: Partial<Config> = {},
): Promise<{ service: RunningService; clock: ScriptedClock }> {
  const clock = new ScriptedClock(1000);
  return { service: await startService(config, new ScriptedPool(), gateway, { clock }), clock };
}

/** A session of the project's own client that keeps what happens to its connection too. */
export class FaultSession {
  readonly reconnecting: SessionEvents['reconnecting'][] = [];
  readonly resumed: SessionEvents['resumed'][] = [];
  readonly gaps: SessionEvents['gap'][] = [];

  private constructor(readonly heard: HeardSession) {
    heard.session.on('reconnecting', (event) => this.reconnecting.push(event));
    heard.session.on('resumed', (event) => this.resumed.push(event));
    heard.session.on('gap', (event) => this.gaps.push(event));
  }

  static async open(url: string, apiKey: string, options: Partial<ConnectOptions> = {}): Promise<FaultSession> {
    const session = { channel: 'voice', language: 'en', consent: { analysis: true } } as const;
    return new FaultSession(
      await HeardSession.open({ url, apiKey, session, streams: [VOICE], ...AT_ONCE, ...options }),
    );
  }

  /** Sends as fast as credit lets it. */
  async send(pieces: ReturnType<typeof chunks>): Promise<void> {
    await Promise.all(pieces.map(({ payload, ptsMs }) => this.heard.session.send(1, payload, ptsMs)));
  }

  /** Nothing lost, nothing doubled, to the end: what came is what was sent, and what stands in the log. */
  async expectWhole(sent: SentCall, dataDir: string): Promise<void> {
    const { heard } = this;
    expectWellFormed(heard, 'development');
    const { sessionId } = heard;
    const updates = heard.all('rapport.session.updated');
    expect(updates.map(({ data }) => data)).toEqual([]);
    const identity = { tenant: 'development', sessionId };
    // windows of nothing but the last words may be there or not (rule 2)
    const late = new Set(lateIds(identity, sent));
    const sure = (ids: readonly string[]): string[] => ids.filter((id) => !late.has(id)).sort();
    expect(sure(heard.results.map(({ event }) => event.id))).toEqual(sure(expectedIds(identity, sent)));
    expect(heard.results.at(-1)?.event).toMatchObject({
      type: 'rapport.session.ended',
      data: { incomplete: false },
    });
    const log = await readLog(dataDir, sessionId);
    expect(log.map(({ seq, event }) => ({ seq, event }))).toEqual(heard.results);
    expect(this.gaps).toEqual([]);
  }
}
