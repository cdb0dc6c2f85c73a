import type { ConnectOptions } from './options';
import { RapportSession } from './session';
import { openTransport } from './ws-transport';

/**
 * Connects, opens a session and resolves when the service is ready. Rejects with RapportError; `connection_lost` has the fault
 * of the network as its cause. A `url` that is none is thrown as the engine names it.
 */
export async function connect(options: ConnectOptions): Promise<RapportSession> {
  const session = new RapportSession(options, openTransport);
  await session.ready;
  return session;
}
