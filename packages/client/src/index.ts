export { connect } from './client';
export { type ClientBounds, CLIENT_BOUNDS, type ConnectOptions } from './options';
export { RapportSession, type SessionEvent } from './session';
export type { SessionEvents } from './session-events';
export type { StreamGap } from './stream-sender';
