import { type StagedCall, stage } from './staged-call';
import type { ResultStore } from '../../../src/delivery/result-feed';

/** What rules of most kinds tell of a made-up contact centre: for pictures of the queue. */
const STAGED_ALERTS: readonly StagedCall[] = [
  {
    ...{ agentId: 'Priya N.', customerId: 'Dana W.', team: 'billing', queue: 'disputes', channel: 'voice' },
    ...{ lastsS: 412, label: 'anger', confidence: 0.81, valence: [0.05, -0.72], arousal: 0.7 },
    intents: [['dispute_charge', 0.91]],
    said: [
      ['customer', 'That is what I have been saying all along. You charged me twice, and nobody calls back.'],
      ['agent', 'I can see two payments on the ninth of the month.'],
    ],
    alert: {
      ...{ ruleId: 'angry-customer', name: 'Angry for 10 s', severity: 'critical' },
      evidence: [{ condition: 'emotion', of: 'anger', value: 0.81, threshold: 0.6, sinceMs: 396_000 }],
    },
  },
  {
    ...{ agentId: 'Mateo L.', customerId: 'Ines F.', team: 'support', queue: 'internet', channel: 'video' },
    ...{ lastsS: 351, label: 'fear', confidence: 0.52, valence: [0.1, -0.28], arousal: 0.4 },
    intents: [['report_outage', 0.79]],
    said: [
      ['customer', 'I have told this three people now. Put me through to your supervisor, please.'],
      ['agent', 'Of course. Let me see who is free.'],
    ],
    alert: {
      ...{ ruleId: 'supervisor', name: 'Asks for a supervisor', severity: 'critical' },
      evidence: [
        { condition: 'said', of: 'customer', phrase: 'your supervisor', sinceMs: 345_000, utteranceId: 'u-0' },
      ],
    },
  },
  {
    ...{ agentId: 'Tomás R.', customerId: 'Lena B.', team: 'retention', queue: 'cancel', channel: 'voice' },
    ...{ lastsS: 733, label: 'sadness', confidence: 0.66, valence: [-0.1, -0.48], arousal: -0.2 },
    intents: [['cancel_contract', 0.88]],
    said: [
      ['customer', 'I have been with you for eleven years. I just do not see why I should stay.'],
      ['agent', 'I am sorry to hear that. What would make you stay?'],
    ],
    alert: {
      ...{ ruleId: 'wants-to-leave', name: 'Wants to cancel', severity: 'warning' },
      evidence: [
        { condition: 'intent', of: 'cancel_contract', value: 0.88, threshold: 0.7 },
        { condition: 'valence', of: 'valence', value: -0.48, threshold: -0.3, sinceMs: 719_000 },
      ],
    },
  },
  {
    ...{ agentId: 'Jonas W.', customerId: 'Petra S.', team: 'sales', queue: 'upgrades', channel: 'voice' },
    ...{ lastsS: 522, label: 'neutral', confidence: 0.58, valence: [0.1, -0.12], arousal: 0.1 },
    intents: [['compare_plans', 0.6]],
    said: [
      ['customer', 'If I could just finish: I only want to know what it costs in the second year.'],
      ['agent', 'Sure, and what many of our customers like best is the bundle with'],
    ],
    alert: {
      ...{ ruleId: 'talks-too-much', name: 'The customer hardly gets a word in', severity: 'warning' },
      evidence: [
        { condition: 'talkShare', of: 'agent', value: 0.83, threshold: 0.75 },
        { condition: 'interruptions', of: 'agent', value: 4, threshold: 3 },
      ],
    },
  },
  {
    ...{ agentId: 'Hana K.', customerId: 'Ruben O.', team: 'billing', queue: 'invoices', channel: 'chat' },
    ...{ lastsS: 264, label: 'disgust', confidence: 0.58, valence: [0.0, -0.35], arousal: 0.1 },
    intents: [['explain_invoice', 0.83]],
    said: [
      ['customer', 'a fee for paying a bill?? who comes up with something like that'],
      ['agent', 'Let me look at your invoice.'],
    ],
    alert: {
      ...{ ruleId: 'not-told', name: 'Fee not explained', severity: 'info' },
      evidence: [{ condition: 'notSaid', of: 'agent', phrase: 'the fee is for', sinceMs: 240_000 }],
    },
  },
  {
    ...{ agentId: 'Olu A.', customerId: 'Frank D.', team: 'support', queue: 'internet', channel: 'voice' },
    ...{ lastsS: 144, label: 'neutral', confidence: 0.34, valence: [0, 0], arousal: 0, abstains: 12 },
    intents: [],
    said: [['agent', 'One moment please, the system is slow today.']],
    alert: {
      ...{ ruleId: 'silence', name: 'Nobody has spoken for half a minute', severity: 'info' },
      evidence: [{ condition: 'silence', value: 32_000, threshold: 30_000, sinceMs: 106_000 }],
    },
  },
];

/** Puts them into the log of a service, one after the other. */
export async function stageAlerts(store: Pick<ResultStore, 'append'>, tenant: string): Promise<void> {
  for (const call of STAGED_ALERTS.toReversed()) await stage(store, tenant, call, Date.now());
}
