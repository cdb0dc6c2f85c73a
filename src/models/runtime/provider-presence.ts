import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WantedProviders } from '../../inference/provider';
import type { GpuProvider } from './providers';

/** What is looked at, so that tests can show another machine. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** Names in a folder; none where it is not there. */
  list(folder: string): readonly string[];
}

const THIS_PLATFORM: Platform = {
  os: process.platform,
  cpu: process.arch,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
};

const CUDA_LIBRARY = 'libonnxruntime_providers_cuda.so';

/**
 * Why a GPU provider cannot run on this machine, by its files alone: under a millisecond, so that a machine without a
 * GPU starts as fast as if there were no ladder. What is listed in RAPPORT_PROVIDERS is tried also without a device
 * file, which is how a software driver is used.
 */
export function missingFor(
  provider: GpuProvider,
  wanted: WantedProviders,
  platform: Platform = THIS_PLATFORM,
): string | undefined {
  if (provider === 'cuda' && !hasCudaLibrary(platform)) {
    const { os, cpu } = platform;
    if (os !== 'linux' || cpu !== 'x64') return `onnxruntime-node has no CUDA library for ${os}/${cpu}`;
    return (
      "onnxruntime-node's CUDA library is not installed: npm leaves it out, as install scripts are off; to get it: " +
      'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js'
    );
  }
  if (wanted !== 'auto' || platform.os !== 'linux') return undefined;
  const devices = platform.list('/dev');
  const nvidia = devices.includes('nvidiactl') || devices.includes('dxg');
  if (provider === 'cuda') return nvidia ? undefined : 'no NVIDIA device here (/dev/nvidiactl)';
  if (nvidia || platform.list('/dev/dri').some((name) => name.startsWith('renderD'))) return undefined;
  return 'no GPU here (/dev/dri/renderD*, /dev/nvidiactl); RAPPORT_PROVIDERS=webgpu tries software drivers too';
}

function hasCudaLibrary({ os, cpu, list }: Platform): boolean {
  // Found, not loaded: ONNX Runtime itself is for workers only.
  const bin = join(dirname(require.resolve('onnxruntime-node')), '..', 'bin');
  return list(bin).some((napi) => list(join(bin, napi, os, cpu)).includes(CUDA_LIBRARY));
}
