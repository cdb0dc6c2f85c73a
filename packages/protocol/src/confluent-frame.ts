/**
 * The Confluent wire format: a zero byte, the id of the schema in the registry as four bytes, most significant first,
 * then the Avro binary encoding.
 */
const MAGIC = 0;
const HEADER_BYTES = 5;
const MAX_SCHEMA_ID = 0x7fff_ffff;

/** Throws RangeError for what is no id. */
export function frameAvro(schemaId: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(schemaId) || schemaId < 0 || schemaId > MAX_SCHEMA_ID) {
    throw new RangeError(`${schemaId} is no id of a schema`);
  }
  const framed = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(framed.buffer).setInt32(1, schemaId);
  framed.set(body, HEADER_BYTES);
  return framed;
}

/** The inverse, its body a view of what was given; undefined for bytes that are not in this format. */
export function unframeAvro<B extends Uint8Array>(
  framed: B,
): { readonly schemaId: number; readonly body: B } | undefined {
  if (framed.length < HEADER_BYTES || framed[0] !== MAGIC) return undefined;
  const schemaId = new DataView(framed.buffer, framed.byteOffset).getInt32(1);
  return { schemaId, body: framed.subarray(HEADER_BYTES) as B };
}
