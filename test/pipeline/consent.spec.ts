import { join } from 'node:path';
import { type FusionAssets, loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { RawText } from '../../src/redaction/redaction';
import { AGENT, VOICE } from '../../src/streams/testing/session-script';
import { ScriptedCall, turn } from '../support/scripted-call';
import { scriptedCalls, sendDue } from '../support/scripted-calls';

const WITHDRAWN = { type: 'consent.update' as const, consent: { analysis: false } };
const STREAMS = [VOICE, AGENT];

describe('consent that is withdrawn in mid-call', () => {
  let assets: FusionAssets;
  beforeAll(async () => void (assets = await loadFusionAssets(join(__dirname, '../../models'))));

  it('stops analysis at once, says so, and ends the session', async () => {
    const one = new ScriptedCall({ streams: STREAMS, assets });
    await one.until(5500);
    const before = one.store.results.length;
    one.conversation.updateConsent({ ...WITHDRAWN, ptsMs: 5400 });
    const jobs = { ...one.pool.submitted };
    expect(one.conversation.media(frame())).toMatchObject({ code: 'stream_ended' });
    await one.until(9000);
    const ended = await one.end();
    const after = one.store.results.slice(before);
    expect(after.map(({ type }) => type)).toEqual(['rapport.session.updated', 'rapport.session.ended']);
    expect(after[0]!.data).toMatchObject({
      kind: 'consent',
      mediaMs: 5400,
      detail: { analysis: false, agentEmotion: false },
    });
    expect(ended).toMatchObject({ reason: 'consent_withdrawn', incomplete: true, durationMs: 5500 });
    expect(one.pool.submitted).toEqual(jobs);
    expect(one.windows('customer').map(({ data }) => data.windowEndMs)).toEqual([1000, 2000, 3000, 4000, 5000]);
  });

  it('discards what is in work, and does none of what would follow from it', async () => {
    let finish = (): void => {};
    const sleep = (): Promise<void> => new Promise((resolve) => (finish = resolve));
    const one = new ScriptedCall({ streams: [VOICE], assets, pool: { latencyMs: { transcript: 1 }, sleep } });
    await one.until(3000, (_, atMs) => atMs < 1500);
    expect(one.pool.submitted.transcript).toBe(1);
    one.conversation.updateConsent(WITHDRAWN);
    finish();
    await turn();
    await one.end();
    expect(one.of('rapport.transcript.final')).toEqual([]);
    expect(one.pool.submitted['text-tokens']).toBeUndefined();
  });

  it('takes its jobs back that wait for a worker, and no other session loses one', async () => {
    const calls = await scriptedCalls({ costMs: (kind) => (kind === 'transcript' ? 3000 : 1), workers: 1 });
    const [one, other] = [calls.open({ camera: false }), calls.open({ camera: false })];
    await calls.pass(9000, (nowMs) => [one, other].forEach((call) => sendDue(call, nowMs)));
    expect(calls.pool.waitingOf('session-0')).toBeGreaterThan(0);
    const waiting = calls.pool.waitingOf('session-1');
    one.conversation.updateConsent(WITHDRAWN);
    expect([calls.pool.waitingOf('session-0'), calls.pool.waitingOf('session-1')]).toEqual([0, waiting]);
    await calls.end();
    expect(calls.faults).toEqual([]);
    expect(one.results.at(-1)).toMatchObject({ data: { reason: 'consent_withdrawn' } });
    expect(other.assessed.length).toBeGreaterThan(one.assessed.length - 1);
  });

  it('counts while the session ends, and however often it comes', async () => {
    const one = new ScriptedCall({
      streams: [VOICE],
      assets,
      pool: { latencyMs: { transcript: 1 }, sleep: () => new Promise(() => {}) },
    });
    await one.until(3000, (_, atMs) => atMs < 1500);
    const ending = one.end();
    for (let again = 0; again < 2; again += 1) one.conversation.updateConsent(WITHDRAWN);
    one.conversation.chat({ party: 'customer', text: new RawText('hello'), ptsMs: 3000 });
    expect(await ending).toMatchObject({ reason: 'consent_withdrawn', incomplete: true });
    expect(one.of('rapport.session.updated')).toHaveLength(1);
    expect(one.of('rapport.transcript.final')).toEqual([]);
  });
});

function frame() {
  const bytes = new Uint8Array(640);
  return {
    streamId: 1,
    seq: 99,
    byteOffset: 0,
    ptsMs: 0,
    init: false,
    endOfStream: false,
    discontinuity: false,
    bytes,
  };
}
