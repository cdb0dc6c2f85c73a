import { z } from 'zod';

/** The JSON bodies of endpoints that need no key. */

export const Liveness = z.strictObject({ status: z.literal('ok') });

const Part = z.looseObject({ status: z.enum(['up', 'down']) });
const Parts = z.record(z.string(), Part);

/** `GET /readyz`, in the form of Terminus: `error` has the parts that are down, `details` all of them. */
export const Readiness = z.object({
  status: z.enum(['ok', 'error', 'shutting_down']),
  info: Parts,
  error: Parts,
  details: Parts,
});

/** Names under `/docs`. */
export const DocumentFile = z.string().regex(/^(?:openapi|asyncapi(?:-[a-z0-9-]+)?)\.json$/);

/** What every document of either kind has. */
export const ApiDocument = z.looseObject({
  openapi: z.string().optional(),
  asyncapi: z.string().optional(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
});
