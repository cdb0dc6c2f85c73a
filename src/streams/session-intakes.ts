import type { StreamSpec } from '../facts/media-chunk';
import type { VoiceSource } from './hop-builder';
import type { HopContent } from './hop-release';
import type { Lane } from './lane';
import { type LaneDeps, openLanes } from './open-lane';
import type { MediaNeeds } from './resume/media-needs';
import type { RestoredStreams, StreamStart } from './resume/restored-streams';
import type { AckedPoint, StreamPoint } from './resume/stream-points';
import type { StillLane } from './still-lane';
import { intakeLimits } from './intake-limits';
import { StreamIntake } from './stream-intake';

/** The streams of one session: each with its intake, and what they put into hops. Streams may join later. */
export class SessionIntakes {
  readonly all: StreamIntake[] = [];
  readonly voices: VoiceSource[] = [];
  readonly stills: StillLane[] = [];
  /** Of every stream, and what else has content. */
  readonly content: HopContent[];
  readonly #byId = new Map<number, StreamIntake>();
  readonly #voiceNames = new Map<number, readonly string[]>();

  constructor(
    private readonly sessionId: string,
    private readonly deps: LaneDeps,
    others: readonly HopContent[],
    private readonly restored: RestoredStreams | undefined,
  ) {
    this.content = [...others];
  }

  /** Throws RapportError `video_unavailable`; then none of them is open. */
  open(streams: readonly StreamSpec[]): StreamIntake[] {
    const { options, host, pace, clock } = this.deps;
    const starts = new Map(this.restored?.streams.map((start) => [start.streamId, start]));
    const cuts = new Map(this.restored?.streams.flatMap(({ voices }) => voices).map((cut) => [cut.name, cut]));
    const deps = { ...this.deps, restored: (voiceName: string) => cuts.get(voiceName) };
    return openLanes(streams, this.sessionId, deps).map(({ stream, lane, creditBytes, rateWatch, ...into }) => {
      const limits = intakeLimits(options, creditBytes, pace);
      const intake = new StreamIntake(
        stream,
        lane,
        limits,
        host,
        clock.nowMs(),
        rateWatch,
        starts.get(stream.streamId),
      );
      this.all.push(intake);
      this.#byId.set(stream.streamId, intake);
      this.#voiceNames.set(
        stream.streamId,
        into.voices.map(({ spec }) => spec.name),
      );
      this.voices.push(...into.voices);
      this.stills.push(...into.stills);
      this.content.push(lane);
      return intake;
    });
  }

  of(streamId: number): StreamIntake | undefined {
    return this.#byId.get(streamId);
  }

  get lanes(): Lane[] {
    return this.all.map(({ lane }) => lane);
  }

  /** Something of a stream that fell silent ends once the watermark has passed it. */
  get isWatermarkAwaited(): boolean {
    return this.all.some(({ lane }) => lane.waitsForWatermark === true);
  }

  points(): StreamPoint[] {
    return this.all.map(({ point }) => point);
  }

  private ackedPoints(needs: MediaNeeds): AckedPoint[] {
    const { leadInMs } = this.deps.options;
    return this.all.map((intake) => {
      const names = this.#voiceNames.get(intake.spec.streamId)!;
      return intake.ackedPoint(needs.fromMs(names) - leadInMs, leadInMs);
    });
  }

  /** All that another process needs to go on from here. */
  starts(needs: MediaNeeds): StreamStart[] {
    return this.ackedPoints(needs).map(({ streamId, seq, byteOffset, startMs, complete }) => {
      const { lane } = this.of(streamId)!;
      const voices = lane.cuts?.(startMs) ?? [];
      return {
        ...{ streamId, seq, byteOffset, startMs, ended: complete },
        voices: voices.map((cut) => ({ ...cut, floorMs: needs.floorMs(cut.name, cut.floorMs) })),
      };
    });
  }

  dispose(): void {
    for (const lane of this.lanes) lane.dispose();
    this.all.length = 0;
    this.#byId.clear();
  }
}
