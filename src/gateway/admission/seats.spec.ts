import { Seats } from './seats';

describe('Seats', () => {
  const open = () => new Seats({ maxConnections: 4, maxTenantConnections: 3, maxUnstartedPerAddress: 2 });

  it('are taken until there are none, and a refusal takes nothing', () => {
    const seats = open();
    const taken = ['a', 'b', 'c', 'd'].map((name) => seats.take(name, `192.0.2.${name.charCodeAt(0)}`));
    const fifth = () => seats.take('e', '198.51.100.1');
    for (let i = 0; i < 3; i += 1) {
      expect(fifth).toThrow(expect.objectContaining({ code: 'too_many_sessions', retryAfterMs: 1000 }));
    }
    taken[0]!.free();
    taken[0]!.free();
    expect(seats.count).toBe(3);
    expect(fifth).not.toThrow();
    expect(fifth).toThrow();
  });

  it('are limited for a tenant', () => {
    const seats = open();
    for (let i = 0; i < 3; i += 1) seats.take('acme', `192.0.2.${i}`);
    expect(() => seats.take('acme', '192.0.2.9')).toThrow(expect.objectContaining({ code: 'quota_exceeded' }));
    expect(() => seats.take('globex', '192.0.2.9')).not.toThrow();
  });

  it('are limited for an address until its connections have a session', () => {
    const seats = open();
    const first = seats.take('a', '2001:db8::1');
    seats.take('b', '2001:db8::2');
    const third = () => seats.take('c', '2001:db8::3');
    expect(third).toThrow(
      expect.objectContaining({ code: 'quota_exceeded', message: expect.stringMatching(/address/) }),
    );
    first.started();
    expect(third).not.toThrow();
    first.free(); // it no longer counts as one without a session: nothing comes free
    expect(() => seats.take('d', '2001:db8::4')).toThrow();
  });
});
