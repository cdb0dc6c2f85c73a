import { z } from 'zod';
import { ALERT_STATES, AlertAssign, AlertList, AlertNote, AlertSnooze, AlertView } from '../alert-messages';
import { AlertRulesAnswer, AlertRuleSet } from '../alert-rules';
import { externalText } from '../client-messages';
import type { ErrorCode } from '../errors';
import { HISTORY_ROUTES } from './history-routes';
import { ErasureAnswer, SessionSummaryAnswer, TokenAnswer, TokenRequest } from '../http-messages';
import { IntentChange, IntentChanged, IntentExamples, IntentList, IntentName, IntentPreview } from '../intent-messages';
import { LoginAnswer, LoginRequest, LoginWays, Me } from '../people-messages';
import { type Scope, SUBPROTOCOL } from '../vocabulary';
import { HealthAnswer } from '../wall-messages';
import { ApiDocument, DocumentFile, Liveness, Readiness } from './open-endpoints';

export const TAGS = {
  conversations: 'Sending and watching conversations; the messages stand in the AsyncAPI documents.',
  people: 'People who look at conversations, and how they log in (docs/security.md).',
  intents: "A tenant's own intents, made of examples (docs/intents.md).",
  alerts: 'Rules that watch conversations, and what they told (docs/alerts.md).',
  wall: 'The live wall (docs/dashboard.md): server-sent events, and the page that shows them.',
  history: 'Past and running conversations: lists, searches, exports, corrections (docs/history.md).',
  erasure: 'What is kept of a session or customer, taken out (docs/erasure.md).',
  operations: 'For those who run the service (docs/operations.md).',
  documents: 'These documents.',
} as const;

/** What comes when all is well, or as well as it can be. */
export interface Answer {
  readonly description: string;
  /** Absent: none. Text: of this content type. */
  readonly body?: z.ZodType | string;
}

/** Where a value is taken from, and what it is. */
export interface Parameter {
  /** Those of the query may be left out. */
  readonly in: 'path' | 'header' | 'query';
  readonly schema: z.ZodType;
  readonly description: string;
}

/** One endpoint. A test holds them against the routes, rights and answers of the running service. */
export interface HttpRoute {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As `/v1/intents/{name}`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  /** Any of these will do; `open`: for everybody; `login`: for everybody, from pages of the service's own. */
  readonly scopes: readonly Scope[] | 'open' | 'login';
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** A string: bytes of this content type. */
  readonly body?: z.ZodType | string;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Besides those of every endpoint with a key or a body. */
  readonly errors?: readonly ErrorCode[];
}

const name: Parameter = { in: 'path', schema: IntentName, description: 'The intent.' };

const alertId: Parameter = {
  in: 'path',
  schema: z.string(),
  description: 'The alert: id of the event that raised it.',
};
/** What a supervisor does about an alert. */
const handling = (action: string, summary: string, body?: z.ZodType): HttpRoute => ({
  method: 'post',
  path: `/v1/alerts/{id}/${action}`,
  operationId: `${action}Alert`,
  tag: 'alerts',
  summary,
  scopes: ['monitor', 'admin'],
  parameters: { id: alertId },
  ...(body === undefined ? {} : { body }),
  answers: { 200: { description: 'The alert as it stands now.', body: AlertView } },
  errors: ['alert_unknown'],
});

export const HTTP_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/v1/stream',
    operationId: 'connect',
    tag: 'conversations',
    summary: `The upgrade to a WebSocket of the subprotocol ${SUBPROTOCOL}.`,
    scopes: ['ingest', 'monitor'],
    parameters: {
      'Sec-WebSocket-Protocol': {
        in: 'header',
        schema: z.string(),
        description: `${SUBPROTOCOL}; a browser offers rapport.token.TOKEN beside it, in place of the key.`,
      },
    },
    answers: { 101: { description: `From here on ${SUBPROTOCOL} is spoken.` } },
    errors: ['unsupported_subprotocol', 'quota_exceeded', 'too_many_sessions', 'server_shutdown'],
  },
  {
    method: 'post',
    path: '/v1/tokens',
    operationId: 'issueToken',
    tag: 'conversations',
    summary: 'A short-lived, single-use token for a browser.',
    scopes: ['ingest', 'monitor'],
    body: TokenRequest,
    answers: { 201: { description: 'The token.', body: TokenAnswer } },
  },
  {
    method: 'get',
    path: '/v1/login',
    operationId: 'waysToLogIn',
    tag: 'people',
    summary: 'How one can log in here.',
    scopes: 'login',
    answers: { 200: { description: 'The ways.', body: LoginWays } },
  },
  {
    method: 'post',
    path: '/v1/login',
    operationId: 'logIn',
    tag: 'people',
    summary: 'Logs in by name and password: the answer sets a cookie.',
    scopes: 'login',
    body: LoginRequest,
    answers: { 200: { description: 'Who one is now.', body: LoginAnswer } },
    errors: ['login_failed'],
  },
  {
    method: 'get',
    path: '/v1/login/openid',
    operationId: 'leaveForProvider',
    tag: 'people',
    summary: 'Sends a browser to the provider of OpenID Connect.',
    scopes: 'login',
    answers: { 303: { description: 'There.' } },
    errors: ['unknown_path'],
  },
  {
    method: 'get',
    path: '/v1/login/openid/callback',
    operationId: 'comeBackFromProvider',
    tag: 'people',
    summary: 'Where the provider sends it back: the answer sets the cookie of a log-in.',
    scopes: 'login',
    answers: { 303: { description: 'To the page.' } },
    errors: ['unknown_path', 'login_failed'],
  },
  {
    method: 'post',
    path: '/v1/logout',
    operationId: 'logOut',
    tag: 'people',
    summary: 'Ends the log-in of the cookie, if there is one, and takes the cookie away.',
    scopes: 'login',
    answers: { 204: { description: 'Nobody is logged in with this browser.' } },
  },
  {
    method: 'get',
    path: '/v1/me',
    operationId: 'whoAmI',
    tag: 'people',
    summary: 'Who asks, in which role, and what may be seen.',
    scopes: ['monitor', 'search', 'admin'],
    answers: { 200: { description: 'A person, or a key as one.', body: Me } },
  },
  {
    method: 'get',
    path: '/v1/intents',
    operationId: 'listIntents',
    tag: 'intents',
    summary: "The tenant's own intents, and the names of those that everyone has.",
    scopes: ['monitor', 'admin'],
    answers: { 200: { description: 'The intents.', body: IntentList } },
  },
  {
    method: 'post',
    path: '/v1/intents/{name}/preview',
    operationId: 'previewIntent',
    tag: 'intents',
    summary: 'What an intent would do; nothing changes.',
    scopes: ['admin'],
    parameters: { name },
    body: IntentExamples,
    answers: { 200: { description: 'How its examples would be told.', body: IntentPreview } },
    errors: ['intent_name', 'intent_examples', 'intent_limit'],
  },
  {
    method: 'put',
    path: '/v1/intents/{name}',
    operationId: 'putIntent',
    tag: 'intents',
    summary: 'Adds or replaces an intent; it counts at once, in open sessions too.',
    scopes: ['admin'],
    parameters: { name },
    body: IntentChange,
    answers: { 200: { description: 'It is live.', body: IntentChanged } },
    errors: ['intent_name', 'intent_examples', 'intent_limit', 'preview_required', 'intent_not_recommended'],
  },
  {
    method: 'delete',
    path: '/v1/intents/{name}',
    operationId: 'removeIntent',
    tag: 'intents',
    summary: 'Removes an intent.',
    scopes: ['admin'],
    parameters: { name },
    answers: { 204: { description: 'It is gone.' } },
    errors: ['intent_unknown'],
  },
  {
    method: 'get',
    path: '/v1/alerts',
    operationId: 'listAlerts',
    tag: 'alerts',
    summary: 'Alerts of the sessions that may be seen: the worst first, at most 500.',
    scopes: ['monitor', 'search', 'admin'],
    parameters: {
      state: { in: 'query', schema: z.enum(ALERT_STATES), description: 'Default: open, which is not cleared yet.' },
    },
    answers: { 200: { description: 'The alerts.', body: AlertList } },
    errors: ['invalid_request'],
  },
  handling('acknowledge', 'Says that somebody has seen it; the first who does is named.'),
  handling('assign', 'Gives it to somebody, or to nobody.', AlertAssign),
  handling('snooze', 'Puts it away for a while.', AlertSnooze),
  handling('note', 'Leaves a note with it.', AlertNote),
  {
    method: 'get',
    path: '/v1/alert-rules',
    operationId: 'listAlertRules',
    tag: 'alerts',
    summary: "The rules that watch the tenant's conversations, and where they are from.",
    scopes: ['monitor', 'admin'],
    answers: { 200: { description: 'The rules.', body: AlertRulesAnswer } },
  },
  {
    method: 'put',
    path: '/v1/alert-rules',
    operationId: 'putAlertRules',
    tag: 'alerts',
    summary: 'Gives the tenant rules of its own in place of all it had; they count from the next window on.',
    scopes: ['admin'],
    body: AlertRuleSet,
    answers: { 200: { description: 'They count.', body: AlertRulesAnswer } },
    errors: ['alert_rules_invalid'],
  },
  {
    method: 'delete',
    path: '/v1/alert-rules',
    operationId: 'removeAlertRules',
    tag: 'alerts',
    summary: 'Takes back the rules of its own: those of the rules file, or those that are built in, count again.',
    scopes: ['admin'],
    answers: { 200: { description: 'The rules that count now.', body: AlertRulesAnswer } },
  },
  ...HISTORY_ROUTES,
  {
    method: 'get',
    path: '/v1/sessions/{id}/summary',
    operationId: 'summarizeSession',
    tag: 'alerts',
    summary: 'What became of a session, or of one that goes on up to now.',
    scopes: ['monitor', 'search', 'admin'],
    parameters: { id: { in: 'path', schema: z.uuid(), description: 'The session.' } },
    answers: { 200: { description: 'The summary.', body: SessionSummaryAnswer } },
    errors: ['invalid_request', 'session_unknown'],
  },
  {
    method: 'get',
    path: '/v1/wall/events',
    operationId: 'watchWall',
    tag: 'wall',
    summary:
      'Live conversations: a snapshot (WallSnapshot), then what changes (WallChange), at most four times a second.',
    scopes: ['monitor', 'admin'],
    answers: {
      200: { description: 'Server-sent events, for five minutes: then come back.', body: 'text/event-stream' },
    },
    errors: ['server_shutdown'],
  },
  {
    method: 'get',
    path: '/v1/wall/sessions/{id}/events',
    operationId: 'watchConversation',
    tag: 'wall',
    summary: 'All durable events of a conversation that is on the wall, then those to come; Last-Event-ID is a seq.',
    scopes: ['monitor', 'admin'],
    parameters: { id: { in: 'path', schema: z.uuid(), description: 'The session.' } },
    answers: { 200: { description: 'Server-sent events until its end.', body: 'text/event-stream' } },
    errors: ['session_unknown', 'server_shutdown'],
  },
  {
    method: 'get',
    path: '/v1/health',
    operationId: 'health',
    tag: 'wall',
    summary: 'How the service does, for the page of it.',
    scopes: ['monitor', 'admin'],
    answers: { 200: { description: 'Now.', body: HealthAnswer } },
  },
  {
    method: 'get',
    path: '/wall',
    operationId: 'wall',
    tag: 'wall',
    summary: 'The dashboard.',
    scopes: 'open',
    answers: { 200: { description: 'A page.', body: 'text/html' } },
    errors: ['unknown_path'],
  },
  {
    method: 'get',
    path: '/wall/assets/{file}',
    operationId: 'wallFile',
    tag: 'wall',
    summary: 'A script, style or picture of the dashboard; its name changes with its content.',
    scopes: 'open',
    parameters: { file: { in: 'path', schema: z.string().max(128), description: 'As the page names it.' } },
    answers: { 200: { description: 'The file.', body: 'text/javascript' } },
    errors: ['unknown_path'],
  },
  {
    method: 'delete',
    path: '/v1/sessions/{id}',
    operationId: 'eraseSession',
    tag: 'erasure',
    summary: 'Erases a session.',
    scopes: ['admin'],
    parameters: { id: { in: 'path', schema: z.uuid(), description: 'The session.' } },
    answers: { 200: { description: 'What was erased.', body: ErasureAnswer } },
    errors: ['invalid_request', 'history_unavailable'],
  },
  {
    method: 'delete',
    path: '/v1/customers/{id}',
    operationId: 'eraseCustomer',
    tag: 'erasure',
    summary: 'Erases all sessions of a customer.',
    scopes: ['admin'],
    parameters: { id: { in: 'path', schema: externalText, description: 'The customerId of session.start.' } },
    answers: { 200: { description: 'What was erased.', body: ErasureAnswer } },
    errors: ['invalid_request', 'history_unavailable'],
  },
  {
    method: 'get',
    path: '/healthz',
    operationId: 'isAlive',
    tag: 'operations',
    summary: 'The process answers.',
    scopes: 'open',
    answers: { 200: { description: 'It does.', body: Liveness } },
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'isReady',
    tag: 'operations',
    summary: 'Whether a session can be taken now, with what serves it and why not.',
    scopes: 'open',
    answers: {
      200: { description: 'It can.', body: Readiness },
      503: { description: 'It cannot: error says why.', body: Readiness },
    },
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'metrics',
    tag: 'operations',
    summary: 'For Prometheus to scrape. It names no tenant, session or person.',
    scopes: 'open',
    answers: { 200: { description: 'Metrics.', body: 'text/plain' } },
  },
  {
    method: 'get',
    path: '/docs',
    operationId: 'docs',
    tag: 'documents',
    summary: 'These documents as one page, which loads nothing and runs nothing.',
    scopes: 'open',
    answers: { 200: { description: 'The page.', body: 'text/html' } },
  },
  {
    method: 'get',
    path: '/docs/{file}',
    operationId: 'document',
    tag: 'documents',
    summary: 'One document for tools: openapi.json, asyncapi.json, and asyncapi-DOOR.json of each protocol of others.',
    scopes: 'open',
    parameters: { file: { in: 'path', schema: DocumentFile, description: 'Its name.' } },
    answers: { 200: { description: 'OpenAPI 3.1 or AsyncAPI 3.0.', body: ApiDocument } },
    errors: ['unknown_path'],
  },
];
