import { RapportError, SessionStart } from '@rapport-live/protocol';
import type { z } from 'zod';
import type { StreamSpec } from '../facts/media-chunk';
import type { StageClock } from '../facts/meter';
import type { SessionAdmission } from '../gateway/admission/session-admission';
import type { ResumableSession } from '../gateway/resume/resumable-session';
import type { ResumableSessions } from '../gateway/resume/resumable-sessions';
import { specifyStreams } from '../gateway/stream-names';
import type { Conversation } from '../pipeline/conversation';
import type { ConversationHost } from '../pipeline/conversation-host';
import { type CallEvents, DoorCall } from './door-call';
import type { CallLine } from './door-line';

/** `session.start` as a door fills it in. */
export type CallStart = Omit<z.input<typeof SessionStart>, 'type' | 'ref'>;

export interface CallOptions {
  /**
   * By which a later connection finds the session, unique among all doors of its tenant: a lost connection is then waited for as
   * our own clients' are. Absent: the protocol has no way back, and a lost connection ends the session.
   */
  readonly key?: string;
}

/** What is kept of a session that a later connection may go on with. */
interface Awaited {
  readonly session: ResumableSession;
  readonly specs: readonly StreamSpec[];
}

const MAX_ISSUES = 3;

/**
 * The conversations of foreign doors: admitted, kept, watched and ended as those of `rapport.v1` are, without its messages.
 */
export class DoorCalls {
  private readonly byKey = new Map<string, Awaited>();
  /** Those that nobody can come back to. */
  private readonly oneWay = new Set<Conversation>();
  private isClosing = false;

  constructor(
    private readonly admission: SessionAdmission,
    private readonly host: Pick<ConversationHost, 'end'>,
    private readonly resumable: ResumableSessions,
    private readonly stageClock: StageClock,
  ) {}

  /** Throws RapportError as `SessionAdmission.open`, and `invalid_message` for what `session.start` does not allow. */
  begin(line: CallLine, given: CallStart, events: CallEvents, { key }: CallOptions = {}): DoorCall {
    if (this.isClosing) throw new RapportError('server_shutdown', 'The service is shutting down.');
    const start = parseStart(given);
    const { tenant } = line.principal;
    const conversation = this.admission.open(tenant, start, line.trace);
    const { session } = this.resumable.begin(conversation);
    session.ackedSeq = Infinity;
    const specs = specifyStreams(start.streams);
    const points = conversation.initialCredits().map((credit) => ({ ...credit, nextSeq: 0, nextByteOffset: 0 }));
    if (key === undefined) this.holdOneWay(conversation);
    else this.await(nameOf(line, key), { session, specs });
    return this.connect(line, { session, specs }, points, events, key !== undefined, 0);
  }

  /**
   * Goes on with a session whose connection was lost, or still seems to be there: the older one is told `failed` with
   * `session_taken_over`. Undefined: there is none by this key. Results after `afterSeq` are told again.
   */
  resume(line: CallLine, key: string, events: CallEvents, afterSeq: number): DoorCall | undefined {
    const known = this.byKey.get(nameOf(line, key));
    if (known === undefined || known.session.state !== 'live') return undefined;
    this.resumable.takeOver(known.session);
    return this.connect(line, known, known.session.conversation.points(), events, true, afterSeq);
  }

  /** The service stops: nobody can come back to calls without a way back, so they end now, whatever becomes of the others. */
  async endOneWay(): Promise<void> {
    this.isClosing = true;
    await Promise.all([...this.oneWay].map((conversation) => this.host.end(conversation, { reason: 'shutdown' })));
  }

  private connect(
    line: CallLine,
    { session, specs }: Awaited,
    points: ConstructorParameters<typeof DoorCall>[3],
    events: CallEvents,
    mayReturn: boolean,
    afterSeq: number,
  ): DoorCall {
    const onLeft = (call: DoorCall): void => this.left(call, line, mayReturn);
    const call = new DoorCall(line, session, specs, points, events, {
      ...{ host: this.host, stageClock: this.stageClock, onLeft },
    });
    line.onStarted();
    this.resumable.attach(call);
    call.begin(afterSeq);
    return call;
  }

  private left(call: DoorCall, { closeCode }: CallLine, mayReturn: boolean): void {
    if (mayReturn) return this.resumable.left(call, closeCode);
    const { session } = call;
    if (session.attached === call) session.attached = undefined;
    const reason = closeCode === 'session_timeout' ? 'timeout' : 'disconnected';
    if (session.state === 'live') void this.host.end(session.conversation, { reason });
  }

  private holdOneWay(conversation: Conversation): void {
    this.oneWay.add(conversation);
    conversation.results.ephemeral$.subscribe({ complete: () => this.oneWay.delete(conversation) });
  }

  private await(name: string, awaited: Awaited): void {
    this.byKey.set(name, awaited);
    awaited.session.conversation.results.ephemeral$.subscribe({
      complete: () => {
        if (this.byKey.get(name) === awaited) this.byKey.delete(name);
      },
    });
  }
}

const nameOf = ({ principal }: CallLine, key: string): string => `${principal.tenant} ${key}`;

/** Never echoes more than names of fields and short type names: values may be personal. */
function parseStart(given: CallStart): SessionStart {
  const parsed = SessionStart.safeParse({ type: 'session.start', ...given });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    .join('; ');
  throw new RapportError('invalid_message', `The start of the call is not valid: ${faults}.`);
}
