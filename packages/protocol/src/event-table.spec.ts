import fc from 'fast-check';
import { arbitraryOf, jsonSchemaOf } from '../test/arbitrary-of';
import { CloudEvent, EVENTS, EVENT_TYPES, TENANT_EVENTS, TOPICS } from './event-table';

/** Parts of natural keys that are not fields of the data under the same name. */
const KEY_FIELDS: Readonly<Record<string, string>> = { utteranceStartMs: 'startMs' };
/** One of each a session: the type itself is the kind. */
const ONCE_A_SESSION = ['rapport.session.started', 'rapport.session.ended', 'rapport.session.erased'];

describe.each(EVENT_TYPES)('%s', (type) => {
  const { data, durable, naturalKey, topic } = EVENTS[type];

  it('goes to a topic exactly when it is durable', () => {
    expect(durable).toBe(topic !== null);
    if (topic !== null) expect(topic).toMatch(/^rapport\.[a-z]+$/);
  });

  it('has a natural key that consumers can compute from its data', () => {
    const fields = Object.keys(jsonSchemaOf(data, 'output').properties ?? {});
    const parts = naturalKey.split(', ');
    expect(new Set(parts).size).toBe(parts.length);
    if (ONCE_A_SESSION.includes(type)) expect(parts).toEqual(['kind']);
    else if (naturalKey === 'own id')
      expect(TENANT_EVENTS).toContain(type); // the subject, which nothing else has
    else for (const part of parts) expect(fields).toContain(KEY_FIELDS[part] ?? part);
  });

  it('carries any valid data through JSON, and no unknown field', () => {
    const valid = arbitraryOf(data, 'output');
    fc.assert(
      fc.property(valid, (value) => {
        expect(data.parse(JSON.parse(JSON.stringify(value)))).toEqual(value);
      }),
      { numRuns: 50 },
    );
    const [sample] = fc.sample(valid, 1) as [object];
    expect(data.safeParse({ ...sample, laterField: 1 }).success).toBe(false);
  });
});

describe('events', () => {
  it('go to these topics', () => {
    expect([...TOPICS].sort()).toEqual([
      'rapport.alerts',
      'rapport.audit',
      'rapport.results',
      'rapport.sessions',
      'rapport.transcripts',
    ]);
  });

  it('share one topic a family, so that order holds within it', () => {
    for (const type of EVENT_TYPES.filter((t) => t.startsWith('rapport.alert.'))) {
      expect(EVENTS[type].topic).toBe('rapport.alerts');
    }
    expect(EVENTS['rapport.session.ended'].topic).toBe(EVENTS['rapport.session.started'].topic);
  });

  it('repeat all of started in ended, since compaction keeps only the last', () => {
    const fields = (type: 'rapport.session.started' | 'rapport.session.ended'): string[] =>
      Object.keys(jsonSchemaOf(EVENTS[type].data, 'output').properties ?? {});
    expect(fields('rapport.session.ended')).toEqual(expect.arrayContaining(fields('rapport.session.started')));
  });

  it('take only probabilities as emotions', () => {
    const emotion = { anger: 1, disgust: 0, fear: 0, joy: 0, neutral: 0, sadness: 0, surprise: 0 };
    const evidence = { present: true, evidence: 1, contribution: 0, emotion };
    const { shape } = EVENTS['rapport.window.assessed'].data;
    expect(shape.modalities.safeParse({ voice: evidence, face: evidence, text: evidence }).success).toBe(true);
    expect(shape.modalities.safeParse({ voice: evidence, face: evidence }).success).toBe(false);
    expect(shape.emotion.safeParse({ ...emotion, anger: 1.01 }).success).toBe(false);
    expect(shape.emotion.safeParse({ ...emotion, boredom: 0 }).success).toBe(false);
  });

  it('travel in a CloudEvents 1.0 envelope whose attribute names are lower case (section 3.1)', () => {
    fc.assert(
      fc.property(arbitraryOf(CloudEvent), (event) => {
        expect(CloudEvent.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
      }),
    );
    for (const name of Object.keys(CloudEvent.shape)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });
});
