import type { HealthAnswer } from '@rapport-live/protocol';
import { useRef } from 'preact/hooks';
import { type Polled, usePolled } from '../../parts/use-polled';

/** Between two looks, ms. */
const EVERY_MS = 5_000;
/** Looks that the page remembers: half an hour. */
const MAX_LOOKS = 360;

export interface Look {
  /** Wall clock, ms since 1970. */
  readonly atMs: number;
  readonly health: HealthAnswer;
}

/** How the service does now, and what this page saw of it since it was opened. */
export function useHealth(): Polled<HealthAnswer> & { readonly looks: readonly Look[] } {
  const polled = usePolled<HealthAnswer>('/v1/health', EVERY_MS);
  const looks = useRef<readonly Look[]>([]);
  const { value } = polled;
  if (value !== undefined && looks.current.at(-1)?.health !== value) {
    looks.current = [...looks.current, { atMs: Date.now(), health: value }].slice(-MAX_LOOKS);
  }
  return { ...polled, looks: looks.current };
}
