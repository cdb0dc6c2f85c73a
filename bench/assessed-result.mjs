// An assessment as the service makes one of a call with voice, face and text: about 2 kB of JSON. Numbers differ from one to the
// next, so that compression finds what it finds in real ones and no more.
const EMOTIONS = ['anger', 'disgust', 'fear', 'joy', 'neutral', 'sadness', 'surprise'];
const MODELS = [
  { name: 'voice-emotion', version: '3' },
  { name: 'face-emotion', version: '2' },
  { name: 'text-embedding', version: '1' },
  { name: 'fusion', version: '4' },
  { name: 'intents', version: '2' },
];

/** The same numbers from the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function sessionOf(n) {
  return { tenant: 'acme', sessionId: `01890a5d-ac96-774b-8cce-${String(n).padStart(12, '0')}` };
}

export function assessedResult(windowEndMs, random) {
  const share = () => Math.round(random() * 10_000) / 10_000;
  const emotion = () => Object.fromEntries(EMOTIONS.map((name) => [name, share()]));
  const evidence = (value) => ({ present: true, evidence: value, contribution: share(), emotion: emotion() });
  const utterance = `u-${windowEndMs}`;
  return {
    type: 'rapport.window.assessed',
    naturalKey: [windowEndMs],
    data: {
      windowStartMs: windowEndMs - 4000,
      windowEndMs,
      subject: 'customer',
      emotion: emotion(),
      label: EMOTIONS[Math.floor(random() * EMOTIONS.length)],
      valence: share(),
      arousal: share(),
      confidence: share(),
      modalities: { voice: evidence(Math.round(random() * 4000)), face: evidence(8), text: evidence(40) },
      intents: [
        { name: 'get_refund', score: share(), sources: [utterance], lastMs: windowEndMs },
        { name: 'complaint', score: share(), sources: [utterance], lastMs: windowEndMs },
      ],
      outOfScope: false,
      degraded: [],
      language: 'en',
      conversation: {
        talkShare: share(),
        silenceShare: share(),
        wordsPerMinute: Math.round(random() * 200),
      },
      models: MODELS,
      stageMs: { wait: share(), model: share() * 300, overhead: share() },
    },
  };
}
