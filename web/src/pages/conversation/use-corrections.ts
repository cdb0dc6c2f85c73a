import type { CorrectionMade, CorrectionRequest, IntentList } from '@rapport-live/protocol';
import { useState } from 'preact/hooks';
import { get, send } from '../../api/request';
import { useViewer } from '../../shell/viewer';

/** What a supervisor does about assessments that are wrong. */
export interface Corrections {
  readonly mayCorrect: boolean;
  /** What was corrected since the page was opened, by key. */
  readonly made: ReadonlyMap<string, string>;
  /** The key that is being corrected now; one at a time. */
  readonly open: string | undefined;
  toggle(key: string): void;
  /** Rejects with ServiceError. */
  correct(key: string, request: CorrectionRequest): Promise<void>;
  /** Names of intents that there are. Rejects with ServiceError. */
  intents(): Promise<readonly string[]>;
}

export function useCorrections(sessionId: string): Corrections {
  const { role } = useViewer();
  const [made, setMade] = useState<ReadonlyMap<string, string>>(new Map());
  const [open, setOpen] = useState<string>();
  return {
    ...{ made, open, mayCorrect: role !== 'analyst' },
    toggle: (key) => setOpen(key === open ? undefined : key),
    correct: async (key, request) => {
      await send<CorrectionMade>('POST', `/v1/sessions/${encodeURIComponent(sessionId)}/corrections`, request);
      setMade((before) => new Map(before).set(key, request.emotion ?? request.intent ?? ''));
      setOpen(undefined);
    },
    intents: async () => {
      const { intents, defaults } = await get<IntentList>('/v1/intents');
      return [...new Set([...intents.map(({ name }) => name), ...defaults])].sort();
    },
  };
}
