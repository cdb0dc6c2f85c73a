const HEAD_END = Buffer.from('\r\n\r\n');
/** An HTTP head that is longer is none of a WebSocket handshake's. */
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Where the messages end in one direction of a WebSocket connection, by the frame headers alone (RFC 6455, section 5.2):
 * first the HTTP head of the handshake, then frames. Control frames are passed over, fragments belong to their message.
 */
export class WebSocketBoundaries {
  private head: Buffer | undefined = Buffer.alloc(0);
  /** Bytes of a frame header that is not whole yet; at most 14. */
  private header: number[] = [];
  private payloadLeft = 0;
  private endsMessage = false;

  /** Offsets in `chunk` behind which a text or binary message is complete, rising. The handshake is message 0. */
  take(chunk: Uint8Array): number[] {
    const ends: number[] = [];
    let at = 0;
    if (this.head !== undefined) {
      const before = this.head.length;
      this.head = Buffer.concat([this.head, chunk]);
      const found = this.head.indexOf(HEAD_END);
      if (found < 0) {
        if (this.head.length > MAX_HEAD_BYTES) throw new Error(`no end of an HTTP head in ${this.head.length} bytes`);
        return ends;
      }
      at = found + HEAD_END.length - before;
      this.head = undefined;
      ends.push(at);
    }
    while (at < chunk.length) {
      if (this.payloadLeft === 0) {
        this.header.push(chunk[at++]!);
        if (!this.readHeader()) continue;
      }
      const taken = Math.min(this.payloadLeft, chunk.length - at);
      at += taken;
      this.payloadLeft -= taken;
      if (this.payloadLeft === 0 && this.endsMessage) ends.push(at);
    }
    return ends;
  }

  /** True once the header is whole; an empty frame is complete with it. */
  private readHeader(): boolean {
    const [first = 0, second = 0] = this.header;
    if (this.header.length < 2) return false;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    if (this.header.length < 2 + lengthBytes + ((second & 0x80) !== 0 ? 4 : 0)) return false;
    const extended = this.header.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
    this.payloadLeft = lengthBytes === 0 ? short : extended;
    this.endsMessage = (first & 0x80) !== 0 && (first & 0x08) === 0;
    this.header = [];
    return true;
  }
}
