import type { LeafState } from './alert-state';
import type { LeafOf } from './compiled-rule';
import type { Moment } from './moment';
import { type Judged, yesOrNo } from './verdict';

/** A share is over again once it is so far on the other side: half of the way there is, where that is less. */
const SHARE_HYSTERESIS = 0.05;

/** Nobody speaks. Nothing of a hold is silence, and nothing is known where one party alone is heard. */
export function judgeSilence(state: LeafState, { given }: LeafOf<'silence'>, { nowMs, talk }: Moment): Judged {
  const { silentForMs } = talk;
  if (silentForMs === undefined) return { state, verdict: 'unknown' };
  const silentMs = Math.round(silentForMs);
  const isSilent = !talk.onHold && silentMs >= given.forMs;
  return yesOrNo(state, isSilent, {
    ...{ condition: 'silence', value: silentMs, threshold: given.forMs, sinceMs: Math.max(0, nowMs - silentMs) },
  });
}

export function judgeInterruptions(
  state: LeafState,
  { given }: LeafOf<'interruptions'>,
  { nowMs, talk, interruptions }: Moment,
): Judged {
  if (talk.interruptions === undefined) return { state, verdict: 'unknown' };
  const { customer, agent } = interruptions;
  const all = { customer: customer.atMs, agent: agent.atMs, either: [...customer.atMs, ...agent.atMs] }[given.by];
  const count = all.filter((atMs) => atMs > nowMs - given.withinMs).length;
  return yesOrNo(state, count >= given.atLeast, {
    ...{ condition: 'interruptions', of: given.by, value: count, threshold: given.atLeast },
  });
}

export function judgeTalkShare(before: LeafState, { given }: LeafOf<'talkShare'>, { nowMs, talk }: Moment): Judged {
  const share = talk.talkShare?.[given.of];
  if (share === undefined || talk.heardMs < given.afterMs) return { state: before, verdict: 'unknown' };
  const { atLeast, atMost = 0 } = given;
  const wayBack = atLeast ?? 1 - atMost;
  const slack = before.on === true ? Math.min(SHARE_HYSTERESIS, wayBack / 2) : 0;
  const on = atLeast === undefined ? share <= atMost + slack : share >= atLeast - slack;
  return yesOrNo({ on, judgedMs: nowMs }, on, {
    ...{ condition: 'talkShare', of: given.of, value: share, threshold: atLeast ?? atMost },
  });
}
