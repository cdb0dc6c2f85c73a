import type { IncomingMessage } from 'node:http';
import { ERRORS, type ErrorCode, RapportError } from '@rapport-live/protocol';

/** Refusals are short; what is longer is not ours. */
const MAX_BODY_BYTES = 16 * 1024;

/** The reason of a refused upgrade, from its JSON body where it has one. */
export async function upgradeError(response: IncomingMessage): Promise<Error> {
  let body = '';
  for await (const chunk of response) {
    body += String(chunk);
    if (body.length > MAX_BODY_BYTES) break;
  }
  try {
    const { code, message, retryAfterMs } = JSON.parse(body) as {
      code: ErrorCode;
      message: string;
      retryAfterMs?: number;
    };
    if (code in ERRORS) return new RapportError(code, message, { retryAfterMs });
  } catch {
    // Not ours: the status is all there is.
  }
  return new Error(`The upgrade was refused with HTTP status ${response.statusCode}.`);
}
