import type { HopStill } from '../../facts/stream-fact';
import type { Face, FaceBox, InferencePool, JobOptions } from '../../inference/inference-pool';
import { type JobCost, NO_COST, slowest } from '../../inference/job-cost';
import type { EncodeOptions } from './encode-options';
import { FaceCache, stillKey } from './face-cache';
import { customerBox, EMPTY_SCENE, type FaceScene, nearestFace, seeFaces } from './face-tracker';

/** The customer's face in one still. */
export interface SeenFace {
  readonly ptsMs: number;
  /** Stable in the session: `STREAM-face-N`. */
  readonly faceId: string;
  readonly features: Float32Array;
}

interface KeyedStill extends HopStill {
  readonly key: string;
}

/** What was found in a still, and what looking took. */
interface Looked {
  readonly faces: readonly Face[];
  readonly cost: JobCost;
}

/**
 * The customer's face through the stills of a session, each stream a scene of its own: where the customer was in the last
 * one says whose expression may be computed in the next (rule 9). Those of one hop are looked at together, by where the
 * customer was before the hop; a still in which that was not the customer's place any more is looked at anew.
 */
export class FaceWatch {
  private readonly cache: FaceCache;
  /** By stream name: as many as the session has streams. */
  private readonly scenes = new Map<string, FaceScene>();

  constructor(
    private readonly pool: Pick<InferencePool, 'submit'>,
    private readonly options: EncodeOptions,
  ) {
    this.cache = new FaceCache(options.maxCachedStills);
  }

  /** The stills of one hop, in the order of their time; the cost is what they had to be waited for. `job`: asked for each. */
  async look(
    stills: readonly HopStill[],
    job: () => JobOptions,
  ): Promise<{ readonly seen: SeenFace[]; readonly cost: JobCost }> {
    const inOrder = [...stills]
      .sort((a, b) => a.ptsMs - b.ptsMs)
      .map((still): KeyedStill => ({ ...still, key: stillKey(still.still) }));
    const ahead = this.lookAhead(inOrder, job);
    try {
      return await this.follow(inOrder, ahead, job);
    } finally {
      // nothing of a hop runs on into the next
      await Promise.allSettled(ahead.values());
    }
  }

  /** By key, each new still once. None where it is not known who the customer is: it could be anybody's expression. */
  private lookAhead(stills: readonly KeyedStill[], job: () => JobOptions): Map<string, Promise<Looked>> {
    const ahead = new Map<string, Promise<Looked>>();
    for (const still of stills) {
      const customer = customerBox(this.sceneOf(still), still.ptsMs, this.options);
      if (customer === undefined || ahead.has(still.key) || this.cache.get(still.key) !== undefined) continue;
      const looked = this.submit(still, customer, job());
      looked.catch(() => {}); // told where it is awaited, which may be after it failed
      ahead.set(still.key, looked);
    }
    return ahead;
  }

  private async follow(
    stills: readonly KeyedStill[],
    ahead: ReadonlyMap<string, Promise<Looked>>,
    job: () => JobOptions,
  ): Promise<{ readonly seen: SeenFace[]; readonly cost: JobCost }> {
    const seen: SeenFace[] = [];
    const together: JobCost[] = [];
    let anew = NO_COST;
    for (const still of stills) {
      const { streamName, ptsMs, key } = still;
      const before = this.sceneOf(still);
      const customer = customerBox(before, ptsMs, this.options);
      const wanted = (faces: readonly Face[]): number =>
        customer === undefined
          ? 0
          : nearestFace(
              customer,
              faces.map(({ box }) => box),
            );
      // A still that comes again shows the same faces; whom it was looked at for may have changed.
      const fits = (faces: readonly Face[]): boolean => {
        const face = faces[wanted(faces)];
        return face === undefined || face.features.length > 0;
      };
      const early = await ahead.get(key);
      if (early !== undefined) together.push(early.cost);
      let faces = this.cache.get(key) ?? early?.faces;
      if (faces === undefined || !fits(faces)) {
        const looked = await this.submit(still, customer, job());
        faces = looked.faces;
        anew = { waitMs: anew.waitMs + looked.cost.waitMs, modelMs: anew.modelMs + looked.cost.modelMs };
      }
      this.cache.put(key, faces);
      const boxes = faces.map(({ box }) => box);
      const { scene, faceIds } = seeFaces(before, ptsMs, boxes, this.options);
      this.scenes.set(streamName, scene);
      const at = wanted(faces);
      const [face, faceId] = [faces[at], faceIds[at]];
      if (face === undefined || face.features.length === 0 || faceId !== scene.customerId) continue;
      seen.push({ ptsMs, faceId: `${streamName}-face-${faceId}`, features: face.features });
    }
    const { waitMs, modelMs } = slowest(together);
    return { seen, cost: { waitMs: waitMs + anew.waitMs, modelMs: modelMs + anew.modelMs } };
  }

  private sceneOf({ streamName }: HopStill): FaceScene {
    return this.scenes.get(streamName) ?? EMPTY_SCENE;
  }

  private async submit({ still }: HopStill, customer: FaceBox | undefined, job: JobOptions): Promise<Looked> {
    const input = { still, ...(customer === undefined ? {} : { customer }) };
    const { output, waitMs, modelMs } = await this.pool.submit('face-tokens', input, job);
    return { faces: output.faces, cost: { waitMs, modelMs } };
  }
}
