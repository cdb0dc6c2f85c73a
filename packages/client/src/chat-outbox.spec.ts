import type { ChatMessage, TypedEvent } from '@rapport-live/protocol';
import { ChatOutbox } from './chat-outbox';

const said = (text: string, more: object = {}): ChatMessage => ({
  type: 'chat.message',
  party: 'customer',
  text,
  ...more,
});
const event = (type: string, data: object) => ({ type, data }) as TypedEvent;

describe('ChatOutbox', () => {
  it('gives each message an id and keeps it, in order, until its final', () => {
    const outbox = new ChatOutbox(8);
    const first = outbox.add(said('a'), true);
    outbox.add(said('b', { messageId: 'm-2', ptsMs: 7 }), true);
    const third = outbox.add(said('c'), false);
    expect(new Set([first.messageId, 'm-2', third.messageId]).size).toBe(3);
    outbox.onEvent(event('rapport.transcript.final', { utteranceId: first.messageId }));
    outbox.onEvent(event('rapport.transcript.final', { utteranceId: 'u-1' }));
    expect(outbox.resend()).toEqual([said('b', { messageId: 'm-2', ptsMs: 7 }), third]);
  });

  it('forgets what the service says was shed', () => {
    const outbox = new ChatOutbox(8);
    outbox.add(said('a', { messageId: 'm-1' }), true);
    outbox.onEvent(event('rapport.session.updated', { kind: 'shed', scope: 'm-1' }));
    expect(outbox.resend()).toEqual([]);
  });

  it('is bounded: trusts the oldest that was sent, and refuses when none was', () => {
    const outbox = new ChatOutbox(2);
    outbox.add(said('a', { messageId: '1' }), true);
    outbox.add(said('b', { messageId: '2' }), false);
    outbox.add(said('c', { messageId: '3' }), false);
    expect(() => outbox.add(said('d'), false)).toThrow(/2 chat messages wait/);
    expect(outbox.size).toBe(2);
    expect(outbox.resend().map(({ messageId }) => messageId)).toEqual(['2', '3']);
    outbox.add(said('e', { messageId: '5' }), true); // once they were sent there is room
    expect(outbox.resend().map(({ messageId }) => messageId)).toEqual(['3', '5']);
  });
});
