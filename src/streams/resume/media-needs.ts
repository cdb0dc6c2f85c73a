import type { UtteranceClosed } from '../../facts/stream-fact';

/** What has been handed out and has no durable result yet, which a process after this one would have to hear again. */
export class MediaNeeds {
  /** Utterances handed out, until their final is durable or given up. */
  readonly #utterances = new Set<UtteranceClosed>();
  #keptHopEndMs: number;

  /** @param lookBackMs media of hops worked off that windows to come still look at. */
  constructor(
    private readonly lookBackMs: number,
    keptHopEndMs = 0,
  ) {
    this.#keptHopEndMs = keptHopEndMs;
  }

  /** The results of every hop up to here are durable. */
  get keptHopEndMs(): number {
    return this.#keptHopEndMs;
  }

  handedOut(fact: UtteranceClosed): void {
    this.#utterances.add(fact);
  }

  /** What came of it is durable. */
  kept(fact: UtteranceClosed | { readonly kind: 'hop'; readonly hopEndMs: number }): void {
    if (fact.kind === 'utterance') this.#utterances.delete(fact);
    else this.#keptHopEndMs = Math.max(this.#keptHopEndMs, fact.hopEndMs);
  }

  /** Media of these voices before this is needed no more, but for what their lanes still hold. */
  fromMs(voiceNames: readonly string[]): number {
    let fromMs = this.#keptHopEndMs - this.lookBackMs;
    for (const { streamName, startMs } of this.#utterances) {
      if (voiceNames.includes(streamName)) fromMs = Math.min(fromMs, startMs);
    }
    return fromMs;
  }

  /** Sound of this voice before this is done with, when its lane has cut all before `laneFloorMs`. */
  floorMs(voiceName: string, laneFloorMs: number): number {
    let floorMs = laneFloorMs;
    for (const { streamName, startMs } of this.#utterances) {
      if (streamName === voiceName) floorMs = Math.min(floorMs, startMs);
    }
    return floorMs;
  }

  clear(): void {
    this.#utterances.clear();
  }
}
