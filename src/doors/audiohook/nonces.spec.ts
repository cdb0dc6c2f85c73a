import { Nonces } from './nonces';

describe('nonces of signatures', () => {
  it('takes one once, for as long as its signature holds', () => {
    const nonces = new Nonces(10);
    expect(nonces.take('key', 'a', 1000, 0)).toBe('taken');
    expect(nonces.take('key', 'a', 1000, 999)).toBe('replayed');
    expect(nonces.take('other', 'a', 1000, 999)).toBe('taken');
    expect(nonces.take('key', 'a', 2000, 1000)).toBe('taken');
  });

  it('refuses more than it can remember, until some have passed', () => {
    const nonces = new Nonces(2);
    nonces.take('key', 'a', 1000, 0);
    nonces.take('key', 'b', 2000, 0);
    expect(nonces.take('key', 'c', 3000, 0)).toBe('full');
    expect(nonces.take('key', 'a', 3000, 999)).toBe('replayed');
    expect(nonces.take('key', 'c', 3000, 1000)).toBe('taken');
  });
});
