import { useRef } from 'preact/hooks';
import { LineState } from '../../parts/line-state';
import { useGradually } from '../../parts/use-gradually';
import type { PageProps } from '../../shell/pages';
import { useViewer } from '../../shell/viewer';
import { AlertVoice } from './alert-voice';
import { FilterBar } from './filter-bar';
import { OfSession } from './of-session';
import { cardOf } from './session-card';
import { SessionTable } from './session-table';
import { useOrder } from './use-order';
import { useSeen } from './use-seen';
import { useWall } from './use-wall';
import { filterOf, fits } from './wall-filter';
import { CARDS_A_FRAME, type Sessions } from './wall-store';
import './wall-page.css';

const NONE: Sessions = new Map();

/** All live conversations, the one that needs somebody most first. */
export function WallPage({ query }: PageProps) {
  const { seesNames } = useViewer();
  const { wall, line } = useWall();
  const sessions = wall.sessions ?? NONE;
  const { ids, isHeld, hold } = useOrder(sessions);
  const filter = filterOf(query);
  const view = query.get('view') === 'list' ? 'list' : 'cards';
  const shown = ids.map((id) => sessions.get(id)!).filter((session) => fits(session, filter));
  const drawn = useGradually(shown, CARDS_A_FRAME, view);
  const cards = useRef<HTMLDivElement>(null);
  useSeen(cards, wall);
  const known = [...sessions.values()];
  const fitting = known.filter((session) => fits(session, filter)).length;
  const live = known.filter(({ status }) => status !== 'ended').length;
  const teams = [...new Set(known.flatMap(({ team }) => team ?? []))].sort();

  return (
    <div class="wall" data-line={line.kind}>
      <div class="page-head">
        <h1>Live wall</h1>
        <p class="muted figures">
          {live} live, {fitting} shown{isHeld && ', order held'}
          {!seesNames && '; names are hidden from your role'}
        </p>
        <LineState line={line} />
      </div>
      <FilterBar filter={filter} view={view} teams={teams} />
      <AlertVoice sessions={wall.sessions} />
      {fitting === 0 && line.kind === 'live' && (
        <p class="panel empty">
          {live === 0 ? 'No conversation is live. One that begins appears here by itself.' : 'None fits the filters.'}
        </p>
      )}
      <div ref={cards} {...hold}>
        {view === 'list' ? (
          shown.length > 0 && <SessionTable wall={wall} sessions={drawn} />
        ) : (
          <ul role="list" class="cards" aria-label="Conversations, the most urgent first">
            {drawn.map(({ sessionId }) => (
              <li key={sessionId}>
                <OfSession wall={wall} sessionId={sessionId} draw={cardOf} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
