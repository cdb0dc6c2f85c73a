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

/** One stream's libopus at 16 kHz. Made anew after a fault. */
export class OpusRuntime {
  #decoder: OpusDecoder<16000> | undefined;
  #disposed = false;
  #failed = false;

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
    try {
      const { channelData, errors } = this.#decoder!.decodeFrame(packet);
      return errors.length > 0 ? undefined : channelData;
    } catch {
      return undefined;
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#decoder?.free();
    this.#decoder = undefined;
  }
}
