import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptAnswers } from './kept-answers';

const folder = mkdtempSync(join(tmpdir(), 'rapport-answers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const never = async (): Promise<never> => {
  throw new Error('made again');
};

test('an evaluation that was stopped goes on: answers are there for the same code and models, and for no others', async () => {
  const first = KeptAnswers.open(folder, ['code', 'models']);
  await expect(first.of('clip 1', async () => ({ probabilities: [0.25, 0.75] }))).resolves.toEqual({
    probabilities: [0.25, 0.75],
  });
  await expect(first.of('clip 2', never)).rejects.toThrow('made again');

  const again = KeptAnswers.open(folder, ['code', 'models']);
  await expect(again.of('clip 1', never)).resolves.toEqual({ probabilities: [0.25, 0.75] });
  await expect(KeptAnswers.open(folder, ['code', 'other models']).of('clip 1', never)).rejects.toThrow('made again');
});

test('a line cut short by a killed process is made again, and harms none after it', async () => {
  const kept = KeptAnswers.open(folder, ['cut']);
  await kept.of('whole', async () => 1);
  for (const name of readdirSync(folder)) appendFileSync(join(folder, name), '\n["cut",{"proba');
  const again = KeptAnswers.open(folder, ['cut']);
  await expect(again.of('cut', async () => 2)).resolves.toBe(2);
  const third = KeptAnswers.open(folder, ['cut']);
  await expect(third.of('cut', never)).resolves.toBe(2);
  await expect(third.of('whole', never)).resolves.toBe(1);
});
