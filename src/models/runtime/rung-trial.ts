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

/** A GPU is not that much slower than the CPU, a driver in software is: the larger models are then not waited for. */
const SOFTWARE_FACTOR = 20;

async function tryAll({ provider, folders, mustBeatCpu }: TrialOrder): Promise<void> {
  let software: string | undefined;
  for (const folder of folders) {
    const verdict: Verdict = software ? { reason: software } : await judge(folder, provider, mustBeatCpu);
    if (verdict.isSoftware) software = `a driver in software: ${folder.manifest.name} is ${verdict.reason}`;
    const outcome: TrialOutcome = { task: folder.manifest.task, reason: verdict.reason };
    await new Promise((sent) => process.send?.(outcome, sent));
  }
  process.exit();
}

interface Verdict {
  /** None: the model stands on the rung. */
  readonly reason?: string;
  readonly isSoftware?: boolean;
}

async function judge(folder: ModelFolder, provider: GpuProvider, mustBeatCpu: boolean): Promise<Verdict> {
  if (!canDrive(provider))
    return { reason: `onnxruntime-node has no ${provider} for ${process.platform}/${process.arch}` };
  try {
    const gpu = await loadGraphs(folder, provider);
    await checkParity(folder, gpu);
    if (!mustBeatCpu) return {};
    const cpu = await loadGraphs(folder, 'cpu');
    await checkParity(folder, cpu);
    // Second runs: the first one compiled the kernels.
    const [gpuMs, cpuMs] = [await timed(() => checkParity(folder, gpu)), await timed(() => checkParity(folder, cpu))];
    if (gpuMs <= cpuMs) return {};
    const reason = `slower than cpu: ${gpuMs.toFixed(1)} ms for the reference cases, cpu ${cpuMs.toFixed(1)} ms`;
    return { reason, isSoftware: gpuMs > SOFTWARE_FACTOR * cpuMs };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}
