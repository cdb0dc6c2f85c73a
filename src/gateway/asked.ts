import { RapportError } from '@rapport-live/protocol';
import { z } from 'zod';

/** Faults of one request that are told. */
const MAX_FAULTS = 3;
const SessionId = z.uuid();

/** A part of a request as its schema wants it. Throws `invalid_request`, which names what does not fit and quotes no value. */
export function fitting<S extends z.ZodType>(part: 'body' | 'query', schema: S, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new RapportError('invalid_request', `The ${part} does not fit: ${faults.slice(0, MAX_FAULTS).join('; ')}.`);
}

/** The id of a session in a path. Throws `invalid_request`. */
export function sessionIdOf(given: string): string {
  if (SessionId.safeParse(given).success) return given.toLowerCase();
  throw new RapportError('invalid_request', 'The id of a session is a UUID.');
}
