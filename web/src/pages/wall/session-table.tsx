import type { LiveSession } from '@rapport-live/protocol';
import { Component } from 'preact';
import { EmotionNow } from '../../parts/emotion-now';
import { Alerts, Degraded, Intents, LastWords, Lasted, SessionName, Urgency } from './session-parts';
import { CHANNEL_WORDS, STATUS_WORDS } from './session-words';

const HEADS = ['Urgency', 'Who', 'Team', 'Channel', 'Lasts', 'Customer seems', 'Wants', 'Last words and alerts'];

/** The same as a list, for many at once. */
export const SessionTable = ({ sessions }: { readonly sessions: readonly LiveSession[] }) => (
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
        {sessions.map((session) => (
          <Row key={session.sessionId} session={session} />
        ))}
      </tbody>
    </table>
  </div>
);

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
