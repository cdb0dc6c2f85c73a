import type { LeafState } from './alert-state';
import type { Leaf } from './compiled-rule';
import { escalationRisk } from './escalation-risk';
import { judgeLevel } from './judge-level';
import { judgeInterruptions, judgeSilence, judgeTalkShare } from './judge-talk';
import { judgeTrend } from './judge-trend';
import { judgeNotSaid, judgeSaid } from './judge-words';
import type { Moment } from './moment';
import type { Judged } from './verdict';

/** One condition at one moment. */
export function judgeLeaf(before: LeafState, leaf: Leaf, moment: Moment): Judged {
  const { nowMs, quantities, intents } = moment;
  switch (leaf.kind) {
    case 'emotion': {
      const { label, clearBelow: clearAt, ...bound } = leaf.given;
      const about = { condition: 'emotion', of: label } as const;
      return judgeLevel(before, quantities?.[label], { ...bound, clearAt }, nowMs, about);
    }
    case 'valence':
    case 'arousal':
      return judgeLevel(before, quantities?.[leaf.kind], leaf.given, nowMs, { condition: leaf.kind });
    case 'escalationRisk': {
      const { clearBelow: clearAt, ...bound } = leaf.given;
      return judgeLevel(before, escalationRisk(moment), { ...bound, clearAt }, nowMs, { condition: leaf.kind });
    }
    case 'intent': {
      const { name, ...bound } = leaf.given;
      const score = intents && (intents.find((one) => one.name === name)?.score ?? 0);
      return judgeLevel(before, score, bound, nowMs, { condition: 'intent', of: name });
    }
    case 'trend':
      return judgeTrend(before, leaf, moment);
    case 'said':
      return judgeSaid(before, leaf, moment);
    case 'notSaid':
      return judgeNotSaid(before, leaf, moment);
    case 'silence':
      return judgeSilence(before, leaf, moment);
    case 'interruptions':
      return judgeInterruptions(before, leaf, moment);
    case 'talkShare':
      return judgeTalkShare(before, leaf, moment);
  }
}
