import type { StreamFact } from '../facts/stream-fact';
import type { CreditLimit } from './credit-window';
import type { GapLog } from './gap-log';
import type { HopRelease } from './hop-release';
import type { MediaCuts } from './media-cuts';
import type { SessionAlarm } from './session-alarm';
import type { SessionChat } from './session-chat';
import type { SessionIntakes } from './session-intakes';
import type { SessionTime } from './session-time';
import type { SessionWatermark } from './session-watermark';
import type { StreamIntake } from './stream-intake';
import type { StreamOptions } from './stream-options';

export type SessionLife = 'open' | 'ending' | 'closed';

export interface SessionTurnParts {
  readonly options: Pick<StreamOptions, 'hopMs' | 'allowedLatenessMs' | 'restMs'>;
  /** While nothing has come its client is asked seldom. Not where a process before this one may have heard something, nor of a recording. */
  readonly mayRest: boolean;
  /** At which share of `restMs` it is asked: others are at other times. */
  readonly restPhase: number;
  readonly time: SessionTime;
  readonly alarm: SessionAlarm;
  readonly watermark: SessionWatermark;
  readonly intakes: SessionIntakes;
  readonly chat: SessionChat;
  readonly cuts: MediaCuts;
  readonly hops: HopRelease;
  readonly gaps: GapLog;
  /** Asked after each fact: a consumer may dispose of the session inside it. */
  readonly life: () => SessionLife;
  readonly fact: (fact: StreamFact) => void;
  readonly credit: (limit: CreditLimit) => void;
  /** Everything is worked off, and every fact but the last is out. */
  readonly finished: () => void;
}

/**
 * One turn of a session's work: streams into the watermark, the watermark into hops, hops that are done with into credit.
 * What came is in the lanes already; what a turn brings leaves as facts during it.
 */
export class SessionTurn {
  constructor(private readonly parts: SessionTurnParts) {}

  run(nowMs: number): void {
    const { alarm, chat, cuts, hops, intakes, watermark } = this.parts;
    cuts.enterDue(this.furthestMs(nowMs));
    // A copy is not needed: `dispose` inside a fact empties the list and ends the loop.
    const { all } = intakes;
    for (const intake of all) intake.pump(nowMs, alarm.heardMs);
    if (this.#closed()) return;
    if (this.parts.life() === 'ending' && all.every((intake) => intake.left)) watermark.finish();
    else if (watermark.advance()) {
      // It closes utterances of streams that fell silent.
      for (const intake of all) if (intake.lane.waitsForWatermark === true) intake.pump(nowMs, alarm.heardMs);
    }
    chat.comeDue(nowMs);
    if (this.#closed()) return;
    this.#passRested();
    hops.passed(watermark.valueMs, nowMs);
    this.#releaseHops(nowMs);
    if (this.#closed()) return;
    if (watermark.valueMs === Infinity && hops.nextStartMs >= this.contentEndMs) this.#finish();
    else if (hops.hasRoom) this.#grantCredit(nowMs);
  }

  /**
   * Whether a turn may bring anything of what this stream has just taken in. Most of what live streams send is only kept:
   * a tenth of a second makes neither a batch for voice activity nor a hop.
   */
  isWorth(intake: StreamIntake): boolean {
    const { alarm, chat, cuts, hops, intakes, options } = this.parts;
    if (intake.lane.isIdle !== true || !intake.isSteady || !cuts.none || !chat.early.none) return true;
    if (intakes.isWatermarkAwaited) return true;
    const neededMs = hops.nextEndMs + options.allowedLatenessMs;
    if (!intakes.all.some((one) => one.furthestMs >= neededMs)) return false;
    // as `Watermark` goes by them
    return intakes.all.every(
      (one) => one.furthestMs >= neededMs || one.lastsUntilMs >= neededMs || one.left || one.isIdle(alarm.heardMs),
    );
  }

  /** When the next turn is due though nothing comes. With the consumer behind, settling brings the next hop, not the clock. */
  arm(): void {
    const { alarm, hops, intakes, life, options, watermark } = this.parts;
    const { nextEndMs, hasRoom } = hops;
    const waits = life() === 'open' && hasRoom && watermark.comesByClock(nextEndMs);
    alarm.arm(intakes.all, waits ? nextEndMs + options.allowedLatenessMs : Infinity, this.#restMediaMs());
  }

  /** When the next turn is due of a session in which nobody waits for anything, since nothing has come; undefined: it is no such. */
  #restMediaMs(): number | undefined {
    const { alarm, chat, gaps, hops, intakes, life, mayRest, options, restPhase } = this.parts;
    const rests =
      mayRest &&
      life() === 'open' &&
      gaps.isEmpty &&
      chat.early.none &&
      intakes.all.every(({ untouched }) => untouched) &&
      this.mediaEndMs === 0;
    if (!rests) return undefined;
    const phaseMs = Math.round(restPhase * options.restMs);
    // one that comes back is not asked at once for all the time that it was away: others come back with it
    const periods = Math.ceil((Math.max(hops.nextEndMs, alarm.attachedMs) - phaseMs) / options.restMs);
    return phaseMs + periods * options.restMs + options.allowedLatenessMs;
  }

  /**
   * Hops in front of all that came are as old as they are, though nobody was asked meanwhile: were they of now, what comes behind them
   * would look as if it were ahead of its time.
   */
  #passRested(): void {
    const { alarm, hops, options, time, watermark } = this.parts;
    for (let endMs = hops.nextEndMs; ; endMs += options.hopMs) {
      const dueMs = time.wallMs(endMs + options.allowedLatenessMs);
      if (dueMs > alarm.restedUntilMs || endMs > watermark.valueMs || endMs > hops.contentMs) return;
      hops.passed(endMs, dueMs);
    }
  }

  /** How far the session has come, media ms. A sender that is faster than it declared is ahead of the clock. */
  furthestMs(nowMs: number): number {
    return Math.max(this.parts.time.mediaMs(nowMs), this.parts.watermark.settledMs);
  }

  /** End of everything that came, media ms. */
  get mediaEndMs(): number {
    const { chat, intakes } = this.parts;
    return Math.max(chat.lane.endMs, ...intakes.lanes.map(({ endMs }) => endMs));
  }

  /** The same; hops that the watermark has passed count, whether or not anything is in them. */
  get contentEndMs(): number {
    const { options, watermark } = this.parts;
    return Math.max(this.mediaEndMs, Math.floor(watermark.settledMs / options.hopMs) * options.hopMs);
  }

  #releaseHops(nowMs: number): void {
    const { hops, watermark, fact } = this.parts;
    const lastMs = watermark.valueMs === Infinity ? this.contentEndMs : Infinity;
    while (!this.#closed()) {
      const hop = hops.next(watermark.valueMs, lastMs, nowMs);
      if (hop === undefined) return;
      this.#announceGaps();
      fact(hop);
    }
  }

  #announceGaps(): void {
    for (const gap of this.parts.gaps.take()) this.parts.fact(gap);
  }

  #grantCredit(nowMs: number): void {
    for (const intake of this.parts.intakes.all) {
      const limitBytes = intake.grant(nowMs);
      if (limitBytes !== undefined) this.parts.credit({ streamId: intake.spec.streamId, limitBytes });
    }
  }

  #finish(): void {
    this.#announceGaps();
    this.parts.finished();
  }

  #closed(): boolean {
    return this.parts.life() === 'closed';
  }
}
