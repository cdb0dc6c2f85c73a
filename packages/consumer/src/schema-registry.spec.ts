import { StandInRegistry } from '../../../test/support/schema-registry';
import { fetchSchema } from './schema-registry';

const registry = new StandInRegistry();
beforeAll(() => registry.start());
afterAll(() => registry.stop());

test('of an answer without end no more is read than the bound', async () => {
  const schema = { type: 'record', name: 'One', fields: [] };
  const id = registry.keep('one', schema);
  const { signal } = new AbortController();
  expect(await fetchSchema({ url: registry.url, maxAnswerBytes: 500 }, id, signal)).toEqual(schema);
  registry.extraBytes = 600;
  await expect(fetchSchema({ url: registry.url, maxAnswerBytes: 500 }, id, signal)).rejects.toThrow(
    'it sent more than 500 bytes',
  );
});
