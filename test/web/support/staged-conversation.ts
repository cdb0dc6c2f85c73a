import { randomUUID } from 'node:crypto';
import {
  type AlertData,
  type Emotion,
  type EmotionDistribution,
  EMOTIONS,
  type EventData,
  type SessionMetadata,
  type TypedEvent,
} from '@rapport-live/protocol';
import type { ResultStore } from '../../../src/delivery/result-feed';
import type { SessionIdentity, SessionResult } from '../../../src/delivery/session-result';
import { NOTHING_SEEN, summaryOf, summed } from '../../../src/pipeline/summary/session-summary';

type Final = EventData<'rapport.transcript.final'>;

/** From this second on the customer feels so, with this probability; `unsure`: there is too little to go by. */
const COURSE: readonly (readonly [fromS: number, label: Emotion | 'unsure', share: number])[] = [
  ...([[1, 'unsure', 0.3], [6, 'neutral', 0.72], [48, 'sadness', 0.5]] as const), // prettier-ignore
  ...([[78, 'anger', 0.62], [150, 'anger', 0.84], [202, 'unsure', 0.3]] as const), // prettier-ignore
  ...([[226, 'anger', 0.55], [252, 'surprise', 0.52], [272, 'neutral', 0.6], [300, 'joy', 0.66]] as const), // prettier-ignore
];
const LASTS_S = 336;
const HOLD_S = [202, 222] as const;

const SAID: readonly (readonly [atS: number, party: 'customer' | 'agent', text: string, intent?: [string, number]])[] =
  [
    [2, 'agent', 'Good afternoon, this is billing, you speak to Priya. How can I help you?'],
    [9, 'customer', 'Hello. I have a question about my last bill, if you have a moment.'],
    [17, 'agent', 'Of course. What is it about?'],
    [22, 'customer', 'There are two payments on the ninth, both for forty-nine ninety.', ['dispute_charge', 0.78]],
    [52, 'customer', 'I wrote to you about that two weeks ago, and nobody has answered.', ['complain', 0.7]],
    [64, 'agent', 'I am sorry to hear that. Let me look into it.'],
    [84, 'customer', 'That is what I was told the last time as well.', ['complain', 0.66]],
    [101, 'agent', 'I can see two payments on the ninth of the month.'],
    [112, 'customer', 'That is what I have been saying all along. You charged me twice!', ['dispute_charge', 0.91]],
    [154, 'customer', 'I want that money back today, or I will cancel the whole contract.', ['get_refund', 0.88]],
    [172, 'agent', 'I understand. I need to ask our accounts team, may I put you on hold for a moment?'],
    [228, 'agent', 'Thank you for waiting. It was our mistake, the second payment was taken in error.'],
    [240, 'customer', 'So I was right. When do I get it?', ['get_refund', 0.81]],
    [254, 'agent', 'I have just sent it back to you. And this month is on us.'],
    [262, 'customer', 'Oh. I had not expected that.'],
    [304, 'customer', 'That is very decent of you, Priya. Thank you for sorting it out.'],
    [318, 'agent', 'You are welcome. Is there anything else?'],
    [324, 'customer', 'No, that was it. Have a good day.'],
  ];

const ALERTS: readonly (readonly [
  rule: Pick<AlertData, 'ruleId' | 'name' | 'severity' | 'evidence'>,
  onsetS: number,
  clearedS?: number,
])[] = [
  [
    {
      ...{ ruleId: 'angry-customer', name: 'Angry for 10 s', severity: 'critical' },
      evidence: [{ condition: 'emotion', of: 'anger', value: 0.82, threshold: 0.6, sinceMs: 150_000 }],
    },
    ...([160, 272] as const),
  ],
  [
    {
      ...{ ruleId: 'wants-to-leave', name: 'Wants to cancel', severity: 'warning' },
      evidence: [{ condition: 'said', of: 'customer', phrase: 'cancel the whole contract', sinceMs: 154_000 }],
    },
    158,
  ],
];

/**
 * A conversation of five and a half minutes with all that a page can show of one: made up from beginning to end, nobody said any of it.
 * It is put into the log of a service, and is over `agoMs` before now. Resolves to its id.
 */
export async function stageConversation(
  store: Pick<ResultStore, 'append'>,
  tenant: string,
  who: Pick<SessionMetadata, 'agentId' | 'customerId'>,
  { agoMs, isOver = true }: { agoMs: number; isOver?: boolean },
): Promise<string> {
  const session: SessionIdentity = { tenant, sessionId: randomUUID() };
  const startedMs = Date.now() - agoMs - LASTS_S * 1000;
  const started: EventData<'rapport.session.started'> = {
    session: { ...who, ...METADATA },
    ...{ streams: [], pace: 1, startedAt: new Date(startedMs).toISOString(), models: [], agentEmotion: false },
  };
  const made: readonly SessionResult[] = [
    { type: 'rapport.session.started', naturalKey: ['started'], data: started },
    ...Array.from({ length: LASTS_S }, (_, i) => assessed(i + 1)),
    ...SAID.map(said),
    ...HOLD_S.map((atS, i) => held(atS, i === 0 ? 'hold' : 'unhold')),
    ...ALERTS.flatMap(([rule, onsetS, clearedS]) => alerts(rule, onsetS, clearedS)),
  ];
  const results = made.toSorted((a, b) => atMs(a) - atMs(b));
  for (const result of results) await store.append(session, result);
  if (!isOver) return session.sessionId;
  const summary = summaryOf(results.reduce((state, one) => summed(state, one as unknown as TypedEvent), NOTHING_SEEN));
  const ended: EventData<'rapport.session.ended'> = {
    ...started,
    ...{ endedAt: new Date(startedMs + LASTS_S * 1000).toISOString(), durationMs: LASTS_S * 1000, reason: 'ended' },
    ...{ incomplete: false, assessments: LASTS_S, finals: SAID.length, dropped: {}, language: 'en' },
    ...{ conversation: FIGURES, summary },
  };
  await store.append(session, { type: 'rapport.session.ended', naturalKey: ['ended'], data: ended });
  return session.sessionId;
}

const METADATA: Omit<SessionMetadata, 'agentId' | 'customerId'> = {
  ...{ team: 'billing', queue: 'disputes', channel: 'voice', language: 'en', consent: { analysis: true } },
};
const FIGURES: EventData<'rapport.session.ended'>['conversation'] = {
  ...{ mediaMs: LASTS_S * 1000, overlapMs: 3200, silenceMs: 58_000, silenceShare: 0.17, longestSilenceMs: 14_000 },
  customer: { talkMs: 131_000, talkShare: 0.53, interruptions: 2, wordsPerMinute: 164 },
  agent: { talkMs: 116_000, talkShare: 0.47, interruptions: 0, wordsPerMinute: 148 },
  holds: { count: 1, totalMs: (HOLD_S[1] - HOLD_S[0]) * 1000, longestMs: (HOLD_S[1] - HOLD_S[0]) * 1000 },
};

/** Where a result stands among the others, ms of media. */
function atMs({ type, data }: SessionResult): number {
  if (type === 'rapport.session.started') return -1;
  const { windowEndMs, endMs, mediaMs } = data as { windowEndMs?: number; endMs?: number; mediaMs?: number };
  return windowEndMs ?? endMs ?? mediaMs ?? 0;
}

/** A coordinate of the circumplex for each, as the fusion has them in about. */
const AXES: Readonly<Record<Emotion, readonly [valence: number, arousal: number]>> = {
  ...{ anger: [-0.6, 0.7], disgust: [-0.6, 0.3], fear: [-0.6, 0.6], joy: [0.8, 0.5] },
  ...{ neutral: [0, 0], sadness: [-0.65, -0.3], surprise: [0.2, 0.7] },
};

function assessed(second: number): SessionResult {
  const [, label, share] = COURSE.findLast(([fromS]) => fromS <= second)!;
  const swing = 0.06 * Math.sin(second / 2.3) + 0.035 * Math.sin(second * 1.7);
  const emotion = distribution(label === 'unsure' ? 'neutral' : label, share + swing, second);
  const best = EMOTIONS.reduce((a, b) => (emotion[b] > emotion[a] ? b : a));
  const mean = (axis: 0 | 1): number => EMOTIONS.reduce((sum, name) => sum + emotion[name] * AXES[name][axis], 0);
  const isHeld = second > HOLD_S[0] && second <= HOLD_S[1] + 4;
  const voice = label === 'unsure' ? 400 : 2600;
  const data: EventData<'rapport.window.assessed'> = {
    ...{ windowStartMs: Math.max(0, second - 4) * 1000, windowEndMs: second * 1000, subject: 'customer' },
    ...{ label: best, confidence: emotion[best], emotion, valence: mean(0), arousal: mean(1) },
    ...(label === 'unsure' ? { abstained: 'thin_evidence' as const } : {}),
    modalities: {
      voice: { present: voice > 1000, evidence: voice, contribution: 0.34 + swing },
      face: { present: false, evidence: 0, contribution: 0 },
      text: { present: true, evidence: 30, contribution: 0.19 - swing / 2 },
    },
    ...{ intents: [], outOfScope: false, degraded: isHeld ? ['hold'] : [], language: 'en', models: [] },
    stageMs: { wait: 4, model: 120, overhead: 8 },
  };
  return { type: 'rapport.window.assessed', naturalKey: [data.windowEndMs], data };
}

/** What is left over goes to the others, to some more than to others, and not always to the same. */
function distribution(label: Emotion, share: number, second: number): EmotionDistribution {
  const others = EMOTIONS.filter((name) => name !== label);
  const weights = others.map((name, i) => (name === 'neutral' ? 1.6 : 0.6) + 0.5 * Math.sin(second / 5 + 2 * i));
  const sum = weights.reduce((a, b) => a + b, 0);
  const left = others.map((name, i) => [name, ((1 - share) * weights[i]!) / sum] as const);
  return Object.fromEntries([[label, share], ...left]) as EmotionDistribution;
}

function said([atS, party, text, intent]: (typeof SAID)[number]): SessionResult {
  const startMs = atS * 1000;
  const endMs = startMs + 300 * text.split(' ').length;
  const intents: Final['intents'] = intent === undefined ? [] : [{ name: intent[0], score: intent[1] }];
  const data: Final = {
    ...{ utteranceId: `u-${atS}`, source: 'voice', stream: `${party}-voice-1`, party, startMs, endMs, text },
    ...{ redactions: {}, language: 'en', confidence: 0.9, intents, outOfScope: false, models: [] },
  };
  return { type: 'rapport.transcript.final', naturalKey: [data.stream, startMs], data };
}

function held(atS: number, action: 'hold' | 'unhold'): SessionResult {
  const data: EventData<'rapport.session.updated'> = {
    ...{ kind: 'participant', mediaMs: atS * 1000, detail: { action, party: 'customer' } },
  };
  return { type: 'rapport.session.updated', naturalKey: ['participant', action, atS], data };
}

function alerts(
  rule: Pick<AlertData, 'ruleId' | 'name' | 'severity' | 'evidence'>,
  onsetS: number,
  clearedS: number | undefined,
): SessionResult[] {
  const onsetWindowEndMs = onsetS * 1000;
  const key = (revision: number) => [rule.ruleId, onsetWindowEndMs, revision];
  const raised: AlertData = {
    ...{ ...rule, step: 'raised', revision: 0, onsetWindowEndMs, windowEndMs: onsetWindowEndMs, detail: {} },
  };
  const { evidence: _, ...named } = rule;
  const cleared: AlertData = {
    ...{ ...named, step: 'cleared', revision: 1, onsetWindowEndMs, windowEndMs: (clearedS ?? 0) * 1000, detail: {} },
    clearReason: 'over',
  };
  return [
    { type: 'rapport.alert.raised', naturalKey: key(0), data: raised },
    ...(clearedS === undefined ? [] : [{ type: 'rapport.alert.cleared' as const, naturalKey: key(1), data: cleared }]),
  ];
}
