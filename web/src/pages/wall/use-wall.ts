import type { LiveSession, WallChange, WallSnapshot } from '@rapport-live/protocol';
import { useEffect, useState } from 'preact/hooks';
import { followEvents, type Line } from '../../api/event-stream';
import type { ServiceEvent } from '../../api/event-reader';

export type Sessions = ReadonlyMap<string, LiveSession>;

export interface Wall {
  /** Undefined: nothing has come yet. */
  readonly sessions: Sessions | undefined;
  readonly line: Line;
}

/** The live wall, as the service tells of it. */
export function useWall(): Wall {
  const [sessions, setSessions] = useState<Sessions>();
  const [line, setLine] = useState<Line>({ kind: 'connecting' });
  useEffect(() => {
    const leaving = new AbortController();
    const onEvent = (event: ServiceEvent): void => setSessions((before) => changedBy(before, event));
    followEvents('/v1/wall/events', { onEvent, onLine: setLine }, leaving.signal);
    return () => leaving.abort();
  }, []);
  return { sessions, line };
}

/** The wall after an event: a snapshot is all there is, a change what is new, changed and gone. Pure. */
export function changedBy(before: Sessions | undefined, { name, data }: ServiceEvent): Sessions | undefined {
  if (name === 'snapshot') return new Map((data as WallSnapshot).sessions.map((one) => [one.sessionId, one]));
  if (name !== 'change' || before === undefined) return before;
  const { sessions, gone } = data as WallChange;
  const after = new Map(before);
  for (const one of sessions) after.set(one.sessionId, one);
  for (const sessionId of gone) after.delete(sessionId);
  return after;
}
