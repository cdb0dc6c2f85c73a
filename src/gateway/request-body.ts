import type { IncomingMessage } from 'node:http';
import { RapportError } from '@rapport-live/protocol';
import type { z } from 'zod';
import { fitting } from './asked';
import type { GatewayOptions } from './gateway-options';

/** Bodies up to this many times the limit are read and answered with an error; of larger ones the connection is cut. */
const HARD_LIMIT_FACTOR = 4;

export type BodyOptions = Pick<GatewayOptions, 'maxRequestBytes' | 'bodyTimeoutMs'>;

/**
 * The JSON body of a request, read only now that the caller is known, and within bounds.
 * Rejects with `request_too_large` or `invalid_request`, which quotes no value of the body.
 */
export async function readBody<S extends z.ZodType>(
  request: IncomingMessage,
  schema: S,
  options: BodyOptions,
): Promise<z.infer<S>> {
  const bytes = await readBytes(request, options);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new RapportError('invalid_request', `The body of ${bytes.byteLength} bytes is not JSON in UTF-8.`);
  }
  return fitting('body', schema, value);
}

/** The bytes of a body. Rejects as `readBody`. */
export async function readBytes(
  request: IncomingMessage,
  { maxRequestBytes, bodyTimeoutMs }: BodyOptions,
): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => request.destroy(), bodyTimeoutMs);
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes <= maxRequestBytes) kept.push(chunk);
      else kept.length = 0;
      if (bytes > HARD_LIMIT_FACTOR * maxRequestBytes) break; // leaving the loop destroys the stream
    }
  } catch {
    throw new RapportError('invalid_request', `The body ended after ${bytes} bytes.`);
  } finally {
    clearTimeout(timer);
  }
  if (bytes > maxRequestBytes) {
    throw new RapportError('request_too_large', `The body is larger than ${maxRequestBytes} bytes.`);
  }
  return Buffer.concat(kept);
}
