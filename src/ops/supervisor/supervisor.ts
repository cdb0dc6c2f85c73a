import { type ChildProcess, spawn } from 'node:child_process';
import { ERRORS, type ErrorSpec } from '@rapport-live/protocol';
import { serviceEnvironment } from '../../config/child-environment';
import { RestartPolicy, type RestartOptions } from './restart-policy';

const FINAL_STATUSES = new Set(
  (Object.values(ERRORS) as ErrorSpec[]).flatMap(({ exit }) => (exit === undefined ? [] : [exit])),
);

export interface SupervisorHost {
  /** Node's own arguments and the script of the service. */
  readonly args: readonly string[];
  readonly options?: Partial<RestartOptions>;
}

/** The service's first word to its parent. */
interface Ready {
  readonly port: number;
}

/**
 * Keeps the service running in a process of its own: a fault in native code ends that process whole, and nothing in it can
 * catch it. Signals go on to the service, which drains as ever; its port stays the same from start to start. Resolves to
 * the exit status. Loads nothing of the service, so that nothing of it can fail here.
 */
export function supervise({ args, options }: SupervisorHost): Promise<number> {
  const policy = new RestartPolicy(FINAL_STATUSES, options);
  let service: ChildProcess | undefined;
  let waiting: NodeJS.Timeout | undefined;
  let isStopping = false;
  let port: string | undefined;

  return new Promise((resolve) => {
    const start = (): void => {
      const beganMs = performance.now();
      let isReady = false;
      waiting = undefined;
      service = spawn(process.execPath, args, {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: serviceEnvironment(port === undefined ? {} : { PORT: port }),
      });
      service.once('message', (ready) => {
        isReady = true;
        port = String((ready as Ready).port);
        process.send?.(ready);
      });
      service.once('exit', (code, signal) => {
        const decision = policy.ended({ code, signal }, performance.now() - beganMs, isReady, isStopping);
        if ('exit' in decision) return resolve(decision.exit);
        say({ msg: 'the service ended, starting it again', code, signal, ...decision });
        waiting = setTimeout(start, decision.restartInMs);
      });
      // Out of processes or memory: as one that ended at once.
      service.once('error', (error) => {
        if (service?.pid !== undefined) return;
        const decision = policy.ended({ code: 1, signal: null }, 0, false, isStopping);
        if ('exit' in decision) return resolve(decision.exit);
        say({ msg: 'the service could not be started', err: error.message, ...decision });
        waiting = setTimeout(start, decision.restartInMs);
      });
    };

    for (const [signal, number] of [
      ['SIGTERM', 15],
      ['SIGINT', 2],
    ] as const) {
      process.on(signal, () => {
        isStopping = true;
        if (waiting === undefined) return void service?.kill(signal);
        clearTimeout(waiting);
        resolve(128 + number);
      });
    }
    start();
  });
}

/** One line in the form of the service's log (pino): level 50 is an error. */
function say(fields: Record<string, unknown>): void {
  const line = { level: 50, time: Date.now(), pid: process.pid, context: 'Supervisor', ...fields };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
