/** Sample rates that sound cards, browsers and telephone lines have. */
const RATES_HZ = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;
/** Of these a slow network is not easily mistaken: it would have to hit one to 3 % for ten seconds. */
const ARRIVAL_RATES_HZ = [8000, 16_000, 24_000] as const;
/** Looked at one by one: a pause or a burst in any of them begins anew. */
const WINDOW_MS = 1000;
const WINDOWS = 10;
/** A payload later than this behind twice the usual step is a pause, ms. */
const MAX_WAIT_MS = 250;
/** How far a window may differ from the whole: jitter of 250 ms. */
const MAX_WINDOW_DEVIATION = 0.25;
const STAMP_TOLERANCE = 0.02;
const ARRIVAL_TOLERANCE = 0.03;
/** Who has not shown it within so much time is not asked on, ms. */
const GIVE_UP_MS = 120_000;

export interface PcmShape {
  readonly rateHz: number;
  /** One sample of every channel. */
  readonly bytesPerFrame: number;
}

export interface WrongRate {
  readonly declaredHz: number;
  readonly looksLikeHz: number;
  /** Which clock says so: that of the sender, or ours. */
  readonly evidence: 'time_stamps' | 'arrival';
}

/**
 * Tells PCM that was sampled at another rate than declared: so many samples come in a second, of the time stamps or of
 * our clock, second after second. Pure; the sound itself is not looked at (see `BandwidthWatch`).
 */
export class RateWatch {
  readonly #stamps: SteadyRate;
  readonly #arrivals: SteadyRate | undefined;

  /** @param isLive else nothing follows from when samples arrive: files come as fast as they can */
  constructor(
    private readonly shape: PcmShape,
    isLive: boolean,
  ) {
    const others = (rates: readonly number[]) => rates.filter((rate) => rate !== shape.rateHz);
    this.#stamps = new SteadyRate(shape.rateHz, others(RATES_HZ), STAMP_TOLERANCE);
    const slower = ARRIVAL_RATES_HZ.filter((rate) => rate < shape.rateHz);
    if (isLive) this.#arrivals = new SteadyRate(shape.rateHz, slower, ARRIVAL_TOLERANCE);
  }

  /** A payload, in order. `free`: the sender did not wait for credit. Says it once. */
  hears(ptsMs: number, nowMs: number, bytes: number, free: boolean): WrongRate | undefined {
    if (!free) this.#arrivals?.restart();
    const samples = bytes / this.shape.bytesPerFrame;
    const byStamps = this.#stamps.next(ptsMs, samples);
    const byArrival = this.#arrivals?.next(nowMs, samples);
    const looksLikeHz = byStamps ?? byArrival;
    if (looksLikeHz === undefined) return undefined;
    this.#stamps.stop();
    this.#arrivals?.stop();
    return { declaredHz: this.shape.rateHz, looksLikeHz, evidence: byStamps === undefined ? 'arrival' : 'time_stamps' };
  }

  /** Media is missing in front of the next payload. */
  restart(): void {
    this.#stamps.restart();
    this.#arrivals?.restart();
  }
}

/** Samples a second of one clock, once it has been steady for all windows. */
class SteadyRate {
  #firstMs: number | undefined;
  #beganMs = 0;
  #windowMs = 0;
  #samples = 0;
  #windowSamples = 0;
  #windows = 0;
  #payloads = 0;
  #lastMs = 0;
  #fresh = true;
  #stopped = false;

  constructor(
    private readonly declaredHz: number,
    private readonly othersHz: readonly number[],
    private readonly tolerance: number,
  ) {}

  /** The other rate that it is, once; undefined while it is not sure, and for ever when it is the declared one. */
  next(atMs: number, samples: number): number | undefined {
    if (this.#stopped) return undefined;
    this.#firstMs ??= atMs;
    if (this.#fresh || this.#paused(atMs)) this.#begin(atMs);
    this.#lastMs = atMs;
    this.#payloads += 1;
    const found = atMs - this.#windowMs >= WINDOW_MS ? this.#closeWindow(atMs) : undefined;
    this.#samples += samples;
    this.#windowSamples += samples;
    if (atMs - this.#firstMs > GIVE_UP_MS) this.#stopped = true;
    return found;
  }

  restart(): void {
    this.#fresh = true;
  }

  stop(): void {
    this.#stopped = true;
  }

  #paused(atMs: number): boolean {
    const usualMs = (this.#lastMs - this.#beganMs) / Math.max(1, this.#payloads - 1);
    return this.#payloads > 1 && atMs - this.#lastMs > 2 * usualMs + MAX_WAIT_MS;
  }

  #begin(atMs: number): void {
    this.#fresh = false;
    this.#beganMs = atMs;
    this.#windowMs = atMs;
    this.#samples = 0;
    this.#windowSamples = 0;
    this.#windows = 0;
    this.#payloads = 0;
    this.#lastMs = atMs;
  }

  #closeWindow(atMs: number): number | undefined {
    const windowHz = (this.#windowSamples * 1000) / (atMs - this.#windowMs);
    const hz = (this.#samples * 1000) / (atMs - this.#beganMs);
    if (Math.abs(windowHz / hz - 1) > MAX_WINDOW_DEVIATION) {
      this.#begin(atMs);
      return undefined;
    }
    this.#windowMs = atMs;
    this.#windowSamples = 0;
    this.#windows += 1;
    if (this.#windows < WINDOWS) return undefined;
    const is = (rateHz: number) => Math.abs(hz / rateHz - 1) <= this.tolerance;
    if (is(this.declaredHz)) this.#stopped = true;
    const other = this.othersHz.find(is);
    if (other === undefined) this.#begin(atMs);
    return other;
  }
}
