import type { Hop, HopStill } from '../../facts/stream-fact';
import type { EncodedHop, FaceEvidence, HopFailed, PartySpeech, VoiceEvidence } from '../../facts/encoded-fact';
import type { InferencePool, JobOptions } from '../../inference/inference-pool';
import type { TokenSequence } from '../../facts/token-sequence';
import type { EncodeOptions } from './encode-options';
import { FaceWatch } from './face-watch';
import { failureReason, type JobCost, NO_COST, slowest } from '../../inference/job-cost';
import type { SessionJobs } from './session-jobs';
import type { SessionShedding } from './session-shedding';
import { lengthOf, SpeechWindow } from './speech-window';

/** Hops of one party to tokens, in order: the voice of the last 4 s and the faces of each hop. */
export class HopEncoder {
  private readonly window: SpeechWindow;
  private readonly faces: FaceWatch;
  private voiceTokens: TokenSequence | undefined;
  /** Speech that came after the last run of the voice encoder. */
  private newSpeechMs = 0;
  /** Something new was said in a hop that was left out, and is told with the next. */
  private owed = false;

  constructor(
    private readonly pool: Pick<InferencePool, 'submit'>,
    private readonly jobs: SessionJobs,
    private readonly options: EncodeOptions,
    private readonly shedding: Pick<SessionShedding, 'has' | 'flags'>,
    /** Whose voice and face. */
    private readonly party: 'customer' | 'agent',
    /** Whether the voice encoder was made for the language of the session; asked at every hop. */
    private readonly understands: () => boolean = () => true,
    /** Windows up to here have their results: no voice is encoded for them. */
    private readonly passedMs = 0,
  ) {
    this.window = new SpeechWindow(options.voiceWindowMs);
    this.faces = new FaceWatch(pool, options);
  }

  async encode(hop: Hop): Promise<EncodedHop | HopFailed> {
    const fresh = this.hear(hop) || this.owed;
    this.owed = false;
    const dueAtMs = this.jobs.dueAtMs(hop.hopEndMs, hop.releasedAtMs);
    const job = (): JobOptions => this.jobs.ofHop(resultKeyOf(this.party, hop.hopEndMs), dueAtMs);
    try {
      const [voice, face] = await allOrFirstError([this.encodeVoice(hop, fresh, job), this.encodeFaces(hop, job)]);
      return {
        kind: 'hop',
        hopStartMs: hop.hopStartMs,
        hopEndMs: hop.hopEndMs,
        voice: voice.evidence,
        face: face.evidence,
        mixedSpeech: this.party === 'customer' && mixedSpeechIn(hop, this.options),
        shed: this.shedding.flags,
        speech: speechOf(hop),
        unheard: hop.unheard,
        heldSinceMs: hop.heldSinceMs,
        releasedAtMs: hop.releasedAtMs,
        dueAtMs,
        ...slowest([voice.cost, face.cost]),
      };
    } catch (error) {
      return failed(hop, failureReason(error));
    }
  }

  /** A hop that there is no room to encode: its voice is kept for those that follow. */
  skip(hop: Hop): HopFailed {
    this.hear(hop);
    return failed(hop, 'queue_full');
  }

  /** A hop that the step `hop_2s` leaves out: the next one tells of its words too, nobody of its stills. */
  leaveOut(hop: Hop): HopFailed {
    const fresh = this.hear(hop);
    this.owed ||= fresh;
    const nothingNew = !fresh && !mixedSpeechIn(hop, this.options) && stillsOf(hop, this.party).length === 0;
    return { ...failed(hop, 'shed'), nothingNew };
  }

  /** Returns whether something new was said. */
  private hear(hop: Hop): boolean {
    const speechMs = this.window.push(
      hop,
      hop.voices.filter((voice) => voice.party === this.party),
    );
    this.newSpeechMs += speechMs;
    return speechMs >= this.options.minNewSpeechMs;
  }

  private async encodeVoice(
    { hopEndMs }: Hop,
    fresh: boolean,
    job: () => JobOptions,
  ): Promise<{ evidence: VoiceEvidence; cost: JobCost }> {
    const { minSpeechMs, minNewSpeechMs, speechMarginMs, minStretchMs } = this.options;
    const { speechMs, startMs: windowStartMs } = this.window;
    if (speechMs < minSpeechMs) {
      const absentReason = this.window.hasVoice ? 'too_little_speech' : 'no_media';
      return { evidence: { speechMs, fresh, absentReason }, cost: NO_COST };
    }
    if (!this.understands()) return { evidence: { speechMs, fresh, absentReason: 'language' }, cost: NO_COST };
    let cost = NO_COST;
    if (hopEndMs <= this.passedMs) return { evidence: { speechMs, fresh }, cost: NO_COST };
    if (this.newSpeechMs >= minNewSpeechMs) {
      const { startMs, pcm } = this.window.stretch(speechMarginMs, minStretchMs);
      const { output, ...spent } = await this.pool.submit('voice-tokens', { pcm }, job());
      cost = spent;
      this.newSpeechMs = 0;
      this.voiceTokens = timed(output, startMs);
    }
    // silence costs no inference: what was heard before stays until it leaves the window
    this.voiceTokens = this.voiceTokens && after(this.voiceTokens, Math.max(0, windowStartMs));
    return { evidence: { speechMs, fresh, sequence: this.voiceTokens }, cost };
  }

  private async encodeFaces(hop: Hop, job: () => JobOptions): Promise<{ evidence: FaceEvidence; cost: JobCost }> {
    const came = stillsOf(hop, this.party);
    const max = this.shedding.has('video') ? 0 : this.shedding.has('video_rate') ? 1 : this.options.maxStillsPerHop;
    const stills = max === 0 ? [] : came.slice(-max);
    const { seen, cost } = await this.faces.look(stills, job);
    const width = seen[0]?.features.length ?? 0;
    const tokens = new Float32Array(seen.length * width);
    seen.forEach(({ features }, i) => tokens.set(features, i * width));
    const timesMs = Float64Array.from(seen, ({ ptsMs }) => ptsMs);
    const sequence: TokenSequence = { modality: 'face', tokens, width, timesMs };
    const evidence: FaceEvidence = { sequence, faceIds: seen.map(({ faceId }) => faceId), stills: stills.length };
    return { evidence: max === 0 && came.length > 0 ? { ...evidence, shedStills: came.length } : evidence, cost };
  }
}

/** Spans are those of the customer's windows. */
const resultKeyOf = (party: 'customer' | 'agent', hopEndMs: number): number | undefined =>
  party === 'customer' ? hopEndMs : undefined;

/** In the order of their time; faces of agents are looked at for nobody but themselves (rule 9). */
const stillsOf = (hop: Hop, party: 'customer' | 'agent'): HopStill[] =>
  hop.stills.filter((still) => still.party === party).sort((a, b) => a.ptsMs - b.ptsMs);

const mixedSpeechIn = (hop: Hop, { minNewSpeechMs }: EncodeOptions): boolean =>
  spokenMs(hop, 'mixed') >= minNewSpeechMs;

const spokenMs = (hop: Hop, party: 'mixed'): number =>
  lengthOf(hop.voices.filter((voice) => voice.party === party).flatMap((voice) => voice.speech));

const speechOf = ({ voices }: Hop): PartySpeech[] => voices.map(({ party, speech }) => ({ party, spans: speech }));

function failed(hop: Hop, reason: HopFailed['reason']): HopFailed {
  const { hopStartMs, hopEndMs, unheard, heldSinceMs } = hop;
  return { kind: 'hop-failed', hopStartMs, hopEndMs, speech: speechOf(hop), unheard, heldSinceMs, reason };
}

/** Both results, or the first error once both are over: nothing of a hop runs on into the next. */
async function allOrFirstError<A, B>(jobs: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(jobs);
  return Promise.all(jobs);
}

function timed(output: { tokens: Float32Array; width: number; tokenMs: number }, startMs: number): TokenSequence {
  const { tokens, width, tokenMs } = output;
  const timesMs = Float64Array.from({ length: tokens.length / width }, (_, i) => startMs + (i + 0.5) * tokenMs);
  return { modality: 'voice', tokens, width, timesMs };
}

/** The tokens whose centre lies after a time; undefined when none does. */
function after(sequence: TokenSequence, timeMs: number): TokenSequence | undefined {
  const first = sequence.timesMs.findIndex((time) => time > timeMs);
  if (first < 0) return undefined;
  if (first === 0) return sequence;
  const { tokens, width, timesMs } = sequence;
  return { ...sequence, tokens: tokens.subarray(first * width), timesMs: timesMs.subarray(first) };
}
