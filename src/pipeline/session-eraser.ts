import type { Erasures, ErasureReport } from '../delivery/erasure/erasures';
import type { Conversation } from './conversation';
import type { ConversationHost } from './conversation-host';
import type { SnapshotFiles } from './resume/snapshot-files';

export const SESSION_ERASER = Symbol('SessionEraser');

/** Erases sessions of a tenant, running or over, from everything that this process keeps of them. */
export class SessionEraser {
  constructor(
    private readonly host: Pick<ConversationHost, 'liveOf' | 'end'>,
    private readonly snapshots: Pick<SnapshotFiles, 'remove'>,
    private readonly erasures: Pick<Erasures, 'session' | 'customer'>,
  ) {}

  /** One session. It need not be known here: what Kafka has of it gets its tombstone all the same. */
  async session(tenant: string, sessionId: string): Promise<ErasureReport> {
    await this.endLive(tenant, ({ identity }) => identity.sessionId === sessionId);
    const report = await this.erasures.session(tenant, sessionId);
    await this.snapshots.remove(sessionId);
    return report;
  }

  /** Every session whose start named this customer. */
  async customer(tenant: string, customerId: string): Promise<ErasureReport> {
    const live = await this.endLive(tenant, (conversation) => conversation.customerId === customerId);
    const report = await this.erasures.customer(tenant, customerId, live);
    for (const sessionId of report.sessions) await this.snapshots.remove(sessionId);
    return report;
  }

  /** As when consent is withdrawn: what is in work is discarded, and nothing follows. */
  private async endLive(tenant: string, isMeant: (conversation: Conversation) => boolean): Promise<string[]> {
    const live = this.host.liveOf(tenant).filter(isMeant);
    await Promise.all(
      live.map(async (conversation) => {
        conversation.updateConsent({ type: 'consent.update', consent: { analysis: false } });
        await this.host.end(conversation, { reason: 'consent_withdrawn' });
      }),
    );
    return live.map(({ identity }) => identity.sessionId);
  }
}
