import type { TranscriptFinalData } from '@rapport-live/protocol';
import { bytesPerSample, ChannelSplitter, SAMPLES_PER_MS } from './media-selection';
import type { Channel, EventEntity, MediaParameter } from './messages';
import { PositionMap } from '../position-map';
import { transcriptEntity } from './transcript-entity';

/** The session behind a call: what a line needs of it. */
export interface Call {
  /** The session's clock, ms. */
  readonly mediaMs: number;
  /**
   * @param missing something before it was left out.
   * @param breaks nothing goes on from what came before: what was being said ends there.
   */
  media(channel: Channel, bytes: Uint8Array, ptsMs: number, missing: boolean, breaks: boolean): void;
  pause(ptsMs: number): void;
  unpause(ptsMs: number): void;
  /** What is said from `atMs` on is in this language, `en-US`. */
  restateLanguage(language: string, atMs: number): void;
  /** Asks for its end: what is still to be told comes first. Idempotent. */
  end(): void;
  /** Nobody is connected: it waits for its client, and ends when nobody comes. Idempotent. */
  leave(): void;
}

export interface CallTranscript {
  /** Of the result. */
  readonly seq: number;
  /** UUID of the utterance. */
  readonly id: string;
  readonly data: TranscriptFinalData;
}

/** A client's position that is ahead of what came by more than this is believed, ms: something was left out. */
const BELIEVE_FROM_MS = 100;
/** Events that are remembered for a client that comes back. */
const MAX_SENT = 1024;
/** Languages of one call that transcripts are told in. */
const MAX_LANGUAGES = 8;

interface SentEvent {
  readonly sessionId: string;
  readonly serverSeq: number;
  readonly resultSeq: number;
}

/** One call's audio over as many connections as it takes: where the stream stands, and which events went out. */
export class CallLine {
  private readonly map: PositionMap;
  private readonly splitter: ChannelSplitter;
  /** Of the next sample that comes, ms. */
  private nextMs: number;
  /** Sound before this was heard: a client that comes back may send some of it again. */
  private heardToMs: number;
  private missing = false;
  private breaks = false;
  private readonly sent: SentEvent[] = [];
  /** As the client says them, `en-US`; the one in force first. */
  private languages: readonly string[];

  constructor(
    /** Of the connection that there is now. */
    public call: Call,
    readonly media: MediaParameter,
    positionMs: number,
    language: string | undefined,
  ) {
    this.languages = language === undefined ? [] : [language];
    this.map = new PositionMap(positionMs, 0);
    this.splitter = new ChannelSplitter(media);
    this.nextMs = positionMs;
    this.heardToMs = positionMs;
  }

  /** Where it stands; what a client that comes back need not send. */
  get heardTo(): number {
    return this.heardToMs;
  }

  /** False: these are no whole samples. */
  audio(bytes: Uint8Array): boolean {
    const perSample = bytesPerSample(this.media);
    if (bytes.length % perSample !== 0) return false;
    let startMs = this.nextMs;
    this.nextMs += bytes.length / perSample / SAMPLES_PER_MS;
    if (this.nextMs <= this.heardToMs) return true;
    let fresh = bytes;
    if (startMs < this.heardToMs) {
      const known = Math.round((this.heardToMs - startMs) * SAMPLES_PER_MS);
      fresh = bytes.subarray(known * perSample);
      startMs = this.heardToMs;
    }
    this.heardToMs = this.nextMs;
    const ptsMs = this.map.sessionMs(startMs);
    const { missing, breaks } = this;
    for (const { channel, bytes: samples } of this.splitter.split(fresh)) {
      this.call.media(channel, samples, ptsMs, missing, breaks);
    }
    this.missing = false;
    this.breaks = false;
    return true;
  }

  /** What a message of the client says of its position: samples that are missing were left out. */
  at(positionMs: number): void {
    if (positionMs > this.nextMs + BELIEVE_FROM_MS) this.goOn(positionMs);
  }

  /** The client left something out and says so. */
  discarded(positionMs: number): void {
    if (positionMs > this.nextMs) this.goOn(positionMs);
  }

  paused(): void {
    this.call.pause(this.map.sessionMs(this.nextMs));
  }

  resumed(positionMs: number): void {
    this.heardToMs = positionMs;
    this.nextMs = positionMs;
    this.map.goesOn(positionMs, this.call.mediaMs);
    this.call.unpause(this.map.sessionMs(positionMs));
  }

  /** What is being said ends here; what follows is another utterance, in this language. */
  updated(language: string): void {
    this.breaks = true;
    if (language === this.languages[0]) return;
    this.languages = [language, ...this.languages.filter((other) => other !== language)].slice(0, MAX_LANGUAGES);
    this.call.restateLanguage(language, this.map.sessionMs(this.nextMs));
  }

  /** Another connection goes on with it, from a position of its own. */
  continuedAt(positionMs: number): void {
    this.nextMs = positionMs;
    if (positionMs > this.heardToMs) this.goOn(positionMs);
  }

  /** Undefined: the protocol has no place for it. */
  entity({ id, data }: CallTranscript): EventEntity | undefined {
    const positionMs = (sessionMs: number): number => this.map.positionMs(sessionMs);
    return transcriptEntity(id, data, { positionMs, languages: this.languages });
  }

  eventSent(sessionId: string, serverSeq: number, resultSeq: number): void {
    this.sent.push({ sessionId, serverSeq, resultSeq });
    if (this.sent.length > MAX_SENT) this.sent.shift();
  }

  /**
   * The last result up to which the client has seen all events.
   * @param seen the last message of ours that it has seen, by the session that it came over (its id in lower case).
   */
  seenResult(seen: ReadonlyMap<string, number>): number {
    const results = new Set(
      this.sent
        .filter(({ sessionId, serverSeq }) => serverSeq <= (seen.get(sessionId.toLowerCase()) ?? 0))
        .map((e) => e.resultSeq),
    );
    const missed = this.sent.map(({ resultSeq }) => resultSeq).filter((resultSeq) => !results.has(resultSeq));
    return missed.length === 0 ? Math.max(0, ...results) : Math.min(...missed) - 1;
  }

  private goOn(positionMs: number): void {
    this.nextMs = positionMs;
    this.heardToMs = Math.max(this.heardToMs, positionMs);
    this.missing = true;
    this.map.goesOn(positionMs, this.call.mediaMs);
  }
}
