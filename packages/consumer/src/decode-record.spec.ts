import { eventAvroSchema, frameAvro } from '@rapport-live/protocol';
import { Type } from 'avsc';
import fc from 'fast-check';
import { createCipheriv } from 'node:crypto';
import { loadAvro } from './avro';
import { type Decoded, decodeRecord } from './decode-record';
import type { RawRecord } from './record-source';

const PLACE = { topic: 'rapport.results', partition: 2 };
const DATA = { kind: 'gap', mediaMs: 5, detail: { note: 'ü' } };
const HEADERS = {
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: '0123456789abcdef0123456789abcdef',
  ce_source: 'urn:rapport:service',
  ce_type: 'rapport.session.updated',
  ce_subject: '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80',
  ce_time: '2026-11-28T09:00:00.013Z',
  ce_dataschema: 'urn:rapport:schema:rapport.session.updated:1',
  ce_tenant: 'acme',
  ce_partitionkey: 'acme/0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80',
  rapport_seq: '7',
};
const record = (value: string | Buffer | null, headers: RawRecord['headers'] = HEADERS): RawRecord => ({
  ...{ offset: 11, timestampMs: 1000, key: Buffer.from(HEADERS.ce_partitionkey), headers },
  value: value === null ? null : Buffer.from(value),
});
const { signal } = new AbortController();
const decode = (raw: RawRecord, checkSchema = false): Decoded =>
  decodeRecord(PLACE, raw, { checkSchema, signal }) as Decoded;
/** The data as a producer writes it with the schema 7 of a registry. */
const WRITER = eventAvroSchema('rapport.session.updated');
const AVRO = frameAvro(7, Type.forSchema(structuredClone(WRITER) as never).toBuffer(DATA));
const AVRO_HEADERS = { ...HEADERS, 'content-type': 'application/avro' };

describe('decodeRecord', () => {
  it('reads the binary mode, headers as bytes or text', () => {
    const bytes = Object.fromEntries(Object.entries(HEADERS).map(([name, text]) => [name, Buffer.from(text)]));
    for (const headers of [HEADERS, bytes]) {
      const { given, id } = decode(record(JSON.stringify(DATA), headers), true);
      expect(id).toBe(HEADERS.ce_id);
      expect(given).toEqual({
        ...{ type: 'rapport.session.updated', id, source: HEADERS.ce_source, specversion: '1.0', tenant: 'acme' },
        ...{ subject: HEADERS.ce_subject, time: HEADERS.ce_time, dataschema: HEADERS.ce_dataschema },
        ...{ partitionkey: HEADERS.ce_partitionkey, datacontenttype: 'application/json', data: DATA, seq: 7 },
        ...{ key: HEADERS.ce_partitionkey, timestampMs: 1000, position: { ...PLACE, offset: 11 } },
      });
    }
  });

  it('reads the structured mode', () => {
    const attributes = Object.entries(HEADERS).flatMap(([name, text]) =>
      name.startsWith('ce_') ? [[name.slice(3), text]] : [],
    );
    const envelope = { ...Object.fromEntries(attributes), datacontenttype: 'application/json', data: DATA };
    const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8', rapport_seq: '7' };
    expect(decode(record(JSON.stringify(envelope), headers))).toEqual(decode(record(JSON.stringify(DATA))));
    expect(decode(record('{"id":', headers)).given).toMatchObject({ type: 'malformed', reason: 'json' });
    expect(decode(record('null', headers)).given).toMatchObject({ type: 'malformed', reason: 'no_attributes' });
  });

  it.each([
    ['no_attributes', record('{}', {})],
    ['content_type', record('{}', { ...HEADERS, 'content-type': 'application/x-protobuf' })],
    ['avro', record(Buffer.from(AVRO), AVRO_HEADERS)],
    ['json', record('{"kind":')],
    ['unknown_type', record('{}', { ...HEADERS, ce_type: 'rapport.later' })],
    ['unknown_type', record('{}', { ...HEADERS, ce_type: '__proto__' })],
    ['encrypted', record('{}', { ...HEADERS, 'content-type': 'application/vnd.rapport.encrypted+json' })],
  ])('calls malformed what is none: %s', (reason, raw) => {
    expect(decode(raw).given).toMatchObject({ type: 'malformed', reason, value: raw.value });
  });

  it('checks the schema where that is wished, and lets unknown fields pass where not', () => {
    const later = JSON.stringify({ ...DATA, laterField: 1 });
    expect(decode(record(later)).given).toMatchObject({ data: { laterField: 1 } });
    expect(decode(record(later), true).given).toMatchObject({ type: 'malformed', reason: 'schema' });
  });

  it('tells a tombstone by its key, and an erased session by its type', () => {
    const session = { tenant: 'acme', sessionId: HEADERS.ce_subject };
    expect(decode(record(null, {})).given).toMatchObject({ type: 'tombstone', ...session });
    const erased = { ...HEADERS, ce_type: 'rapport.session.erased' };
    expect(decode(record(null, erased), true).given).toEqual(
      expect.objectContaining({ type: 'rapport.session.erased', data: {} }),
    );
  });

  it('decrypts, tells what nobody can read, and takes nothing that was changed', async () => {
    const key = Buffer.alloc(32, 1);
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12, 2)).setAAD(Buffer.from(HEADERS.ce_id));
    const sealed = Buffer.concat([Buffer.alloc(12, 2), cipher.update(JSON.stringify(DATA)), cipher.final(), cipher.getAuthTag()]); // prettier-ignore
    const headers = { ...HEADERS, 'content-type': 'application/vnd.rapport.encrypted+json', ce_datakey: 'k-1' };
    const open = async (value: Buffer, found: Buffer | undefined): Promise<Decoded> =>
      decodeRecord(PLACE, record(value, headers), { checkSchema: true, keys: { keyOf: async () => found }, signal });
    expect((await open(sealed, key)).given).toMatchObject({ type: 'rapport.session.updated', data: DATA, datakey: 'k-1' }); // prettier-ignore
    expect((await open(sealed, undefined)).given).toMatchObject({ type: 'shredded', eventType: HEADERS.ce_type, id: HEADERS.ce_id }); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(sealed);
        changed[at]! ^= flip;
        expect((await open(changed, key)).given).toMatchObject({ type: 'malformed', reason: 'encrypted' });
      }),
    );
    expect((await open(sealed.subarray(0, 20), key)).given).toMatchObject({ reason: 'encrypted' });
  });

  describe('of Avro', () => {
    let schemas: { readerOf(id: number): ReturnType<Awaited<ReturnType<typeof loadAvro>>> | Promise<undefined> };
    beforeAll(async () => {
      const read = (await loadAvro())(WRITER);
      schemas = { readerOf: (id) => (id === 7 ? read : Promise.resolve(undefined)) };
    });
    const avro = (value: Uint8Array, headers: RawRecord['headers'] = AVRO_HEADERS) =>
      decodeRecord(PLACE, record(Buffer.from(value), headers), { checkSchema: true, schemas, signal });

    it('gives the same event as JSON does', () => {
      expect(avro(AVRO)).toEqual(decode(record(JSON.stringify(DATA))));
    });

    it('is read behind encryption too', async () => {
      const key = Buffer.alloc(32, 1);
      const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12, 2)).setAAD(Buffer.from(HEADERS.ce_id));
      const sealed = Buffer.concat([Buffer.alloc(12, 2), cipher.update(AVRO), cipher.final(), cipher.getAuthTag()]);
      const headers = { ...HEADERS, 'content-type': 'application/vnd.rapport.encrypted+avro', ce_datakey: 'k-1' };
      const options = { checkSchema: true, schemas, keys: { keyOf: async () => key }, signal };
      expect((await decodeRecord(PLACE, record(sealed, headers), options)).given).toMatchObject({ data: DATA });
    });

    it('is malformed with a schema that nobody has, and with bytes that are not what its schema says', async () => {
      const unknown = frameAvro(8, AVRO.subarray(5));
      expect((await avro(unknown)).given).toMatchObject({ type: 'malformed', reason: 'avro' });
      fc.assert(
        fc.property(
          fc.oneof(
            fc.uint8Array(),
            fc.uint8Array().map((body) => frameAvro(7, body)),
          ),
          (value) => {
            const decoded = avro(value);
            if (decoded instanceof Promise) return;
            expect(['malformed', 'rapport.session.updated']).toContain(decoded.given.type);
          },
        ),
      );
      for (let bytes = 0; bytes < AVRO.length; bytes += 1) {
        expect((await avro(AVRO.subarray(0, bytes))).given).toMatchObject({ type: 'malformed', reason: 'avro' });
      }
    });
  });

  it('never throws, whatever a record holds', () => {
    const text = fc.string({ unit: 'binary' });
    const headers = fc.dictionary(fc.constantFrom(...Object.keys(HEADERS), 'other'), fc.oneof(text, fc.constant(undefined))); // prettier-ignore
    fc.assert(
      fc.property(headers, fc.option(fc.uint8Array()), (given, value) => {
        const raw = record(value === null ? null : Buffer.from(value), { ...HEADERS, ...given });
        expect(decode(raw).given.position).toEqual({ ...PLACE, offset: 11 });
      }),
    );
  });
});
