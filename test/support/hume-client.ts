import { join } from 'node:path';
import type { ClientOptions, WebSocket } from 'ws';
import { AsyncApi } from './asyncapi';
import type { RunningService } from './service';
import { TalkingSocket } from './talking-socket';
import { opened } from './test-socket';

export type HumeSaid = Readonly<Record<string, unknown>> & { readonly type: string };
type Endpoint = 'audio' | 'video';

const documentOf = (endpoint: Endpoint): AsyncApi =>
  new AsyncApi(join(__dirname, `../../docs/asyncapi/hume-${endpoint}.json`));
const DOCUMENTS = { audio: documentOf('audio'), video: documentOf('video') };

/** A client of the realtime endpoints of Hume's expression API, as its documentation has them. */
export class HumeClient extends TalkingSocket<HumeSaid> {
  private constructor(
    socket: WebSocket,
    private readonly document: AsyncApi,
  ) {
    super(socket);
  }

  /** Rejects with the HTTP status when the upgrade is refused. */
  static connect(
    { http, key }: RunningService,
    endpoint: Endpoint,
    headers: ClientOptions['headers'] = { 'X-Hume-Api-Key': key },
    query = '',
  ): Promise<HumeClient> {
    const url = `${http.replace('http', 'ws')}/hume/v1/expression/${endpoint}/realtime${query}`;
    return opened(url, { headers }, (socket) => new HumeClient(socket, DOCUMENTS[endpoint]));
  }

  async end(): Promise<HumeSaid> {
    this.json({ type: 'session.close' });
    const closed = await this.next('session.closed');
    await this.closed;
    return closed;
  }

  get types(): string[] {
    return this.said.map(({ type, code }) => (typeof code === 'string' ? code : type));
  }

  protected read(text: string): HumeSaid {
    const message = JSON.parse(text) as HumeSaid;
    expect(this.document.faults(message.type, 'payload', message)).toBeUndefined();
    return message;
  }
}
