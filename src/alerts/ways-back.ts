import type { AlertCondition } from '@rapport-live/protocol';

type Path = readonly PropertyKey[];

interface WrongWayBack {
  readonly at: Path;
  readonly back: number;
  readonly bound: number;
}

/** Where a rule says that a value is over again beyond the bound where it begins: it would be over before it is. */
export function wrongWaysBack(condition: AlertCondition, path: Path): WrongWayBack[] {
  const { all = [], any = [], not, emotion, escalationRisk, valence, arousal } = condition;
  return [
    ...wrongWay([...path, 'emotion', 'clearBelow'], emotion?.clearBelow, emotion),
    ...wrongWay([...path, 'escalationRisk', 'clearBelow'], escalationRisk?.clearBelow, escalationRisk),
    ...wrongWay([...path, 'valence', 'clearAt'], valence?.clearAt, valence),
    ...wrongWay([...path, 'arousal', 'clearAt'], arousal?.clearAt, arousal),
    ...all.flatMap((one, i) => wrongWaysBack(one, [...path, 'all', i])),
    ...any.flatMap((one, i) => wrongWaysBack(one, [...path, 'any', i])),
    ...(not === undefined ? [] : wrongWaysBack(not, [...path, 'not'])),
  ];
}

function wrongWay(
  at: Path,
  back: number | undefined,
  { atLeast, atMost }: { readonly atLeast?: number; readonly atMost?: number } = {},
): WrongWayBack[] {
  const bound = atLeast ?? atMost;
  if (back === undefined || bound === undefined) return [];
  const isBeyond = atLeast === undefined ? back < bound : back > bound;
  return isBeyond ? [{ at, back, bound }] : [];
}
