import type { Config } from '../config/config';
import type { ServiceParts } from '../config/service-parts';
import { DEFAULT_START_PACE, type StartPaceOptions } from './admission/start-pace';
import { DEFAULT_THROTTLE, type ThrottleOptions } from './admission/throttle';
import type { BrowserTokenOptions } from './auth/browser-tokens';
import type { LoginOptions } from './auth/login-sessions';
import { DEFAULT_LOGIN_ATTEMPTS, type LoginAttemptOptions } from './auth/people/login-attempts';

/** Every bound of the doors, WebSocket and HTTP. Times in ms, sizes in bytes. */
export interface GatewayOptions extends BrowserTokenOptions, LoginOptions, StartPaceOptions {
  /** Largest binary message, header included. Default 1 MiB + 24. */
  readonly maxMessageBytes: number;
  /** Largest text message. Default 64 KiB. */
  readonly maxTextMessageBytes: number;
  /** Received and not yet handled bytes of a connection; above, its socket is paused. Default 4 MiB. */
  readonly maxUnhandledBytes: number;
  /** Sent and not yet taken by the peer; above, the connection closes with `slow_consumer`. Default 8 MiB. */
  readonly maxBufferedBytes: number;
  /** From the connection to `session.start`. Default 10 s. */
  readonly startTimeoutMs: number;
  /** From a ping to a peer that fell silent to its pong; then whatever else it has said since stands for that. Default 2 s. */
  readonly pongWithinMs: number;
  /** Between pings. Default 15 s. */
  readonly pingIntervalMs: number;
  /** Without any message or pong; above, the connection closes with `session_timeout`. Default 60 s. */
  readonly idleTimeoutMs: number;
  /** After a lost connection a session waits so long for its client, wall ms; 0: it ends at once. Default 60 s. */
  readonly resumeWindowMs: number;
  /** Sessions that are over whose last results a client may still come back for. Default 128: the outbox keeps 256. */
  readonly maxEndedSessions: number;
  /** Sessions that one connection may watch at a time. Default 256. */
  readonly maxObservedSessions: number;
  /** From our close frame to the peer's, at shutdown and to a peer that does not read; above, it is cut off. Default 2 s. */
  readonly closeTimeoutMs: number;
  /** Connections at once, with or without a session. Default twice the sessions. */
  readonly maxConnections: number;
  /** Largest body of an HTTP request. Default 256 KiB. */
  readonly maxRequestBytes: number;
  /** For the body of an HTTP request to come; above, its connection is cut. Default 10 s. */
  readonly bodyTimeoutMs: number;
  /** For the head of a request or an upgrade to come whole, and for a TLS handshake; above, its connection is cut. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** For a request to come whole. Default 30 s. */
  readonly requestTimeoutMs: number;
  /** TCP connections at once, WebSockets or not; more are closed unread. Default 1,024 more than connections. */
  readonly maxSockets: number;
  /** Connections of noisy addresses that wait unread; more are closed at once. Default 64. */
  readonly maxHeldSockets: number;
  /** How long each waits before it is read. Default 1 s. */
  readonly holdNoisyMs: number;
  /** Connections without a session, of one address. Default as many as there may be sessions. */
  readonly maxUnstartedPerAddress: number;
  /** JWTs that are being verified at once. Default 256. */
  readonly maxPendingVerifications: number;
  /** How often one may knock. */
  readonly throttle: ThrottleOptions;
  /** How often one may try to log in to an account. */
  readonly loginAttempts: LoginAttemptOptions;
}

export const GATEWAY_OPTIONS = Symbol('GatewayOptions');

export const defaultGatewayOptions = (maxSessions: number): GatewayOptions => ({
  maxMessageBytes: 1024 * 1024 + 24,
  maxTextMessageBytes: 64 * 1024,
  maxUnhandledBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 8 * 1024 * 1024,
  startTimeoutMs: 10_000,
  pongWithinMs: 2_000,
  pingIntervalMs: 15_000,
  idleTimeoutMs: 60_000,
  resumeWindowMs: 60_000,
  maxEndedSessions: 128,
  maxObservedSessions: 256,
  closeTimeoutMs: 2_000,
  maxConnections: 2 * maxSessions,
  maxRequestBytes: 256 * 1024,
  bodyTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  maxSockets: 2 * maxSessions + 1024,
  maxHeldSockets: 64,
  holdNoisyMs: 1_000,
  maxUnstartedPerAddress: Math.max(16, maxSessions),
  maxPendingVerifications: 256,
  ...DEFAULT_START_PACE,
  maxTokens: 10_000,
  maxTokensPerTenant: 1_000,
  throttle: DEFAULT_THROTTLE,
  loginAttempts: DEFAULT_LOGIN_ATTEMPTS,
  loginIdleMs: 3600_000,
  loginMaxMs: 12 * 3600_000,
  maxLogins: 10_000,
  maxLoginsPerUser: 16,
});

export const gatewayOptions = (config: Config, { gateway }: ServiceParts): GatewayOptions => ({
  ...defaultGatewayOptions(config.maxSessions),
  ...config.login,
  resumeWindowMs: config.resumeWindowMs,
  ...gateway,
});
