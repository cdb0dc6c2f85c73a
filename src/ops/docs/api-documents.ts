import { API_VERSION, asyncApiDocument, doorDocument, openApiDocument } from '@rapport-live/protocol';
import { DOOR_SPECS } from '../../doors/door-specs';

/** A document by its name under `/docs`; the same files stand in docs, an asyncapi-DOOR.json as docs/asyncapi/DOOR.json. */
export type ApiDocuments = ReadonlyMap<string, object>;

/** Everything that the service speaks, made of the schemas that it checks with. A tenth of a second: made when wanted. */
export function apiDocuments(): ApiDocuments {
  return new Map<string, object>([
    ['openapi.json', openApiDocument(API_VERSION)],
    ['asyncapi.json', asyncApiDocument(API_VERSION)],
    ...DOOR_SPECS.map((door) => [`asyncapi-${door.name}.json`, doorDocument(door, API_VERSION)] as const),
  ]);
}
