import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RapportError, type Role, type Scope } from '@rapport-live/protocol';
import { callerOf } from './caller';
import type { Principal } from './principal';

/** Who looks at sessions, and at which. */
export interface Viewer {
  /** Of the user, or of the key; for the audit trail. */
  readonly userId: string;
  readonly tenant: string;
  readonly role: Role;
  /** Those whose sessions may be seen; `all`: those without a team too. */
  readonly teams: readonly string[] | 'all';
  /** False: who took part is hidden (names.ts), and must not be searched for either. */
  readonly seesNames: boolean;
}

/** What decides who may see a session. */
export interface SeenSession {
  readonly tenant: string;
  /** Of `session.start`. */
  readonly team?: string | undefined;
}

/** The one rule of who sees which session. Whoever may not see one is told that it is unknown, as of another tenant's. */
export function canSee({ tenant, teams }: Pick<Viewer, 'tenant' | 'teams'>, session: SeenSession): boolean {
  if (session.tenant !== tenant) return false;
  return teams === 'all' || (session.team !== undefined && teams.includes(session.team));
}

const SIGHT: readonly Scope[] = ['monitor', 'search', 'admin'];

/** As whom a principal looks: a person as it is; a key or JWT as an admin or a supervisor of all teams, by its scopes. */
export function viewerOf({ id = 'key', tenant, scopes, person }: Principal): Viewer {
  if (person !== undefined) return person;
  if (!SIGHT.some((scope) => scopes.has(scope))) {
    throw new RapportError('forbidden', `Looking at sessions needs the scope ${SIGHT.join(' or ')}.`);
  }
  return { userId: id, tenant, role: scopes.has('admin') ? 'admin' : 'supervisor', teams: 'all', seesNames: true };
}

/** Throws RapportError `forbidden`. `what` begins the sentence: `Acknowledging an alert`. */
export function requireRole({ role }: Pick<Viewer, 'role'>, wanted: readonly Role[], what: string): void {
  if (wanted.includes(role)) return;
  throw new RapportError('forbidden', `${what} is for the role ${wanted.join(' or ')}, not for ${role}.`);
}

/** The parameter of a handler that says who looks. The endpoint needs a rule in rights.ts that asks for a scope of sight. */
export const CurrentViewer = createParamDecorator((_data: unknown, context: ExecutionContext): Viewer =>
  viewerOf(callerOf(context)),
);
