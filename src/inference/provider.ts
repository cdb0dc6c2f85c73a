/** Execution providers of ONNX Runtime that this version drives, best first: the rungs of the ladder. */
export const PROVIDERS = ['cuda', 'webgpu', 'cpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Which rungs are tried: `auto` those whose hardware is there, a list just these. `cpu` is always the last. */
export type WantedProviders = 'auto' | readonly Provider[];

export interface RungNotTaken {
  readonly provider: string;
  /** For people: what is missing, what failed, and what to do. */
  readonly reason: string;
}

/** What became of the list of a manifest: the provider taken, and why each better one was not. */
export interface ProviderChoice {
  readonly provider: Provider;
  readonly notTaken: readonly RungNotTaken[];
}

export function isProvider(name: string): name is Provider {
  return (PROVIDERS as readonly string[]).includes(name);
}
