/** Numbers of the session state: float32, little-endian, base64. A third of the size of JSON numbers, and exact. */
export type PackedFloats = string;

export function packFloats(values: Float32Array): PackedFloats {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function unpackFloats(packed: PackedFloats): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(packed, 'base64'));
  return new Float32Array(bytes.buffer);
}
