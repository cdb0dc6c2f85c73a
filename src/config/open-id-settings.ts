import { z } from 'zod';
import { optional, type Setting, text } from './setting';

const maybe = z.preprocess(optional, z.string().optional());

/** A provider of OpenID Connect that people log in at; docs/security.md shows them. */
export const OPENID_SETTINGS = {
  RAPPORT_OPENID_ISSUER: {
    schema: maybe,
    shownDefault: '',
    purpose: 'provider of OpenID Connect that people log in at: its URL (https); the next three go with it',
  },
  RAPPORT_OPENID_CLIENT_ID: { schema: maybe, shownDefault: '', purpose: 'what this service is there' },
  RAPPORT_OPENID_CLIENT_SECRET: {
    schema: maybe,
    shownDefault: '',
    purpose: 'by which the provider knows it',
    secret: 'VALUE',
  },
  RAPPORT_OPENID_REDIRECT_URL: {
    schema: maybe,
    shownDefault: '',
    purpose: 'where browsers come back to: `https://HOST/v1/login/openid/callback`, as the provider has it',
  },
  RAPPORT_OPENID_SCOPES: {
    schema: text('openid profile'),
    shownDefault: 'openid profile',
    purpose: 'asked for, `openid` among them',
  },
  RAPPORT_OPENID_ROLE_CLAIM: {
    schema: text('role'),
    shownDefault: 'role',
    purpose: 'claim with `supervisor`, `analyst` or `admin`, or a list with one of them',
  },
  RAPPORT_OPENID_TEAMS_CLAIM: {
    schema: text('teams'),
    shownDefault: 'teams',
    purpose: 'claim with the teams, as a list; `all`: all; without it none',
  },
  RAPPORT_OPENID_TENANT: {
    schema: maybe,
    shownDefault: '',
    purpose: 'tenant of all its people; empty: the claim says',
  },
  RAPPORT_OPENID_TENANT_CLAIM: {
    schema: text('tenant'),
    shownDefault: 'tenant',
    purpose: 'claim that names the tenant',
  },
  RAPPORT_OPENID_NAME: {
    schema: text('single sign-on'),
    shownDefault: 'single sign-on',
    purpose: 'what the page that logs in calls it',
  },
} as const satisfies Record<string, Setting>;
