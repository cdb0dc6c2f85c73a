import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionListed, TypedEvent } from '@rapport-live/protocol';
import { emotionMl } from '../../../src/captions/emotion-ml';
import { webVtt } from '../../../src/captions/vtt';
import { participant, said, windowAt } from '../../../src/cli/testing/made-up-call';
import type { LogRecord } from '../../../src/delivery/record-line';
import type { Viewer } from '../../../src/gateway/auth/viewer';
import { exported } from '../../../src/monitor/history/export/exported';
import { wholeSession } from '../../../src/monitor/history/export/whole-session';
import { factsOfRecord } from '../../../src/monitor/history/ingest/facts-of-record';
import { LibsqlThread } from '../../../src/monitor/history/libsql/libsql-thread';
import { SQLITE } from '../../../src/monitor/history/sql/sqlite-dialect';
import { SqlHistory } from '../../../src/monitor/history/sql/sql-history';
import { SESSION } from './support/facts';

/** Of a session that goes on; RAPPORT_TEST_EXPORT_MINUTES=480 is a working day. */
const MINUTES = Number(process.env.RAPPORT_TEST_EXPORT_MINUTES ?? 30);
/** As the history was when each page was written: no page of any format is larger. */
const MAX_PIECE = 2 * 1024 * 1024;
const MAX: Viewer = { userId: 'local:max', tenant: 'acme', role: 'supervisor', teams: 'all', seesNames: true };

/** A window a second, words every four of them in two streams that overlap and come late and out of order, now and then a hold. */
function* conversation(): Generator<TypedEvent> {
  for (let second = 1; second <= MINUTES * 60; second += 1) {
    const atMs = second * 1000;
    yield windowAt(atMs, second % 7 === 0 ? { abstained: 'thin_evidence' } : {});
    if (second % 40 === 0) yield participant(atMs - 500, 'hold');
    if (second % 40 === 9) yield participant(atMs - 500, 'unhold');
    if (second % 4 !== 0) continue;
    const text = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    const words = text.split(' ').map((word, i) => {
      const startMs = atMs - 9000 + i * 200;
      return { word, startMs, endMs: startMs + 200, probability: 1 };
    });
    yield said(atMs - 3000, atMs - 1000, { utteranceId: `agent-${second}`, party: 'agent', text: 'Mhm, I see.' });
    yield said(atMs - 9000, atMs - 3000, { utteranceId: `customer-${second}`, text, words });
  }
}

describe('an export of a long session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-export-'));
  const events: TypedEvent[] = [];
  const session: SessionListed = {
    sessionId: SESSION(1),
    startedAt: '2026-03-02T09:00:00.010Z',
    peaks: [],
    intents: [],
  };
  let store: SqlHistory;
  let asked = 0;
  beforeAll(async () => {
    store = await SqlHistory.open(await LibsqlThread.open(join(folder, 'history.db')), SQLITE);
    let seq = 0;
    const records = Array.from(conversation(), (made): LogRecord => {
      seq += 1;
      const event = { ...made, id: `e${seq}`, subject: SESSION(1), time: '2026-03-02T09:00:00.010Z', tenant: 'acme' };
      events.push(event);
      return { offset: seq, seq, topic: 'rapport.results', key: `acme/${SESSION(1)}`, event, dataJson: undefined };
    });
    for (let at = 0; at < records.length; at += 1000) {
      const facts = records.slice(at, at + 1000).flatMap((record) => factsOfRecord(record, () => undefined));
      await store.keep(facts, { logId: 'log', offset: at });
    }
  }, 120_000);
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = <T>(action: () => Promise<T>): Promise<T> => {
    asked += 1;
    return action();
  };
  async function read(format: 'json' | 'vtt' | 'emotionml'): Promise<string[]> {
    const pieces: string[] = [];
    for await (const piece of exported(format).write(wholeSession(store, MAX, session, ask))) pieces.push(piece);
    return pieces;
  }

  it.each([
    ['json', () => JSON.stringify({ session, events })],
    ['vtt', () => webVtt(events)],
    [
      'emotionml',
      () =>
        emotionMl([
          { type: 'rapport.session.started', data: { startedAt: session.startedAt } } as TypedEvent,
          ...events,
        ]),
    ],
  ] as const)('as %s is what all of it at once would be, in pieces that do not grow with it', async (format, whole) => {
    const pieces = await read(format);
    expect(pieces.join('') === whole()).toBe(true);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(MAX_PIECE);
    expect(pieces.length).toBeGreaterThan(MINUTES / 30 + 2);
  });

  it('reads no page before it is wanted', async () => {
    for (const format of ['json', 'emotionml'] as const) {
      asked = 0;
      const pieces = exported(format).write(wholeSession(store, MAX, session, ask));
      await pieces.next();
      await pieces.next();
      expect([format, asked]).toEqual([format, 1]);
      await pieces.return(undefined);
    }
  });
});
