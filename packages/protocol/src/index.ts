export * from './vocabulary';
export * from './frame';
export * from './errors';
export * from './client-messages';
export * from './events';
export * from './event-table';
export * from './server-messages';
export * from './http-messages';
