import { AGENT, join, SessionScript, silence, speech, VOICE } from './testing/session-script';

const CALL = join(silence(1000), speech(3500), silence(1500), speech(1500), silence(1500));

describe('utterances that go on', () => {
  it('are told once a second, from their start on, under the id that they will have', async () => {
    const script = new SessionScript({ partials: true });
    await script.live(1, CALL, 0);
    await script.end();
    const [first, second] = script.utterances;
    const parts = script.openUtterances.filter(({ utteranceId }) => utteranceId === first!.utteranceId);
    expect(parts.length).toBeGreaterThanOrEqual(3);
    parts.forEach((part, i) => {
      expect(part.startMs).toBe(first!.startMs);
      expect(part.pcm.slice(0, first!.pcm.length)).toEqual(first!.pcm.slice(0, part.pcm.length));
      expect(part.pcm.length).toBe((part.endMs - part.startMs) * 16);
      expect(part.endMs - (parts[i - 1]?.endMs ?? part.startMs)).toBeGreaterThanOrEqual(1000);
      expect(part.endMs - (parts[i - 1]?.endMs ?? part.startMs)).toBeLessThan(1200);
    });
    expect(script.openUtterances.at(-1)!.utteranceId).toBe(second!.utteranceId);
    // never behind the whole of it
    const order = script.facts.filter((fact) => fact.kind === 'utterance' || fact.kind === 'utterance-open');
    expect(order.findLastIndex((fact) => fact.utteranceId === first!.utteranceId)).toBe(order.indexOf(first!));
  });

  it('are not told unless somebody asked', async () => {
    const script = new SessionScript();
    await script.live(1, CALL, 0);
    await script.end();
    expect(script.utterances).toHaveLength(2);
    expect(script.openUtterances).toEqual([]);
  });

  it('wait for the one before of their stream, and for no other', async () => {
    const held = (fact: { kind: string; streamName?: string }) =>
      fact.kind !== 'utterance-open' || fact.streamName === AGENT.name;
    const script = new SessionScript({ partials: true, streams: [VOICE, AGENT], settle: held });
    const loud = speech(5000);
    for (let at = 0; at < 5000; at += 20) {
      const part = loud.subarray(at * 16, (at + 20) * 16);
      script.clock.advance(20);
      script.send(1, part, at);
      script.send(2, part, at);
      await script.jobs();
    }
    const told = (name: string) => script.openUtterances.filter(({ streamName }) => streamName === name);
    expect(told(VOICE.name)).toHaveLength(1);
    expect(told(AGENT.name).length).toBeGreaterThanOrEqual(3);
    script.streams.settle(told(VOICE.name)[0]!);
    await script.live(1, speech(1000), 5000);
    expect(told(VOICE.name)).toHaveLength(2);
    // all that was missed meanwhile is in it, but for a batch of frames that is not full
    expect(told(VOICE.name)[1]!.pcm.length).toBeGreaterThan(4700 * 16);
    await script.end();
  });
});
