/** One array of an .npz: row-major. */
export interface NpzArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** A zip ends with its directory's end record, 22 bytes and a comment of at most 65,535. */
const END_RECORD_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const NPY_MAGIC = '\x93NUMPY';

/**
 * Reads NumPy's .npz as our training tools write it: a zip without compression of little-endian float32 .npy arrays
 * in C order. Names lose their `.npy`. Anything else throws an Error that names the array and what is wrong with it.
 * Formats: PKWARE APPNOTE 4.3; numpy/lib/format.py, versions 1 to 3.
 */
export function readNpz(bytes: Uint8Array): Map<string, NpzArray> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEndOfDirectory(buffer);
  const arrays = new Map<string, NpzArray>();
  let at = buffer.readUInt32LE(end + 16);
  for (let left = buffer.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > buffer.length || buffer.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw new Error(`npz: no directory entry at byte ${at}`);
    }
    const method = buffer.readUInt16LE(at + 10);
    const size = buffer.readUInt32LE(at + 20);
    const nameBytes = buffer.readUInt16LE(at + 28);
    const local = buffer.readUInt32LE(at + 42);
    const file = buffer.toString('utf8', at + 46, at + 46 + nameBytes);
    at += 46 + nameBytes + buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);

    if (method !== 0) throw new Error(`npz: ${file} is compressed (method ${method}); store it`);
    if (!file.endsWith('.npy')) throw new Error(`npz: ${file} is not an .npy`);
    const name = file.slice(0, -'.npy'.length);
    if (arrays.has(name)) throw new Error(`npz: ${file} is there twice`);
    if (local + 30 > buffer.length || buffer.readUInt32LE(local) !== LOCAL_ENTRY) {
      throw new Error(`npz: ${file} has no entry at byte ${local}`);
    }
    const start = local + 30 + buffer.readUInt16LE(local + 26) + buffer.readUInt16LE(local + 28);
    if (start + size > buffer.length) throw new Error(`npz: ${file} is cut short`);
    arrays.set(name, readNpy(buffer.subarray(start, start + size), file));
  }
  return arrays;
}

function findEndOfDirectory(buffer: Buffer): number {
  const lowest = Math.max(0, buffer.length - END_RECORD_BYTES - MAX_COMMENT_BYTES);
  for (let at = buffer.length - END_RECORD_BYTES; at >= lowest; at--) {
    if (buffer.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error('npz: not a zip, or cut short');
}

function readNpy(npy: Buffer, file: string): NpzArray {
  if (npy.length < 10 || npy.toString('latin1', 0, 6) !== NPY_MAGIC) throw new Error(`npz: ${file} is not an .npy`);
  const version = npy[6] ?? 0;
  if (version < 1 || version > 3) throw new Error(`npz: ${file} has .npy version ${version}; 1 to 3 are read`);
  const start = version === 1 ? 10 : 12;
  const dataStart = start + (version === 1 ? npy.readUInt16LE(8) : npy.readUInt32LE(8));
  const header = npy.toString('latin1', start, dataStart);

  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  if (type !== '<f4') throw new Error(`npz: ${file} holds ${type ?? 'records'}; little-endian float32 (<f4) is read`);
  if (!/'fortran_order':\s*False/.test(header)) throw new Error(`npz: ${file} is in Fortran order; C order is read`);
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (shapeText === undefined) throw new Error(`npz: ${file} has no shape`);
  const shape = shapeText.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]));

  const count = shape.reduce((product, size) => product * size, 1);
  if (npy.length - dataStart !== count * 4) {
    throw new Error(
      `npz: ${file} of shape (${shape.join(', ')}) needs ${count * 4} bytes, has ${npy.length - dataStart}`,
    );
  }
  // Copied: .npy data need not lie on a multiple of 4 within the zip, and every supported CPU is little-endian.
  const data = new Float32Array(count);
  new Uint8Array(data.buffer).set(npy.subarray(dataStart));
  return { shape, data };
}
