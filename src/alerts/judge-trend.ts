import type { LeafState } from './alert-state';
import type { LeafOf } from './compiled-rule';
import type { Moment } from './moment';
import { fittedChange } from './trend-line';
import { type Judged, unjudged, yesOrNo } from './verdict';

/** Windows in the span without which a line says nothing, and how much of the span they must cover. */
const MIN_WINDOWS = 5;
const MIN_COVER = 0.5;
/** It is over once the change is less than this share of what was asked for. */
const OVER_SHARE = 0.5;

/** The change of a quantity over a span: of a fitted line, so that one odd window makes no trend. */
export function judgeTrend(before: LeafState, { given }: LeafOf<'trend'>, moment: Moment): Judged {
  const { nowMs, quantities, series } = moment;
  const { of, overMs, riseBy, fallBy } = given;
  const wanted = riseBy ?? fallBy ?? 0;
  const samples = (series[of] ?? []).filter(([atMs]) => atMs > nowMs - overMs);
  const change = fittedChange(samples, overMs) * (fallBy === undefined ? 1 : -1);
  const value = Math.round(change * 1000) / 1000;
  const evidence = { condition: 'trend', of, value, threshold: wanted } as const;
  const coveredMs = nowMs - (samples[0]?.[0] ?? nowMs);
  if (quantities === undefined || samples.length < MIN_WINDOWS || coveredMs < overMs * MIN_COVER) {
    return unjudged(before, nowMs, evidence);
  }
  const on = change >= (before.on === true ? wanted * OVER_SHARE : wanted);
  return yesOrNo({ on, judgedMs: nowMs }, on, evidence);
}
