import fc from 'fast-check';
import { toCloudEvent } from './cloud-event';
import { encodeErased } from './erasure/erased-line';
import { decodeHead } from './record-head';
import { decodeRecord, encodeRecord, type LogRecord } from './record-line';

const head = ({ offset, seq, key, event }: LogRecord) => ({
  ...{ offset, seq, key },
  event: event === null ? null : { id: event.id, type: event.type },
});
const result = { type: 'rapport.session.updated', naturalKey: ['gap', 1], data: { kind: 'gap', mediaMs: 1, detail: {} } } as const; // prettier-ignore

test('says of any record what the whole record says, whatever its tenant is called and its event looks like', () => {
  const tenant = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('acme', 'a"b', 'ä', 'x'.repeat(600)),
  );
  const event = fc.oneof(
    tenant.map((name) => toCloudEvent({ tenant: name, sessionId: 's' }, result, new Date(0))),
    fc.dictionary(fc.string(), fc.string()),
  );
  fc.assert(
    fc.property(fc.nat(), fc.nat(), tenant, event, (offset, seq, key, made) => {
      const line = encodeRecord({ offset, seq, topic: 'rapport.results', key }, JSON.stringify(made)).subarray(0, -1);
      const whole = decodeRecord(line)!;
      const { event: said, ...rest } = decodeHead(line)!;
      expect({ ...rest, event: { id: said?.id, type: said?.type } }).toMatchObject(head(whole));
    }),
  );
});

test('one flipped bit anywhere is noticed, and an erased record has no event', () => {
  const event = JSON.stringify(toCloudEvent({ tenant: 't', sessionId: 's' }, result, new Date(0)));
  const place = { offset: 1, seq: 1, topic: 'rapport.results', key: 't/s' };
  const line = encodeRecord(place, event);
  for (let bit = 0; bit < (line.length - 1) * 8; bit += 1) {
    const changed = Buffer.from(line.subarray(0, -1));
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(decodeHead(changed)).toBeNull();
  }
  expect(decodeHead(encodeErased(place, line.length).subarray(0, -1))).toMatchObject({
    offset: 1,
    seq: 1,
    event: null,
  });
});
