import { BudgetReached, storageTrouble } from './storage-fault';

const errno = (code: string, syscall = 'write'): Error => Object.assign(new Error(code), { code, syscall });

test.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOENT', 'EMFILE', 'ENFILE', 'EXYZ'])(
  '%s: says where, what it is and what to do',
  (code) => {
    expect(storageTrouble('/data/outbox', errno(code))).toEqual({
      code,
      message: expect.stringMatching(new RegExp(`^/data/outbox: ${code}: [^.]+\\. [A-Z][^.]+(\\.[a-z-]+[^.]*)?\\.$`)),
    });
  },
);

test('the budget names Kafka only where it is Kafka that holds it up', () => {
  const [kept, budget] = [3 * 2 ** 20, 2 ** 21];
  const waits = storageTrouble('/data', new BudgetReached(kept, budget, true));
  expect(waits).toEqual({ code: 'DISK_BUDGET', message: expect.stringContaining('3 MiB of the 2 MiB') });
  expect(waits!.message).toContain('Bring Kafka back');
  expect(storageTrouble('/data', new BudgetReached(kept, budget, false))!.message).not.toContain('Kafka');
});

test.each([new TypeError('x'), Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }), { code: 'EODD' }])(
  'a fault of ours is none of the disk: %s',
  (error) => expect(storageTrouble('/data', error)).toBeUndefined(),
);
