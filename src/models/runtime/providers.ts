import {
  isProvider,
  type Provider,
  type ProviderChoice,
  type RungNotTaken,
  type WantedProviders,
} from '../../inference/provider';
import type { Task } from './manifest';
import type { ModelFolder, ModelSet } from './model-folder';

/** The rung of every model. */
export type ProviderPlan = { readonly [T in Task]: ProviderChoice };
/** What one worker runs each model on. */
export type WorkerProviders = { readonly [T in Task]: Provider };

export type GpuProvider = Exclude<Provider, 'cpu'>;

/** How the ladder sees the machine: files and a process of its own, or a test's script. */
export interface Machine {
  /** Without loading anything: why the provider cannot run here, if so. */
  missing(provider: GpuProvider, wanted: WantedProviders): string | undefined;
  /** Runs the models on the provider; tells of those that failed why. It never rejects. */
  tryRung(
    provider: GpuProvider,
    folders: readonly ModelFolder[],
    options: { readonly mustBeatCpu: boolean },
  ): Promise<ReadonlyMap<Task, string>>;
}

export interface LadderOptions {
  readonly wanted: WantedProviders;
  /** Rungs that failed in a running job, with the reason: not tried again by this process. */
  readonly lost?: ReadonlyMap<Provider, string>;
}

/**
 * The ladder of every model: the providers of its manifest in order, the first that is wanted, there and right. ONNX
 * Runtime throws on a list whose first provider is missing and never falls back, so each rung is tried by itself, and
 * for all models that stand before it at once. `cpu` is tried by the workers, where a failure ends the start.
 */
export async function climb(
  models: ModelSet,
  { wanted, lost = new Map() }: LadderOptions,
  machine: Machine,
): Promise<ProviderPlan> {
  const ladders = (Object.values(models) as ModelFolder[]).map((folder) => new Ladder(folder));
  const refusal = (provider: GpuProvider): string | undefined => {
    if (lost.has(provider)) return `lost while running: ${lost.get(provider)}`;
    if (wanted !== 'auto' && !wanted.includes(provider)) return `RAPPORT_PROVIDERS does not name it`;
    return machine.missing(provider, wanted);
  };
  for (;;) {
    const provider = ladders.map((ladder) => ladder.next).find((next) => next !== undefined);
    if (provider === undefined) break;
    const before = ladders.filter((ladder) => ladder.next === provider);
    const reason = refusal(provider);
    const failed =
      reason === undefined
        ? await machine.tryRung(
            provider,
            before.map(({ folder }) => folder),
            { mustBeatCpu: wanted === 'auto' },
          )
        : undefined;
    for (const ladder of before) ladder.tried(provider, reason ?? failed?.get(ladder.folder.manifest.task));
  }
  return Object.fromEntries(ladders.map(({ folder, choice }) => [folder.manifest.task, choice])) as ProviderPlan;
}

/** One model on its way down. */
class Ladder {
  private readonly notTaken: RungNotTaken[] = [];
  private readonly rungs: Provider[] = [];

  constructor(readonly folder: ModelFolder) {
    for (const provider of folder.manifest.providers) {
      if (isProvider(provider)) this.rungs.push(provider);
      else this.notTaken.push({ provider, reason: 'this version does not drive it' });
    }
  }

  /** To be tried; undefined where the model stands on its rung. */
  get next(): GpuProvider | undefined {
    const [rung] = this.rungs;
    return this.taken || rung === 'cpu' ? undefined : rung;
  }

  private taken = false;

  tried(provider: GpuProvider, reason: string | undefined): void {
    if (reason === undefined) this.taken = true;
    else {
      this.rungs.shift();
      this.notTaken.push({ provider, reason });
    }
  }

  get choice(): ProviderChoice {
    return { provider: this.rungs[0] ?? 'cpu', notTaken: this.notTaken };
  }
}

/**
 * What a new worker runs. ONNX Runtime's WebGPU provider has one command encoder for the whole process: sessions that
 * run on two threads at once end the process (SIGSEGV seen here with 1.30.0; microsoft/onnxruntime #27592, #32561). So
 * one worker holds all of WebGPU, and the others run those models on the CPU.
 */
export function providersOfWorker(plan: ProviderPlan, webgpuHeld: boolean): WorkerProviders {
  const choices = Object.entries(plan) as [Task, ProviderChoice][];
  return Object.fromEntries(
    choices.map(([task, { provider }]) => [task, webgpuHeld && provider === 'webgpu' ? 'cpu' : provider]),
  ) as WorkerProviders;
}

/**
 * One a core. With CUDA at most four: each has its own weights and CUDA context's memory on the device, which runs one
 * graph at a time; a few keep it fed while others decode stills and make spectra.
 */
export function defaultWorkers(plan: ProviderPlan, cores: number): number {
  return Object.values(plan).some(({ provider }) => provider === 'cuda') ? Math.min(4, cores) : cores;
}
