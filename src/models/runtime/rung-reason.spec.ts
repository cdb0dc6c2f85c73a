import { RapportError } from '@rapport-live/protocol';
import { nativeHint, reasonOf } from './rung-reason';

describe('reasonOf', () => {
  it("keeps the sentence of ONNX Runtime's message, not its place in the source", () => {
    const cause = new Error(
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::' +
        'WebGpuContext::Initialize(const Config&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::' +
        'Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    );
    const error = new RapportError('model_corrupt', 'model.onnx cannot be loaded', { cause });
    expect(reasonOf(error)).toBe('Failed to get a WebGPU adapter: No supported adapters');
  });

  it('takes anything thrown', () => {
    expect(reasonOf('out of\nmemory')).toBe('out of memory');
    expect(reasonOf(new RapportError('model_parity', 'text: cosine 0.5 < 0.99'))).toBe('text: cosine 0.5 < 0.99');
  });
});

describe('nativeHint', () => {
  it('finds the library that native code misses', () => {
    expect(nativeHint("Warning: Couldn't load Vulkan: libvulkan.so.1: not there\n    at operator()\n")).toBe(
      "Couldn't load Vulkan: libvulkan.so.1: not there",
    );
    expect(nativeHint('[E:onnxruntime] FAIL : Failed to load library x.so with error: libcudnn.so.9: not there')).toBe(
      'libcudnn.so.9: not there',
    );
    expect(nativeHint('something else')).toBeUndefined();
  });
});
