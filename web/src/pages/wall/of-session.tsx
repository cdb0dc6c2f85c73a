import type { LiveSession } from '@rapport-live/protocol';
import { Component, type ComponentChildren } from 'preact';
import type { WallStore } from './wall-store';

interface OfSessionProps {
  readonly wall: WallStore;
  readonly sessionId: string;
  /** Draws it; of the same conversation always the same. */
  readonly draw: (session: LiveSession) => ComponentChildren;
}

/** What is shown of one conversation: drawn again when the service told of it, and not because of what is beside it. */
export class OfSession extends Component<OfSessionProps> {
  private stop: (() => void) | undefined;

  override componentDidMount(): void {
    const { wall, sessionId } = this.props;
    this.stop = wall.onSession(sessionId, () => this.forceUpdate());
  }

  override componentWillUnmount(): void {
    this.stop?.();
  }

  override shouldComponentUpdate(): boolean {
    return false;
  }

  override render({ wall, sessionId, draw }: OfSessionProps) {
    const session = wall.sessions?.get(sessionId);
    return session === undefined ? null : draw(session);
  }
}
