import type { AlertView } from '@rapport-live/protocol';
import { nameless, namelessAlert, namelessEvent } from './names';

const SESSION = {
  ...{ externalId: 'call-4711', customerId: 'c-0815', agentId: 'a-42' },
  ...{ team: 'billing', queue: 'hotline', channel: 'voice', consent: { analysis: true } },
};
const SEEN = { team: 'billing', queue: 'hotline', channel: 'voice', consent: { analysis: true } };

describe('without names', () => {
  it('is the metadata of a session', () => {
    expect(nameless(SESSION)).toEqual(SEEN);
    expect(nameless({ ...SESSION, sessionId: 's', startedAt: 'now' })).toEqual({
      ...{ ...SEEN, sessionId: 's', startedAt: 'now' },
    });
  });

  it.each(['rapport.session.started', 'rapport.session.ended'] as const)('is %s', (type) => {
    const event = { id: 'e', type, data: { session: SESSION, durationMs: 7 } };
    expect(namelessEvent(event)).toEqual({ id: 'e', type, data: { session: SEEN, durationMs: 7 } });
    expect(event.data.session).toBe(SESSION); // the event itself is shared and stays as it is
  });

  it('is who joined and left', () => {
    const data = { kind: 'participant', mediaMs: 5, scope: 'a-42', detail: { action: 'joined', party: 'agent' } };
    expect(namelessEvent({ type: 'rapport.session.updated', data }).data).toEqual({
      ...{ kind: 'participant', mediaMs: 5, detail: data.detail },
    });
  });

  it('is what was done about an alert, not by whom', () => {
    const data = {
      alertId: 'x',
      ruleId: 'r',
      action: 'assign',
      by: 'local:mia',
      assignee: 'local:max',
      note: 'Ms Doe',
    };
    expect(namelessEvent({ type: 'rapport.monitor.alert_handled', data }).data).toEqual({
      ...{ alertId: 'x', ruleId: 'r', action: 'assign' },
    });
    const at = '2026-01-01T00:00:00Z';
    const alert = {
      ...{ id: 'x', customerId: 'c-0815', agentId: 'a-42', externalId: 'call-4711', queue: 'hotline' },
      acknowledged: { by: 'local:mia', at },
      assignee: 'local:max',
      notes: [{ by: 'a', at, note: 'b' }],
    };
    expect(namelessAlert(alert as unknown as AlertView)).toEqual({
      ...{ id: 'x', queue: 'hotline', acknowledged: { by: 'hidden', at }, assignee: 'hidden', notes: [] },
    });
  });

  it('is all the rest as it was', () => {
    const assessed = { type: 'rapport.window.assessed', data: { windowEndMs: 4000 } } as const;
    expect(namelessEvent(assessed)).toBe(assessed);
    const gap = {
      type: 'rapport.session.updated',
      data: { kind: 'gap', mediaMs: 1, scope: 'voice', detail: {} },
    } as const;
    expect(namelessEvent(gap).data).toEqual(gap.data);
  });
});
