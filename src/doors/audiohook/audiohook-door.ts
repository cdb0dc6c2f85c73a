import type { IncomingMessage } from 'node:http';
import { type ErrorCode, RapportError } from '@rapport-live/protocol';
import type { AudioHookConfig } from '../../config/audiohook-config';
import type { Principal } from '../../gateway/auth/principal';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import type { DoorProtocol, LineListener } from '../web-socket-door';
import { AudioHookSession } from './audiohook-session';
import type { FaultCode } from './client-text';
import { HookCalls } from './hook-calls';
import { isUuid } from './messages';
import { Nonces } from './nonces';
import {
  AUDIOHOOK_DEFAULTS,
  type AudioHookIdentity,
  type AudioHookOptions,
  type AudioHookPeer,
  type CallDesk,
} from './session-parts';
import { verifySignature } from './signature';

/** Signatures that hold at a time: about 30 s of connections. */
const MAX_NONCES = 20_000;

export interface AudioHookDoorParts {
  readonly calls: DoorCalls;
  readonly config: AudioHookConfig;
  /** Codes of the languages that the speech model knows: `en`. */
  readonly languages: readonly string[];
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly options?: Partial<AudioHookOptions>;
  /** A connection was told `disconnect` for a fault. */
  readonly onFault: (error: RapportError) => void;
}

/** Genesys AudioHook version 2 at `/audiohook`: an API key and, where it has a secret, a signature prove who calls. */
export class AudioHookDoor implements DoorProtocol {
  readonly name = 'audiohook';
  readonly path = '/audiohook';
  readonly subprotocols = [];
  /** Texts above 64 KiB are answered; above this the WebSocket is closed with 1009. */
  readonly maxMessageBytes = 256 * 1024;
  private readonly nonces = new Nonces(MAX_NONCES);
  private readonly calls: HookCalls;
  private readonly languages: readonly string[];
  private readonly options: AudioHookOptions;

  constructor(private readonly parts: AudioHookDoorParts) {
    this.calls = new HookCalls(parts.calls);
    this.languages = dialectsOf(parts.languages);
    this.options = { ...AUDIOHOOK_DEFAULTS, ...parts.options };
  }

  /** Throws RapportError `invalid_request` for what is no AudioHook client, and `unauthorized`. */
  identify(request: IncomingMessage): Principal {
    identityOf(request);
    const { config, now } = this.parts;
    const { headers, url: target = '' } = request;
    const shown = headers['x-api-key'];
    const keyOf = (keyId: unknown) => config.keys.find(({ apiKey }) => apiKey === keyId);
    const signed = verifySignature(
      { target, headers, authority: config.authority },
      (keyId) => keyOf(keyId)?.secret,
      now(),
    );
    if (!signed.ok) {
      const key = keyOf(shown);
      // The publisher makes the secret optional: where a key has none, the key alone has to do.
      if (signed.unsigned && key !== undefined && key.secret === undefined) return principalOf(key.tenant);
      throw new RapportError('unauthorized', signed.why);
    }
    const { keyId, nonce, expiresAtMs } = signed;
    const taken = this.nonces.take(keyId, nonce, expiresAtMs, now());
    if (taken === 'full') throw new RapportError('overloaded', 'Too many signatures hold at once.');
    if (taken === 'replayed') throw new RapportError('unauthorized', 'The signature was shown before.');
    return principalOf(keyOf(keyId)!.tenant);
  }

  open(line: DoorLine, request: IncomingMessage): LineListener {
    const desk: CallDesk = {
      languages: this.languages,
      open: (asked, listener) => this.calls.open(line, asked, listener),
    };
    return listenerOf(new AudioHookSession(identityOf(request), this.peerOf(line), desk, this.options));
  }

  /** Who may not come in is told so in the protocol's own words. */
  turnAway(line: Pick<DoorLine, 'send' | 'close'>, request: IncomingMessage, { message }: RapportError): LineListener {
    const desk: CallDesk = {
      languages: [],
      open: () => {
        throw new RapportError('unauthorized', message);
      },
    };
    const session = new AudioHookSession(identityOf(request), this.peerOf(line), desk, this.options);
    session.unauthorized(message);
    return listenerOf(session);
  }

  private peerOf(line: Pick<DoorLine, 'send' | 'close'>): AudioHookPeer {
    return {
      send: (text) => line.send(text),
      hangUp: () => line.close(),
      faulty: ({ code, why }) => this.parts.onFault(new RapportError(OUR_CODES[code] ?? 'invalid_message', why)),
      later: (ms, task) => {
        const timer = setTimeout(task, ms).unref();
        return () => clearTimeout(timer);
      },
    };
  }
}

/** What the publisher's codes are in our log and metrics; of the others `invalid_message`. */
const OUR_CODES: Partial<Record<FaultCode, ErrorCode>> = {
  408: 'session_timeout',
  413: 'message_too_large',
  429: 'too_many_sessions',
  500: 'internal',
  503: 'overloaded',
};

const principalOf = (tenant: string): Principal => ({ tenant, scopes: new Set(['ingest']) });

function listenerOf(session: AudioHookSession): LineListener {
  return {
    text: (text) => session.text(text),
    binary: (bytes) => session.audio(bytes),
    gone: () => session.lost(),
  };
}

/** Throws RapportError `invalid_request`. */
function identityOf({ headers }: IncomingMessage): AudioHookIdentity {
  const of = (name: string): string => {
    const value = headers[name];
    if (isUuid(value)) return value;
    throw new RapportError('invalid_request', `The header ${name} is no UUID.`);
  };
  of('audiohook-correlation-id');
  return { sessionId: of('audiohook-session-id'), organizationId: of('audiohook-organization-id') };
}

/** The protocol names languages with a region: the usual ones of those that we know. */
const DIALECTS = [
  ...['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-IE', 'en-IN', 'en-NZ', 'en-ZA', 'ar-AE', 'ar-SA', 'bg-BG', 'ca-ES'],
  ...['cs-CZ', 'da-DK', 'de-AT', 'de-CH', 'de-DE', 'el-GR', 'es-AR', 'es-CO', 'es-ES', 'es-MX', 'es-US', 'et-EE'],
  ...['fi-FI', 'fr-BE', 'fr-CA', 'fr-CH', 'fr-FR', 'he-IL', 'hi-IN', 'hr-HR', 'hu-HU', 'id-ID', 'it-CH', 'it-IT'],
  ...['ja-JP', 'ko-KR', 'lt-LT', 'lv-LV', 'ms-MY', 'nl-BE', 'nl-NL', 'no-NO', 'pl-PL', 'pt-BR', 'pt-PT', 'ro-RO'],
  ...[
    'ru-RU',
    'sk-SK',
    'sl-SI',
    'sr-RS',
    'sv-SE',
    'ta-IN',
    'te-IN',
    'th-TH',
    'tr-TR',
    'uk-UA',
    'vi-VN',
    'zh-CN',
    'zh-TW',
  ],
];

function dialectsOf(languages: readonly string[]): readonly string[] {
  if (languages.includes('*')) return DIALECTS;
  return DIALECTS.filter((dialect) => languages.includes(dialect.slice(0, dialect.indexOf('-'))));
}
