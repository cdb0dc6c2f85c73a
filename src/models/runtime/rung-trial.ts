import type { ModelFolder } from './model-folder';
import { canDrive } from './onnx';
import { checkParity } from './parity';
import type { GpuProvider } from './providers';
import { reasonOf } from './rung-reason';
import { loadGraphs } from './started-model';
import type { TrialOrder, TrialOutcome } from './trial-process';

/** The entry of a process that tries a GPU rung: drivers may end it, and only it. */

process.once('message', (order: TrialOrder) => void tryAll(order));
// Whoever asked is gone.
process.once('disconnect', () => process.exit());

async function tryAll({ provider, folders, mustBeatCpu }: TrialOrder): Promise<void> {
  for (const folder of folders) {
    const reason = await whyNot(folder, provider, mustBeatCpu);
    const outcome: TrialOutcome = { task: folder.manifest.task, reason };
    await new Promise((sent) => process.send?.(outcome, sent));
  }
  process.exit();
}

async function whyNot(folder: ModelFolder, provider: GpuProvider, mustBeatCpu: boolean): Promise<string | undefined> {
  if (!canDrive(provider)) return `onnxruntime-node has no ${provider} for ${process.platform}/${process.arch}`;
  try {
    const gpu = await loadGraphs(folder, provider);
    await checkParity(folder, gpu);
    if (!mustBeatCpu) return undefined;
    const cpu = await loadGraphs(folder, 'cpu');
    await checkParity(folder, cpu);
    // Second runs: the first one compiled the kernels.
    const [gpuMs, cpuMs] = [await timed(() => checkParity(folder, gpu)), await timed(() => checkParity(folder, cpu))];
    if (gpuMs <= cpuMs) return undefined;
    return `slower than cpu: ${gpuMs.toFixed(1)} ms for the reference cases, cpu ${cpuMs.toFixed(1)} ms`;
  } catch (error) {
    return reasonOf(error);
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}
