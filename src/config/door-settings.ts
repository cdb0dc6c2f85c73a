import { z } from 'zod';
import { choice, optional, optionalInteger, type Setting, text } from './setting';

const maybe = z.preprocess(optional, z.string().optional());
const onOrOff = choice(['on', 'off'], 'off');

/** The doors of other protocols, all shut by default; docs/doors.md shows them. */
export const DOOR_SETTINGS = {
  RAPPORT_TWILIO_AUTH_TOKENS: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: '`TENANT:AUTH_TOKEN,...` of Twilio accounts: then Media Streams are taken at `/twilio`; empty: no door',
    secret: 'TENANT:KEY',
  },
  RAPPORT_TWILIO_URL: {
    schema: maybe,
    shownDefault: '',
    purpose: 'address that Twilio is told and signs, `wss://calls.example.com/twilio`; empty: by the header `Host`',
  },
  RAPPORT_AUDIOHOOK_KEYS: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose:
      '`TENANT:API_KEY:CLIENT_SECRET,...` of Genesys Cloud: then AudioHook is taken at `/audiohook`; secret `none`: unsigned; empty: no door',
    secret: 'TENANT:KEY',
  },
  RAPPORT_AUDIOHOOK_AUTHORITY: {
    schema: maybe,
    shownDefault: '',
    purpose: 'host, and port unless it is 443, that Genesys Cloud is told and signs; empty: the header `Host`',
  },
  RAPPORT_HUME: {
    schema: onOrOff,
    shownDefault: 'off',
    purpose: "`on`: clients of Hume's expression API are taken at `/hume`",
  },
  RAPPORT_JAMBONZ: {
    schema: onOrOff,
    shownDefault: 'off',
    purpose: "`on`: jambonz' `listen` is taken at `/jambonz`",
  },
  RAPPORT_ASTERISK: {
    schema: onOrOff,
    shownDefault: 'off',
    purpose: "`on`: Asterisk's `chan_websocket` is taken at `/asterisk`",
  },
  RAPPORT_AUDIOSOCKET_PORT: {
    schema: optionalInteger(0, 65535),
    shownDefault: '',
    purpose: "TCP port for Asterisk's AudioSocket, as 9019; 0 takes a free one; empty: no door",
  },
  RAPPORT_AUDIOSOCKET_HOST: {
    schema: text('127.0.0.1'),
    shownDefault: '127.0.0.1',
    purpose: 'address that port listens on: the protocol has neither keys nor encryption',
  },
  RAPPORT_AUDIOSOCKET_ALLOW: {
    schema: text('127.0.0.0/8,::1'),
    shownDefault: '127.0.0.0/8,::1',
    purpose: 'addresses and networks that may connect to it',
  },
  RAPPORT_AUDIOSOCKET_TENANT: {
    schema: maybe,
    shownDefault: '',
    purpose: 'tenant of its calls; required with the port, unless the development key holds',
  },
  RAPPORT_AUDIOSOCKET_PARTY: {
    schema: choice(['customer', 'agent', 'mixed'], 'mixed'),
    shownDefault: 'mixed',
    purpose: 'who is heard in its calls; `mixed`: both in one channel, which is transcribed and never assessed',
  },
} as const satisfies Record<string, Setting>;
