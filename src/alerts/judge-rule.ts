import type { AlertEvidence } from '@rapport-live/protocol';
import type { LeafState } from './alert-state';
import type { CompiledRule, Join } from './compiled-rule';
import { judgeLeaf } from './judge-leaf';
import type { Moment } from './moment';
import type { Judged, Verdict } from './verdict';

/** Conditions named with an alert. */
const MAX_EVIDENCE = 8;

export interface JudgedRule {
  readonly leaves: readonly LeafState[];
  readonly verdict: Verdict;
  /** Of the conditions that are so; those under a `not` speak by their absence. */
  readonly evidence: readonly AlertEvidence[];
  /** How far the level that is furthest beyond its bound is; 0: there is none. */
  readonly beyond: number;
}

/** Every leaf is judged, whatever the others say: what it remembers must not depend on them. */
export function judgeRule(before: readonly LeafState[], { leaves, when }: CompiledRule, moment: Moment): JudgedRule {
  const judged = leaves.map((leaf, i) => judgeLeaf(before[i] ?? {}, leaf, moment));
  return {
    leaves: judged.map(({ state }) => state),
    verdict: verdictOf(when, judged),
    evidence: judged.flatMap(({ evidence }) => evidence ?? []).slice(0, MAX_EVIDENCE),
    beyond: Math.max(0, ...judged.map(({ verdict, beyond = 0 }) => (verdict === 'yes' ? beyond : 0))),
  };
}

/** Kleene's three-valued logic. */
function verdictOf(join: Join, leaves: readonly Judged[]): Verdict {
  switch (join.op) {
    case 'leaf':
      return leaves[join.at]!.verdict;
    case 'not': {
      const verdict = verdictOf(join.of, leaves);
      return verdict === 'unknown' ? verdict : verdict === 'yes' ? 'no' : 'yes';
    }
    case 'all':
    case 'any': {
      const decides = join.op === 'all' ? 'no' : 'yes';
      const verdicts = join.of.map((one) => verdictOf(one, leaves));
      if (verdicts.includes(decides)) return decides;
      return verdicts.includes('unknown') ? 'unknown' : join.op === 'all' ? 'yes' : 'no';
    }
  }
}
