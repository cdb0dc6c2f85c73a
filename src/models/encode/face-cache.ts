import { createHash } from 'node:crypto';
import type { Face } from '../../inference/inference-pool';

/** A still by its compressed bytes. The hash (SHA-1) only finds repeats within one session; nothing trusts it. */
export const stillKey = (still: Uint8Array): string => createHash('sha1').update(still).digest('base64');

/** Faces of the stills seen last, by their keys: a still sent again costs no inference. */
export class FaceCache {
  private readonly entries = new Map<string, readonly Face[]>();

  constructor(private readonly maxStills: number) {}

  get(key: string): readonly Face[] | undefined {
    return this.entries.get(key);
  }

  /** As the one used last. */
  put(key: string, faces: readonly Face[]): void {
    this.entries.delete(key);
    this.entries.set(key, faces);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.maxStills) break;
      this.entries.delete(oldest);
    }
  }
}
