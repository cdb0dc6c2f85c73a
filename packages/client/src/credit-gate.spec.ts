import { CreditGate } from './credit-gate';

describe('CreditGate', () => {
  it('lets bytes through up to the absolute limit', () => {
    const gate = new CreditGate(10);
    expect(gate.tryTake(10)).toBe(true);
    expect(gate.tryTake(1)).toBe(false);
    expect(gate.offset).toBe(10);
  });

  it('takes the largest limit, so that duplicated and late credits do no harm', () => {
    const gate = new CreditGate(10);
    gate.raise(30);
    gate.raise(20);
    gate.raise(30);
    expect(gate.tryTake(30)).toBe(true);
    expect(gate.tryTake(1)).toBe(false);
  });

  it('wakes who waits when credit is raised', async () => {
    const gate = new CreditGate(0);
    const waiting = gate.raised();
    gate.raise(5);
    await expect(waiting).resolves.toBeUndefined();
  });

  it('tells who waits that the session is over', async () => {
    const gate = new CreditGate(0);
    const waiting = gate.raised();
    gate.close(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect(gate.raised()).rejects.toThrow('over');
  });
});
