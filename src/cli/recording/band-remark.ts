import { BandwidthWatch, NARROW_BAND_HZ } from '../../streams/codecs/bandwidth-watch';

/** Remarks once that sound is of a telephone line and was only kept at a higher rate, as a live session is told by a notice. */
export class BandRemark {
  readonly #watch: BandwidthWatch | undefined;

  /** @param rateHz as the file claims; undefined: it claims none. */
  constructor(
    private readonly rateHz: number | undefined,
    private readonly remark: (text: string) => void,
  ) {
    if (rateHz !== undefined && rateHz > 2 * NARROW_BAND_HZ) this.#watch = new BandwidthWatch();
  }

  /** @param pcm16 of one voice at 16 kHz, in order. */
  hear(pcm16: Uint8Array): void {
    if (this.#watch?.hears(new Int16Array(pcm16.buffer, pcm16.byteOffset, pcm16.length >> 1)) !== true) return;
    this.remark(
      `It claims ${this.rateHz} Hz and holds nothing above ${NARROW_BAND_HZ / 1000} kHz: sound of a telephone, kept at a higher rate. It was analysed as it is.`,
    );
  }
}
