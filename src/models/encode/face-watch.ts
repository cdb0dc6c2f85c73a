import type { HopStill } from '../../facts/stream-fact';
import type { Face, InferencePool, JobResult } from '../../inference/inference-pool';
import { type JobCost, NO_COST } from '../../inference/job-cost';
import type { EncodeOptions } from './encode-options';
import { FaceCache } from './face-cache';
import { customerBox, EMPTY_SCENE, type FaceScene, nearestFace, seeFaces } from './face-tracker';

/** The customer's face in one still. */
export interface SeenFace {
  readonly ptsMs: number;
  /** Stable in the session: `STREAM-face-N`. */
  readonly faceId: string;
  readonly features: Float32Array;
}

/**
 * The customer's face through the stills of a session, each stream a scene of its own. One still after another: where
 * the customer was in the last one says whose expression may be computed in the next (rule 9).
 */
export class FaceWatch {
  private readonly cache: FaceCache;
  /** By stream name: as many as the session has streams. */
  private readonly scenes = new Map<string, FaceScene>();

  constructor(
    private readonly pool: Pick<InferencePool, 'submit'>,
    private readonly sessionId: string,
    private readonly options: EncodeOptions,
  ) {
    this.cache = new FaceCache(options.maxCachedStills);
  }

  /** The stills of one hop, in the order of their time; the cost is of all, since each waits for the one before. */
  async look(
    stills: readonly HopStill[],
    hopEndMs: number,
  ): Promise<{ readonly seen: SeenFace[]; readonly cost: JobCost }> {
    const seen: SeenFace[] = [];
    let cost = NO_COST;
    for (const still of [...stills].sort((a, b) => a.ptsMs - b.ptsMs)) {
      const { streamName, ptsMs } = still;
      const before = this.scenes.get(streamName) ?? EMPTY_SCENE;
      const customer = customerBox(before, ptsMs, this.options);
      const wanted = (faces: readonly Face[]): number =>
        customer === undefined
          ? 0
          : nearestFace(
              customer,
              faces.map(({ box }) => box),
            );
      const submit = async (): Promise<readonly Face[]> => {
        const { output, ...spent }: JobResult<'face-tokens'> = await this.pool.submit(
          'face-tokens',
          { still: still.still, ...(customer === undefined ? {} : { customer }) },
          { sessionId: this.sessionId, jobClass: 'assessment', resultKey: hopEndMs },
        );
        cost = { waitMs: cost.waitMs + spent.waitMs, modelMs: cost.modelMs + spent.modelMs };
        return output.faces;
      };
      // A still that comes again shows the same faces; whom it was looked at for may have changed.
      const fits = (faces: readonly Face[]): boolean => {
        const face = faces[wanted(faces)];
        return face === undefined || face.features.length > 0;
      };
      const faces = await this.cache.get(still.still, submit, fits);
      const boxes = faces.map(({ box }) => box);
      const { scene, faceIds } = seeFaces(before, ptsMs, boxes, this.options);
      this.scenes.set(streamName, scene);
      const at = wanted(faces);
      const [face, faceId] = [faces[at], faceIds[at]];
      if (face === undefined || face.features.length === 0 || faceId !== scene.customerId) continue;
      seen.push({ ptsMs, faceId: `${streamName}-face-${faceId}`, features: face.features });
    }
    return { seen, cost };
  }
}
