import { Fleet } from './fleet';

const config = { name: 'gw-1', url: 'wss://{name}.voice.example/{name}' };

describe('Fleet', () => {
  it('names the gateway in its tokens, and leads from one to another', () => {
    const token = new Fleet(config).named('abc_-D');
    expect(token).toBe('gw-1.abc_-D');
    expect(new Fleet(config).elsewhere(token)).toBeUndefined();
    expect(new Fleet({ ...config, name: 'gw-2' }).elsewhere(token)).toMatchObject({
      code: 'session_elsewhere',
      address: 'wss://gw-1.voice.example/gw-1',
    });
  });

  it('alone names nobody and leads nowhere', () => {
    expect(new Fleet().named('abc')).toBe('abc');
    expect(new Fleet().elsewhere('gw-1.abc')).toBeUndefined();
  });

  it.each(['abc', '.abc', 'evil.example.abc/', 'a/b.c', 'GW-2.abc', 'a@b.c'])('is not led astray by %s', (token) => {
    const address = new Fleet(config).elsewhere(token)?.address;
    expect(address === undefined || /^wss:\/\/[a-z0-9-]+\.voice\.example\/[a-z0-9-]+$/.test(address)).toBe(true);
  });
});
