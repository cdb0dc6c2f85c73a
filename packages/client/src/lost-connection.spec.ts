import { ERROR_CODES, type ErrorMessage, errorSpec, RapportError } from '@rapport-live/protocol';
import { judgeClose, reconnectDelayMs } from './lost-connection';

const fatal = (code: string, more: object = {}) =>
  ({ type: 'error', code, message: 'm', advice: 'a', fatal: true, ...more }) as ErrorMessage;

describe('judgeClose', () => {
  it('takes a normal close for the end', () => {
    expect(judgeClose({ status: 1000, reason: 'session ended' })).toEqual({ kind: 'over', failure: undefined });
  });

  it.each([1001, 1005, 1006, 1012, 1013])('tries again after status %i without a reason of the service', (status) => {
    expect(judgeClose({ status, reason: '' })).toMatchObject({ kind: 'retry', cause: { code: 'connection_lost' } });
  });

  it('tries again exactly where the service still holds the session', () => {
    const closing = ERROR_CODES.filter((code) => errorSpec(code).close !== undefined);
    const retried = closing.filter((code) => judgeClose({ status: 1013, reason: code }).kind === 'retry');
    expect(retried.sort()).toEqual([
      'overloaded',
      'quota_exceeded',
      'server_shutdown',
      'session_elsewhere',
      'session_timeout',
      'slow_consumer',
      'too_many_sessions',
    ]);
  });

  it('waits and goes where the service says', () => {
    const url = 'ws://other/v1/stream';
    const verdict = judgeClose(
      { status: 4421, reason: 'session_elsewhere' },
      fatal('session_elsewhere', { address: url, retryAfterMs: 700 }),
    );
    expect(verdict).toMatchObject({ kind: 'retry', url, afterMs: 700 });
  });

  it('heeds the refusal of an upgrade, and takes other failures for the network', () => {
    const busy = new RapportError('too_many_sessions', 'full', { retryAfterMs: 900 });
    expect(judgeClose({ status: 1006, reason: '', error: busy })).toMatchObject({ kind: 'retry', afterMs: 900 });
    const key = new RapportError('unauthorized', 'no');
    expect(judgeClose({ status: 1006, reason: '', error: key })).toEqual({ kind: 'over', failure: key });
    const network = new Error('ECONNREFUSED');
    expect(judgeClose({ status: 1006, reason: '', error: network })).toMatchObject({ kind: 'retry', cause: network });
  });
});

describe('reconnectDelayMs', () => {
  const bounds = { reconnectBaseMs: 250, reconnectMaxMs: 5000 };

  it('doubles its bound up to the largest and spreads below it', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 1000].map((attempt) => reconnectDelayMs(attempt, bounds, () => 1));
    expect(longest).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    expect(reconnectDelayMs(3, bounds, () => 0.25)).toBe(500);
  });
});
