import type { LeafState } from './alert-state';
import type { Leaf } from './compiled-rule';
import { escalationRisk } from './escalation-risk';
import { judgeLevel, type Range } from './judge-level';
import { judgeInterruptions, judgeSilence, judgeTalkShare } from './judge-talk';
import { judgeTrend } from './judge-trend';
import { judgeNotSaid, judgeSaid } from './judge-words';
import type { Moment } from './moment';
import type { Judged } from './verdict';

const SHARE: Range = [0, 1];
const SIGNED: Range = [-1, 1];

/** One condition at one moment. */
export function judgeLeaf(before: LeafState, leaf: Leaf, moment: Moment): Judged {
  const { nowMs, quantities, intents } = moment;
  switch (leaf.kind) {
    case 'emotion': {
      const { label, clearBelow: clearAt, ...bound } = leaf.given;
      const about = { condition: 'emotion', of: label } as const;
      return judgeLevel(before, quantities?.[label], { ...bound, clearAt, range: SHARE }, nowMs, about);
    }
    case 'valence':
    case 'arousal':
      return judgeLevel(before, quantities?.[leaf.kind], { ...leaf.given, range: SIGNED }, nowMs, {
        condition: leaf.kind,
      });
    case 'escalationRisk': {
      const { clearBelow: clearAt, ...bound } = leaf.given;
      return judgeLevel(before, escalationRisk(moment), { ...bound, clearAt, range: SHARE }, nowMs, {
        condition: leaf.kind,
      });
    }
    case 'intent': {
      const { name, ...bound } = leaf.given;
      const score = intents && (intents.find((one) => one.name === name)?.score ?? 0);
      return judgeLevel(before, score, { ...bound, range: SHARE }, nowMs, { condition: 'intent', of: name });
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
