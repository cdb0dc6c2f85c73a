import { Participants } from './participants';

const update = (action: 'joined' | 'left' | 'hold' | 'unhold', ptsMs: number, more: object = {}) => ({
  type: 'participant.update' as const,
  action,
  party: 'customer' as const,
  ptsMs,
  ...more,
});

test('each update is told once, whatever comes between', () => {
  const participants = new Participants();
  expect(participants.tell(update('hold', 5000.4))).toEqual({
    kind: 'updated',
    update: 'participant',
    mediaMs: 5000,
    detail: { action: 'hold', party: 'customer' },
  });
  expect(participants.tell(update('unhold', 9000))?.mediaMs).toBe(9000);
  expect([participants.tell(update('hold', 5000.4)), participants.tell(update('unhold', 9000))]).toEqual([
    undefined,
    undefined,
  ]);
});

test('two of one participant never share a millisecond, those of two may', () => {
  const participants = new Participants();
  const told = [
    update('joined', 0),
    update('hold', 0),
    update('joined', 0, { participantId: 'a-17', streamId: 3 }),
    update('unhold', 1),
  ].map((one) => participants.tell(one));
  expect(told.map((fact) => [fact?.mediaMs, fact?.scope])).toEqual([
    [0, undefined],
    [1, undefined],
    [0, 'a-17'],
    [2, undefined],
  ]);
  expect(told[2]!.detail).toEqual({ action: 'joined', party: 'customer', streamId: 3 });
});
