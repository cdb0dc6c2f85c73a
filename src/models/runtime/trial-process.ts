import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from './manifest';
import type { ModelFolder } from './model-folder';
import type { GpuProvider } from './providers';
import { nativeHint } from './rung-reason';

export interface TrialOrder {
  readonly provider: GpuProvider;
  readonly folders: readonly ModelFolder[];
  readonly mustBeatCpu: boolean;
}

/** Of one model; no reason: it stands on the rung. */
export interface TrialOutcome {
  readonly task: Task;
  readonly reason?: string;
}

export interface TrialOptions {
  /** For all models of one provider together; longer than that means a software driver. Default 60,000 ms. */
  readonly timeoutMs?: number;
  /** The compiled `rung-trial.js`. Default: beside this file, or under dist/ when this file is source. */
  readonly trialPath?: string;
}

const MAX_STDERR_CHARACTERS = 16_384;

/**
 * Tries a rung in a process of its own, since a driver may end the process that loads it. Gives, of the models that
 * failed, why; when the process ends early or takes too long, all of them.
 */
export async function tryInProcess(
  order: TrialOrder,
  { timeoutMs = 60_000, trialPath = defaultTrialPath() }: TrialOptions = {},
): Promise<ReadonlyMap<Task, string>> {
  const { provider, folders } = order;
  const outcomes = new Map<Task, string | undefined>();
  const ended = await new Promise<{ how?: string; stderr: string }>((resolve) => {
    const child = fork(trialPath, [], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let stderr = '';
    let how: string | undefined;
    child.stderr?.on('data', (data) => (stderr = (stderr + String(data)).slice(0, MAX_STDERR_CHARACTERS)));
    child.on('message', ({ task, reason }: TrialOutcome) => outcomes.set(task, reason));
    const timer = setTimeout(() => {
      how = `took longer than ${timeoutMs / 1000} s`;
      child.kill('SIGKILL');
    }, timeoutMs);
    const end = (told?: string) => {
      clearTimeout(timer);
      resolve({ how: how ?? told, stderr });
    };
    child.on('error', (error) => end(`could not be started: ${error.message}`));
    child.on('close', (code, signal) => end(code === 0 ? undefined : `ended with ${signal ?? `status ${code}`}`));
    child.send(order, () => {});
  });
  const hint = nativeHint(ended.stderr);
  const withHint = (reason: string) => (hint === undefined || reason.includes(hint) ? reason : `${reason} (${hint})`);
  if (ended.how === undefined && folders.every(({ manifest }) => outcomes.has(manifest.task))) {
    const failed = [...outcomes].filter((outcome): outcome is [Task, string] => outcome[1] !== undefined);
    return new Map(failed.map(([task, reason]) => [task, withHint(reason)]));
  }
  const at = folders.find(({ manifest }) => !outcomes.has(manifest.task))?.manifest.name ?? 'its end';
  const reason = withHint(`the process that tried ${provider} ${ended.how ?? 'ended early'} at ${at}`);
  return new Map(folders.map(({ manifest }) => [manifest.task, reason]));
}

function defaultTrialPath(): string {
  const beside = join(__dirname, 'rung-trial.js');
  return existsSync(beside) ? beside : join(__dirname, '..', '..', '..', 'dist', 'models', 'runtime', 'rung-trial.js');
}
