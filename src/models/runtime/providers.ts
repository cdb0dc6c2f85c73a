/** Execution providers of ONNX Runtime that this version drives. */
export type Provider = 'cpu';

/** What became of the list of a manifest: the provider taken, and why each better one was not. */
export interface ProviderChoice {
  readonly provider: Provider;
  readonly notTaken: readonly { readonly provider: string; readonly reason: string }[];
}

/**
 * The ladder. ONNX Runtime throws on a list whose first provider is missing and never falls back, so each rung is
 * tried by itself; a rung that starts still has to pass the parity self-test. Only the last rung is built so far.
 */
export function chooseProvider(wanted: readonly string[]): ProviderChoice {
  const better = wanted.filter((provider) => provider !== 'cpu');
  return { provider: 'cpu', notTaken: better.map((provider) => ({ provider, reason: 'not built in this version' })) };
}
