import { type Channel, MediaParameter } from './messages';

/** Two channels of a message, each where its sample begins. */
export interface SplitChannel {
  readonly channel: Channel;
  readonly bytes: Uint8Array;
}

/**
 * The one offer that we take: both channels before the customer's alone, before ours alone; of equal ones the first, which
 * the client likes best. Undefined: none can be used.
 */
export function selectMedia(offered: readonly unknown[]): MediaParameter | undefined {
  const known = offered.flatMap((one) => {
    const parsed = MediaParameter.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  return (
    known.find(({ channels }) => channels.length === 2) ??
    known.find(({ channels }) => channels[0] === 'external') ??
    known[0]
  );
}

/** Bytes of one sample of all channels: PCMU (G.711 mu-law) has one a channel, L16 two, little-endian. */
export const bytesPerSample = ({ format, channels }: Pick<MediaParameter, 'format' | 'channels'>): number =>
  channels.length * (format === 'L16' ? 2 : 1);

/** 8 kHz. */
export const SAMPLES_PER_MS = 8;

/** Takes the interleaved samples of two channels apart. */
export class ChannelSplitter {
  private scratch = [new Uint8Array(0), new Uint8Array(0)];

  constructor(private readonly media: Pick<MediaParameter, 'format' | 'channels'>) {}

  /** Of whole samples; valid until the next call. */
  split(bytes: Uint8Array): readonly SplitChannel[] {
    const { channels, format } = this.media;
    if (channels.length === 1) return [{ channel: channels[0]!, bytes }];
    const length = bytes.length / 2;
    if (this.scratch[0]!.length < length) this.scratch = [new Uint8Array(length), new Uint8Array(length)];
    const width = format === 'L16' ? 2 : 1;
    return channels.map((channel, i) => {
      const out = this.scratch[i]!;
      if (width === 1) for (let at = 0; at < length; at++) out[at] = bytes[2 * at + i]!;
      else {
        for (let at = 0; at < length; at += 2) {
          out[at] = bytes[2 * at + 2 * i]!;
          out[at + 1] = bytes[2 * at + 2 * i + 1]!;
        }
      }
      return { channel, bytes: out.subarray(0, length) };
    });
  }
}
