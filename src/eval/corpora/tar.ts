const BLOCK_BYTES = 512;
/** Regular files carry '0' or, of old, NUL. */
const REGULAR = new Set(['0', '\0']);

/**
 * Regular files of a tar by name, as views (POSIX.1-2017, pax, "ustar Interchange Format").
 * Throws an Error that names the place where the archive is cut short.
 */
export function readTar(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + BLOCK_BYTES <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + BLOCK_BYTES);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const start = at + BLOCK_BYTES;
    if (!(start + size <= bytes.length)) throw new Error(`tar: cut short in the file at byte ${at}`);
    const prefix = text(header, 345, 155);
    const name = text(header, 0, 100);
    const type = String.fromCharCode(header[156]!);
    if (REGULAR.has(type)) files.set(prefix ? `${prefix}/${name}` : name, bytes.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return files;
}

function text(header: Buffer, from: number, length: number): string {
  return header.toString('utf8', from, from + length).replace(/[\0 ]+.*$/s, '');
}
