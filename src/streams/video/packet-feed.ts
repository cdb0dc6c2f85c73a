import type { DemuxSink, Demuxer } from '../codecs/demuxer';
import type { OpusHead } from '../codecs/opus-packet';

type Heard = { readonly head: OpusHead } | { readonly data: Uint8Array; readonly timeMs: number } | 'corrupt';

/**
 * The sound of a payload whose container was read already: what was put in comes out at the next `push`, its times
 * media times. So the decoder of voice streams decodes it, to the same millisecond.
 */
export class PacketFeed implements Demuxer {
  #heard: Heard[] = [];

  get empty(): boolean {
    return this.#heard.length === 0;
  }

  /** Media time of the first packet. */
  get firstMs(): number | undefined {
    for (const one of this.#heard) if (typeof one === 'object' && 'data' in one) return one.timeMs;
    return undefined;
  }

  put(one: Heard): void {
    this.#heard.push(one);
  }

  push(_bytes: Uint8Array, sink: DemuxSink): undefined {
    for (const one of this.#heard.splice(0)) {
      if (one === 'corrupt') sink.corrupt();
      else if ('head' in one) sink.head(one.head);
      else sink.packet(one.data, one.timeMs, true);
    }
    return undefined;
  }

  lost(): void {}

  erase(): void {
    this.#heard = [];
  }

  restart(): boolean {
    return false;
  }
}
