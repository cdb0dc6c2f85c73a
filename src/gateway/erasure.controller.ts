import { Controller, Delete, Header, Inject, Param } from '@nestjs/common';
import { type ErasureAnswer, externalText, RapportError } from '@rapport-live/protocol';
import { SESSION_ERASER, type SessionEraser } from '../pipeline/session-eraser';
import { sessionIdOf } from './asked';
import { Caller } from './auth/caller';
import type { Principal } from './auth/principal';
import { ResumableSessions } from './resume/resumable-sessions';

/** `DELETE /v1/sessions/{id}` and `/v1/customers/{id}` (docs/erasure.md). The key says of which tenant. */
@Controller('v1')
export class ErasureController {
  constructor(
    @Inject(SESSION_ERASER) private readonly eraser: SessionEraser,
    @Inject(ResumableSessions) private readonly sessions: ResumableSessions,
  ) {}

  @Delete('sessions/:id')
  @Header('cache-control', 'no-store')
  async session(@Caller() { tenant }: Principal, @Param('id') id: string): Promise<ErasureAnswer> {
    return this.told(tenant, await this.eraser.session(tenant, sessionIdOf(id)));
  }

  @Delete('customers/:id')
  @Header('cache-control', 'no-store')
  async customer(@Caller() { tenant }: Principal, @Param('id') id: string): Promise<ErasureAnswer> {
    if (!externalText.safeParse(id).success) {
      throw new RapportError('invalid_request', 'The id of a customer has 1 to 256 characters.');
    }
    return this.told(tenant, await this.eraser.customer(tenant, id));
  }

  /** Nobody can watch or resume them any more. */
  private told(tenant: string, { sessions, records, dataKeys }: ErasureAnswer): ErasureAnswer {
    for (const sessionId of sessions) this.sessions.erase(tenant, sessionId);
    return { sessions, records, dataKeys };
  }
}
