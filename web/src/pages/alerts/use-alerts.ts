import type { AlertList, AlertView } from '@rapport-live/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { followEvents } from '../../api/event-stream';
import { get, send } from '../../api/request';
import { ServiceError } from '../../api/service-error';
import { newSince, withAlert } from './queue';

/** After a look that brought nothing, ms. */
const LOOK_AGAIN_MS = 3000;

export type AlertState = 'open' | 'cleared' | 'all';
export type Handling =
  | readonly ['acknowledge']
  | readonly ['assign', { readonly assignee: string | null }]
  | readonly ['snooze', { readonly forMs: number }]
  | readonly ['note', { readonly note: string }];

export interface Alerts {
  /** Undefined: none came yet. */
  readonly list: AlertList | undefined;
  /** Why nothing new comes; the list is of before. */
  readonly error: ServiceError | undefined;
  /** Of the newest look that brought something: what was not there at the one before. */
  readonly fresh: readonly AlertView[];
  /** Rejects with ServiceError. */
  handle(id: string, handling: Handling): Promise<void>;
  again(): void;
}

/** The alerts as they are, and again whenever the service tells of something new. */
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
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLooking = false;
    let isStale = false;
    /** One at a time: what is new meanwhile is looked for again. */
    async function look(): Promise<void> {
      isStale = true;
      if (isLooking) return;
      isLooking = true;
      clearTimeout(timer);
      while (isStale && !signal.aborted) {
        isStale = false;
        const before = done.current;
        try {
          const found = await get<AlertList>(`/v1/alerts?state=${state}`, signal);
          setError(undefined);
          if (before === done.current) show(found);
          else isStale = true;
        } catch (caught) {
          if (signal.aborted) return;
          if (!(caught instanceof ServiceError)) throw caught;
          setError(caught);
          timer = setTimeout(() => void look(), LOOK_AGAIN_MS);
        }
      }
      isLooking = false;
    }
    function show(found: AlertList): void {
      const news = newSince(known.current, found.alerts);
      known.current = found.alerts;
      setList(found);
      if (news.length > 0) setFresh(news);
    }
    followEvents(
      '/v1/alerts/events',
      {
        onEvent: () => void look(),
        onLine: (line) => {
          if (line.kind === 'lost' || line.kind === 'refused') setError(line.error);
        },
      },
      signal,
    );
    return () => {
      leaving.abort();
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
