import { Logger } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';

/** Where faults of ours are logged: once each, with their cause. */
export type FaultLog = (error: unknown) => void;

export function faultLog(context: string): FaultLog {
  const logger = new Logger(context);
  return (error) => {
    const code = error instanceof RapportError ? error.code : 'internal';
    logger.error({ err: error, code, cause: causeOf(error) }, 'A part of the service failed');
  };
}

function causeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return undefined;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
