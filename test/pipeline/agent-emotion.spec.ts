import { join } from 'node:path';
import { EVENTS, RapportError } from '@rapport-live/protocol';
import { eventId } from '../../src/delivery/event-id';
import type { JobKind } from '../../src/inference/inference-pool';
import { type FusionAssets, loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { RawText } from '../../src/redaction/redaction';
import { AGENT, VIDEO, VOICE } from '../../src/streams/testing/session-script';
import { ScriptedCall, type ScriptedCallSettings } from '../support/scripted-call';

const AGENT_CAMERA = { ...VIDEO, streamId: 4, name: 'agent-video-4', party: 'agent' as const };
const STREAMS = [VOICE, AGENT, AGENT_CAMERA];
const BASIS = 'medical: fatigue monitoring, works agreement 12/3';
const ENCODERS: readonly JobKind[] = ['voice-tokens', 'face-tokens', 'text-tokens', 'fusion'];

/** Rule 9: the emotion of the agent needs a deployment that allows it and a session that states a legal basis. */
describe('the emotion of the agent', () => {
  let assets: FusionAssets;
  beforeAll(async () => void (assets = await loadFusionAssets(join(__dirname, '../../models'))));

  const call = (more: Partial<ScriptedCallSettings> = {}, basis?: string): ScriptedCall =>
    new ScriptedCall({
      streams: STREAMS,
      assets,
      session: { consent: { analysis: true, ...(basis === undefined ? {} : { agentEmotionLegalBasis: basis }) } },
      ...more,
    });
  /** The agent speaks and is seen, the customer only listens. */
  const agentSpeaks = async (one: ScriptedCall, untilMs = 6000): Promise<void> => {
    await one.until(untilMs, ({ party }) => party === 'agent');
  };
  const jobs = ({ pool }: ScriptedCall): number[] => ENCODERS.map((kind) => pool.submitted[kind] ?? 0);

  it.each([
    ['no legal basis', true, undefined],
    ['a deployment that does not allow it', false, BASIS],
  ])('is never computed with %s: not one job', async (_, allowsAgentEmotion, basis) => {
    const one = call({ allowsAgentEmotion }, basis);
    one.conversation.chat({ party: 'agent', text: new RawText('I am so sorry'), ptsMs: 1000 });
    await agentSpeaks(one);
    expect((await one.end()).agentEmotion).toBe(false);
    expect(jobs(one)).toEqual([0, 0, 0, 0]);
    expect(one.of('rapport.transcript.final').length).toBeGreaterThan(0);
    expect(one.of('rapport.window.assessed')).toEqual([]);
    expect(one.of('rapport.session.started')[0]!.data.agentEmotion).toBe(false);
  });

  it('is computed as a subject of its own with both, from voice, face and words', async () => {
    const one = call({ allowsAgentEmotion: true }, BASIS);
    one.conversation.chat({ party: 'agent', text: new RawText('I am so sorry'), ptsMs: 1000 });
    await agentSpeaks(one);
    const ended = await one.end();
    const windows = one.windows('agent');
    expect(windows.map(({ data }) => data.windowEndMs)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    for (const { type, data } of windows) EVENTS[type].data.parse(data);
    const { modalities, intents, outOfScope, conversation } = windows.at(-1)!.data;
    expect(Object.values(modalities).map(({ present }) => present)).toEqual([true, true, true]);
    expect([intents, outOfScope, conversation]).toEqual([[], false, undefined]);
    expect(one.windows('customer')).toEqual([]);
    expect(one.of('rapport.transcript.final').every(({ data }) => data.intents.length === 0)).toBe(true);
    expect([one.of('rapport.session.started')[0]!.data.agentEmotion, ended.agentEmotion]).toEqual([true, true]);
  });

  it('leaves the ids and content of the customer as they are without it', async () => {
    const both = async (allowsAgentEmotion: boolean): Promise<ScriptedCall> => {
      const one = call({ allowsAgentEmotion }, BASIS);
      await one.until(6000);
      await one.end();
      return one;
    };
    const [without, withAgent] = [await both(false), await both(true)];
    const ids = (one: ScriptedCall, subject: 'customer' | 'agent'): string[] =>
      one.windows(subject).map((result) => eventId({ tenant: 't', sessionId: 's' }, result));
    expect(ids(withAgent, 'customer')).toEqual(ids(without, 'customer'));
    expect(ids(withAgent, 'customer').length).toBeGreaterThan(3);
    const content = (one: ScriptedCall) => one.windows('customer').map(({ data }) => ({ ...data, stageMs: undefined }));
    expect(content(withAgent)).toEqual(content(without));
    const all = [...ids(withAgent, 'customer'), ...ids(withAgent, 'agent')];
    expect(ids(withAgent, 'agent').length).toBeGreaterThan(3);
    expect(new Set(all).size).toBe(all.length);
  });

  it('begins and ends with the word of it, from the media that begins then', async () => {
    const one = call({ allowsAgentEmotion: true });
    await agentSpeaks(one, 3000);
    const consent = { analysis: true, agentEmotionLegalBasis: BASIS };
    for (let again = 0; again < 2; again += 1)
      one.conversation.updateConsent({ type: 'consent.update', consent, ptsMs: 4500 });
    await agentSpeaks(one, 9000);
    one.conversation.updateConsent({ type: 'consent.update', consent: { analysis: true }, ptsMs: 9000 });
    const before = jobs(one);
    await agentSpeaks(one, 12_000);
    const ended = await one.end();
    expect(jobs(one)).toEqual(before);
    // the hop that begins at 5000 is the first that lies behind it, and it has the second of speech that a window needs
    expect(one.windows('agent').map(({ data }) => data.windowEndMs)).toEqual([6000, 7000, 8000]);
    expect(ended.agentEmotion).toBe(true);
    expect(one.of('rapport.audit.agent_emotion').map(({ data }) => data)).toEqual([
      { mediaMs: 4500, agentEmotion: true, legalBasis: BASIS, deploymentAllows: true },
      { mediaMs: 9000, agentEmotion: false, deploymentAllows: true },
    ]);
    expect(one.of('rapport.session.updated').map(({ data }) => [data.kind, data.mediaMs, data.detail])).toEqual([
      ['consent', 4500, { analysis: true, agentEmotion: true }],
      ['consent', 9000, { analysis: true, agentEmotion: false }],
    ]);
  });

  it('that fails is announced for the agent alone', async () => {
    let failures = 0;
    const fail = (kind: JobKind): Error | undefined =>
      kind === 'fusion' && failures++ === 0 ? new RapportError('inference_failed', 'by the test') : undefined;
    const one = call({ allowsAgentEmotion: true, pool: { fail } }, BASIS);
    await agentSpeaks(one, 3000);
    await one.end();
    expect(one.of('rapport.window.degraded').map(({ naturalKey, data }) => [naturalKey, data])).toEqual([
      [
        [1000, 'agent'],
        { firstWindowEndMs: 1000, lastWindowEndMs: 1000, subject: 'agent', reason: 'inference_failed' },
      ],
    ]);
    expect(one.windows('agent').map(({ data }) => data.windowEndMs)).toEqual([2000, 3000]);
  });
});
