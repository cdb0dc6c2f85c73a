import { CODEC_KIND, type Codec, RapportError } from '@rapport-live/protocol';
import type { MediaTrack } from './browser';
import type { Capture, CaptureChange, CaptureEnd, CaptureHost, CaptureOptions } from './capture';
import type { DeviceKind } from './device-error';

/** What a device that runs is made of. */
export interface CaptureParts {
  readonly device: DeviceKind;
  readonly track: MediaTrack;
  /** Lets go of everything. The last media was sent. */
  readonly close: () => void;
}

/** The track that is captured: the first. Throws RapportError `media_missing`. */
export function liveTrack([track]: readonly MediaTrack[]): MediaTrack {
  if (track === undefined) throw new RapportError('media_missing', 'The MediaStream has no such track.');
  if (track.readyState !== 'live') throw new RapportError('media_missing', 'The track has ended already.');
  return track;
}

/** A stream of the session for this device: one that it declared, or a new one. */
export async function streamFor(host: CaptureHost, codec: Codec, options: CaptureOptions): Promise<number> {
  const { streamId = host.freeStreamId, party = 'customer', signal } = options;
  const declared = host.declared(streamId);
  if (declared === undefined) {
    await host.openStream({ streamId, kind: CODEC_KIND[codec], party, codec }, signal);
  } else if (declared.codec !== codec) {
    const said = `Stream ${streamId} was declared as ${declared.codec}, and this device gives ${codec}.`;
    throw new RapportError('invalid_message', said);
  }
  return streamId;
}

/** A device with its stream, from here to its end, which is told once. */
export class OpenCapture implements Capture {
  private reason: CaptureEnd | undefined;
  private settle!: (reason: CaptureEnd) => void;
  readonly ended = new Promise<CaptureEnd>((resolve) => (this.settle = resolve));
  private readonly offs: (() => void)[] = [];

  constructor(
    readonly streamId: number,
    private readonly host: CaptureHost,
    private readonly parts: CaptureParts,
    signal: AbortSignal | undefined,
  ) {
    const { track } = parts;
    this.listen('ended', () => this.end('device_lost'));
    this.listen('mute', () => this.tell({ state: 'muted' }));
    this.listen('unmute', () => this.tell({ state: 'live' }));
    this.offs.push(host.onOver(() => this.end('session_over')));
    this.offs.push(host.onEnding(() => this.stop()));
    const onAbort = (): void => this.stop();
    signal?.addEventListener('abort', onAbort);
    this.offs.push(() => signal?.removeEventListener('abort', onAbort));
    if (track.readyState === 'ended') this.end('device_lost');
    else if (signal?.aborted === true) this.stop();
  }

  get hasEnded(): boolean {
    return this.reason !== undefined;
  }

  stop(): void {
    this.end('stopped');
  }

  tell(change: Pick<CaptureChange, 'state' | 'reason'>): void {
    this.host.changed({ streamId: this.streamId, device: this.parts.device, ...change });
  }

  private end(reason: CaptureEnd): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    for (const off of this.offs.splice(0)) off();
    this.parts.close();
    if (reason !== 'session_over') this.host.endStream(this.streamId, this.host.nowMs);
    this.tell({ state: 'ended', reason });
    this.settle(reason);
  }

  private listen(type: string, listener: () => void): void {
    const { track } = this.parts;
    track.addEventListener(type, listener);
    this.offs.push(() => track.removeEventListener(type, listener));
  }
}
