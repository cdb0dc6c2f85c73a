import type { LiveSession } from '@rapport-live/protocol';
import { nameless } from '../../gateway/auth/names';
import { canSee, type Viewer } from '../../gateway/auth/viewer';
import type { EventStream } from './event-stream';
import type { LiveWall } from './live-wall';

/** Between two changes that a reader is told of, ms: at most four a second. */
export const WALL_CHANGE_MS = 250;

/**
 * One viewer's wall: everything first, then what has changed. Only the ids of what changed are kept, so a reader that is
 * behind costs no memory and is told the newest when it comes back.
 */
export class WallReader {
  private readonly changed = new Set<string>();
  private readonly shown = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private nextMs = 0;

  constructor(
    private readonly wall: LiveWall,
    private readonly viewer: Viewer,
    private readonly stream: EventStream,
  ) {
    if (stream.isEnded) return;
    const seen = wall.of(viewer.tenant).filter((card) => this.maySee(card));
    for (const { sessionId } of seen) this.shown.add(sessionId);
    stream.send('snapshot', { sessions: seen.map((card) => this.seenBy(card)) });
    this.nextMs = performance.now() + WALL_CHANGE_MS;
    const stop = wall.listen(viewer.tenant, (sessionId) => {
      this.changed.add(sessionId);
      this.arm();
    });
    stream.onDrain(() => this.arm());
    stream.onEnd(() => {
      stop();
      clearTimeout(this.timer);
    });
  }

  private arm(): void {
    if (this.timer !== undefined || this.changed.size === 0 || this.stream.isEnded) return;
    this.timer = setTimeout(() => this.tell(), Math.max(0, this.nextMs - performance.now()));
  }

  private tell(): void {
    this.timer = undefined;
    // told of by onDrain
    if (this.stream.isBehind) return;
    const sessions: LiveSession[] = [];
    const gone: string[] = [];
    for (const sessionId of this.changed) {
      const card = this.wall.one(this.viewer.tenant, sessionId);
      if (card !== undefined && this.maySee(card)) {
        this.shown.add(sessionId);
        sessions.push(this.seenBy(card));
      } else if (this.shown.delete(sessionId)) gone.push(sessionId);
    }
    this.changed.clear();
    this.nextMs = performance.now() + WALL_CHANGE_MS;
    if (sessions.length > 0 || gone.length > 0) this.stream.send('change', { sessions, gone });
  }

  private maySee({ team }: LiveSession): boolean {
    return canSee(this.viewer, { tenant: this.viewer.tenant, team });
  }

  private seenBy(card: LiveSession): LiveSession {
    return this.viewer.seesNames ? card : nameless(card);
  }
}
