import type { LiveSession } from '@rapport-live/protocol';
import { CARDS_A_FRAME, WallStore } from './wall-store';

const session = (sessionId: string, urgency = 0): LiveSession => ({
  ...{ sessionId, status: 'live', channel: 'voice', startedAt: '2026-01-01T00:00:00Z', mediaMs: 0, trail: [] },
  ...{ intents: [], degraded: [], alerts: [], urgency, reasons: [] },
});
const snapshot = (...sessions: LiveSession[]) => ({ name: 'snapshot', data: { sessions }, id: undefined });
const change = (sessions: LiveSession[], gone: string[] = []) => ({
  ...{ name: 'change', data: { sessions, gone }, id: undefined },
});

let tasks: (() => void)[];
let wall: WallStore;
let told: string[];
let pauses: (() => void)[];
const runTask = (): void => tasks.shift()?.();
const watch = (sessionId: string): (() => void) => wall.onSession(sessionId, () => told.push(sessionId));

beforeEach(() => {
  [tasks, told, pauses] = [[], [], []];
  wall = new WallStore(
    (task) => tasks.push(task),
    (task) => pauses.push(task),
  );
});

it('a change is told to whoever draws that conversation, and to nobody beside it', () => {
  wall.take(snapshot(session('a'), session('b')));
  runTask();
  watch('a');
  watch('b');
  wall.onChange(() => told.push('list'));
  wall.take(change([session('b', 50)]));
  runTask();
  expect(told).toEqual(['list', 'b']);
  expect(wall.sessions!.get('b')!.urgency).toBe(50);
});

it('no task draws more than a few, and a conversation that changed twice is drawn once, as it is now', () => {
  const ids = Array.from({ length: 2 * CARDS_A_FRAME + 1 }, (_, i) => `s-${i}`);
  wall.take(snapshot(...ids.map((id) => session(id))));
  while (tasks.length > 0) runTask();
  ids.forEach(watch);
  wall.take(change(ids.map((id) => session(id, 1))));
  wall.take(change([session('s-0', 2)]));
  const drawn: number[] = [];
  while (tasks.length > 0) {
    runTask();
    drawn.push(told.length);
  }
  expect(drawn).toEqual([CARDS_A_FRAME, 2 * CARDS_A_FRAME, ids.length]);
  expect(told).toEqual(ids);
  expect(wall.sessions!.get('s-0')!.urgency).toBe(2);
});

it('after a lost connection what is not in the new snapshot is gone', () => {
  wall.take(snapshot(session('a'), session('b')));
  runTask();
  watch('a');
  wall.take(snapshot(session('b')));
  runTask();
  expect([...wall.sessions!.keys()]).toEqual(['b']);
  expect(told).toEqual(['a']);
});

it('who has stopped listening hears nothing, and a change before the first snapshot is none', () => {
  wall.take(change([session('a')]));
  expect([wall.sessions, tasks]).toEqual([undefined, []]);
  wall.take(snapshot(session('a')));
  const stop = watch('a');
  stop();
  runTask();
  expect(told).toEqual([]);
});

describe('a conversation that is drawn where nobody can see it', () => {
  beforeEach(() => {
    wall.take(snapshot(session('a'), session('b')));
    runTask();
    for (const id of ['a', 'b']) watch(id);
    wall.see('b', false);
    wall.take(change([session('a', 1), session('b', 1)]));
    wall.take(change([session('b', 2)]));
    runTask();
    expect([told, tasks, pauses.length]).toEqual([['a'], [], 1]);
  });

  it('is drawn anew now and then, and once', () => {
    pauses.shift()!();
    runTask();
    expect([told, tasks, pauses]).toEqual([['a', 'b'], [], []]);
    wall.take(change([session('b', 3)]));
    expect(pauses).toHaveLength(1);
  });

  it('is drawn at once when it comes into sight, and then as the others', () => {
    wall.see('b', true);
    runTask();
    expect(told).toEqual(['a', 'b']);
    pauses.shift()!();
    wall.take(change([session('b', 3)]));
    runTask();
    expect([told, pauses]).toEqual([['a', 'b', 'b'], []]);
  });

  it('is remembered no longer than it is drawn', () => {
    const stop = watch('c');
    wall.see('c', false);
    stop();
    wall.see('c', false);
    watch('c');
    told.length = 0;
    wall.take(change([session('c')]));
    runTask();
    expect(told).toEqual(['c']);
  });
});
