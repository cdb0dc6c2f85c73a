/**
 * The Confluent wire format: a zero byte, the id of the schema in the registry as four bytes, most significant first,
 * then the Avro binary encoding.
 */
const MAGIC = 0;
const HEADER_BYTES = 5;
const MAX_SCHEMA_ID = 0x7fff_ffff;

export function frameAvro(schemaId: number, body: Uint8Array): Buffer {
  if (!Number.isInteger(schemaId) || schemaId < 0 || schemaId > MAX_SCHEMA_ID) {
    throw new RangeError(`${schemaId} is no id of a schema`);
  }
  const framed = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  framed.writeUInt8(MAGIC, 0);
  framed.writeInt32BE(schemaId, 1);
  framed.set(body, HEADER_BYTES);
  return framed;
}

/** The inverse; undefined for bytes that are not in this format. */
export function unframeAvro(framed: Buffer): { readonly schemaId: number; readonly body: Buffer } | undefined {
  if (framed.length < HEADER_BYTES || framed[0] !== MAGIC) return undefined;
  return { schemaId: framed.readInt32BE(1), body: framed.subarray(HEADER_BYTES) };
}
