/** A piece of sound with its time. `gapFromMs`: sound from there to `ptsMs` was never captured. */
export interface StampedSound {
  readonly pcm: Uint8Array;
  readonly ptsMs: number;
  readonly gapFromMs?: number;
}

/** Sound may come so much later than is usual before a hole is suspected, ms. */
const MAX_LAG_MS = 250;
/** A lag that lasts so long is a hole in the sound; one that goes away before was a late delivery, ms. */
const HOLE_AFTER_MS = 500;
/** Sound that waits for that to be told apart, ms of sound at most. */
const MAX_HELD_MS = 10_000;
/** A device's clock may lose so much against ours without that being a hole: the service follows it (docs/protocol.md, "Drift"). */
const MAX_DRIFT = 0.002;

/**
 * Stamps the sound of one device. Samples follow each other: their count is the finer clock, so the media clock only
 * tells where the first one lies, and where sound is missing. A busy page delivers late, and all at once: that is no
 * hole. A tab or a machine that slept captured nothing: that is one. While the two cannot be told apart sound is held.
 */
export class CaptureClock {
  private nextMs: number | undefined;
  /** The way of the sound to us, as short as it was lately: less than that no lag can be, ms. */
  private usualLagMs = 0;
  private held: Uint8Array[] = [];
  private heldMs = 0;
  private lateSinceMs = 0;

  /** @param bytesPerMs of the sound */
  constructor(private readonly bytesPerMs: number) {}

  /** @param nowMs the media clock when the last sample of `pcm` came */
  stamp(pcm: Uint8Array, nowMs: number): StampedSound[] {
    const durationMs = pcm.byteLength / this.bytesPerMs;
    this.nextMs ??= Math.max(0, nowMs - durationMs);
    const lagMs = nowMs - (this.nextMs + this.heldMs + durationMs);
    const lateMs = lagMs - this.usualLagMs;
    if (lateMs <= MAX_LAG_MS) {
      this.usualLagMs = Math.min(lagMs, this.usualLagMs + durationMs * MAX_DRIFT);
      return [...this.release(0), this.follow(pcm)];
    }
    if (this.held.length === 0) this.lateSinceMs = nowMs;
    this.held.push(pcm.slice()); // its owner may use the buffer again
    this.heldMs += durationMs;
    const isHole = nowMs - this.lateSinceMs >= HOLE_AFTER_MS || this.heldMs > MAX_HELD_MS;
    return isHole ? this.release(lateMs) : [];
  }

  /** What is held, as it stands: nothing more comes. */
  flush(): StampedSound[] {
    return this.release(0);
  }

  private release(holeMs: number): StampedSound[] {
    const gapFromMs = this.nextMs ?? 0;
    this.nextMs = gapFromMs + holeMs;
    const sounds = this.held.map((pcm) => this.follow(pcm));
    this.held = [];
    this.heldMs = 0;
    if (holeMs > 0) sounds[0] = { ...sounds[0]!, gapFromMs };
    return sounds;
  }

  private follow(pcm: Uint8Array): StampedSound {
    const ptsMs = this.nextMs!;
    this.nextMs = ptsMs + pcm.byteLength / this.bytesPerMs;
    return { pcm, ptsMs };
  }
}
