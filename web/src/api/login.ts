import type { LoginAnswer, LoginRequest, LoginWays, Me } from '@rapport-live/protocol';
import { get, send } from './request';

export const loginWays = (signal?: AbortSignal): Promise<LoginWays> => get('/v1/login', signal);
export const logIn = (request: LoginRequest): Promise<LoginAnswer> => send('POST', '/v1/login', request);
export const logOut = (): Promise<void> => send('POST', '/v1/logout');
export const me = (signal?: AbortSignal): Promise<Me> => get('/v1/me', signal);
