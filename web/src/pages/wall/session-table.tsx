import type { LiveSession } from '@rapport-live/protocol';
import { Component } from 'preact';
import { EmotionNow } from '../../parts/emotion-now';
import { OfSession } from './of-session';
import { Alerts, Degraded, Intents, LastWords, Lasted, SessionName, Urgency } from './session-parts';
import { CHANNEL_WORDS, STATUS_WORDS } from './session-words';
import type { WallStore } from './wall-store';

const HEADS = ['Urgency', 'Who', 'Team', 'Channel', 'Lasts', 'Customer seems', 'Wants', 'Last words and alerts'];

interface SessionTableProps {
  readonly wall: WallStore;
  readonly sessions: readonly LiveSession[];
}

/** The same as a list, for many at once. */
export const SessionTable = ({ wall, sessions }: SessionTableProps) => (
  <div class="panel wide" role="region" aria-label="Conversations as a list" tabIndex={0}>
    <table class="sessions">
      <thead>
        <tr>
          {HEADS.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ sessionId }) => (
          <OfSession key={sessionId} wall={wall} sessionId={sessionId} draw={rowOf} />
        ))}
      </tbody>
    </table>
  </div>
);

const rowOf = (session: LiveSession) => <Row session={session} />;

interface RowProps {
  readonly session: LiveSession;
}

class Row extends Component<RowProps> {
  override shouldComponentUpdate({ session }: RowProps): boolean {
    return session !== this.props.session;
  }

  override render({ session }: RowProps) {
    const { status, team, channel, emotion, trend } = session;
    return (
      <tr data-status={status}>
        <td>
          <Urgency {...session} />
        </td>
        <th scope="row">
          <SessionName session={session} />
        </th>
        <td>
          <bdi>{team ?? '–'}</bdi>
        </td>
        <td>{CHANNEL_WORDS[channel]}</td>
        <td>
          {status === 'live' ? null : <span>{STATUS_WORDS[status]} </span>}
          <Lasted {...session} />
        </td>
        <td>
          <EmotionNow emotion={emotion} trend={trend} />
          <Degraded {...session} />
        </td>
        <td>
          <Intents {...session} />
        </td>
        <td>
          <LastWords {...session} />
          <Alerts {...session} />
        </td>
      </tr>
    );
  }
}
