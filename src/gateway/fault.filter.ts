import { type ArgumentsHost, Catch, type WsExceptionFilter } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { faultLog } from '../ops/faults';
import type { Connection } from './connection';

/** Faults of the door that are ours, whoever meets them. */
export const logFault = faultLog('gateway');

/**
 * Answers what a handler throws. Nest's own filter calls `client.emit`, which our connections do not have, so without
 * this one a refusal would be swallowed.
 */
@Catch()
export class FaultFilter implements WsExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const ws = host.switchToWs();
    const { ref } = ws.getData<{ ref?: string }>();
    answerFault(ws.getClient<Connection>(), error, ref);
  }
}

/** A RapportError goes to the client as it is; anything else is ours: logged, and told as `internal`. */
export function answerFault(connection: Connection, error: unknown, ref?: string): void {
  const detail = ref === undefined ? {} : { ref };
  if (error instanceof RapportError) {
    const { retryAfterMs, address } = error;
    const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
    const elsewhere = address === undefined ? {} : { address };
    connection.fail(error.code, error.message, { ...detail, ...retry, ...elsewhere });
    return;
  }
  logFault(error);
  connection.fail('internal', 'The service failed to handle a message.', detail);
}
