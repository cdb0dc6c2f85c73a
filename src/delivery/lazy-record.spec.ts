import fc from 'fast-check';
import { toCloudEvent } from './cloud-event';
import { encodeErased } from './erasure/erased-line';
import { toKafkaMessage } from './kafka-message';
import { decodeLazily } from './lazy-record';
import { decodeRecord, encodeRecord } from './record-line';

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(',"data":', ',"event":', '}}', '\\', '"'));

test('a record reads as ever, and goes on to Kafka as the same bytes, whatever stands in it', () => {
  const anyPlace = fc.record({ offset: fc.nat(), seq: fc.nat() });
  fc.assert(
    fc.property(
      anyPlace,
      anyText,
      fc.option(anyText, { nil: undefined }),
      fc.json(),
      (place, tenant, dataKey, json) => {
        const data = JSON.parse(json) as never;
        const session = { tenant, sessionId: '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80', dataKey, traceparent: tenant };
        const event = toCloudEvent(session, { type: 'rapport.window.degraded', naturalKey: [1], data }, new Date(0));
        const key = event.partitionkey;
        const line = encodeRecord({ ...place, topic: 'rapport.results', key }, JSON.stringify(event)).subarray(0, -1);
        const [lazy, eager] = [decodeLazily(line)!, decodeRecord(line)!];
        expect(toKafkaMessage(lazy)).toEqual(toKafkaMessage(eager));
        expect(lazy).toEqual(eager);
        expect(lazy).toHaveProperty('eventJson', JSON.stringify(event));
        expect(JSON.stringify(lazy)).toBe(JSON.stringify(eager));
      },
    ),
  );
});

test('what was erased, and what is no record, reads as ever', () => {
  const erased = encodeErased({ offset: 1, seq: 1, topic: 't', key: 'k' }, 200).subarray(0, -1);
  expect(decodeLazily(erased)).toEqual(decodeRecord(erased));
  expect(decodeLazily(Buffer.from('00000000 {"offset":1}'))).toBeNull();
});
