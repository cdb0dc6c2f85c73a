import { TroubleState } from './trouble-state';

const setUp = () => {
  const lines: string[] = [];
  let nowMs = 0;
  const log = { trouble: (code: string) => void lines.push(code), recovered: () => void lines.push('recovered') };
  const state = new TroubleState(log, 100, () => nowMs);
  return { lines, state, pass: (ms: number) => void (nowMs += ms) };
};
const away = { code: 'unreachable', message: 'away' } as const;
const auth = { code: 'auth', message: 'wrong password' } as const;

test('a trouble and its end are told once each, however often it is tried', () => {
  const { lines, state, pass } = setUp();
  for (let i = 0; i < 50; i += 1) state.failed(away);
  expect(state.shown()).toEqual({ trouble: 'unreachable', lastError: 'away' });
  pass(100);
  state.succeeded();
  state.succeeded();
  expect(state.shown()).toEqual({ lastError: 'away' });
  expect(state.connected).toBe(true);
  expect(lines).toEqual(['unreachable', 'recovered']);
});

test('one topic that fails for ever among others that succeed is told once, and stays in the status', () => {
  const { lines, state, pass } = setUp();
  for (let i = 0; i < 50; i += 1) {
    state.failed({ code: 'forbidden', message: 'no' });
    pass(60);
    state.succeeded();
    expect(state.shown().trouble).toBe('forbidden');
  }
  expect(lines).toEqual(['forbidden']);
});

test('a vague word does not hide a clear one, a clear one replaces a vague one', () => {
  const { lines, state } = setUp();
  state.failed(away);
  state.failed(auth);
  state.failed(away);
  expect(state.shown()).toEqual({ trouble: 'auth', lastError: 'wrong password' });
  expect(lines).toEqual(['unreachable', 'auth']);
});
