import { createHash } from 'node:crypto';
import type { Face } from '../../inference/inference-pool';

/**
 * Faces of the stills seen last, by the SHA-1 of their compressed bytes: a still sent again costs no inference. The
 * hash only finds repeats within one session; nothing trusts it.
 */
export class FaceCache {
  private readonly entries = new Map<string, readonly Face[]>();

  constructor(private readonly maxStills: number) {}

  /** @param fits whether what is known of it still answers the question; else it is looked at anew. */
  async get(
    still: Uint8Array,
    look: () => Promise<readonly Face[]>,
    fits: (faces: readonly Face[]) => boolean,
  ): Promise<readonly Face[]> {
    const key = createHash('sha1').update(still).digest('base64');
    const known = this.entries.get(key);
    const faces = known !== undefined && fits(known) ? known : await look();
    this.entries.delete(key);
    this.entries.set(key, faces); // last in the map: used last
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.maxStills) break;
      this.entries.delete(oldest);
    }
    return faces;
  }
}
