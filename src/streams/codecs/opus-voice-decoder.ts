import type { Demuxer } from './demuxer';
import { MAX_CONCEALED_MS, OpusConcealment } from './opus-concealment';
import { OPUS_RATE_PER_MS, opusPacketSamples, type OpusHead } from './opus-packet';
import { OpusRuntime } from './opus-runtime';
import { PacketBudget } from './packet-budget';
import type { PcmSink, VoiceDecoder, VoicePayload } from './voice-decoder';

const { floor, max, min, round } = Math;
const OUTPUT_PER_MS = 16;
/** 120 ms, the longest packet (RFC 6716, 2.1.4). */
const MAX_PACKET_OUTPUT = 120 * OUTPUT_PER_MS;
/** What a packet of unknown length is taken for before any other. */
const UNKNOWN_MS = 20;
/** Waiting packets cost memory of their own, whatever their size: each counts as so many bytes more. */
const PACKET_OVERHEAD_BYTES = 16;

interface Waiting {
  /** Empty: damaged; made up from what was before it. */
  readonly data: Uint8Array;
  readonly ptsMs: number;
  readonly samples: number;
  /** Set on the first packet behind a header or a seam. */
  readonly fresh: { readonly preSkip: number; readonly discontinuity: boolean } | undefined;
}

/**
 * Opus out of a container. Packets are taken out of the container at once, so that a broken one is told to who sent it;
 * they are decoded when there is room. The payload's time stamp places the first packet that begins in it, and the
 * container's times place the others from there. Damaged packets are concealed, then silence, of their length.
 */
export class OpusVoiceDecoder implements VoiceDecoder {
  readonly #budget = new PacketBudget();
  readonly #concealment = new OpusConcealment();
  #runtime: OpusRuntime;
  #waiting: Waiting[] = [];
  #first = 0;
  #waitingBytes = 0;
  #head: OpusHead | undefined;
  /** Media ms at container time 0. */
  #shiftMs: number | undefined;
  #fresh: Waiting['fresh'];
  #skip = 0;
  /** Length of the last sound packet: damaged ones are taken to be as long. */
  #usualMs = UNKNOWN_MS;
  /** Media ms where the last packet ends. */
  #endMs = -Infinity;
  /** The container was damaged behind the last packet: a hole there is one of lost packets. */
  #damaged = false;
  readonly #out: readonly Int16Array[];

  constructor(
    private readonly demuxer: Demuxer,
    private readonly channels: number,
    private readonly wake: () => void,
  ) {
    this.#runtime = new OpusRuntime(channels, wake);
    this.#out = Array.from({ length: channels }, () => new Int16Array(MAX_PACKET_OUTPUT));
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  misfit(): undefined {
    return undefined;
  }

  take({ ptsMs, bytes, discontinuity, init }: VoicePayload, sink: PcmSink): string | undefined {
    this.#budget.refill(ptsMs);
    if (discontinuity) this.#seam();
    if (init && this.demuxer.restart()) sink.gap('corrupt_media', ptsMs, ptsMs);
    let anchored = false;
    let refused: string | undefined;
    const fault = this.demuxer.push(bytes, {
      head: (head) => {
        refused = this.#begin(head);
      },
      packet: (data, timeMs, within) => {
        if (refused !== undefined || this.#head === undefined) return;
        if (this.#shiftMs === undefined || (within && !anchored)) this.#shiftMs = ptsMs - timeMs;
        anchored ||= within;
        this.#queue(data, timeMs + this.#shiftMs, sink);
      },
      corrupt: () => {
        this.#damaged = true;
        sink.gap('corrupt_media', ptsMs, ptsMs + this.#usualMs);
      },
    });
    this.drain(sink);
    return fault ?? refused;
  }

  begin(bytes: Uint8Array): string | undefined {
    this.demuxer.restart();
    let refused: string | undefined;
    const fault = this.demuxer.push(bytes, {
      head: (head) => {
        refused = this.#begin(head);
      },
      packet: () => {},
      corrupt: () => {},
    });
    return fault ?? refused;
  }

  drain(sink: PcmSink): void {
    while (this.#first < this.#waiting.length && this.#runtime.ready && sink.roomSamples >= MAX_PACKET_OUTPUT) {
      const packet = this.#waiting[this.#first]!;
      this.#first += 1;
      this.#waitingBytes -= packet.data.length + PACKET_OVERHEAD_BYTES;
      this.#decode(packet, sink);
    }
    if (this.#first === 0 || this.#first * 2 < this.#waiting.length) return;
    this.#waiting.splice(0, this.#first);
    this.#first = 0;
  }

  lost(): void {
    this.#seam();
  }

  pause(fromMs: number): void {
    const waiting = this.#waiting.slice(this.#first);
    for (const { data, ptsMs } of waiting) if (ptsMs >= fromMs) data.fill(0);
    this.#waiting = waiting.filter(({ ptsMs }) => ptsMs < fromMs);
    this.#first = 0;
    this.#waitingBytes = this.#waiting.reduce((sum, { data }) => sum + data.length + PACKET_OVERHEAD_BYTES, 0);
    for (const buffer of this.#out) buffer.fill(0);
    this.#runtime.erase();
    this.demuxer.erase();
    this.#seam();
  }

  end(): void {}

  dispose(): void {
    this.#runtime.dispose();
    this.#waiting = [];
  }

  #begin(head: OpusHead): string | undefined {
    if (this.channels === 2 && head.channels === 1) return 'Opus of one channel, where channels names two parties.';
    this.#head = head;
    this.#shiftMs = undefined;
    this.#fresh = { preSkip: head.preSkip, discontinuity: this.#fresh?.discontinuity ?? false };
    return undefined;
  }

  /** Bytes are missing in front of the next. */
  #seam(): void {
    this.demuxer.lost();
    this.#shiftMs = undefined;
    this.#fresh = { preSkip: this.#fresh?.preSkip ?? 0, discontinuity: true };
  }

  #queue(data: Uint8Array, ptsMs: number, sink: PcmSink): void {
    const samples = opusPacketSamples(data);
    const durationMs = samples === undefined ? this.#usualMs : samples / OPUS_RATE_PER_MS;
    if (!this.#budget.take()) {
      sink.gap('packet_rate', ptsMs, ptsMs + durationMs);
      return;
    }
    const sound = samples !== undefined && data.length <= this.#runtime.maxPacketBytes;
    if (!sound) sink.gap('corrupt_media', ptsMs, ptsMs + durationMs);
    else this.#usualMs = durationMs;
    this.#fillHole(ptsMs);
    this.#wait(sound ? data.slice() : new Uint8Array(0), ptsMs, durationMs);
  }

  /** Packets that the container lost to damage: without this, what follows would move up into their place. */
  #fillHole(untilMs: number): void {
    const missingMs = untilMs - this.#endMs;
    if (this.#damaged && this.#fresh === undefined && missingMs > 1 && missingMs <= MAX_CONCEALED_MS) {
      this.#wait(new Uint8Array(0), this.#endMs, missingMs);
    }
    this.#damaged = false;
  }

  #wait(data: Uint8Array, ptsMs: number, durationMs: number): void {
    this.#waiting.push({ data, ptsMs, samples: round(durationMs * OUTPUT_PER_MS), fresh: this.#fresh });
    this.#waitingBytes += data.length + PACKET_OVERHEAD_BYTES;
    this.#endMs = ptsMs + durationMs;
    this.#fresh = undefined;
  }

  #decode({ data, ptsMs, samples, fresh }: Waiting, sink: PcmSink): void {
    if (fresh !== undefined) {
      this.#skip = floor((fresh.preSkip * OUTPUT_PER_MS) / OPUS_RATE_PER_MS);
      this.#concealment.forget();
    }
    const lost = data.length === 0;
    const decoded = lost ? this.#concealment.fill(this.#runtime, samples, this.channels) : this.#runtime.decode(data);
    if (decoded !== undefined && !lost) this.#concealment.heard();
    if (decoded === undefined && !lost) {
      this.#runtime.dispose();
      this.#runtime = new OpusRuntime(this.channels, this.wake);
      this.#concealment.forget();
      sink.gap('decoder_restarted', ptsMs, ptsMs + samples / OUTPUT_PER_MS);
    }
    const count = min(MAX_PACKET_OUTPUT, decoded?.[0]?.length ?? samples);
    const skipped = min(this.#skip, count);
    this.#skip -= skipped;
    if (count === skipped) return;
    const out = this.#out.map((buffer, channel) => {
      const from = decoded?.[channel];
      if (from === undefined) buffer.fill(0, 0, count);
      else for (let i = 0; i < count; i += 1) buffer[i] = max(-32768, min(32767, round(from[i]! * 32768)));
      return buffer.subarray(skipped, count);
    });
    sink.pcm(ptsMs, out, fresh?.discontinuity ?? false);
  }
}
