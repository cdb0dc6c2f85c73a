import { EmotionNow } from '../../../parts/emotion-now';
import { hashOf } from '../../../router/hash-route';
import type { WindowPoint } from '../fold/conversation';
import { contributionText, degradedText, readingText } from '../fold/moment-text';
import { clockOf } from '../../../words/durations';
import { signed } from '../words';

interface MomentPanelProps {
  readonly sessionId: string;
  readonly atMs: number;
  readonly point: WindowPoint | undefined;
  /** Absent: the page goes with the conversation, or it is over. */
  readonly onFollow: (() => void) | undefined;
}

/** What was read at the chosen second, how sure that is, and what can be done about it. */
export function MomentPanel({ sessionId, atMs, point, onFollow }: MomentPanelProps) {
  const at = String(Math.round(atMs));
  return (
    <section class="moment" aria-label="The chosen moment">
      <h3 class="figures">At {clockOf(atMs)}</h3>
      <Reading point={point} />
      <p class="actions">
        {onFollow !== undefined && (
          <button type="button" class="primary" onClick={onFollow}>
            Go with the conversation
          </button>
        )}
        <a class="button" href={hashOf('/sessions/:id', { id: sessionId }, { at })}>
          Link to this moment
        </a>
      </p>
    </section>
  );
}

function Reading({ point }: { readonly point: WindowPoint | undefined }) {
  if (point?.standing !== 'assessed' || point.reading === undefined) {
    return <p class="reading unsure">{capital(readingText(point))}</p>;
  }
  const { label, confidence, valence, arousal } = point.reading;
  const more = [contributionText(point), degradedText(point)].filter((text) => text !== undefined);
  return (
    <>
      <EmotionNow emotion={{ label, confidence, abstained: undefined }} />
      <p class="muted figures">
        valence {signed(valence)}, arousal {signed(arousal)}
      </p>
      {more.map((text) => (
        <p key={text} class="muted figures">
          {text}
        </p>
      ))}
    </>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
