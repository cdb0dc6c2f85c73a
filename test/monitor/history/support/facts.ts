import type { HistoryFact } from '../../../../src/monitor/history/ingest/history-fact';

export const SESSION = (n: number): string => `0198c0de-7a31-7c44-9d1e-${String(n).padStart(12, '0')}`;
export const STARTED_MS = Date.parse('2026-03-01T09:00:00Z');

/** A direction of 384 (utterances) or 128 (windows): the axis, and a little of the next one. */
export function axis(n: number, width = 384, more = 0): Float32Array {
  const vector = new Float32Array(width);
  vector[n] = Math.cos(more);
  vector[n + 1] = Math.sin(more);
  return vector;
}

type Of<K extends HistoryFact['kind']> = Extract<HistoryFact, { kind: K }>;

export const begun = (n: number, more: Partial<Of<'session'>> = {}): HistoryFact => ({
  ...{ kind: 'session', tenant: 'acme', sessionId: SESSION(n), startedMs: STARTED_MS + n * 1000, channel: 'voice' },
  ...more,
});

export const said = (n: number, k: number, text: string, tenant = 'acme'): HistoryFact => ({
  ...{ kind: 'utterance', tenant, sessionId: SESSION(n), eventId: `${tenant}-${n}-u${k}`, utteranceId: `u${k}` },
  ...{ party: 'customer', startMs: k * 1000, endMs: k * 1000 + 900, text },
});

export const window = (n: number, k: number, vector?: Float32Array): HistoryFact => ({
  ...{ kind: 'window', tenant: 'acme', sessionId: SESSION(n), eventId: `acme-${n}-w${k}` },
  ...{ startMs: (k - 4) * 1000, endMs: k * 1000, label: 'anger', confidence: 0.7, ...(vector && { vector }) },
});

export const event = (n: number, k: number, more: Partial<Of<'event'>> = {}): HistoryFact => ({
  ...{ kind: 'event', tenant: 'acme', sessionId: SESSION(n), eventId: `acme-${n}-e${k}`, onlyKnown: false },
  ...{ type: 'rapport.transcript.final', json: JSON.stringify({ id: `acme-${n}-e${k}` }), atMs: STARTED_MS + k },
  ...more,
});
