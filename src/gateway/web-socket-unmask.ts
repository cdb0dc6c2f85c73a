import http from 'node:http';

/**
 * Takes the mask off a WebSocket payload in place (RFC 6455, 5.3), four bytes at a time. `ws` does it byte by byte, which is
 * a hundred thousand steps a second for each live conversation, but for where Node brings a function of its own under
 * this name: Node 20 and 22 do not. Little-endian hosts only, as `PcmRing`.
 */
export function unmask(payload: Uint8Array, mask: Uint8Array): void {
  const { buffer, byteOffset, length } = payload;
  // words must begin at a multiple of four
  const head = -byteOffset & 3;
  const count = Math.max(0, length - head) >> 2;
  if (count > 0) {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => mask[(head + i) & 3]!);
    unmaskWords(new Int32Array(buffer, byteOffset + head, count), a! | (b! << 8) | (c! << 16) | (d! << 24));
  }
  const wordsEnd = head + 4 * count;
  for (let i = 0; i < length; i += 1) {
    if (i === head) i = wordsEnd;
    if (i < length) payload[i]! ^= mask[i & 3]!;
  }
}

/** By itself, so that it stays optimised. */
function unmaskWords(words: Int32Array, mask: number): void {
  for (let i = 0; i < words.length; i += 1) words[i]! ^= mask;
}

/** `ws` looks for it when it is loaded: this must be imported before it. */
const node = http as { websocketUnmask?: typeof unmask };
node.websocketUnmask ??= unmask;
