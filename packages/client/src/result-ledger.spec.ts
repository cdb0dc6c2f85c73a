import type { Result } from '@rapport-live/protocol';
import { ResultLedger } from './result-ledger';

const result = (seq: number, id = `id-${seq}`) => ({ type: 'result', seq, event: { id } }) as Result;

describe('ResultLedger', () => {
  it('takes each result once, by its seq', () => {
    const ledger = new ResultLedger(8);
    expect([1, 2, 2, 1, 3].map((seq) => ledger.take(result(seq)))).toEqual([true, true, false, false, true]);
    expect(ledger.lastSeq).toBe(3);
  });

  it('takes an event once, by its id, and goes on behind it', () => {
    const ledger = new ResultLedger(8);
    ledger.take(result(1, 'a'));
    expect([ledger.take(result(2, 'a')), ledger.lastSeq]).toEqual([false, 2]);
  });

  it('remembers no more ids than its bound', () => {
    const ledger = new ResultLedger(2);
    for (let seq = 1; seq <= 3; seq += 1) ledger.take(result(seq));
    expect([ledger.take(result(4, 'id-3')), ledger.take(result(5, 'id-1'))]).toEqual([false, true]);
  });
});
