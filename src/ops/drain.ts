import { Logger } from '@nestjs/common';

/** From the first signal to the end of the process, at most, ms. */
export const DRAIN_TIMEOUT_MS = 10_000;
/** Signals this close together are one wish: Ctrl-C reaches `npm start` and the service under it, ms. */
const SAME_WISH_MS = 500;

const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

export interface DrainHost {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(status: number): void;
}

/**
 * Ends the process on SIGTERM or SIGINT. `close` refuses who comes, lets the live sessions end with their last results
 * and takes what it can to Kafka; what it has not done within the bound is left to the next start, which is what the
 * durable log is for. A second signal ends the process at once.
 */
export function drainOnSignals(
  close: () => Promise<void>,
  drainTimeoutMs = DRAIN_TIMEOUT_MS,
  host: DrainHost = process,
  nowMs: () => number = () => performance.now(),
): void {
  const logger = new Logger('Drain');
  let firstMs: number | undefined;

  const drain = async (signal: string): Promise<void> => {
    logger.log({ msg: 'draining', signal, drainTimeoutMs });
    const bound = setTimeout(() => {
      logger.error({ msg: 'draining took too long, ending', drainTimeoutMs });
      host.exit(1);
    }, drainTimeoutMs);
    try {
      await close();
      host.exit(0);
    } catch (err) {
      logger.error({ msg: 'draining failed', err });
      host.exit(1);
    } finally {
      clearTimeout(bound);
    }
  };

  for (const [signal, number] of Object.entries(SIGNALS) as [NodeJS.Signals, number][]) {
    host.on(signal, () => {
      if (firstMs === undefined) {
        firstMs = nowMs();
        void drain(signal);
      } else if (nowMs() - firstMs >= SAME_WISH_MS) {
        logger.warn({ msg: 'second signal, ending at once', signal });
        host.exit(128 + number); // as a shell tells of a death by signal
      }
    });
  }
}
