import type { TypedEvent } from '@rapport-live/protocol';
import { eventually } from '../../support/eventually';
import { readLog } from '../../support/local-log';
import type { RunningService } from '../../support/service';

/** The length of a call whose sound has no time of its own: it begins when the first of it comes, a moment after the call. */
export const about = (ms: number): number =>
  ({
    // the moment is as long as the machine is busy
    asymmetricMatch: (given: number) => given >= ms && given < ms + 8000,
    toString: () => `about ${ms}`,
  }) as unknown as number;

/** What the log has of one call. */
export class CallResults {
  constructor(
    readonly sessionId: string,
    readonly events: readonly TypedEvent[],
  ) {}

  of<T extends TypedEvent['type']>(type: T): Extract<TypedEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<TypedEvent, { type: T }> => event.type === type);
  }

  get started() {
    return this.of('rapport.session.started')[0]!.data;
  }

  get ended() {
    return this.of('rapport.session.ended')[0]!.data;
  }

  get gaps() {
    return this.of('rapport.session.updated')
      .filter(({ data }) => data.kind === 'gap')
      .map(({ data }) => data.detail);
  }
}

/** The calls that began at this service, oldest first, as its log has them now. */
export async function callsOf({ config }: RunningService): Promise<CallResults[]> {
  const bySession = new Map<string, TypedEvent[]>();
  for (const { event } of await readLog(config.dataDir)) {
    const sessionId = event.subject!;
    bySession.set(sessionId, [...(bySession.get(sessionId) ?? []), event as TypedEvent]);
  }
  // what is of no session, as the audit trail, has no start
  const calls = [...bySession].filter(([, [first]]) => first!.type === 'rapport.session.started');
  return calls.map(([sessionId, events]) => new CallResults(sessionId, events));
}

/** The call by its external id, once its end is in the log. */
export async function endedCall(service: RunningService, externalId: string): Promise<CallResults> {
  return foundCall(service, externalId, (call) => call.of('rapport.session.ended').length === 1);
}

/** The call by its external id, once it fits. */
export async function foundCall(
  service: RunningService,
  externalId: string,
  fits: (call: CallResults) => boolean = () => true,
): Promise<CallResults> {
  let found: CallResults | undefined;
  await eventually(async () => {
    found = (await callsOf(service)).find((call) => call.started.session.externalId === externalId && fits(call));
    return found !== undefined;
  });
  return found!;
}
