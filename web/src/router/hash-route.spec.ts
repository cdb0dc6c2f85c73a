import fc from 'fast-check';
import { hashOf, paramsOf, readRoute } from './hash-route';

const text = fc.string({ minLength: 1, unit: 'grapheme' });

it('an address is read as it was written, whatever is in it', () => {
  fc.assert(
    fc.property(text, text, (id, words) => {
      const { path, query } = readRoute(hashOf('/sessions/:id', { id }, { words, none: undefined, empty: '' }));
      expect(paramsOf('/sessions/:id', path)).toEqual({ id });
      expect([...query]).toEqual([['words', words]]);
    }),
  );
});

it.each([
  ['', '/'],
  ['#', '/'],
  ['#wall', '/wall'],
  ['#/wall?team=a&team=b', '/wall'],
])('%j is %s', (hash, path) => expect(readRoute(hash).path).toBe(path));

it.each(['/sessions', '/sessions/', '/sessions/a/b', '/other/a', '/sessions/%E0%A4%A'])('%s is no session', (path) =>
  expect(paramsOf('/sessions/:id', path)).toBeUndefined(),
);
