import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaPartition, murmur2 } from '../../src/delivery/murmur2';
import { javaSourceMissing, runJavaSource } from '../support/kafka/java-source';

/** [base64 of a key, its murmur2, its partition among 6, among 1000], as Kafka's own jar gave them. */
type Vector = readonly [string, number, number, number];

const VECTORS = join(__dirname, 'murmur2-vectors.json');

/** Keys as we have them, text of all sorts, and every length from 0 to 40 bytes, with bytes that are negative in Java. */
function keys(): string[] {
  const session = fc
    .tuple(fc.stringMatching(/^[a-z0-9-]{1,20}$/), fc.uuid({ version: 7 }))
    .map((parts) => parts.join('/'));
  const lengths = fc
    .nat(40)
    .chain((n) => fc.string({ unit: fc.constantFrom('a', 'ÿ', '語', '😀', '\0'), minLength: n, maxLength: n }));
  const sample = <T>(of: fc.Arbitrary<T>, count: number): T[] => fc.sample(of, { numRuns: count, seed: 20_261_128 });
  return [
    ...sample(session, 100),
    ...sample(lengths, 100),
    ...sample(fc.string({ unit: 'grapheme', maxLength: 60 }), 100),
  ];
}

const why = javaSourceMissing();

test('murmur2 and partitions as the vectors that Kafka gave', () => {
  const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vector[];
  expect(vectors.length).toBeGreaterThan(200);
  for (const [key, hash, ofSix, ofThousand] of vectors) {
    const bytes = Buffer.from(key, 'base64');
    const text = bytes.toString('utf8');
    const ours = [key, murmur2(bytes), javaPartition(text, 6), javaPartition(text, 1000)];
    expect(ours).toEqual([key, hash, ofSix, ofThousand]);
  }
});

(why === undefined ? test : test.skip)(
  `the vectors are what the classes of Kafka's jar give${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    const lines = keys().map((key) => Buffer.from(key).toString('base64'));
    const given = runJavaSource('Partitions.java', [], `${lines.join('\n')}\n`);
    const vectors = lines.map((key, i) => [key, ...given[i]!.split(' ').map(Number)]);
    expect(JSON.parse(readFileSync(VECTORS, 'utf8'))).toEqual(vectors);
  },
  60_000,
);
