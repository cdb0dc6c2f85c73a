/** AudioSocket (docs.asterisk.org, "AudioSocket"): a byte of type, a length of 16 bits, big-endian, then so many bytes. */
export const AUDIO_SOCKET = {
  hangup: 0x00,
  uuid: 0x01,
  dtmf: 0x03,
  slin8: 0x10,
  slin12: 0x11,
  slin16: 0x12,
  slin24: 0x13,
  slin32: 0x14,
  slin44: 0x15,
  slin48: 0x16,
  slin96: 0x17,
  slin192: 0x18,
  error: 0xff,
} as const;

export interface AudioSocketFrame {
  readonly type: number;
  /** Valid until more is read. */
  readonly payload: Buffer;
}

/** Type and length. */
export const FRAME_HEADER_BYTES = 3;

export function encodeFrame(type: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  bytes[0] = type;
  bytes.writeUInt16BE(payload.length, 1);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** Cuts what comes over TCP into frames. Holds at most one that is not whole: 65,538 bytes. */
export class FrameCutter {
  private rest: Buffer = Buffer.alloc(0);

  /** The last frame is not whole. */
  get isInside(): boolean {
    return this.rest.length > 0;
  }

  /** The frames that are whole now, in their order. */
  *cut(chunk: Buffer): Generator<AudioSocketFrame> {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = bytes.readUInt16BE(at + 1);
      if (bytes.length - at < FRAME_HEADER_BYTES + length) break;
      const payload = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + length);
      const type = bytes[at]!;
      at += FRAME_HEADER_BYTES + length;
      yield { type, payload };
    }
    // a copy: a read of the socket is not kept for the end of a frame
    this.rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }
}
