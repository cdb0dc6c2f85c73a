import { useEffect, useState } from 'preact/hooks';
import { followEvents, type Line } from '../../api/event-stream';
import { afterFrame } from '../../parts/after-frame';
import { WallStore } from './wall-store';

export interface Wall {
  readonly wall: WallStore;
  readonly line: Line;
}

/** The live wall, as the service tells of it. Who uses it is drawn again when anything changed. */
export function useWall(): Wall {
  const [wall] = useState(() => new WallStore(afterFrame));
  const [line, setLine] = useState<Line>({ kind: 'connecting' });
  const [, setTurn] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    const stop = wall.onChange(() => setTurn((turn) => turn + 1));
    followEvents('/v1/wall/events', { onEvent: (event) => wall.take(event), onLine: setLine }, leaving.signal);
    return () => {
      leaving.abort();
      stop();
    };
  }, []);
  return { wall, line };
}
