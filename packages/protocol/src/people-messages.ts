import { z } from 'zod';
import { ROLES } from './vocabulary';

/** The JSON bodies of logging in, and of who one is. */

/** `GET /v1/login`: how one can log in here. */
export const LoginWays = z.object({
  /** By name and password. */
  password: z.boolean(),
  /** Nobody has an account yet: on this machine the name `development` and the development key get in. */
  development: z.boolean(),
  /** Through a provider of OpenID Connect: where to send the browser, and what to call it. */
  openId: z.object({ url: z.string(), name: z.string() }).optional(),
});
export type LoginWays = z.infer<typeof LoginWays>;

/** `POST /v1/login`. */
export const LoginRequest = z.strictObject({
  user: z.string().min(1).max(256),
  password: z.string().min(1).max(1024),
});
export type LoginRequest = z.infer<typeof LoginRequest>;

/** `GET /v1/me`: who asks, and what may be seen. */
export const Me = z.object({
  /** As the audit trail names it: `local:NAME`, `openid:SUBJECT`, or of a key. */
  userId: z.string(),
  tenant: z.string(),
  role: z.enum(ROLES),
  /** Whose sessions are seen; `all`: those without a team too. */
  teams: z.union([z.literal('all'), z.array(z.string())]),
  /** False: the names of those who took part are left out. */
  seesNames: z.boolean(),
});
export type Me = z.infer<typeof Me>;

/** Answers `POST /v1/login`, beside the cookie. */
export const LoginAnswer = Me.extend({
  /** However much it is used. Wall clock, RFC 3339. */
  expiresAt: z.string(),
});
export type LoginAnswer = z.infer<typeof LoginAnswer>;
