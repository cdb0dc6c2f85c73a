import type { CorrectionMade, CorrectionRequest, IntentList, SessionCorrections } from '@rapport-live/protocol';
import { useEffect, useState } from 'preact/hooks';
import { get, send } from '../../api/request';
import { ServiceError } from '../../api/service-error';
import { useViewer } from '../../shell/viewer';

/** What a supervisor does about assessments that are wrong. */
export interface Corrections {
  readonly mayCorrect: boolean;
  /** What was corrected, by key: when the page was opened, and on it since. */
  readonly made: ReadonlyMap<string, string>;
  /** Why those of before are not known. */
  readonly unread: ServiceError | undefined;
  /** The key that is being corrected now; one at a time. */
  readonly open: string | undefined;
  toggle(key: string): void;
  /** Rejects with ServiceError. */
  correct(key: string, request: CorrectionRequest): Promise<void>;
  /** Names of intents that there are. Rejects with ServiceError. */
  intents(): Promise<readonly string[]>;
}

/** As moments are named in `made`. */
export const windowKey = (windowEndMs: number | undefined): string => `window ${windowEndMs ?? ''}`;
export const utteranceKey = (utteranceId: string): string => `utterance ${utteranceId}`;

/** Nothing can have been corrected: there is no history, or what has just begun is not in it yet. */
const NONE_CODES = ['history_unavailable', 'session_unknown'];

export function useCorrections(sessionId: string): Corrections {
  const { role } = useViewer();
  const [made, setMade] = useState<ReadonlyMap<string, string>>(new Map());
  const [open, setOpen] = useState<string>();
  const [unread, setUnread] = useState<ServiceError>();
  useEffect(() => {
    const asking = new AbortController();
    get<SessionCorrections>(`/v1/sessions/${encodeURIComponent(sessionId)}/corrections`, asking.signal).then(
      ({ corrections }) => setMade((since) => new Map([...corrections.flatMap(told), ...since])),
      (caught: unknown) => {
        if (asking.signal.aborted) return;
        if (!(caught instanceof ServiceError)) throw caught;
        if (!NONE_CODES.includes(caught.code)) setUnread(caught);
      },
    );
    return () => asking.abort();
  }, [sessionId]);
  return {
    ...{ made, unread, open, mayCorrect: role !== 'analyst' },
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

/** The last one about a moment counts. */
function told({ windowEndMs, utteranceId, emotion, intent }: SessionCorrections['corrections'][number]) {
  const truth = emotion ?? intent;
  if (truth === undefined) return [];
  return [[utteranceId === undefined ? windowKey(windowEndMs) : utteranceKey(utteranceId), truth] as const];
}
