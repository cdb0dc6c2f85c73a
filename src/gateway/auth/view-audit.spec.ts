import type { SessionIdentity, SessionResult } from '../../delivery/session-result';
import { DEFAULT_VIEW_AUDIT, ViewAudit } from './view-audit';
import type { Viewer } from './viewer';

const MIA: Viewer = { userId: 'local:mia', tenant: 'acme', role: 'supervisor', teams: 'all', seesNames: true };
const ID = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';

describe('ViewAudit', () => {
  let nowMs: number;
  let written: { identity: SessionIdentity; result: SessionResult }[];
  let refuses: boolean;
  const faults: unknown[] = [];
  const open = (more: object = {}): ViewAudit =>
    new ViewAudit(
      {
        append: async (identity, result) => {
          if (refuses) throw new Error('the disk is full');
          written.push({ identity, result });
          return null;
        },
        close: () => Promise.resolve(),
      },
      () => nowMs,
      (error) => faults.push(error),
      { ...DEFAULT_VIEW_AUDIT, ...more },
    );
  const data = (): unknown[] => written.map(({ result }) => result.data);
  beforeEach(() => {
    [nowMs, written, refuses] = [Date.parse('2026-11-28T12:00:00Z'), [], false];
    faults.length = 0;
  });

  it('tells who saw what once in ten minutes, of each viewer and each thing', async () => {
    const audit = open();
    for (let minute = 0; minute < 10; minute += 1) {
      await audit.saw(MIA, { what: 'session', sessionId: ID });
      nowMs += 60_000;
    }
    const seen = { userId: 'local:mia', role: 'supervisor', what: 'session', sessionId: ID };
    expect(data()).toEqual([{ ...seen, at: '2026-11-28T12:00:00.000Z' }]);
    await audit.saw(MIA, { what: 'session', sessionId: ID });
    expect(data()).toHaveLength(2);
    await audit.saw(MIA, { what: 'export', sessionId: ID });
    await audit.saw({ ...MIA, userId: 'local:max' }, { what: 'session', sessionId: ID });
    await audit.saw({ ...MIA, tenant: 'globex' }, { what: 'session', sessionId: ID });
    await audit.saw(MIA, { what: 'wall' });
    expect(data()).toHaveLength(6);
    expect(written.map(({ identity }) => identity.tenant)).toEqual(['acme', 'acme', 'acme', 'acme', 'globex', 'acme']);
    expect(new Set(written.map(({ identity }) => identity.sessionId)).size).toBe(6);
  });

  it('has of a search no word: the same looks the same, and otherwise after a restart', async () => {
    const audit = open();
    for (const query of ['double charge', 'double charge', 'refund']) await audit.saw(MIA, { what: 'search', query });
    await open().saw(MIA, { what: 'search', query: 'refund' });
    const hashes = data().map((one) => (one as { query: string }).query);
    expect(hashes).toHaveLength(3);
    expect(new Set(hashes).size).toBe(3);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(written)).not.toMatch(/double|charge|refund/);
  });

  it('lets people look while the disk refuses, says so, and tells it the next time', async () => {
    const audit = open();
    refuses = true;
    await audit.saw(MIA, { what: 'wall' });
    expect([data().length, faults.length]).toEqual([0, 1]);
    refuses = false;
    await audit.saw(MIA, { what: 'wall' });
    expect(data()).toHaveLength(1);
  });

  it('remembers a bounded number, and rather tells twice', async () => {
    const audit = open({ maxRemembered: 2 });
    for (const query of ['a', 'b', 'c', 'a']) await audit.saw(MIA, { what: 'search', query });
    expect(data()).toHaveLength(4);
    expect((audit as unknown as { told: Map<string, number> }).told.size).toBe(2);
  });
});
