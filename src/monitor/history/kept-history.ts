import { RapportError } from '@rapport-live/protocol';
import type { HistoryConfig } from '../../config/history-settings';
import type { ErasureParticipant } from '../../delivery/erasure/erasures';
import type { History } from './history';
import type { HistoryStore } from './history-store';
import { openHistory } from './open-history';

export const KEPT_HISTORY = Symbol('KeptHistory');

/** The history of this process, as far as there is one. */
export interface KeptHistory {
  /** Absent: off, or it could not be opened. */
  readonly history?: History;
  /** Absent: off. */
  readonly participant?: ErasureParticipant;
  /** For `/readyz`. */
  readonly readiness: () => Readonly<Record<string, unknown>>;
}

/**
 * A history that cannot be opened (its file is damaged, of a newer version, or cannot be written) ends no conversation: it is told, and
 * the service runs without. Erasures are refused meanwhile, since what is in that file would stay.
 */
export async function openOrTell(
  config: HistoryConfig,
  dataDir: string,
  historyOf: (store: HistoryStore) => History,
  onClosed: (error: RapportError) => void,
): Promise<KeptHistory> {
  try {
    const store = await openHistory(config, dataDir);
    if (store === null) return { readiness: () => ({ kept: false }) };
    const history = historyOf(store);
    return { history, participant: history, readiness: () => ({ kept: true, troubles: history.troubles }) };
  } catch (error) {
    if (!(error instanceof RapportError)) throw error;
    onClosed(error);
    const { code, message: reason } = error;
    return { participant: UNOPENED, readiness: () => ({ kept: false, code, reason }) };
  }
}

const refuse = (): never => {
  throw new RapportError('history_unavailable', 'Nothing is erased while the history cannot be opened: see /readyz.');
};
const UNOPENED: ErasureParticipant = { sessionsOf: async () => refuse(), forget: async () => refuse() };
