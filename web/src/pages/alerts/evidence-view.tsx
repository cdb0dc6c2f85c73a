import type { AlertEvidence } from '@rapport-live/protocol';
import '../../parts/emotion-now.css';
import { evidenceText } from './evidence-text';

/** Their value is a share, so that it can be drawn beside what the rule asks for. */
const SHARES: readonly AlertEvidence['condition'][] = ['emotion', 'intent', 'escalationRisk', 'talkShare'];

/** One condition in words; of a share a bar with the bound of the rule as well, for what is seen at a glance. */
export function EvidenceView({ evidence }: { readonly evidence: AlertEvidence }) {
  const { condition, of, value, threshold } = evidence;
  const isDrawn = SHARES.includes(condition) && value !== undefined;
  return (
    <li data-emotion={condition === 'emotion' ? of : undefined}>
      <span dir="auto">{evidenceText(evidence)}</span>
      {isDrawn && (
        <span class="share" aria-hidden="true">
          <span class="value" style={{ width: percent(value) }} />
          {threshold !== undefined && <span class="bound" style={{ insetInlineStart: percent(threshold) }} />}
        </span>
      )}
    </li>
  );
}

const percent = (share: number): string => `${Math.min(100, Math.max(0, share * 100))}%`;
