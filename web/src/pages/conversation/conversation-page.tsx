import { useEffect, useRef, useState } from 'preact/hooks';
import { LineState } from '../../parts/line-state';
import { Trouble } from '../../parts/trouble';
import type { PageProps } from '../../shell/pages';
import { AboutPanel } from './about/about-panel';
import './conversation.css';
import type { Conversation } from './fold/conversation';
import { windowAt } from './fold/moment';
import { SummaryPanel } from './summary/summary-panel';
import { MomentPanel } from './timeline/moment-panel';
import { Timeline } from './timeline/timeline';
import { WindowTable } from './timeline/window-table';
import { Transcript } from './transcript/transcript';
import { useConversation } from './use-conversation';
import { useCorrections } from './use-corrections';
import { useMoment } from './use-moment';
import { clockOf } from '../../words/durations';

/** One conversation, live and afterwards: `#/sessions/ID`, at a moment with `?at=MS`. */
export function ConversationPage({ params: { id = '' }, query }: PageProps) {
  return <OneConversation key={id} sessionId={id} at={query.get('at')} />;
}

/** Who has watched for so long goes on looking at its end when it ends; who opens one that is over begins at its beginning, ms. */
const WATCHED_MS = 3000;

function OneConversation({ sessionId, at }: { readonly sessionId: string; readonly at: string | undefined }) {
  const [tries, setTries] = useState(0);
  const { conversation, line } = useConversation(sessionId, tries);
  const [chosenMs, choose] = useMoment(sessionId, at);
  const [entered, setEntered] = useState(0);
  const corrections = useCorrections(sessionId);
  const { ended, durationMs, windows, lines, isCut } = conversation;
  const isOver = ended !== undefined;
  const liveSince = useRef<number | undefined>(undefined);

  useEffect(() => {
    if (windows.length + lines.length > 0 && !isOver) liveSince.current ??= performance.now();
    const sinceMs = liveSince.current;
    if (isOver && sinceMs !== undefined && performance.now() - sinceMs > WATCHED_MS) choose(chosenMs ?? durationMs);
  }, [isOver, windows.length + lines.length > 0]);

  const isFollowing = chosenMs === undefined && !isOver;
  const atMs = chosenMs ?? (isOver ? 0 : durationMs);
  const refusal = line.kind === 'refused' ? line.error : undefined;
  return (
    <div class="conversation">
      <Heading conversation={conversation} />
      {refusal === undefined ? (
        <LineState line={isOver ? { kind: 'over' } : line} />
      ) : (
        <Trouble error={refusal} onAgain={() => setTries(tries + 1)} />
      )}
      {isCut && (
        <p class="muted">This conversation is long: its oldest part is not shown here. The export has all of it.</p>
      )}
      {corrections.unread !== undefined && <Trouble error={corrections.unread} />}
      <SummaryPanel sessionId={sessionId} isOver={isOver} onMoment={choose} />
      <div class="conversation-grid">
        <section class="panel" aria-labelledby="timeline-of-it">
          <h2 id="timeline-of-it">Timeline</h2>
          <Timeline conversation={conversation} atMs={atMs} onMoment={choose} onEnter={() => setEntered(entered + 1)} />
          <MomentPanel
            sessionId={sessionId}
            atMs={atMs}
            point={windowAt(windows, atMs)}
            corrections={corrections}
            onFollow={isOver || isFollowing ? undefined : () => choose(undefined)}
          />
          <WindowTable windows={windows} atMs={atMs} durationMs={durationMs} onMoment={choose} />
        </section>
        <section class="panel" aria-labelledby="words-of-it">
          <h2 id="words-of-it">What was said</h2>
          <Transcript
            lines={lines}
            atMs={atMs}
            isFollowing={isFollowing}
            onMoment={choose}
            corrections={corrections}
            entered={entered}
          />
        </section>
        <div class="aside">
          <AboutPanel sessionId={sessionId} conversation={conversation} />
        </div>
      </div>
    </div>
  );
}

function Heading({ conversation: { started, ended, durationMs } }: { readonly conversation: Conversation }) {
  const { customerId, agentId, team, queue, channel, language } = started?.session ?? {};
  const facts = [
    ['Agent', agentId],
    ['Team', team],
    ['Queue', queue],
    ['Channel', channel],
    ['Language', ended?.language ?? language],
    ['Began', started === undefined ? undefined : new Date(started.startedAt).toLocaleString()],
    ['Length', started === undefined ? undefined : clockOf(durationMs)],
  ].filter((fact): fact is [string, string] => fact[1] !== undefined);
  return (
    <header>
      <h1>
        Conversation
        {customerId !== undefined && (
          <>
            {' with '}
            <bdi>{customerId}</bdi>
          </>
        )}
      </h1>
      <dl class="facts inline figures">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <p class="muted small">
        Emotions are guesses of a model, each with how sure it is; gaps are seconds without enough evidence.
      </p>
    </header>
  );
}
