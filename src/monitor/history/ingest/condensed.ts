import { sessionKey } from '../../../delivery/cloud-event';
import type { HistoryFact } from './history-fact';

/**
 * The same facts with fewer statements, for those that one transaction keeps: each window tells all the intents of its
 * conversation so far, and each event says that there is one. Of a peak or an intent the highest stays, of equals the first; a
 * session is begun once.
 */
export function condensed(facts: readonly HistoryFact[]): HistoryFact[] {
  const left: HistoryFact[] = [];
  const begun = new Set<string>();
  /** Where in `left` the highest stands. */
  const highest = new Map<string, number>();
  for (const fact of facts) {
    const session = sessionKey(fact);
    if (fact.kind === 'erased') {
      begun.delete(session);
      for (const name of highest.keys()) if (name.startsWith(`${session}\n`)) highest.delete(name);
      left.push(fact);
    } else if (fact.kind === 'event') {
      left.push(begun.has(session) ? { ...fact, onlyKnown: true } : fact);
      if (!fact.onlyKnown) begun.add(session);
    } else if (fact.kind === 'peak' || fact.kind === 'intent') {
      const name = `${session}\n${fact.kind}\n${fact.kind === 'peak' ? fact.emotion : fact.intent}`;
      const at = highest.get(name);
      if (at === undefined) highest.set(name, left.push(fact) - 1);
      else if (heightOf(fact) > heightOf(left[at] as Height)) left[at] = fact;
    } else {
      if (fact.kind === 'session') begun.add(session);
      left.push(fact);
    }
  }
  return left;
}

type Height = Extract<HistoryFact, { kind: 'peak' | 'intent' }>;
const heightOf = (fact: Height): number => (fact.kind === 'peak' ? fact.confidence : fact.score);
