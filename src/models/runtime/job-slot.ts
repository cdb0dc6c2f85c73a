import { closeSync, openSync, writeSync } from 'node:fs';
import type { JobKind } from '../../inference/inference-pool';
import { FINGERPRINT_BYTES } from './fingerprint';

/** Of one worker, in the journal of running jobs: what it is at, or nothing. */
export const SLOT_BYTES = 64;
const RUNNING = 1;
const KIND_AT = 2;
const KIND_BYTES = 24;
export const FINGERPRINT_AT = KIND_AT + KIND_BYTES;

const FREE = Buffer.alloc(1);

/** Where a worker's slot is. */
export interface SlotPlace {
  readonly file: string;
  readonly slot: number;
}

export interface RunningJob {
  readonly kind: string;
  /** Hexadecimal. */
  readonly fingerprint: string;
}

/**
 * A worker's own slot. It is written before a job runs, since a fault in native code ends the process with nothing said.
 * One write of 64 bytes into a file that has its size: it is in the page cache when the call returns, which outlives the
 * process (not the machine, whose loss nobody takes for a bad job).
 */
export class JobSlot {
  private readonly bytes = Buffer.alloc(SLOT_BYTES);
  private readonly at: number;

  private constructor(
    private readonly fd: number,
    { slot }: SlotPlace,
  ) {
    this.at = slot * SLOT_BYTES;
  }

  static open(place: SlotPlace): JobSlot {
    return new JobSlot(openSync(place.file, 'r+'), place);
  }

  begin(kind: JobKind, fingerprint: Buffer): void {
    this.bytes.fill(0);
    this.bytes[0] = RUNNING;
    this.bytes.write(kind, KIND_AT, KIND_BYTES, 'latin1');
    fingerprint.copy(this.bytes, FINGERPRINT_AT);
    writeSync(this.fd, this.bytes, 0, SLOT_BYTES, this.at);
  }

  /** Nothing runs: who ends now ended for another reason. */
  clear(): void {
    writeSync(this.fd, FREE, 0, 1, this.at);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** What ran, by the bytes of a slot; undefined: nothing. */
export function runningIn(bytes: Buffer): RunningJob | undefined {
  if (bytes.length < SLOT_BYTES || bytes[0] !== RUNNING) return undefined;
  const kind = bytes.toString('latin1', KIND_AT, KIND_AT + KIND_BYTES).replace(/\0+$/, '');
  return { kind, fingerprint: bytes.toString('hex', FINGERPRINT_AT, FINGERPRINT_AT + FINGERPRINT_BYTES) };
}
