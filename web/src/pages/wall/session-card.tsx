import type { LiveSession } from '@rapport-live/protocol';
import { Component } from 'preact';
import { EmotionNow } from '../../parts/emotion-now';
import { Alerts, Degraded, Intents, LastWords, Lasted, SessionName, Urgency } from './session-parts';
import { CHANNEL_WORDS, levelOf, STATUS_WORDS } from './session-words';
import { Trail } from './trail';

interface SessionCardProps {
  readonly session: LiveSession;
}

export const cardOf = (session: LiveSession) => <SessionCard session={session} />;

/** One conversation. Drawn again only when the service told of it. */
class SessionCard extends Component<SessionCardProps> {
  override shouldComponentUpdate({ session }: SessionCardProps): boolean {
    return session !== this.props.session;
  }

  override render({ session }: SessionCardProps) {
    const { sessionId, status, channel, team, queue, emotion, trend } = session;
    const where = [CHANNEL_WORDS[channel], team, queue].filter((part) => part !== undefined);
    return (
      <article
        class="panel card"
        data-session-id={sessionId}
        data-status={status}
        data-level={levelOf(session.urgency)}
        data-window-end-ms={emotion?.windowEndMs}
        aria-labelledby={`name-${sessionId}`}
      >
        <header>
          <h2 id={`name-${sessionId}`}>
            <SessionName session={session} />
          </h2>
          <Urgency {...session} />
        </header>
        <p class="where muted">
          <bdi>{where.join(' · ')}</bdi>
          <span>
            {status === 'live' ? null : <strong>{STATUS_WORDS[status]} </strong>}
            <Lasted {...session} />
          </span>
        </p>
        <EmotionNow emotion={emotion} trend={trend} />
        <Trail {...session} />
        <Alerts {...session} />
        <LastWords {...session} />
        <Intents {...session} />
        <Degraded {...session} />
      </article>
    );
  }
}
