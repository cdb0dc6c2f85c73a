import fc from 'fast-check';
import { Leases } from './leases';

const P = { topic: 't', partition: 0 };

describe('leases', () => {
  it('keep what was ours all the time, and begin what another had meanwhile anew', () => {
    const leases = new Leases();
    const [first] = leases.assign([{ ...P, kept: false }]);
    first!.next = 5;
    expect(leases.assign([{ ...P, kept: true }])).toEqual([]);
    expect(leases.of(P)).toBe(first);
    const [second] = leases.assign([{ ...P, kept: false }]);
    expect(second).not.toBe(first);
    expect([first!.isRevoked, second!.isRevoked]).toEqual([true, false]);
  });

  it('begin again what never knew where it begins, though it was ours all the time', () => {
    const leases = new Leases();
    leases.assign([{ ...P, kept: false }]);
    expect(leases.assign([{ ...P, kept: true }])).toHaveLength(1);
  });

  it('never commit what was taken away, nor the same twice', () => {
    const assignment = fc.uniqueArray(fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(assignment, fc.nat({ max: 9 })), { maxLength: 12 }), (steps) => {
        const leases = new Leases();
        let before: number[] = [];
        for (const [ours, next] of steps) {
          leases.assign(ours.map((partition) => ({ topic: 't', partition, kept: before.includes(partition) })));
          before = ours;
          for (const partition of ours) leases.of({ topic: 't', partition })!.next = next;
          const due = leases.due('');
          for (const { partition, lease } of due) {
            expect(ours).toContain(partition);
            expect(lease.isRevoked).toBe(false);
            lease.committed = lease.next;
          }
          expect(leases.due('')).toEqual([]);
        }
      }),
    );
  });
});
