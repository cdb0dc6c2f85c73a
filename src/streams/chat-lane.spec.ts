import { RawText } from '../redaction/redaction';
import { ChatLane } from './chat-lane';

describe('ChatLane', () => {
  const text = new RawText('hello');

  it('keeps ids given and makes others of the stamp', () => {
    const lane = new ChatLane({ maxChatStamps: 10, maxChatIds: 10 });
    expect(lane.receive({ party: 'agent', text, messageId: 'm-1' }, 7.4, 100)).toEqual({
      kind: 'chat',
      messageId: 'm-1',
      party: 'agent',
      ptsMs: 7,
      text,
    });
    expect(lane.receive({ party: 'customer', text }, 7.4, 100)!.messageId).toBe('chat-8');
    expect([lane.nextContentMs(8), lane.nextContentMs(9)]).toEqual([8, Infinity]);
  });

  it('forgets old stamps', () => {
    const lane = new ChatLane({ maxChatStamps: 2, maxChatIds: 2 });
    const stamps = [1, 2, 3, 1].map((ptsMs) => lane.receive({ party: 'agent', text, ptsMs }, 0, 100)!.ptsMs);
    expect(stamps).toEqual([1, 2, 3, 1]);
  });

  it('takes a message once, as long as its id is remembered', () => {
    const lane = new ChatLane({ maxChatStamps: 10, maxChatIds: 2 });
    const take = (messageId: string) => lane.receive({ party: 'agent', text, messageId }, 0, 100) !== undefined;
    expect(['a', 'b', 'a', 'b', 'c', 'b', 'a'].map(take)).toEqual([true, true, false, false, true, false, true]);
  });
});
