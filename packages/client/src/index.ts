export { connect, RapportSession, type ConnectOptions, type SessionEvent } from './client';
