import { percentOf } from '../../../words/percent';
import { spaced } from '../../../words/names';
import { plural, REASONS, signed } from '../words';
import type { Line, WindowPoint } from './conversation';

/** What a second of the timeline says in words: for screen readers, and beside the picture. */
export function readingText(point: WindowPoint | undefined): string {
  if (point === undefined) return 'nothing was assessed';
  const { standing, why, reading } = point;
  if (standing === 'skipped') return `not assessed: ${REASONS[why ?? ''] ?? 'left out'}`;
  if (standing === 'abstained' || reading === undefined) {
    return `not enough evidence: ${REASONS[why ?? ''] ?? 'unclear'}`;
  }
  const { label, confidence, valence, arousal } = reading;
  return `${label} ${percentOf(confidence)}, valence ${signed(valence)}, arousal ${signed(arousal)}`;
}

/** How much each modality spoke for the label; undefined where nothing can be said. */
export function contributionText({ modalities }: WindowPoint): string | undefined {
  if (modalities === undefined) return undefined;
  const parts = Object.entries(modalities).flatMap(([name, { present, contribution }]) =>
    present ? [`${name} ${signed(contribution)}`] : [],
  );
  return parts.length === 0 ? undefined : parts.join(', ');
}

export const degradedText = ({ degraded }: WindowPoint): string | undefined =>
  degraded.length === 0 ? undefined : `with reservations: ${degraded.map(spaced).join(', ')}`;

/** One sentence that tells the whole picture to those who do not see it. */
export function pictureText(windows: readonly WindowPoint[], lines: readonly Line[]): string {
  const sure = windows.filter(({ standing }) => standing === 'assessed');
  const counts = new Map<string, number>();
  for (const { reading } of sure) counts.set(reading!.label, (counts.get(reading!.label) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const felt = most.map(([label, count]) => `${label} in ${percentOf(count / sure.length)}`).join(', ');
  const unsure = windows.length - sure.length;
  const alerts = lines.filter(({ kind }) => kind === 'alert').length;
  const parts = [
    sure.length === 0 ? 'No second had enough evidence' : `${plural(sure.length, 'second')} assessed: ${felt}`,
    ...(unsure > 0 ? [`${plural(unsure, 'second')} without enough evidence or left out`] : []),
    ...(alerts > 0 ? [plural(alerts, 'alert')] : []),
  ];
  return `${parts.join('; ')}.`;
}
