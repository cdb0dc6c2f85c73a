import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { OpusDecoder } from 'opus-decoder' with { 'resolution-mode': 'import' };

/** The one file that knows opus-decoder: libopus 1.x as WebAssembly, about 1 MB of memory a stream. */

type Library = { OpusDecoder: new (options: object) => OpusDecoder<16000> };
let library: Library | undefined;

/** The package is an ES module for bundlers; its built file is read as CommonJS, which every Node 20 and Jest can. */
function load(): Library {
  if (library === undefined) {
    const file = join(dirname(require.resolve('opus-decoder')), 'dist/opus-decoder.min.js');
    const module = { exports: {} as Library };
    const run = compileFunction(readFileSync(file, 'utf8'), ['module', 'exports', 'require'], { filename: file });
    // it asks for a Worker that is never made here
    run(module, module.exports, () => class {});
    library = module.exports;
  }
  return library;
}

/** Keeps configuration and channels, and says that one frame follows. */
const CODE_ONE_FRAME = 0xfc;

/**
 * Packets of 120 ms without content, for each of the two codecs in Opus: configuration byte and number of frames, all of
 * one size (RFC 6716, 3.1 and 3.2.5). SILK at 10 ms a frame, CELT at 2.5 ms.
 */
const ERASERS = [
  [0x03, 12],
  [0x83, 48],
] as const;
/** RFC 6716, 3.2.1. */
const MAX_FRAME_BYTES = 1275;

/** One stream's libopus at 16 kHz. Made anew after a fault. */
export class OpusRuntime {
  #decoder: OpusDecoder<16000> | undefined;
  #disposed = false;
  #failed = false;
  /** Configuration byte of the last packet decoded (RFC 6716, 3.1). */
  #lastToc: number | undefined;

  /** @param wake called when it is ready; where it could not be made, every packet fails */
  constructor(
    private readonly channels: number,
    wake: () => void,
  ) {
    const decoder = new (load().OpusDecoder)({ sampleRate: 16_000, channels });
    void decoder.ready.then(
      () => {
        if (this.#disposed) return;
        this.#decoder = decoder;
        wake();
      },
      () => {
        this.#failed = true;
        wake();
      },
    );
  }

  get ready(): boolean {
    return this.#decoder !== undefined || this.#failed;
  }

  /** Largest packet that fits the library's input, bytes. */
  get maxPacketBytes(): number {
    return 3840 * this.channels;
  }

  /** 16 kHz, one array a channel; undefined when libopus failed. */
  decode(packet: Uint8Array): Float32Array[] | undefined {
    const decoded = this.#run(packet);
    if (decoded !== undefined) this.#lastToc = packet[0];
    return decoded;
  }

  #run(packet: Uint8Array): Float32Array[] | undefined {
    try {
      const { channelData, errors } = this.#decoder!.decodeFrame(packet);
      return errors.length > 0 ? undefined : channelData;
    } catch {
      return undefined;
    }
  }

  /**
   * What libopus makes of a packet that was lost (RFC 6716, 4.4): it goes on from the last ones, and fades. The package
   * has no call for it, but a packet of the configuration byte alone is an empty frame, which libopus takes as lost
   * (3.2.1). The result is one frame long; empty before the first packet.
   */
  conceal(): Float32Array[] | undefined {
    if (this.#lastToc === undefined) return undefined;
    return this.#run(Uint8Array.of(this.#lastToc & CODE_ONE_FRAME));
  }

  /** Overwrites what libopus holds of what it heard: its input, its output, the sound that it goes on from. */
  erase(): void {
    if (this.#decoder === undefined) return;
    this.#lastToc = undefined;
    for (const [toc, frames] of ERASERS) {
      const frameBytes = Math.min(MAX_FRAME_BYTES, Math.floor((this.maxPacketBytes - 2) / frames));
      const packet = new Uint8Array(2 + frames * frameBytes);
      packet.set([toc, frames]);
      this.#run(packet);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#decoder?.free();
    this.#decoder = undefined;
  }
}
