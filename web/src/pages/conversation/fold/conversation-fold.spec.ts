import type { ConversationFigures, TypedEvent } from '@rapport-live/protocol';
import fc from 'fast-check';
import type { Conversation } from './conversation';
import { ConversationFold, FOLD_BOUNDS } from './conversation-fold';
import { alert, assessed, ended, left, said, started, updated } from './testing/made-up-events';

function foldOf(events: readonly TypedEvent[], bounds = FOLD_BOUNDS): Conversation {
  const fold = new ConversationFold(bounds);
  fold.add(events);
  return fold.conversation();
}
const figures = (mediaMs: number): ConversationFigures => ({ mediaMs, holds: 'not_supported' });
const inShort = ({ lines }: Conversation): string[] =>
  lines.map((line) => `${line.atMs} ${line.kind === 'said' ? line.id : line.kind === 'alert' ? line.name : line.text}`);

const CALL: readonly TypedEvent[] = [
  started(),
  assessed(1000),
  assessed(2000, { label: 'anger', confidence: 0.8, conversation: figures(2000) }),
  said(200, 1900, { intents: [{ name: 'get_refund', score: 0.9 }], redactions: { card: 1, name: 2 } }),
  alert('raised', 0, 2000),
  assessed(3000, { abstained: 'thin_evidence' }),
  said(2400, 2400, { utteranceId: 'm-1', source: 'chat', text: 'hello?' }),
  updated('participant', 3500, { action: 'hold', party: 'customer' }),
  left(4000, 6000),
  updated('participant', 6500, { action: 'unhold', party: 'customer' }),
  alert('updated', 1, 2000, { severity: 'critical' }),
  assessed(7000, { degraded: ['hold'] }),
  alert('cleared', 2, 2000, { clearReason: 'over', severity: 'critical', name: undefined }),
  said(6600, 8000, { party: 'agent' }),
  ended(8200, { conversation: figures(8000) }),
];

describe('the fold of a conversation', () => {
  it('has windows, words, alerts, holds, figures and who took part', () => {
    const call = foldOf(CALL);
    expect(call.windows.map(({ endMs, standing, why }) => [endMs, standing, why])).toEqual([
      [1000, 'assessed', undefined],
      [2000, 'assessed', undefined],
      [3000, 'abstained', 'thin_evidence'],
      [4000, 'skipped', 'deadline'],
      [5000, 'skipped', 'deadline'],
      [6000, 'skipped', 'deadline'],
      [7000, 'assessed', undefined],
    ]);
    expect(call.windows[1]!.reading).toMatchObject({ label: 'anger', confidence: 0.8 });
    expect(inShort(call)).toEqual([
      '200 u-200',
      '2000 Anger',
      '2400 m-1',
      '3500 Customer is on hold.',
      '6500 Customer is off hold.',
      '6600 u-6600',
    ]);
    expect(call.lines[0]).toMatchObject({ masked: 3, intents: [{ name: 'get_refund', score: 0.9 }] });
    expect(call.lines[1]).toMatchObject({
      ...{ id: 'a-anger-2000-0', severity: 'critical', cleared: { atMs: 4000, reason: 'over' } },
    });
    expect(call.holds).toEqual([{ startMs: 3500, endMs: 6500 }]);
    expect(call.figures).toEqual(figures(8000));
    expect(call.participants).toEqual([
      { party: 'customer', standing: 'there' },
      { party: 'agent', standing: 'there' },
    ]);
    expect([call.durationMs, call.ended?.reason, call.isCut]).toEqual([8200, 'ended', false]);
  });

  it('is the same however often and in whatever parts events come', () => {
    const whole = foldOf(CALL);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(CALL.length), fc.nat(CALL.length))), (again) => {
        const fold = new ConversationFold();
        for (const [a, b] of again) {
          // what came before comes again, as after a reconnection, and never leaves out what is between
          fold.add(CALL.slice(0, Math.max(a, b)));
          expect(fold.add(CALL.slice(0, Math.min(a, b)))).toBe(false);
        }
        fold.add(CALL);
        expect(fold.conversation()).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same live, event by event, as afterwards', () => {
    const fold = new ConversationFold();
    for (const event of CALL) expect(fold.add([event])).toBe(true);
    expect(fold.conversation()).toEqual(foldOf(CALL));
  });

  it('does not change what it gave before', () => {
    const fold = new ConversationFold();
    fold.add(CALL.slice(0, 5));
    const before = fold.conversation();
    const copy = structuredClone(before);
    fold.add(CALL);
    expect(before).toEqual(copy);
  });

  it('shows a hold that goes on, and one only of who is named', () => {
    const held = [
      started(),
      updated('participant', 1000, { action: 'joined', party: 'agent' }, 'eve'),
      updated('participant', 2000, { action: 'hold', party: 'agent' }, 'eve'),
      updated('participant', 2500, { action: 'unhold', party: 'agent' }, 'max'),
      assessed(5000),
    ];
    const call = foldOf(held);
    expect(call.holds).toEqual([{ startMs: 2000, endMs: 5000 }]);
    expect(call.participants).toEqual([
      { party: 'customer', standing: 'there' },
      { party: 'agent', id: 'eve', standing: 'on_hold' },
    ]);
    const gone = foldOf([...held, updated('participant', 6000, { action: 'left', party: 'agent' })]);
    expect([gone.holds, gone.participants[1]]).toEqual([
      [{ startMs: 2000, endMs: 6000 }],
      { party: 'agent', id: 'eve', standing: 'left' },
    ]);
  });

  it('shows an alert whose raising came too early to be here, and no step of it that is older', () => {
    const call = foldOf([alert('updated', 2, 3000, { severity: 'critical' }), alert('updated', 1, 3000)]);
    expect(call.lines).toMatchObject([{ kind: 'alert', severity: 'critical', id: 'a-anger-3000-2' }]);
    expect(foldOf([alert('updated', 1, 3000), alert('raised', 0, 3000)]).lines).toMatchObject([
      { id: 'a-anger-3000-0' },
    ]);
  });

  it('leaves out windows of the agent', () => {
    expect(foldOf([assessed(1000, { subject: 'agent' })]).windows).toEqual([]);
  });

  it('keeps the newest within its bounds, and says that it let others go', () => {
    const bounds = { maxWindows: 3, maxLines: 2, maxIds: 4 };
    const events = [1, 2, 3, 4, 5].flatMap((n) => [assessed(n * 1000), said(n * 1000, n * 1000 + 500)]);
    const call = foldOf(events, bounds);
    expect(call.windows.map(({ endMs }) => endMs)).toEqual([3000, 4000, 5000]);
    expect(inShort(call)).toEqual(['4000 u-4000', '5000 u-5000']);
    expect(call.isCut).toBe(true);
    // a range of a day that was left out is no list of a day
    expect(foldOf([left(1000, 86_400_000)], bounds).windows).toHaveLength(3);
  });
});
