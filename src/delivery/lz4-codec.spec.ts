import { loadLz4 } from './lz4-codec';

test('asked for and not installed: one sentence that says what to do', async () => {
  const missing = (): Promise<unknown> => Promise.reject(new Error("Cannot find module 'lz4-napi'"));
  await expect(loadLz4(missing)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/KAFKA_COMPRESSION=lz4 needs .*npm install lz4-napi/),
  });
});
