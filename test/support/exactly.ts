import { isDeepStrictEqual } from 'node:util';

/** Within `toMatchObject`, which takes an object with more in it too: an empty one would match any. */
export const exactly = <T>(value: T): T =>
  ({
    // clones are of one realm: what `fetch` gives is not of that of a test
    asymmetricMatch: (given: unknown) => isDeepStrictEqual(structuredClone(given), structuredClone(value)),
    toString: () => 'exactly',
    toAsymmetricMatcher: () => `exactly ${JSON.stringify(value)}`,
  }) as unknown as T;
