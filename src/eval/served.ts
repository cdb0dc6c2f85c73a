import { createHash } from 'node:crypto';
import { EMOTIONS, type Emotion, type Modality } from '@rapport-live/protocol';
import { calibrate, type FusionCalibration, parseFusionCalibration } from '../fusion/calibration';
import type { JobInput, JobKind, JobOutput } from '../inference/inference-pool';
import { loadManifests, type ModelSet } from '../models/runtime/model-folder';
import { WorkerPool } from '../models/runtime/worker-pool';

export type Tokens = Partial<Record<Modality, Float32Array>>;

export interface Answer {
  readonly label: Emotion;
  /** Calibrated, in the order of EMOTIONS. */
  readonly probabilities: readonly number[];
}

/** One models directory as the service runs it: worker threads, the networks, and fusion's calibration. */
export class Served {
  private constructor(
    readonly models: ModelSet,
    private readonly pool: WorkerPool,
    private readonly calibration: FusionCalibration,
  ) {}

  static async open(modelsDir: string, workers: number): Promise<Served> {
    const models = await loadManifests(modelsDir);
    const pool = await WorkerPool.start({ modelsDir, workers });
    return new Served(models, pool, parseFusionCalibration(models.fusion.manifest));
  }

  /** Of everything in its manifests, the checksums of the graphs among it: equal where the models are. */
  get fingerprint(): string {
    const manifests = Object.values(this.models).map(({ manifest }) => manifest);
    return createHash('sha256').update(JSON.stringify(manifests)).digest('hex');
  }

  async run<K extends JobKind>(kind: K, input: JobInput<K>): Promise<JobOutput<K>> {
    return (await this.pool.submit(kind, input, { sessionId: 'eval', jobClass: 'assessment' })).output;
  }

  /** What fusion says of these tokens, all of them present. */
  async emotion(tokens: Tokens): Promise<Answer> {
    const subset = Object.keys(tokens) as Modality[];
    const { logits, labels } = await this.run('fusion', { ...tokens, subsets: [subset] });
    const probabilities = calibrate(logits, labels, subset, this.calibration);
    return { probabilities, label: best(probabilities) };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** The likeliest emotion, of all or of some. */
export function best(probabilities: readonly number[], among: readonly Emotion[] = EMOTIONS): Emotion {
  const chance = (emotion: Emotion): number => probabilities[EMOTIONS.indexOf(emotion)]!;
  return among.reduce((a, b) => (chance(b) > chance(a) ? b : a));
}

/** `work` on every item, so many at a time, results in the order of the items; `tell` hears of each one done. */
export async function mapSome<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
  tell: () => void = () => {},
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) {
      results[i] = await work(items[i]!);
      tell();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}
