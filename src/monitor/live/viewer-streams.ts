import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestCredential } from '../../gateway/auth/credential';
import type { Doorkeeper } from '../../gateway/auth/doorkeeper';
import type { People } from '../../gateway/auth/people/people';
import { EventStream } from './event-stream';
import type { OpenStreams } from './open-streams';

/** Server-sent events to whoever looks: of a person they end with the log-in, of a key with their age. */
export class ViewerStreams {
  constructor(
    private readonly open: Pick<OpenStreams, 'requireRoom' | 'add'>,
    private readonly people: Pick<People, 'isIn'>,
    private readonly doorkeeper: Pick<Doorkeeper, 'isSecure'>,
  ) {}

  /** Throws RapportError `overloaded` or `server_shutdown`. */
  begin(request: IncomingMessage, response: ServerResponse): EventStream {
    this.open.requireRoom();
    const credential = requestCredential(request, this.doorkeeper.isSecure(request));
    const mayGoOn = credential.kind === 'login' ? () => this.people.isIn(credential.text) : undefined;
    return this.open.add(new EventStream(request, response, mayGoOn));
  }
}
