import { hashOf } from '../../../router/hash-route';
import { evidenceText } from '../../alerts/evidence-text';
import { SEVERITY_WORDS } from '../../wall/session-words';
import { CorrectionForm } from '../correction-form';
import type { AlertLine, Line, SaidLine } from '../fold/conversation';
import { type Corrections, utteranceKey } from '../use-corrections';
import { clockOf } from '../../../words/durations';
import { percentOf } from '../../../words/percent';
import { spaced } from '../../../words/names';
import { CLEAR_REASONS, PARTY_NAMES, plural } from '../words';

interface LineProps {
  readonly line: Line;
  readonly isCurrent: boolean;
  readonly onMoment: (atMs: number) => void;
  readonly corrections: Corrections;
}

export function LineView({ line, isCurrent, onMoment, corrections }: LineProps) {
  const kind =
    line.kind === 'said' ? `said ${line.party}` : line.kind === 'alert' ? `alert ${line.severity}` : 'remark';
  return (
    <li class={`line-of ${kind}`} aria-current={isCurrent ? 'true' : undefined}>
      <button
        type="button"
        class="quiet time figures"
        aria-label={`Go to ${clockOf(line.atMs)}`}
        onClick={() => onMoment(line.atMs)}
      >
        {clockOf(line.atMs)}
      </button>
      <div class="what">
        {line.kind === 'said' ? (
          <Said line={line} corrections={corrections} />
        ) : line.kind === 'alert' ? (
          <Alert line={line} />
        ) : (
          <p class="muted">{line.text}</p>
        )}
      </div>
    </li>
  );
}

function Said({ line, corrections }: { readonly line: SaidLine; readonly corrections: Corrections }) {
  const { id, party, source, text, masked, intents, outOfScope } = line;
  const key = utteranceKey(id);
  const corrected = corrections.made.get(key);
  return (
    <>
      <p>
        <strong class="party">{PARTY_NAMES[party]}</strong>
        {source === 'chat' && <span class="muted"> writes</span>}{' '}
        <span class="said-words" dir="auto">
          {text}
        </span>
      </p>
      {party === 'customer' && (
        <p class="chips">
          {intents.slice(0, 2).map(({ name, score }) => (
            <span key={name} class="chip">
              {spaced(name)} {percentOf(score)}
            </span>
          ))}
          {outOfScope && <span class="chip">fits no intent</span>}
          {masked > 0 && <span class="chip">{plural(masked, 'piece')} of personal data masked</span>}
          {corrected !== undefined && <span class="chip corrected">corrected: {spaced(corrected)}</span>}
          {corrections.mayCorrect && (
            <button
              type="button"
              class="quiet small"
              aria-expanded={corrections.open === key}
              onClick={() => corrections.toggle(key)}
            >
              Correct the intent
            </button>
          )}
        </p>
      )}
      {corrections.open === key && (
        <CorrectionForm about={{ utteranceId: id }} kind="intent" corrections={corrections} correctionKey={key} />
      )}
    </>
  );
}

function Alert({ line }: { readonly line: AlertLine }) {
  const { id, name, severity, evidence, cleared } = line;
  return (
    <>
      <p>
        <strong class={`badge ${severity}`}>{SEVERITY_WORDS[severity]}</strong> <span dir="auto">{name}</span>{' '}
        <a href={hashOf('/alerts', {}, { state: cleared === undefined ? 'open' : 'all', id })}>in the queue</a>
      </p>
      <p class="muted">
        {[
          ...evidence.map(evidenceText),
          cleared === undefined
            ? 'open'
            : `cleared at ${clockOf(cleared.atMs)}${cleared.reason === undefined ? '' : `: ${CLEAR_REASONS[cleared.reason]}`}`,
        ].join('; ')}
      </p>
    </>
  );
}
