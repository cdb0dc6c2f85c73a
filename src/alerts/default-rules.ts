import { AlertRuleSet } from '@rapport-live/protocol';
import { type CompiledRule, compileRule } from './compiled-rule';

/**
 * What every tenant has until it has rules of its own: few, each of something that a supervisor can act on now, each with a
 * hold time. docs/alerts.md says why these and no others.
 */
export const DEFAULT_RULE_SET: AlertRuleSet = AlertRuleSet.parse({
  rules: [
    {
      id: 'anger',
      name: 'The customer has been angry for some time',
      severity: 'warning',
      when: { emotion: { label: 'anger', atLeast: 0.6, clearBelow: 0.4, forMs: 8000 } },
      cooldownMs: 120_000,
    },
    {
      id: 'escalation',
      name: 'The conversation may get out of hand',
      severity: 'critical',
      when: { escalationRisk: { atLeast: 0.55, clearBelow: 0.4, forMs: 5000 } },
      cooldownMs: 120_000,
    },
    {
      id: 'asks_for_supervisor',
      name: 'The customer asks for a supervisor',
      severity: 'critical',
      when: {
        said: {
          by: 'customer',
          anyOf: [
            'speak to a manager',
            'speak to your manager',
            'speak with a manager',
            'speak with your manager',
            'talk to a manager',
            'talk to your manager',
            'speak to a supervisor',
            'speak to your supervisor',
            'speak with a supervisor',
            'talk to a supervisor',
            'talk to your supervisor',
          ],
          keepMs: 120_000,
        },
      },
      cooldownMs: 300_000,
    },
    {
      id: 'silence',
      name: 'Nobody has spoken for half a minute',
      severity: 'info',
      when: { silence: { forMs: 30_000 } },
      clearAfterMs: 2000,
    },
  ],
});

export const DEFAULT_RULES: readonly CompiledRule[] = DEFAULT_RULE_SET.rules.map(compileRule);
