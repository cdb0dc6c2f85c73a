import type { TypedEvent } from '@rapport-live/protocol';
import { type ControlMessage, ControlOutbox } from './control-outbox';

const pause = (ptsMs: number): ControlMessage => ({ type: 'session.pause', ptsMs, reason: 'payment' });
const unpause = (ptsMs: number): ControlMessage => ({ type: 'session.unpause', ptsMs });
const consent = (analysis: boolean): ControlMessage => ({ type: 'consent.update', consent: { analysis } });
const hold = (action: 'hold' | 'unhold'): ControlMessage => ({
  ...{ type: 'participant.update', party: 'customer', ptsMs: 1 },
  action,
});
const updated = (kind: string, detail: object) =>
  ({ type: 'rapport.session.updated', data: { kind, mediaMs: 1, detail } }) as unknown as TypedEvent;

describe('ControlOutbox', () => {
  const said = (outbox: ControlOutbox) => outbox.resend().map(({ type, ref }) => `${type} ${ref}`);

  it('keeps what was said until it is answered, in order', () => {
    const outbox = new ControlOutbox(8);
    for (const message of [pause(1), hold('hold'), unpause(2), hold('unhold')]) outbox.add(message, true);
    expect(said(outbox)).toEqual([
      'session.pause control-0',
      'participant.update control-1',
      'session.unpause control-2',
      'participant.update control-3',
    ]);
    outbox.onEvent(updated('pause', { paused: true }));
    outbox.onEvent(updated('participant', { action: 'hold', party: 'agent' })); // of somebody else
    outbox.onEvent(updated('gap', {}));
    expect(said(outbox).map((one) => one.at(-1))).toEqual(['1', '2', '3']);
  });

  it('forgets what an answer has overtaken: sent again it would undo it', () => {
    const outbox = new ControlOutbox(8);
    outbox.add(consent(true), true); // the same as before: never answered
    outbox.add(pause(5), true);
    outbox.add(consent(false), true);
    outbox.onEvent(updated('consent', { analysis: false, agentEmotion: false }));
    expect(said(outbox)).toEqual(['session.pause control-1']);
    outbox.add(unpause(6), true);
    outbox.onEvent(updated('pause', { paused: false }));
    expect(outbox.size).toBe(0);
  });

  it('forgets what was refused', () => {
    const outbox = new ControlOutbox(8);
    const { ref } = outbox.add(unpause(5), true);
    outbox.onRefused('other');
    expect(outbox.size).toBe(1);
    outbox.onRefused(ref!);
    expect(outbox.size).toBe(0);
  });

  it('is bounded: what was sent gives way, what was not is refused', () => {
    const outbox = new ControlOutbox(2);
    outbox.add(pause(1), true);
    outbox.add(unpause(2), false);
    outbox.add(pause(3), false);
    expect(outbox.size).toBe(2);
    expect(() => outbox.add(unpause(4), false)).toThrow(expect.objectContaining({ code: 'buffer_full' }));
    expect(said(outbox).map((one) => one.split(' ')[0])).toEqual(['session.unpause', 'session.pause']);
  });
});
