import type { StagedCall } from './staged-call';

/** A busy quarter of an hour of a made-up contact centre: for pictures, and for walls with many on them. */
export const STAGED_WALL: readonly StagedCall[] = [
  {
    ...{ agentId: 'Priya N.', team: 'billing', queue: 'disputes', channel: 'voice', lastsS: 412 },
    ...{ label: 'anger', confidence: 0.81, valence: [0.05, -0.72], arousal: 0.7 },
    intents: [
      ['dispute_charge', 0.91],
      ['ask_for_refund', 0.74],
    ],
    said: [
      ['agent', 'I can see two payments on the ninth of the month.'],
      ['customer', 'That is what I have been saying all along. You charged me twice, and nobody calls back.'],
    ],
    alert: { ruleId: 'angry-customer', name: 'Angry for 10 s', severity: 'critical' },
  },
  {
    ...{ agentId: 'Tomás R.', team: 'retention', queue: 'cancel', channel: 'voice', lastsS: 733 },
    ...{ label: 'sadness', confidence: 0.66, valence: [-0.1, -0.48], arousal: -0.2 },
    intents: [['cancel_contract', 0.88]],
    said: [['customer', 'I have been with you for eleven years. I just do not see why I should stay.']],
    alert: { ruleId: 'wants-to-leave', name: 'Wants to cancel', severity: 'warning' },
  },
  {
    ...{ agentId: 'Hana K.', team: 'billing', queue: 'invoices', channel: 'chat', lastsS: 264 },
    ...{ label: 'disgust', confidence: 0.58, valence: [0.0, -0.35], arousal: 0.1 },
    intents: [['explain_invoice', 0.83]],
    said: [['customer', 'a fee for paying a bill?? who comes up with something like that']],
    alert: { ruleId: 'not-told', name: 'Fee not explained', severity: 'info' },
  },
  {
    ...{ agentId: 'Mateo L.', team: 'support', queue: 'internet', channel: 'video', lastsS: 351 },
    ...{ label: 'fear', confidence: 0.52, valence: [0.1, -0.28], arousal: 0.4 },
    intents: [['report_outage', 0.79]],
    said: [['customer', 'My mother’s alarm runs over this line. Is it working right now or not?']],
    degraded: ['video_rate'],
  },
  {
    ...{ agentId: 'Aisha B.', team: 'support', queue: 'devices', channel: 'voice', lastsS: 158 },
    ...{ label: 'surprise', confidence: 0.61, valence: [-0.35, 0.3], arousal: 0.5 },
    intents: [['set_up_device', 0.7]],
    said: [['customer', 'Oh. It was just the cable? It is green now!']],
  },
  {
    ...{ agentId: 'Jonas W.', team: 'sales', queue: 'upgrades', channel: 'voice', lastsS: 522 },
    ...{ label: 'joy', confidence: 0.77, valence: [0.1, 0.62], arousal: 0.45 },
    intents: [['upgrade_plan', 0.86]],
    said: [['customer', 'That sounds great, honestly. Let us do that.']],
  },
  {
    ...{ agentId: 'Mei C.', team: 'sales', queue: 'new customers', channel: 'chat', lastsS: 97 },
    ...{ label: 'neutral', confidence: 0.69, valence: [0.0, 0.05], arousal: -0.1 },
    intents: [['compare_plans', 0.64]],
    said: [['customer', 'does the small plan include calls abroad?']],
  },
  {
    ...{ agentId: 'Olu A.', team: 'support', queue: 'internet', channel: 'voice', lastsS: 44 },
    ...{ label: 'neutral', confidence: 0.34, valence: [0, 0], arousal: 0, abstains: 12 },
    intents: [],
    said: [['agent', 'Good afternoon, how can I help you?']],
  },
];

/** So many conversations, by the ones above over and over. */
export const stagedWall = (count: number): readonly StagedCall[] =>
  Array.from({ length: count }, (_, i) => {
    const call = STAGED_WALL[i % STAGED_WALL.length]!;
    const round = Math.floor(i / STAGED_WALL.length);
    return round === 0 ? call : { ...call, agentId: `${call.agentId} ${round + 1}`, lastsS: call.lastsS + 7 * round };
  });
