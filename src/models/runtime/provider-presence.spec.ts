import { missingFor, type Platform } from './provider-presence';

const platform = (files: Record<string, readonly string[]>, os = 'linux', cpu = 'x64'): Platform => ({
  os,
  cpu,
  list: (folder) => Object.entries(files).find(([end]) => folder.endsWith(end))?.[1] ?? [],
});
const CUDA = { '/bin': ['napi-v6'], 'napi-v6/linux/x64': ['libonnxruntime_providers_cuda.so'] };

describe('missingFor', () => {
  it.each([
    [
      'cuda without its library',
      'cuda',
      'auto',
      platform({ '/dev': ['nvidiactl'] }),
      /CUDA library is not installed.*install\.js/,
    ],
    ['cuda named without its library', 'cuda', ['cuda'], platform({}), /CUDA library is not installed/],
    ['cuda where there is none', 'cuda', 'auto', platform({}, 'darwin', 'arm64'), /no CUDA library for darwin\/arm64/],
    ['cuda without a device', 'cuda', 'auto', platform(CUDA), /no NVIDIA device/],
    ['webgpu without a device', 'webgpu', 'auto', platform({ '/dev/dri': ['card0'] }), /no GPU here/],
  ] as const)('refuses %s', (_what, provider, wanted, seen, reason) => {
    expect(missingFor(provider, wanted, seen)).toMatch(reason);
  });

  it.each([
    ['cuda with library and device', 'cuda', 'auto', platform({ ...CUDA, '/dev': ['nvidiactl'] })],
    ['webgpu on a GPU', 'webgpu', 'auto', platform({ '/dev/dri': ['card0', 'renderD128'] })],
    ['webgpu elsewhere', 'webgpu', 'auto', platform({}, 'darwin', 'arm64')],
    ['webgpu by name, for software drivers', 'webgpu', ['webgpu'], platform({})],
  ] as const)('lets %s be tried', (_what, provider, wanted, seen) => {
    expect(missingFor(provider, wanted, seen)).toBeUndefined();
  });
});
