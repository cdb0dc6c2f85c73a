import { type CloudEvent, RapportError } from '@rapport-live/protocol';
import { Subscription } from 'rxjs';
import type { DoorConversation } from '../../pipeline/door-conversation';
import type { Connection } from '../connection';

/** One session as one connection watches it. */
export class Observation {
  private readonly subscriptions = new Subscription();

  constructor(
    private readonly connection: Connection,
    private readonly conversation: DoorConversation,
    /** What of an event its observer may see. */
    private readonly shown: (event: CloudEvent) => CloudEvent,
    private readonly onEnd: () => void,
  ) {}

  /** Results after this seq, those that are there first; ephemeral events as they come. */
  begin(afterSeq: number): void {
    const { connection, conversation, subscriptions, shown } = this;
    subscriptions.add(
      conversation.results.ephemeral$.subscribe((event) => connection.send({ type: 'ephemeral', event })),
    );
    subscriptions.add(
      conversation.results.records(afterSeq).subscribe({
        next: (record) => {
          const { seq, event } = record;
          const seen = shown(event);
          // its JSON was made of all of it
          connection.sendResult(seen === event ? record : { seq, event: seen });
        },
        error: (error: unknown) => {
          const { code, message } =
            error instanceof RapportError ? error : new RapportError('internal', 'Results could not be read.');
          connection.refuse(code, message);
          this.onEnd();
        },
        complete: () => this.onEnd(),
      }),
    );
  }

  end(): void {
    this.subscriptions.unsubscribe();
  }
}
