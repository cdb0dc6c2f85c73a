/** Samples at 48 kHz, in which Opus counts all durations (RFC 6716, 2; RFC 7845, 4). */
export const OPUS_RATE_PER_MS = 48;
/** 120 ms (RFC 6716, 3.2.5, R5). */
const MAX_PACKET_SAMPLES = 120 * OPUS_RATE_PER_MS;
/** RFC 6716, 3.2.1. */
const MAX_FRAME_BYTES = 1275;

export interface OpusHead {
  readonly channels: number;
  /** Samples at 48 kHz to drop at the start. */
  readonly preSkip: number;
}

/** The identification header of RFC 7845, 5.1, as Ogg and WebM (`CodecPrivate`) carry it; or why it is none. */
export function readOpusHead(bytes: Uint8Array): OpusHead | string {
  if (bytes.length < 19 || !startsWith(bytes, 'OpusHead')) return 'no OpusHead';
  const [version, channels, family] = [bytes[8]!, bytes[9]!, bytes[18]!];
  if (version > 15) return `OpusHead of version ${version}`;
  if (family !== 0 || channels < 1 || channels > 2) {
    return `${channels} Opus channels of mapping family ${family}; 1 or 2 of family 0 are built`;
  }
  return { channels, preSkip: bytes[10]! | (bytes[11]! << 8) };
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * Samples at 48 kHz of a packet by its framing alone, or undefined for one that breaks a rule of RFC 6716, 3.4
 * (R1 to R7): the decoder never sees those.
 */
export function opusPacketSamples(packet: Uint8Array): number | undefined {
  if (packet.length === 0) return undefined;
  const frame = frameSamples(packet[0]! >> 3);
  switch (packet[0]! & 3) {
    case 0:
      return packet.length - 1 <= MAX_FRAME_BYTES ? frame : undefined;
    case 1:
      return (packet.length - 1) % 2 === 0 && (packet.length - 1) / 2 <= MAX_FRAME_BYTES ? frame * 2 : undefined;
    case 2: {
      const [length, at] = frameLength(packet, 1);
      const second = packet.length - at - length;
      return length >= 0 && second >= 0 && second <= MAX_FRAME_BYTES ? frame * 2 : undefined;
    }
    default:
      return manyFrames(packet, frame);
  }
}

/** Code 3: a count byte, padding, and for variable rates the length of each frame but the last (RFC 6716, 3.2.5). */
function manyFrames(packet: Uint8Array, frame: number): number | undefined {
  const control = packet[1];
  if (control === undefined) return undefined;
  const count = control & 0x3f;
  if (count === 0 || count * frame > MAX_PACKET_SAMPLES) return undefined;
  let at = 2;
  let padding = 0;
  if (control & 0x40) {
    let more: number | undefined = 255;
    while (more === 255) {
      more = packet[at];
      if (more === undefined) return undefined;
      at += 1;
      padding += more === 255 ? 254 : more;
    }
  }
  let rest = packet.length - padding;
  if ((control & 0x80) === 0) {
    rest -= at;
    return rest >= 0 && rest % count === 0 && rest / count <= MAX_FRAME_BYTES ? count * frame : undefined;
  }
  for (let i = 1; i < count; i += 1) {
    const [length, next] = frameLength(packet, at);
    if (length < 0) return undefined;
    at = next;
    rest -= length;
  }
  rest -= at;
  return rest >= 0 && rest <= MAX_FRAME_BYTES ? count * frame : undefined;
}

/** A length of one or two bytes (RFC 6716, 3.2.1), -1 where it is cut off; and where it ends. */
function frameLength(packet: Uint8Array, at: number): [length: number, end: number] {
  const first = packet[at];
  if (first === undefined) return [-1, at];
  if (first < 252) return [first, at + 1];
  const second = packet[at + 1];
  return second === undefined ? [-1, at] : [second * 4 + first, at + 2];
}

/** Samples of one frame by the configuration number (RFC 6716, 3.1, table 2). */
function frameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1920, 2880][configuration & 3]!;
  if (configuration < 16) return [480, 960][configuration & 1]!;
  return [120, 240, 480, 960][configuration & 3]!;
}
