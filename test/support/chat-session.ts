import type { Party, Result } from '@rapport-live/protocol';
import { RawClient } from './raw-client';
import { isType } from './raw-session';

/** A session of chat alone, of a named customer. */
export class ChatSession {
  private messages = 0;

  private constructor(
    readonly client: RawClient,
    readonly sessionId: string,
  ) {}

  static async start(url: string, key: string, customerId?: string): Promise<ChatSession> {
    const client = await RawClient.open(url, key);
    await client.start({ session: { channel: 'chat', language: 'en', consent: { analysis: true }, customerId } });
    const { sessionId } = client.received.find(isType('session.ready'))!;
    return new ChatSession(client, sessionId);
  }

  get results(): Result[] {
    return this.client.received.filter(isType('result'));
  }

  /** Resolves once the final of these words is durable. */
  async say(text: string, party: Party = 'customer'): Promise<void> {
    const messageId = `m-${(this.messages += 1)}`;
    this.client.json({ type: 'chat.message', party, text, messageId });
    await this.client.until(
      (m): m is Result =>
        m.type === 'result' && (m.event.data as { utteranceId?: string } | undefined)?.utteranceId === messageId,
    );
  }

  async end(): Promise<void> {
    this.client.json({ type: 'session.end' });
    await this.client.closed;
  }
}
