import { RapportError, type StreamDescription } from '@rapport-live/protocol';
import { callMetadata } from '../call-metadata';
import type { DoorCall } from '../door-call';
import type { DoorCalls } from '../door-calls';
import type { DoorLine } from '../door-line';
import { CallLine } from './call-line';
import { HookCall, HookEvents, STREAM_OF } from './hook-call';
import type { MediaParameter, OpenParameters } from './messages';
import type { CallListener, OpenedCall, OpenRequest } from './session-parts';

/** A call that is there, connected or not, by every id of a session that it had. */
interface KnownCall {
  readonly line: CallLine;
  /** By which the door's calls find it. */
  readonly key: string;
  readonly conversationId: string;
  readonly names: string[];
  isConnected: boolean;
}

/** Sessions of one call that it can still be found by. */
const MAX_NAMES = 32;

/** The calls of all AudioHook connections: begun, and gone on with over another connection. */
export class HookCalls {
  private readonly known = new Map<string, KnownCall>();

  constructor(private readonly calls: DoorCalls) {}

  /**
   * Goes on with the call of one of `continuedSessions`, or of this session's own id when its connection was lost; else
   * begins one. Throws RapportError `session_exists`, or what a start is refused with.
   */
  open(line: DoorLine, request: OpenRequest, listener: CallListener): OpenedCall {
    return this.goOn(line, request, listener) ?? this.begin(line, request, listener);
  }

  private goOn(line: DoorLine, request: OpenRequest, listener: CallListener): OpenedCall | undefined {
    const { sessionId, parameters, media } = request;
    const { continuedSessions = [], conversationId } = parameters;
    const own = this.known.get(nameOf(line, sessionId));
    if (own?.isConnected === true) throw new RapportError('session_exists', 'A session of this id is connected.');
    const before = continuedSessions.map(({ id }) => this.known.get(nameOf(line, id))).reverse();
    const known = [...before, own].find((call) => call?.conversationId === conversationId);
    if (known === undefined || !isSame(known.line.media, media)) return undefined;
    const seen = new Map(continuedSessions.map(({ id, serverseq }) => [id.toLowerCase(), serverseq]));
    const events = new HookEvents(listener);
    const call = this.calls.resume(line, known.key, events, known.line.seenResult(seen));
    if (call === undefined) return undefined;
    this.name(known, nameOf(line, sessionId));
    known.line.call = hookOf(call, () => known);
    known.isConnected = true;
    return { line: known.line, begin: () => events.begin() };
  }

  private begin(line: DoorLine, request: OpenRequest, listener: CallListener): OpenedCall {
    const { sessionId, parameters, media, positionMs } = request;
    const key = `audiohook ${sessionId.toLowerCase()}`;
    const events = new HookEvents(listener);
    const call = this.calls.begin(line, startOf(parameters, media), events, { key });
    const { language, conversationId } = parameters;
    const known: KnownCall = {
      line: new CallLine(
        hookOf(call, () => known),
        media,
        positionMs,
        language,
      ),
      ...{ key, conversationId, names: [], isConnected: true },
    };
    this.name(known, nameOf(line, sessionId));
    call.conversation.results.ephemeral$.subscribe({ complete: () => this.forget(known) });
    return { line: known.line, begin: () => events.begin() };
  }

  private name(known: KnownCall, name: string): void {
    known.names.push(name);
    this.known.set(name, known);
    const oldest = known.names.length > MAX_NAMES ? known.names.shift() : undefined;
    if (oldest !== undefined) this.known.delete(oldest);
  }

  private forget(known: KnownCall): void {
    for (const name of known.names) if (this.known.get(name) === known) this.known.delete(name);
  }
}

function hookOf(call: DoorCall, known: () => KnownCall): HookCall {
  return new HookCall(call, () => {
    known().isConnected = false;
  });
}

const nameOf = ({ principal }: DoorLine, sessionId: string): string => `${principal.tenant} ${sessionId.toLowerCase()}`;

function isSame(a: MediaParameter, b: MediaParameter): boolean {
  return a.format === b.format && a.channels.join() === b.channels.join();
}

/** What the client says of the call becomes its metadata; who the participant is, by number and name, does not. */
function startOf({ language, customConfig, conversationId }: OpenParameters, { format, channels }: MediaParameter) {
  const codec = format === 'PCMU' ? 'mulaw-8k' : 'pcm16le-8k';
  const streams = channels.map((channel): StreamDescription => ({
    streamId: STREAM_OF[channel],
    kind: 'voice',
    party: channel === 'external' ? 'customer' : 'agent',
    codec,
  }));
  return { session: callMetadata({ language, ...customConfig }, conversationId), streams };
}
