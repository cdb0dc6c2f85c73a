import { EmotionNow } from '../../../parts/emotion-now';
import { hashOf } from '../../../router/hash-route';
import { CorrectionForm } from '../correction-form';
import type { WindowPoint } from '../fold/conversation';
import { contributionText, degradedText, readingText } from '../fold/moment-text';
import { type Corrections, windowKey } from '../use-corrections';
import { clockOf } from '../../../words/durations';
import { signed } from '../words';

interface MomentPanelProps {
  readonly sessionId: string;
  readonly atMs: number;
  readonly point: WindowPoint | undefined;
  readonly corrections: Corrections;
  /** Absent: the page goes with the conversation, or it is over. */
  readonly onFollow: (() => void) | undefined;
}

/** What was read at the chosen second, how sure that is, and what can be done about it. */
export function MomentPanel({ sessionId, atMs, point, corrections, onFollow }: MomentPanelProps) {
  const at = String(Math.round(atMs));
  const key = windowKey(point?.endMs);
  const corrected = corrections.made.get(key);
  const canCorrect = corrections.mayCorrect && point?.reading !== undefined;
  return (
    <section class="moment" aria-label="The chosen moment">
      <h3 class="figures">At {clockOf(atMs)}</h3>
      <Reading point={point} />
      {corrected !== undefined && <p class="chip corrected">corrected: {corrected}</p>}
      <p class="actions">
        {onFollow !== undefined && (
          <button type="button" class="primary" onClick={onFollow}>
            Go with the conversation
          </button>
        )}
        {canCorrect && (
          <button type="button" aria-expanded={corrections.open === key} onClick={() => corrections.toggle(key)}>
            Correct the emotion
          </button>
        )}
        <a class="button" href={hashOf('/sessions/:id', { id: sessionId }, { at })}>
          Link to this moment
        </a>
        <a class="button" href={hashOf('/search', {}, { like: `${sessionId}@${at}` })}>
          Moments like this
        </a>
      </p>
      {canCorrect && corrections.open === key && (
        <CorrectionForm
          key={key}
          about={{ windowEndMs: point.endMs }}
          kind="emotion"
          corrections={corrections}
          correctionKey={key}
        />
      )}
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
