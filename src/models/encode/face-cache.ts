import { createHash } from 'node:crypto';
import type { Face } from '../../inference/inference-pool';

/**
 * Faces of the stills seen last, by the SHA-1 of their compressed bytes: a still sent again costs no inference. The
 * hash only finds repeats within one session; nothing trusts it. Promises are kept, so that a repeat in the same hop
 * waits for the first; a failed one is forgotten.
 */
export class FaceCache {
  private readonly entries = new Map<string, Promise<readonly Face[]>>();

  constructor(private readonly maxStills: number) {}

  get(still: Uint8Array, look: () => Promise<readonly Face[]>): Promise<readonly Face[]> {
    const key = createHash('sha1').update(still).digest('base64');
    const known = this.entries.get(key);
    this.entries.delete(key);
    const faces = known ?? look();
    this.entries.set(key, faces); // last in the map: used last
    if (known === undefined) {
      faces.catch(() => this.entries.delete(key));
      for (const oldest of this.entries.keys()) {
        if (this.entries.size <= this.maxStills) break;
        this.entries.delete(oldest);
      }
    }
    return faces;
  }
}
