import { join } from 'node:path';
import type { TypedEvent } from '@rapport-live/protocol';
import { type FusionAssets, loadFusionAssets } from '../../src/pipeline/fusion-assets';
import { AGENT, VOICE } from '../../src/streams/testing/session-script';
import { ScriptedCall } from '../support/scripted-call';
import { type Control, ControlLog } from '../../src/pipeline/consent/control-log';

describe('what a client said, from what answered it', () => {
  let assets: FusionAssets;
  beforeAll(async () => void (assets = await loadFusionAssets(join(__dirname, '../../models'))));

  const opened = (): ScriptedCall =>
    new ScriptedCall({
      streams: [VOICE, AGENT],
      assets,
      allowsAgentEmotion: true,
      session: { consent: { analysis: true, agentEmotionLegalBasis: 'medical' } },
    });
  const controls = async (one: ScriptedCall): Promise<Control[]> => {
    await one.until(6000);
    await one.end();
    const log = new ControlLog();
    one.store.results.forEach((result, i) => log.take(result as unknown as TypedEvent, i + 1));
    return log.said.map(({ control }) => control);
  };

  it('said again to another process, says the same', async () => {
    const first = opened();
    first.conversation.pause(1000.4, 'payment');
    first.conversation.unpause(2000);
    first.conversation.participant({ type: 'participant.update', action: 'hold', party: 'customer', ptsMs: 2500 });
    first.conversation.updateConsent({ type: 'consent.update', ptsMs: 3000, consent: { analysis: true } });
    const back = { analysis: true, agentEmotionLegalBasis: 'safety' };
    first.conversation.updateConsent({ type: 'consent.update', ptsMs: 4000, consent: back });
    first.conversation.pause(5000, 'privacy');
    const said = await controls(first);
    expect(said.map(({ type, ptsMs }) => [type, ptsMs])).toEqual(
      expect.arrayContaining([
        ['session.pause', 1000.4],
        ['session.unpause', 2000],
        ['participant.update', 2500],
        ['consent.update', 3000],
        ['consent.update', 4000],
        ['session.pause', 5000],
      ]),
    );
    const second = opened();
    for (const one of said) {
      if (one.type === 'session.pause') second.conversation.pause(one.ptsMs, one.reason);
      else if (one.type === 'session.unpause') second.conversation.unpause(one.ptsMs);
      else if (one.type === 'consent.update') second.conversation.updateConsent(one);
      else second.conversation.participant(one);
    }
    expect(second.conversation.paused).toBe(true);
    expect(await controls(second)).toEqual(said);
  });
});
