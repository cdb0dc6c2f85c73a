import { z } from 'zod';
import { SchemaParts } from '../asyncapi/parts';
import * as handling from '../alert-messages';
import * as alerts from '../alert-rules';
import { type ErrorCode, errorSpec } from '../errors';
import * as history from '../history-messages';
import * as http from '../http-messages';
import * as intents from '../intent-messages';
import * as people from '../people-messages';
import type { JsonSchema } from '../schemas/json-schema';
import * as wall from '../wall-messages';
import { ApiDocument, Liveness, Readiness } from './open-endpoints';
import { type HttpRoute, TAGS } from './route';
import { HTTP_ROUTES } from './routes';

/** Bodies by the name that they have among the components. */
const BODIES = {
  ...{ ApiDocument, Liveness, Readiness },
  ...{ ErrorBody: http.ErrorBody, TokenRequest: http.TokenRequest, TokenAnswer: http.TokenAnswer },
  ErasureAnswer: http.ErasureAnswer,
  SessionSummaryAnswer: http.SessionSummaryAnswer,
  ...{ SessionListed: history.SessionListed, SessionList: history.SessionList, SessionEvents: history.SessionEvents },
  SessionExport: history.SessionExport,
  ...{ SearchHit: history.SearchHit, SearchAnswer: history.SearchAnswer },
  ...{ CorrectionRequest: history.CorrectionRequest, CorrectionMade: history.CorrectionMade },
  ...{ CorrectedExample: history.CorrectedExample, CorrectionList: history.CorrectionList },
  ...{ AlertCondition: alerts.AlertCondition, AlertRule: alerts.AlertRule, AlertRuleSet: alerts.AlertRuleSet },
  AlertRulesAnswer: alerts.AlertRulesAnswer,
  ...{ AlertAssign: handling.AlertAssign, AlertSnooze: handling.AlertSnooze, AlertNote: handling.AlertNote },
  ...{ AlertView: handling.AlertView, AlertList: handling.AlertList },
  HealthAnswer: wall.HealthAnswer,
  ...{ IntentExamples: intents.IntentExamples, IntentChange: intents.IntentChange, IntentReport: intents.IntentReport },
  ...{ IntentPreview: intents.IntentPreview, IntentChanged: intents.IntentChanged, IntentList: intents.IntentList },
  ...{ LoginWays: people.LoginWays, LoginRequest: people.LoginRequest, LoginAnswer: people.LoginAnswer, Me: people.Me },
} as const satisfies Record<string, z.ZodType>;

const names = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(BODIES)) names.add(schema, { id });

const WITH_KEY: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'rate_limited', 'overloaded', 'internal'];
const WITH_BODY: readonly ErrorCode[] = ['invalid_request', 'request_too_large'];
const EXPIRED: readonly ErrorCode[] = ['login_expired'];
const TO_LOG_IN: readonly ErrorCode[] = ['forbidden', 'rate_limited', 'overloaded', 'internal'];
const JSON_TYPE = 'application/json';

/**
 * The OpenAPI 3.1 document of everything that the service answers over HTTP, made of the schemas that it checks with. Plain
 * data; `npm run docs` writes it to docs/openapi.json, and the service serves it at `/docs/openapi.json`.
 */
export function openApiDocument(version: string) {
  const parts = new SchemaParts();
  const operations = HTTP_ROUTES.map((route) => ({ ...route, operation: operation(route, parts) }));
  const paths = [...new Set(HTTP_ROUTES.map(({ path }) => path))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rapport',
      version,
      description:
        'What the service answers over HTTP. Conversations go over a WebSocket, and results to Kafka: the AsyncAPI ' +
        'documents say how.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The service that serves this document.' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(
      paths.map((path) => [
        path,
        Object.fromEntries(operations.filter((one) => one.path === path).map((one) => [one.method, one.operation])),
      ]),
    ),
    components: {
      schemas: parts.all(),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT.' },
        login: {
          ...{ type: 'apiKey', in: 'cookie', name: '__Host-rapport' },
          description:
            'Of POST /v1/login; rapport_login without TLS. What changes something needs the header Origin of the same host.',
        },
      },
    },
  };
}

function operation(
  { path, operationId, tag, summary, scopes, parameters = {}, body, answers, errors }: HttpRoute,
  parts: SchemaParts,
) {
  const codes = new Set<ErrorCode>([
    ...(errors ?? []),
    ...(body === undefined ? [] : WITH_BODY),
    ...(scopes === 'open' ? [] : scopes === 'login' ? TO_LOG_IN : WITH_KEY),
    ...(isForPeople(path, scopes) ? EXPIRED : []),
  ]);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(typeof scopes === 'string' ? {} : { description: `Scope: ${scopes.join(' or ')}.` }),
    security: typeof scopes === 'string' ? [] : [{ key: [] }, ...(isForPeople(path, scopes) ? [{ login: [] }] : [])],
    parameters: Object.entries(parameters).map(([name, { schema, ...where }]) => ({
      name,
      ...where,
      required: where.in !== 'query',
      schema: schemaOf(schema, parts),
    })),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, ...(typeof body === 'string' ? bytesOf(body) : content(body, parts)) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          { description: answer.description, ...content(answer.body, parts) },
        ]),
      ),
      ...refusals([...codes], parts),
    },
  };
}

/** A cookie opens what is asked for, not what is upgraded; no role of a person may send conversations. */
const isForPeople = (path: string, scopes: HttpRoute['scopes']): boolean =>
  typeof scopes !== 'string' && path !== '/v1/stream' && scopes.some((scope) => scope !== 'ingest');

/** By content type. Named, or the declarations of this package would not compile where libraries are checked. */
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

function content(body: z.ZodType | string | undefined, parts: SchemaParts): Content {
  if (body === undefined) return {};
  if (typeof body === 'string') return { content: { [body]: { schema: { type: 'string' } } } };
  return { content: { [JSON_TYPE]: { schema: schemaOf(body, parts) } } };
}

/** Bytes: their type says all. */
const bytesOf = (type: string) => ({ content: { [type]: { schema: {} } } });

/** One answer a status, with the codes that it may carry and what to do about each. */
function refusals(codes: readonly ErrorCode[], parts: SchemaParts) {
  const statuses = [...new Set(codes.map(statusOf))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const those = codes.filter((code) => statusOf(code) === status);
      const told = those.map((code) => `${code}: ${errorSpec(code).advice}`).join(' ');
      const comesBack = those.some((code) => /retryAfterMs/.test(errorSpec(code).advice));
      const headers = {
        'Retry-After': {
          description: 'Seconds to wait, where that is known.',
          schema: { type: 'integer', minimum: 0 },
        },
      };
      const schema = {
        allOf: [
          schemaOf(http.ErrorBody, parts),
          { type: 'object', properties: { code: { type: 'string', enum: those } } },
        ],
      };
      return [status, { description: told, ...(comesBack ? { headers } : {}), content: { [JSON_TYPE]: { schema } } }];
    }),
  );
}

function statusOf(code: ErrorCode): number {
  const status = errorSpec(code).http;
  if (status === undefined) throw new Error(`${code} has no HTTP status`);
  return status;
}

/** As a reader takes it: what has a default may be left out, an answer may have more. Those with a name are components. */
function schemaOf(schema: z.ZodType, parts: SchemaParts): JsonSchema {
  return parts.moved(z.toJSONSchema(schema, { io: 'input', metadata: names }) as JsonSchema);
}
