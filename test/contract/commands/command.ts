import type fc from 'fast-check';
import type { ContractService } from '../contract-service';
import type { ContractSession } from '../contract-session';
import type { ReferenceModel } from '../reference-model';

/** What a run works on: the service, and the session that it holds there. */
export interface Real {
  readonly service: ContractService;
  readonly session: ContractSession;
}

export abstract class Command implements fc.AsyncCommand<ReferenceModel, Real> {
  abstract check(model: Readonly<ReferenceModel>): boolean;
  abstract run(model: ReferenceModel, real: Real): Promise<void>;
  abstract toString(): string;
}

/** Time goes by once the service has read what was sent, and never so much that a sender counts as idle. */
export async function pass(model: ReferenceModel, { service, session }: Real, ms: number): Promise<void> {
  await session.heard();
  model.heard();
  service.clock.advance(Math.min(ms, LONGEST_PAUSE_MS));
}
/** A stream is idle after 1 s. */
const LONGEST_PAUSE_MS = 800;
