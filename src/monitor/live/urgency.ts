import type { LiveSession } from '@rapport-live/protocol';

/** Points of the worst alert that is open. */
const ALERT_POINTS = { critical: 60, warning: 35, info: 10 } as const;
/** Of an emotion as unpleasant as can be, of which we are sure. */
const EMOTION_POINTS = 35;
const TREND_POINTS = 10;
/** Of a conversation in which nobody has said anything for so long. */
const SILENCE_POINTS = 5;
const SILENCE_MS = 20_000;

type Judged = Pick<LiveSession, 'status' | 'alerts' | 'emotion' | 'trend' | 'mediaMs' | 'lastWords' | 'channel'>;

/**
 * How much a conversation needs somebody now, 0 to 100, and why: the worst alert, how unpleasant the emotion is times how sure
 * we are, whether it gets worse, and silence. What there is not enough evidence for counts nothing. Published in
 * docs/dashboard.md. Pure.
 */
export function urgencyOf(session: Judged): Pick<LiveSession, 'urgency' | 'reasons'> {
  if (session.status === 'ended') return { urgency: 0, reasons: [] };
  const { alerts, emotion, trend, mediaMs, lastWords, channel } = session;
  const alert = Math.max(0, ...alerts.map(({ severity }) => ALERT_POINTS[severity]));
  const isSure = emotion !== undefined && emotion.abstained === undefined;
  const unpleasant = isSure ? Math.max(0, -emotion.valence) * emotion.confidence * EMOTION_POINTS : 0;
  const worse = isSure && trend === 'worse' ? TREND_POINTS : 0;
  const isSilent = channel !== 'chat' && lastWords !== undefined && mediaMs - lastWords.endMs >= SILENCE_MS;
  const silent = isSilent ? SILENCE_POINTS : 0;
  const reasons: LiveSession['reasons'] = [];
  if (alert > 0) reasons.push('alert');
  if (unpleasant >= 1) reasons.push('emotion');
  if (worse > 0) reasons.push('trend');
  if (silent > 0) reasons.push('silence');
  return { urgency: Math.min(100, Math.round(alert + unpleasant + worse + silent)), reasons };
}
