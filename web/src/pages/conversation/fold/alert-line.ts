import type { AlertData } from '@rapport-live/protocol';
import type { AlertLine } from './conversation';

/** What is kept of an alert to tell what comes of it later. */
export interface KeptAlertLine extends AlertLine {
  readonly revision: number;
}

/** An alert is the same from raising to clearing: of one rule, and from one window on. */
export const alertKey = ({ ruleId, onsetWindowEndMs }: AlertData): string => `${ruleId}@${onsetWindowEndMs}`;

/** @param before absent: nothing of it came yet */
export function alertLineOf(before: KeptAlertLine | undefined, id: string, data: AlertData): KeptAlertLine {
  const { step, revision, ruleId, severity, evidence, onsetWindowEndMs, windowEndMs, clearReason } = data;
  if (before !== undefined && revision <= before.revision) {
    return step === 'raised' ? { ...before, id } : before;
  }
  return {
    ...{ kind: 'alert', ruleId, severity, revision },
    id: before?.id ?? id,
    atMs: onsetWindowEndMs,
    name: data.name ?? before?.name ?? ruleId,
    evidence: evidence ?? before?.evidence ?? [],
    ...(step === 'cleared'
      ? { cleared: { atMs: windowEndMs, ...(clearReason === undefined ? {} : { reason: clearReason }) } }
      : {}),
  };
}
