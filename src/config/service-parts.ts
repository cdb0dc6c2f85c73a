import type { LogFiles } from '../delivery/log-files';
import type { GatewayOptions } from '../gateway/gateway-options';
import type { InferencePool } from '../inference/inference-pool';
import type { SessionClock } from '../streams/session-clock';

export const SERVICE_PARTS = Symbol('ServiceParts');

/** Parts that a test or a bench puts in place of the usual ones. */
export interface ServiceParts {
  /** Instead of ONNX Runtime in worker threads. Closed with the service. */
  readonly pool?: InferencePool;
  /** Instead of the system's: of sessions, and of the time they wait for their clients. */
  readonly clock?: SessionClock;
  /** Bounds of the WebSocket door, over its defaults. */
  readonly gateway?: Partial<GatewayOptions>;
  /** Instead of the file system, for the log of results. */
  readonly files?: LogFiles;
  /** By which keys and tokens expire, alerts are snoozed and history grows old, ms since 1970. */
  readonly wallClock?: () => number;
}
