import type { AlertData, CloudEvent } from '@rapport-live/protocol';
import type { Viewer } from '../../gateway/auth/viewer';
import { AlertDesk } from './alert-desk';

const SESSION_ID = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';
const ALL: Viewer = { userId: 'mia', tenant: 'acme', role: 'supervisor', teams: 'all', seesNames: true };

function told(desk: AlertDesk, type: string, data: object, time: string): void {
  const event = { id: `${type} ${time}`, type, tenant: 'acme', subject: SESSION_ID, time, data };
  desk.see({ event: { ...event, partitionkey: `acme/${SESSION_ID}` } as unknown as CloudEvent });
}
const raised = (onsetWindowEndMs: number): AlertData => ({
  ...{ ruleId: 'lawyer', name: 'Lawyer', severity: 'warning', step: 'raised', revision: 0, detail: {} },
  ...{ onsetWindowEndMs, windowEndMs: onsetWindowEndMs, evidence: [{ condition: 'said', utteranceId: 'u1' }] },
});

it('an alert tells whose it is and what was said, and goes with it when the log has it no longer', () => {
  const desk = new AlertDesk();
  const session = { agentId: 'sam', customerId: 'dana', team: 'north', queue: 'bills', channel: 'chat' };
  told(desk, 'rapport.session.started', { session }, '2026-03-02T10:00:00Z');
  const said = { utteranceId: 'u1', party: 'customer', text: 'my lawyer', startMs: 700, endMs: 900 };
  told(desk, 'rapport.transcript.final', said, '2026-03-02T10:00:01Z');
  told(desk, 'rapport.alert.raised', raised(1000), '2026-03-02T10:00:02Z');
  told(desk, 'rapport.alert.raised', raised(9000), '2026-03-02T10:00:10Z');
  const words = { party: 'customer', text: 'my lawyer', startMs: 700 };
  expect(desk.list(ALL, 'open')).toMatchObject([
    { onsetWindowEndMs: 9000, ...session, words },
    { onsetWindowEndMs: 1000, ...session, words },
  ]);
  desk.forgetBefore(Date.parse('2026-03-02T10:00:05Z'));
  expect(desk.list(ALL, 'all').map(({ onsetWindowEndMs }) => onsetWindowEndMs)).toEqual([9000]);
});
