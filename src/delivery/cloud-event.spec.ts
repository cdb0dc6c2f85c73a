import { CloudEvent } from '@rapport-live/protocol';
import { sessionKey, sessionOfKey, toCloudEvent } from './cloud-event';
import { eventId } from './event-id';
import type { SessionResult } from './session-result';

const session = { tenant: 'acme', sessionId: '01890a5d-ac96-774b-bcce-b302099a8057' };
const updated = (mediaMs: number): SessionResult => ({
  type: 'rapport.session.updated',
  naturalKey: ['gap', mediaMs],
  data: { kind: 'gap', mediaMs, detail: {} },
});

test('the envelope satisfies the protocol', () => {
  const event = toCloudEvent(session, updated(10), new Date(0));
  expect(CloudEvent.parse(event)).toEqual(event);
  expect(event).toMatchObject({
    source: 'urn:rapport:service',
    subject: session.sessionId,
    time: '1970-01-01T00:00:00.000Z',
    dataschema: 'urn:rapport:schema:rapport.session.updated:1',
    partitionkey: 'acme/01890a5d-ac96-774b-bcce-b302099a8057',
  });
});

test('an id depends on tenant, session, type and natural key, and on nothing else', () => {
  const id = eventId(session, updated(10));
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(eventId(session, { ...updated(10) })).toBe(id);
  const others = [
    eventId(session, updated(11)),
    eventId({ ...session, tenant: 'other' }, updated(10)),
    eventId({ ...session, sessionId: session.sessionId.replace('0', '1') }, updated(10)),
    eventId(session, { type: 'rapport.window.degraded', naturalKey: ['gap', 10] }),
    eventId(session, { type: 'rapport.session.updated', naturalKey: ['gap', '10'] }),
  ];
  expect(new Set([id, ...others]).size).toBe(6);
});

test('an id is stable for ever: changing it would double every event of running systems', () => {
  expect(eventId({ tenant: 't', sessionId: 's' }, { type: 'rapport.window.assessed', naturalKey: [1000] })).toBe(
    'b926392f98ec51ae43786c775f35e02b',
  );
});

test('a session key can be taken apart, also with a slash in the tenant', () => {
  expect(sessionOfKey(sessionKey(session))).toEqual(session);
  expect(sessionOfKey('a/b/c')).toEqual({ tenant: 'a/b', sessionId: 'c' });
});
