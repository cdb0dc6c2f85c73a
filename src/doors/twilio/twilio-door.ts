import type { IncomingMessage } from 'node:http';
import { RapportError } from '@rapport-live/protocol';
import type { TwilioConfig } from '../../config/doors-config';
import type { Principal } from '../../gateway/auth/principal';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import { SeenIds } from '../seen-ids';
import type { DoorProtocol, LineListener } from '../web-socket-door';
import { isSigned, signedForms } from './signature';
import { TwilioCall } from './twilio-call';

/** Streams remembered, so that none is begun twice; a signature holds for every stream of its address. */
const MAX_SEEN_STREAMS = 10_000;

/** Twilio Media Streams at `/twilio`: the account's signature proves who calls. */
export class TwilioDoor implements DoorProtocol {
  readonly name = 'twilio';
  readonly path = '/twilio';
  readonly subprotocols = ['audio.twilio.com'];
  readonly maxMessageBytes = 64 * 1024;
  private readonly seen = new SeenIds(MAX_SEEN_STREAMS);

  constructor(
    private readonly calls: DoorCalls,
    private readonly config: TwilioConfig,
  ) {}

  identify(request: IncomingMessage): Principal {
    const given = request.headers['x-twilio-signature'];
    if (typeof given !== 'string') throw new RapportError('unauthorized', 'No X-Twilio-Signature was sent.');
    const forms = signedForms(this.config.url ?? `wss://${request.headers.host ?? ''}${request.url ?? ''}`);
    const account = this.config.accounts.find(({ authToken }) => isSigned(authToken, forms, given));
    if (account !== undefined) return { tenant: account.tenant, scopes: new Set(['ingest']) };
    throw new RapportError('unauthorized', 'The X-Twilio-Signature is of no account here, or of another URL.');
  }

  open(line: DoorLine): LineListener {
    return new TwilioCall(line, this.calls, this.seen);
  }
}
