import { useEffect, useState } from 'react';
import { connect, type ConnectOptions, type EventOf, type RapportSession } from '@rapport-live/client';

export interface Rapport {
  readonly session?: RapportSession;
  readonly assessed?: EventOf<'rapport.window.assessed'>['data'];
  readonly said: readonly EventOf<'rapport.transcript.final'>['data'][];
  readonly failure?: Error;
}

/** A session as long as the component lives: attach a microphone to `session`, show what is found. Keep `options` the same. */
export function useRapport(options: ConnectOptions): Rapport {
  const [state, setState] = useState<Rapport>({ said: [] });
  useEffect(() => {
    const stop = new AbortController();
    const add = (change: (before: Rapport) => Partial<Rapport>): void =>
      setState((before) => (stop.signal.aborted ? before : { ...before, ...change(before) }));
    connect({ ...options, signal: stop.signal }).then(
      (session) => {
        session.on('rapport.window.assessed', ({ data }) => add(() => ({ assessed: data })));
        session.on('rapport.transcript.final', ({ data }) => add((is) => ({ said: [...is.said, data].slice(-100) })));
        session.on('over', ({ failure }) => add(() => ({ failure, session: undefined })));
        add(() => ({ session }));
      },
      (failure: Error) => add(() => ({ failure })),
    );
    return () => stop.abort();
  }, [options]);
  return state;
}
