import { g711Table } from './g711';

describe('g711Table', () => {
  // ITU-T G.711, tables 1a to 2b; mu-law values times 4 and A-law values times 8 (of 4096) to fill 16 bits.
  it.each([
    [0xff, 0],
    [0x7f, 0],
    [0xfe, 8],
    [0x80, 32_124],
    [0x00, -32_124],
    [0xef, 132],
    [0x6f, -132],
  ])('mu-law %i is %i', (code, value) => {
    expect(g711Table('mulaw')[code]! + 0).toBe(value);
  });

  it.each([
    [0xd5, 8],
    [0x55, -8],
    [0xaa, 32_256],
    [0x2a, -32_256],
    [0xc5, 264],
    [0x80, 5504],
  ])('A-law %i is %i', (code, value) => {
    expect(g711Table('alaw')[code]).toBe(value);
  });

  it.each(['mulaw', 'alaw'] as const)('%s: is symmetric and rises', (law) => {
    const table = g711Table(law);
    const magnitudes = new Set([...table].map(Math.abs));
    expect(magnitudes.size).toBe(128);
    for (const value of table) expect([...table]).toContain(-value + 0);
  });
});
