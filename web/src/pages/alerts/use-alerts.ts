import type { AlertList, AlertView } from '@rapport-live/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, send } from '../../api/request';
import { ServiceError } from '../../api/service-error';
import { newSince, withAlert } from './queue';

/** Between two looks at the list, ms; a page that nobody looks at takes its time. */
const LOOK_EVERY_MS = 3000;
const HIDDEN_LOOK_EVERY_MS = 20_000;

export type AlertState = 'open' | 'cleared' | 'all';
export type Handling =
  | readonly ['acknowledge']
  | readonly ['assign', { readonly assignee: string | null }]
  | readonly ['snooze', { readonly forMs: number }]
  | readonly ['note', { readonly note: string }];

export interface Alerts {
  /** Undefined: none came yet. */
  readonly list: AlertList | undefined;
  /** Why the newest look brought nothing; the list is of before. */
  readonly error: ServiceError | undefined;
  /** Of the newest look that brought something: what was not there at the one before. */
  readonly fresh: readonly AlertView[];
  /** Rejects with ServiceError. */
  handle(id: string, handling: Handling): Promise<void>;
  again(): void;
}

export function useAlerts(state: AlertState): Alerts {
  const [list, setList] = useState<AlertList>();
  const [error, setError] = useState<ServiceError>();
  const [fresh, setFresh] = useState<readonly AlertView[]>([]);
  const [tries, setTries] = useState(0);
  /** Counts what was done here: a look that began before it would take it back. */
  const done = useRef(0);
  const known = useRef<readonly AlertView[] | undefined>(undefined);

  useEffect(() => {
    known.current = undefined;
    setList(undefined);
  }, [state]);
  useEffect(() => {
    const looking = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    async function look(): Promise<void> {
      const before = done.current;
      try {
        const found = await get<AlertList>(`/v1/alerts?state=${state}`, looking.signal);
        setError(undefined);
        if (before === done.current) {
          const news = newSince(known.current, found.alerts);
          known.current = found.alerts;
          setList(found);
          if (news.length > 0) setFresh(news);
        }
      } catch (caught) {
        if (looking.signal.aborted) return;
        if (!(caught instanceof ServiceError)) throw caught;
        setError(caught);
      }
      if (looking.signal.aborted) return;
      timer = setTimeout(() => void look(), document.hidden ? HIDDEN_LOOK_EVERY_MS : LOOK_EVERY_MS);
    }
    void look();
    return () => {
      looking.abort();
      clearTimeout(timer);
    };
  }, [state, tries]);

  return {
    ...{ list, error, fresh },
    again: () => setTries(tries + 1),
    handle: async (id, [action, body]) => {
      const changed = await send<AlertView>('POST', `/v1/alerts/${encodeURIComponent(id)}/${action}`, body);
      done.current += 1;
      setList((before) => before && { ...before, alerts: withAlert(before.alerts, changed) });
    },
  };
}
