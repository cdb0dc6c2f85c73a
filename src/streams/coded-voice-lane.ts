import type { DecoderLoss, PcmSink, VoiceDecoder } from './codecs/voice-decoder';
import { refuse, type Lane, type LaneHost, type MediaFault } from './lane';
import type { StreamSpec } from '../facts/media-chunk';
import type { VoiceCut } from './resume/restored-streams';
import { SAMPLES_PER_MS, type StreamOptions } from './stream-options';
import type { VoiceLane } from './voice-lane';

/**
 * One voice stream behind a decoder: payloads in, sound of one or two parties out, each into its own `VoiceLane`.
 * Compressed bytes wait here while those lanes are full; credit counts them, and the unreleased sound in proportion:
 * a full lane holds back the whole window.
 */
export class CodedVoiceLane implements Lane, PcmSink {
  #discontinuity = false;
  /** How far from its stamp the first sound of the last payload was placed, ms. */
  #shiftMs: number | undefined;
  #ended = false;
  #closed = false;

  constructor(
    private readonly spec: StreamSpec,
    private readonly decoder: VoiceDecoder,
    private readonly voices: readonly VoiceLane[],
    private readonly creditBytes: number,
    private readonly options: StreamOptions,
    private readonly host: LaneHost,
  ) {}

  get mediaMs(): number {
    return Math.min(...this.voices.map((lane) => lane.mediaMs));
  }

  get endMs(): number {
    return Math.max(...this.voices.map((lane) => lane.endMs));
  }

  get pending(): boolean {
    return this.decoder.waitingBytes > 0 || this.#ended !== this.#closed || this.voices.some((lane) => lane.pending);
  }

  get waitsForWatermark(): boolean {
    return this.voices.some((lane) => lane.waitsForWatermark);
  }

  get heldBytes(): number {
    const share = Math.min(1, this.#heldPcmBytes() / this.options.voiceCreditBytes);
    return this.decoder.waitingBytes + Math.ceil(share * this.creditBytes);
  }

  get deadlineMs(): number {
    return Math.min(...this.voices.map((lane) => lane.deadlineMs));
  }

  get needFromMs(): number {
    const needMs = Math.min(...this.voices.map((lane) => lane.needFromMs));
    return this.decoder.waitingBytes > 0 ? Math.min(needMs, this.endMs) : needMs;
  }

  placedMs(ptsMs: number): number | undefined {
    return this.#shiftMs === undefined ? undefined : ptsMs + this.#shiftMs;
  }

  cuts(fromMs: number): VoiceCut[] {
    return this.voices.flatMap((lane) => lane.cuts(fromMs));
  }

  begin(bytes: Uint8Array): MediaFault | undefined {
    const reason = this.decoder.begin?.(bytes);
    this.decoder.lost(this);
    return reason === undefined ? undefined : refuse('payload_invalid', reason);
  }

  get roomSamples(): number {
    return (this.options.voiceCreditBytes - this.#heldPcmBytes()) / 2;
  }

  check(bytes: Uint8Array): MediaFault | undefined {
    const reason = this.decoder.misfit(bytes.length);
    return reason === undefined ? undefined : refuse('payload_invalid', reason);
  }

  accept(ptsMs: number, bytes: Uint8Array, discontinuity: boolean, init: boolean): MediaFault | undefined {
    this.#discontinuity ||= discontinuity;
    this.#shiftMs = undefined;
    if (bytes.length === 0) return undefined;
    const reason = this.decoder.take({ ptsMs, bytes, discontinuity: this.#discontinuity, init }, this);
    this.#discontinuity = false;
    return reason === undefined ? undefined : refuse('payload_invalid', reason);
  }

  lost(): void {
    this.decoder.lost(this);
    for (const lane of this.voices) lane.lost();
  }

  pause(fromMs: number): void {
    this.decoder.pause(fromMs, this);
    for (const lane of this.voices) lane.pause(fromMs);
  }

  end(): void {
    this.#ended = true;
    this.#finish();
  }

  pump(nowMs: number, flush: boolean): void {
    this.decoder.drain(this);
    this.#finish();
    for (const lane of this.voices) lane.pump(nowMs, flush);
  }

  nextContentMs(fromMs: number): number {
    return Math.min(...this.voices.map((lane) => lane.nextContentMs(fromMs)));
  }

  release(endMs: number): void {
    for (const lane of this.voices) lane.release(endMs);
  }

  goOn(endMs: number): void {
    for (const lane of this.voices) lane.goOn(endMs);
  }

  dispose(): void {
    this.decoder.dispose();
    for (const lane of this.voices) lane.dispose();
  }

  pcm(ptsMs: number, channels: readonly Int16Array[], discontinuity: boolean): void {
    // Credit keeps senders below this; many tiny frames, each rounded up, could pass it.
    if (channels[0]!.length > this.roomSamples) {
      this.gap('voice_backlog', ptsMs, ptsMs + channels[0]!.length / SAMPLES_PER_MS);
      return;
    }
    channels.forEach((samples, i) => {
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      this.voices[i]!.accept(Math.max(0, ptsMs), bytes, discontinuity);
    });
    this.#shiftMs ??= this.voices[0]!.placedMs()! - Math.max(0, ptsMs);
  }

  gap(reason: DecoderLoss | 'voice_backlog', fromMs: number, toMs: number): void {
    this.host.drop(reason);
    this.host.gap({ streamName: this.spec.name, reason, fromMs: Math.max(0, fromMs), toMs: Math.max(0, toMs) });
  }

  notice(atMs: number, detail: Readonly<Record<string, string | number | boolean>>): void {
    this.host.notice({ streamName: this.spec.name, atMs, detail });
  }

  /** The lanes end behind the last decoded sound. */
  #finish(): void {
    if (!this.#ended || this.#closed || this.decoder.waitingBytes > 0) return;
    this.#closed = true;
    this.decoder.end(this);
    for (const lane of this.voices) lane.end();
  }

  #heldPcmBytes(): number {
    return Math.max(...this.voices.map((lane) => lane.heldBytes));
  }
}
