import { LevelGate } from './level-gate';

describe('LevelGate', () => {
  const quietFrames = 25; // 800 ms
  const energy = (amplitude: number) => 512 * amplitude ** 2;

  it('starts quiet, opens at once, closes after the hangover', () => {
    const gate = new LevelGate({ quietDbfs: -60, quietAfterMs: 800 });
    expect(gate.skips(energy(0), 512)).toBe(true);
    expect(gate.skips(energy(24), 512)).toBe(false); // -59.7 dBFS
    for (let i = 0; i < quietFrames; i += 1) expect(gate.skips(energy(22), 512)).toBe(false); // -60.4 dBFS
    expect(gate.skips(energy(22), 512)).toBe(true);
    expect(gate.skips(energy(300), 512)).toBe(false);
    gate.reset();
    expect(gate.skips(0, 512)).toBe(true);
  });

  it('judges a short frame by its own length', () => {
    const gate = new LevelGate({ quietDbfs: -60, quietAfterMs: 800 });
    expect(gate.skips(100 * 24 ** 2, 100)).toBe(false);
  });
});
