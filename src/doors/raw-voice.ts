import type { Codec, StreamDescription } from '@rapport-live/protocol';
import { pcmShape } from '../streams/codecs/open-decoder';
import type { DoorCall } from './door-call';
import { RawTimeline } from './raw-timeline';

const STREAM_ID = 1;

/** The one stream of a call whose sound comes as bare samples: whole ones, placed by their number. */
export class RawVoice {
  private readonly timeline = new RawTimeline();
  private readonly bytesPerFrame: number;
  private readonly bytesPerMs: number;

  constructor(
    private readonly call: DoorCall,
    { codec, channels }: Pick<StreamDescription, 'codec' | 'channels'>,
  ) {
    const { rateHz, bytesPerFrame } = pcmShape(codec, channels?.length ?? 1)!;
    this.bytesPerFrame = bytesPerFrame;
    this.bytesPerMs = (rateHz * bytesPerFrame) / 1000;
  }

  /** A payload that is no whole number of samples is left out and counted (`payload_invalid`). */
  heard(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (bytes.length % this.bytesPerFrame !== 0) return this.call.dropped('payload_invalid');
    this.call.media(STREAM_ID, this.timeline.place(this.call.mediaMs, bytes.length / this.bytesPerMs), bytes);
  }
}

/** As `session.start` describes it. Both parties in two channels: who is heard in which. */
export function rawVoiceStream(
  codec: Codec,
  heard: StreamDescription['party'] | readonly ['customer' | 'agent', 'customer' | 'agent'],
): StreamDescription {
  const description = { streamId: STREAM_ID, kind: 'voice', codec } as const;
  return typeof heard === 'string'
    ? { ...description, party: heard }
    : { ...description, party: 'mixed', channels: [...heard] };
}
