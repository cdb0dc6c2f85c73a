import type { IncomingMessage } from 'node:http';
import { RapportError } from '@rapport-live/protocol';
import type { ByKey } from '../gateway/auth/doorkeeper';
import { keyOf } from '../gateway/auth/credential';
import type { Principal } from '../gateway/auth/principal';

/** Callers that can show one of our API keys: as a bearer, or as the password of HTTP Basic. Throws or rejects `unauthorized`. */
export function identifyByApiKey({ headers }: IncomingMessage, byKey: ByKey): Principal | Promise<Principal> {
  const key = keyOf(headers.authorization);
  if (key !== undefined) return byKey(key);
  throw new RapportError('unauthorized', 'No API key was sent, neither as a bearer nor as the password of HTTP Basic.');
}
