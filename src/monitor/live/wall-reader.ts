import type { LiveSession } from '@rapport-live/protocol';
import { nameless } from '../../gateway/auth/names';
import { canSee, type Viewer } from '../../gateway/auth/viewer';
import type { EventStream } from './event-stream';
import type { LiveWall } from './live-wall';
import { pacedNews } from './paced-news';

/**
 * One viewer's wall: everything first, then what has changed. Only the ids of what changed are kept, so a reader that is
 * behind costs no memory and is told the newest when it comes back.
 */
export class WallReader {
  private readonly changed = new Set<string>();
  private readonly shown = new Set<string>();

  constructor(
    private readonly wall: LiveWall,
    private readonly viewer: Viewer,
    private readonly stream: EventStream,
  ) {
    if (stream.isEnded) return;
    const seen = wall.of(viewer.tenant).filter((card) => this.maySee(card));
    for (const { sessionId } of seen) this.shown.add(sessionId);
    stream.send('snapshot', { sessions: seen.map((card) => this.seenBy(card)) });
    const arm = pacedNews(stream, {
      isThere: () => this.changed.size > 0,
      tell: () => this.tell(),
      hasBegun: true,
    });
    stream.onEnd(
      wall.listen(viewer.tenant, (sessionId) => {
        this.changed.add(sessionId);
        arm();
      }),
    );
  }

  private tell(): void {
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
    if (sessions.length > 0 || gone.length > 0) this.stream.send('change', { sessions, gone });
  }

  private maySee({ team }: LiveSession): boolean {
    return canSee(this.viewer, { tenant: this.viewer.tenant, team });
  }

  private seenBy(card: LiveSession): LiveSession {
    return this.viewer.seesNames ? card : nameless(card);
  }
}
