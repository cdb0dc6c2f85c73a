import type { LiveEmotion, LiveSession } from '@rapport-live/protocol';
import { emotionText } from '../words/emotions';
import './emotion-now.css';

interface EmotionNowProps {
  readonly emotion: Pick<LiveEmotion, 'label' | 'confidence' | 'abstained'> | undefined;
  readonly trend?: LiveSession['trend'];
}

const TRENDS = {
  worse: { sign: '↘', words: 'getting worse' },
  steady: { sign: '→', words: 'steady' },
  better: { sign: '↗', words: 'getting better' },
} as const;

/** How a customer seems: the word, how sure it is, and where it goes; or why nothing is said. */
export function EmotionNow({ emotion, trend }: EmotionNowProps) {
  const isSaid = emotion !== undefined && emotion.abstained === undefined;
  const way = isSaid && trend !== undefined ? TRENDS[trend] : undefined;
  return (
    <div class="emotion-now" data-emotion={isSaid ? emotion.label : 'none'}>
      <span class="emotion-text">{emotionText(emotion)}</span>
      {isSaid && (
        <span class="sureness" aria-hidden="true">
          <span style={{ width: `${Math.round(emotion.confidence * 100)}%` }} />
        </span>
      )}
      {way !== undefined && (
        <span class="trend" data-trend={trend}>
          <span aria-hidden="true">{way.sign}</span> {way.words}
        </span>
      )}
    </div>
  );
}
