import { NEVER, Subject } from 'rxjs';

const WINDOW_BYTES = 320_000;

/** What the door needs of a conversation, and nothing behind it: media is counted, credit is granted, no result comes. */
export class NullConversation {
  epoch = 0;
  credits$ = new Subject();
  failed$ = new Subject();
  results = {
    resultSeq: 0,
    ephemeral$: new Subject(),
    acked$: NEVER,
    records: () => NEVER,
    openPartials: () => [],
    toldAcks: () => [],
    forget: () => {},
    keepDoor: () => Promise.resolve(),
    settled: () => Promise.resolve(),
  };
  mediaMs = 0;

  constructor(identity, streams, onFrame) {
    this.identity = identity;
    this.onFrame = onFrame;
    this.limits = new Map(streams.map(({ streamId }) => [streamId, WINDOW_BYTES]));
  }

  initialCredits() {
    return [...this.limits].map(([streamId, limitBytes]) => ({ streamId, limitBytes }));
  }

  media({ streamId, byteOffset, bytes }) {
    this.onFrame();
    const limitBytes = byteOffset + bytes.length + WINDOW_BYTES;
    // in steps of an eighth, as the real one
    if (limitBytes >= this.limits.get(streamId) + WINDOW_BYTES / 8) {
      this.limits.set(streamId, limitBytes);
      this.credits$.next({ streamId, limitBytes });
    }
    return { ok: true };
  }

  attach() {}
  detach() {}

  async end() {
    this.results.ephemeral$.complete();
  }

  async suspend() {
    this.results.ephemeral$.complete();
  }
}
