import { ERROR_CODES, ERRORS, RapportError, errorSpec } from './errors';

describe('error codes', () => {
  it.each(ERROR_CODES)('%s says what to do and where it ends', (code) => {
    const { advice, close, http, exit } = errorSpec(code);
    expect(advice).toMatch(/^[A-Z].+\.$/);
    if (close !== undefined) {
      // RFC 6455, 7.4: those that an endpoint may send, or our own range.
      expect([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013].includes(close) || close >= 4000).toBe(true);
      expect(close).toBeLessThan(5000);
    }
    if (http !== undefined) expect(http >= 400 && http < 600).toBe(true);
    if (exit !== undefined) {
      expect(exit > 1 && exit < 126).toBe(true);
      expect([close, http]).toEqual([undefined, undefined]);
    }
  });

  it('gives each of our own close statuses to one cause', () => {
    const own = ERROR_CODES.map((code) => errorSpec(code).close).filter(
      (close) => close !== undefined && close >= 4000,
    );
    expect(new Set(own).size).toBe(own.length);
  });

  it('leaves the session open for exactly these', () => {
    const goesOn = ERROR_CODES.filter((code) => {
      const { close, http, exit, client } = errorSpec(code);
      return close === undefined && http === undefined && exit === undefined && !client;
    });
    expect(goesOn).toEqual([
      'unknown_type',
      'invalid_message',
      'not_supported',
      'session_exists',
      'unknown_stream',
      'stream_ended',
      'payload_invalid',
      'media_too_large',
      'video_unavailable',
      'inference_failed',
      'job_quarantined',
      'deadline_passed',
    ]);
  });

  it('carries code, advice, cause and the time to wait', () => {
    const cause = new Error('full');
    const error = new RapportError('overloaded', 'The queue is full.', { cause, retryAfterMs: 500 });
    expect(error).toMatchObject({ code: 'overloaded', advice: ERRORS.overloaded.advice, cause, retryAfterMs: 500 });
    expect(new RapportError('internal', 'A fault.')).not.toHaveProperty('cause');
  });
});
