import { randomUUID } from 'node:crypto';
import type { AlertData, Emotion, EventData } from '@rapport-live/protocol';
import type { ResultStore } from '../../../src/delivery/result-feed';
import type { SessionIdentity } from '../../../src/delivery/session-result';

type Assessed = EventData<'rapport.window.assessed'>;

/** A conversation as it is put into the log of a service: made up from beginning to end, nobody said any of it. */
export interface StagedCall {
  readonly agentId: string;
  readonly customerId?: string;
  readonly team: string;
  readonly queue: string;
  readonly channel: 'voice' | 'chat' | 'video';
  /** Seconds; a window each. */
  readonly lastsS: number;
  readonly label: Emotion;
  readonly confidence: number;
  /** Of valence, at the beginning and now. */
  readonly valence: readonly [number, number];
  readonly arousal: number;
  /** Windows at the end without enough evidence. */
  readonly abstains?: number;
  readonly intents: readonly (readonly [string, number])[];
  readonly said: readonly (readonly ['customer' | 'agent', string])[];
  readonly alert?: Pick<AlertData, 'ruleId' | 'name' | 'severity' | 'evidence'>;
  readonly degraded?: readonly string[];
}

/** Puts it there with its past: it began `lastsS` ago. Resolves to its id. */
export async function stage(
  store: Pick<ResultStore, 'append'>,
  tenant: string,
  call: StagedCall,
  nowMs: number,
): Promise<string> {
  const session: SessionIdentity = { tenant, sessionId: randomUUID() };
  const { agentId, customerId, team, queue, channel, lastsS, said, alert } = call;
  const startedAt = new Date(nowMs - lastsS * 1000).toISOString();
  const started: EventData<'rapport.session.started'> = {
    session: { agentId, customerId, team, queue, channel, language: 'en', consent: { analysis: true } },
    ...{ streams: [], pace: 1, startedAt, models: [], agentEmotion: false },
  };
  await store.append(session, { type: 'rapport.session.started', naturalKey: ['started'], data: started });
  const windows = Array.from({ length: lastsS }, (_, i) => assessed(call, i + 1));
  await Promise.all(
    windows.map((data) =>
      store.append(session, { type: 'rapport.window.assessed', naturalKey: [data.windowEndMs], data }),
    ),
  );
  for (const [i, [party, text]] of said.entries()) {
    const endMs = lastsS * 1000 - (said.length - i) * 4000 + 2000;
    await store.append(session, {
      type: 'rapport.transcript.final',
      naturalKey: [party, endMs],
      data: {
        ...{ utteranceId: `u-${i}`, source: channel === 'chat' ? 'chat' : 'voice', stream: party, party },
        ...{ startMs: endMs - 2000, endMs, text, redactions: {}, language: 'en', confidence: 0.9 },
        ...{ intents: [], outOfScope: false, models: [] },
      },
    });
  }
  if (alert !== undefined) {
    const onsetWindowEndMs = (lastsS - 6) * 1000;
    const data: AlertData = {
      ...{ evidence: [], ...alert },
      ...{ step: 'raised', revision: 0, onsetWindowEndMs, windowEndMs: onsetWindowEndMs, detail: {} },
    };
    await store.append(session, {
      type: 'rapport.alert.raised',
      naturalKey: [alert.ruleId, onsetWindowEndMs, 0],
      data,
    });
  }
  return session.sessionId;
}

/** The window that ends at this second. */
export function assessed(call: StagedCall, second: number): Assessed {
  const { lastsS, label, confidence, valence: [from, to], arousal, abstains = 0, intents, degraded = [] } = call; // prettier-ignore
  const way = Math.min(1, Math.max(0, (second - lastsS + 40) / 34));
  const swing = 0.07 * Math.sin(second / 2.3) + 0.04 * Math.sin(second * 1.7);
  const valence = Math.max(-1, Math.min(1, from + (to - from) * way ** 2 + swing));
  const none = { present: false, evidence: 0, contribution: 0 };
  const isChat = call.channel === 'chat';
  return {
    ...{ windowStartMs: Math.max(0, second - 4) * 1000, windowEndMs: second * 1000, subject: 'customer' },
    ...{ label, confidence, valence, arousal },
    ...(second > lastsS - abstains ? { abstained: 'thin_evidence' } : {}),
    modalities: {
      voice: isChat ? none : { present: true, evidence: 3000, contribution: 0.3 },
      face: call.channel === 'video' ? { present: true, evidence: 20, contribution: 0.15 } : none,
      text: { present: true, evidence: 30, contribution: 0.2 },
    },
    intents: intents.map(([name, score]) => ({ name, score, sources: ['u-0'], lastMs: second * 1000 })),
    ...{ outOfScope: false, degraded: [...degraded], language: 'en', models: [] },
    stageMs: { wait: 4, model: 120, overhead: 8 },
  };
}
