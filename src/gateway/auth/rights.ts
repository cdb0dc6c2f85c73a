import {
  type ClientMessage,
  type ClientMessageType,
  RapportError,
  type Role,
  type Scope,
} from '@rapport-live/protocol';
import { type Principal, requireScope } from './principal';
import { requireRole } from './viewer';

/**
 * The one place that says who may do what. An endpoint without a rule is refused to everyone, and a message without
 * one does not compile.
 */

/** Any of these scopes will do. */
type AnyOf = readonly [Scope, ...Scope[]];

/** Messages of an open connection; `connected`: whoever has a connection. Media frames need the session of an `ingest` message. */
export const MESSAGE_RIGHTS: Readonly<Record<ClientMessageType, AnyOf | 'connected'>> = {
  'session.start': ['ingest'],
  'session.resume': ['ingest'],
  'session.end': ['ingest'],
  'session.pause': ['ingest'],
  'session.unpause': ['ingest'],
  'session.observe': ['monitor'],
  'session.unobserve': ['monitor'],
  'stream.open': ['ingest'],
  'stream.end': ['ingest'],
  'chat.message': ['ingest'],
  'media.gap': ['ingest'],
  'result.ack': ['ingest'],
  'consent.update': ['ingest'],
  'participant.update': ['ingest'],
  ping: 'connected',
};

/** `open`: for the operator's own network, without a key; `login`: for who is not known yet, from pages of the service's own. */
export type EndpointRule = AnyOf | 'open' | 'login';

/** Endpoints as `METHOD PATH` with the names of parameters. */
export const ENDPOINT_RIGHTS: Readonly<Record<string, EndpointRule>> = {
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /metrics': 'open',
  // the same for everybody, and in the repository
  'GET /docs': 'open',
  'GET /docs/:file': 'open',
  // the dashboard, the same for everybody too: what it shows it asks for with a right
  'GET /': 'open',
  'GET /wall': 'open',
  'GET /wall/assets/:file': 'open',
  // the upgrade; what the connection may then say stands above
  'GET /v1/stream': ['ingest', 'monitor'],
  'GET /v1/wall/events': ['monitor', 'admin'],
  'GET /v1/wall/sessions/:id/events': ['monitor', 'admin'],
  'GET /v1/health': ['monitor', 'admin'],
  // whoever asks needs each scope that it asks a token for
  'POST /v1/tokens': ['ingest', 'monitor'],
  'GET /v1/login': 'login',
  'POST /v1/login': 'login',
  'GET /v1/login/openid': 'login',
  'GET /v1/login/openid/callback': 'login',
  'POST /v1/logout': 'login',
  'GET /v1/me': ['monitor', 'search', 'admin'],
  'GET /v1/intents': ['monitor', 'admin'],
  'POST /v1/intents/:name/preview': ['admin'],
  'PUT /v1/intents/:name': ['admin'],
  'DELETE /v1/intents/:name': ['admin'],
  'GET /v1/alerts': ['monitor', 'search', 'admin'],
  'GET /v1/alerts/events': ['monitor', 'search', 'admin'],
  'POST /v1/alerts/:id/acknowledge': ['monitor', 'admin'],
  'POST /v1/alerts/:id/assign': ['monitor', 'admin'],
  'POST /v1/alerts/:id/snooze': ['monitor', 'admin'],
  'POST /v1/alerts/:id/note': ['monitor', 'admin'],
  'GET /v1/sessions': ['monitor', 'search', 'admin'],
  'GET /v1/sessions/:id/events': ['monitor', 'search', 'admin'],
  'GET /v1/sessions/:id/export': ['monitor', 'search', 'admin'],
  'GET /v1/search': ['monitor', 'search', 'admin'],
  'POST /v1/search/voice': ['monitor', 'search', 'admin'],
  'POST /v1/sessions/:id/corrections': ['monitor', 'admin'],
  'GET /v1/sessions/:id/corrections': ['monitor', 'search', 'admin'],
  'GET /v1/corrections': ['admin'],
  'GET /v1/alert-rules': ['monitor', 'admin'],
  'PUT /v1/alert-rules': ['admin'],
  'DELETE /v1/alert-rules': ['admin'],
  'GET /v1/sessions/:id/summary': ['monitor', 'search', 'admin'],
  'DELETE /v1/sessions/:id': ['admin'],
  'DELETE /v1/customers/:id': ['admin'],
};

const WHO_ACTS: readonly Role[] = ['supervisor', 'admin'];

/** Of people, these ask for a role besides: an analyst looks and leaves all as it is. */
export const ENDPOINT_ROLES: Readonly<Record<string, readonly Role[]>> = {
  'POST /v1/alerts/:id/acknowledge': WHO_ACTS,
  'POST /v1/alerts/:id/assign': WHO_ACTS,
  'POST /v1/alerts/:id/snooze': WHO_ACTS,
  'POST /v1/alerts/:id/note': WHO_ACTS,
  'POST /v1/sessions/:id/corrections': WHO_ACTS,
};

/** The doors of other protocols, each where it is switched on: all that comes in there are conversations. */
const FOREIGN_DOOR_RIGHT: AnyOf = ['ingest'];

/** Undefined: no rule, so nobody. A `HEAD` is a `GET` whose body nobody wants. */
export function endpointRule(method: string, path: string): EndpointRule | undefined {
  const name = `${method === 'HEAD' ? 'GET' : method} ${path}`;
  return Object.hasOwn(ENDPOINT_RIGHTS, name) ? ENDPOINT_RIGHTS[name] : undefined;
}

/** Throws RapportError `forbidden`, without a rule too. */
export function requireEndpointRight(principal: Principal, method: string, path: string): void {
  const rule = endpointRule(method, path);
  if (rule === undefined) throw new RapportError('forbidden', `${method} ${path} is open to nobody.`);
  const name = `${method} ${path}`;
  if (rule !== 'open' && rule !== 'login') requireScope(principal, rule, name);
  const roles = Object.hasOwn(ENDPOINT_ROLES, name) ? ENDPOINT_ROLES[name] : undefined;
  if (principal.person !== undefined && roles !== undefined) requireRole(principal.person, roles, name);
}

/** Throws RapportError `forbidden`. @param door its path or name */
export function requireForeignDoorRight(principal: Principal, door: string): void {
  requireScope(principal, FOREIGN_DOOR_RIGHT, door);
}

/** Throws RapportError `forbidden`. */
export function requireMessageRight(principal: Principal, message: ClientMessage): void {
  const rule = MESSAGE_RIGHTS[message.type];
  if (rule !== 'connected') requireScope(principal, rule, message.type);
  if (message.type !== 'session.observe' || principal.sessionId === undefined) return;
  if (message.sessionId !== principal.sessionId) {
    throw new RapportError('forbidden', 'The token was given for another session.');
  }
}
