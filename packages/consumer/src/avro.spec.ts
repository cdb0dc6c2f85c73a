import { loadAvro } from './avro';

test('without the package the sentence says how to get it', async () => {
  const load = loadAvro(() => Promise.reject(new Error("Cannot find module 'avsc'")));
  await expect(load).rejects.toMatchObject({ code: 'consumer_options' });
  await expect(load).rejects.toThrow('npm install avsc@5.7.9');
});
