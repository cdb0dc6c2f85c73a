import {
  type Provider,
  type ProviderChoice,
  PROVIDERS,
  type RungNotTaken,
  type WantedProviders,
} from '../../inference/provider';
import type { Task } from './manifest';
import type { ModelSet } from './model-folder';
import { missingFor } from './provider-presence';
import { climb, type Machine, type ProviderPlan, providersOfWorker, type WorkerProviders } from './providers';
import { tryInProcess } from './trial-process';
import type { FallenModel } from './worker-messages';

export const THIS_MACHINE: Machine = {
  missing: missingFor,
  tryRung: (provider, folders, { mustBeatCpu }) => tryInProcess({ provider, folders, mustBeatCpu }),
};

/** Where every model of a pool stands. It only ever goes down: what was lost stays lost until the process starts anew. */
export class ProviderLadder {
  private readonly lost = new Map<Provider, string>();
  private readonly fallen = new Map<string, FallenModel>();
  private plan!: ProviderPlan;
  /** The climb under way; several workers may lose the same rung at once. */
  private climbing: Promise<void>;

  private constructor(
    private readonly models: ModelSet,
    private readonly wanted: WantedProviders,
    private readonly machine: Machine,
  ) {
    this.climbing = this.climb();
  }

  static async start(models: ModelSet, wanted: WantedProviders, machine: Machine): Promise<ProviderLadder> {
    const ladder = new ProviderLadder(models, wanted, machine);
    await ladder.climbing;
    return ladder;
  }

  get current(): ProviderPlan {
    return this.plan;
  }

  /** A GPU failed in a job: settles when the next rungs are known. Lost is lost for all models: it is one device. */
  async lose({ provider, reason }: RungNotTaken): Promise<void> {
    if (!this.lost.has(provider as Provider)) {
      this.lost.set(provider as Provider, reason);
      this.climbing = this.climbing.then(() => this.climb());
    }
    await this.climbing;
  }

  /** A worker could not take a rung that passed its trial: it serves on the CPU, the others as planned. */
  fell(models: readonly FallenModel[]): void {
    for (const model of models) this.fallen.set(`${model.task} ${model.provider}`, model);
  }

  /** What a new worker beside these runs. */
  forWorker(beside: readonly WorkerProviders[]): WorkerProviders {
    const webgpuHeld = beside.some((providers) => Object.values(providers).includes('webgpu'));
    return providersOfWorker(this.plan, webgpuHeld);
  }

  /** Of a model: what the workers run it on, and why not on better. */
  standing(task: Task, workers: readonly WorkerProviders[]): Omit<ProviderChoice, 'provider'> & { provider: string } {
    const inUse = PROVIDERS.filter((provider) => workers.some((providers) => providers[task] === provider));
    const fallen = [...this.fallen.values()].filter(
      (model) => model.task === task && !this.lost.has(model.provider as Provider),
    );
    return {
      provider: inUse.length > 0 ? inUse.join('+') : this.plan[task].provider,
      notTaken: [...this.plan[task].notTaken, ...fallen.map(({ provider, reason }) => ({ provider, reason }))],
    };
  }

  private async climb(): Promise<void> {
    this.plan = await climb(this.models, { wanted: this.wanted, lost: this.lost }, this.machine);
  }
}
