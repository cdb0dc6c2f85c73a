import { z } from 'zod';

/** 16 kHz mono is the only PCM behind the decoders. */
export const SAMPLES_PER_MS = 16;
/** What one voice-activity probability covers; fixed by the model. */
export const FRAME_SAMPLES = 512;

const count = z.number().int().min(1);
const ms = z.number().int().min(0);
const share = z.number().min(0).max(1);

/** Every bound of the streams stage. Times are media time unless the name says wall. */
export const StreamOptions = z
  .strictObject({
    /** Length of a hop, ms. */
    hopMs: count.default(1000),
    /** How far the watermark stays behind the slowest active stream, ms. */
    allowedLatenessMs: ms.default(300),
    /** A stream that holds unused credit and sent nothing for so long is idle, ms; divided by the pace. */
    idleAfterMs: count.default(1000),
    /** So often a client is asked that has sent nothing of any stream yet, ms of media: its windows hold nothing. */
    restMs: count.default(5000),
    /** Least idle limit after that division, wall ms: below it, a pause of our own event loop looks like a silent sender. */
    minIdleWallMs: ms.default(100),
    /** Media this far behind the watermark is dropped and counted, ms. */
    maxLateMs: ms.default(4000),
    /** PCM is placed by sample count while its ptsMs differs by no more, ms. */
    anchorToleranceMs: ms.default(60),
    /** A frame whose ptsMs is further ahead of session and media time is refused, ms (24 h: an epoch time, not a jump). */
    maxAheadMs: ms.default(86_400_000),
    /** Behind a pause, a container may be looking for a place to go on for so long before its sender is told, ms. */
    resyncMs: ms.default(5000),
    /** Times that one voice stream may be re-anchored in unreleased media; beyond it, samples just follow each other. */
    maxSegments: count.default(256),
    /**
     * Unreleased sound of one voice stream that may lie over other of it, ms; beyond it, samples just follow each other:
     * a sender whose time stamps stand still would fill its credit, and no hop would ever pass.
     */
    maxOverlapMs: ms.default(4000),
    /** More empty hops in a row than this are skipped at once and announced as a gap. */
    maxEmptyHops: count.default(30),

    /** Unreleased PCM of one voice stream, bytes (10 s). */
    voiceCreditBytes: count.default(320_000),
    /** Memory of ended voice streams that is kept for the next ones, of the whole process, bytes (18 streams). */
    maxSpareRingBytes: z
      .number()
      .int()
      .min(0)
      .default(16 * 1024 * 1024),
    /** Credit of an Opus stream, bytes: 10 s at 128 kbit/s. Less compressed sound than it waits for room. */
    opusCreditBytes: count.default(160_000),
    /** Unreleased stills of one video stream, bytes. */
    stillCreditBytes: count.default(8 * 1024 * 1024),
    /** Unreleased and undecoded media of one stream of video with sound, bytes: 10 s at 3 Mbit/s. */
    videoCreditBytes: count.default(4 * 1024 * 1024),
    /** Largest coded picture, bytes. */
    maxVideoFrameBytes: count.default(2 * 1024 * 1024),
    /** Pixels of a picture of video (4K); a decoder holds about ten of them. */
    maxVideoPixels: count.default(3840 * 2160),
    /** Longer side of it, pixels. */
    maxVideoSide: count.default(4096),
    /** Stills taken from video, a second. */
    videoStillsPerSecond: count.default(2),
    /** Width of a still taken from video, pixels; the face detector looks at 128. */
    maxVideoStillWidthPx: count.default(640),
    /** Memory of one video decoder, bytes of address space: ffmpeg takes 0.3 GB for itself before the first picture. */
    maxVideoDecoderBytes: count.default(1536 * 1024 * 1024),
    /** A video decoder that took pictures and gave no sign of life for so long is replaced, wall ms. */
    videoStallMs: count.default(2000),
    /** Video decoders of one stream replaced within `videoRestartWindowMs`; beyond it, its pictures are refused. */
    maxVideoRestarts: ms.default(3),
    /** Wall ms. */
    videoRestartWindowMs: count.default(60_000),
    /** Credit is granted in steps of this share of the window. */
    creditStepShare: share.default(1 / 8),
    /** Frames held for a missing one before them. */
    maxReorderFrames: count.default(16),
    /** Frames of one stream whose place is remembered for `media.acked`; of more, every other one is forgotten. */
    maxFrameMarks: z.number().int().min(2).default(4096),
    /** Sound before what is needed, for decoders and voice activity to find into it, ms; Opus asks for 80 (RFC 7845, 4.6). */
    leadInMs: ms.default(100),
    /** Media of hops that are done with which windows to come still look at, ms: a window of 4 s less a hop. */
    lookBackMs: ms.default(3000),
    /** Hops handed out and not settled. */
    maxInFlightHops: count.default(8),
    /** Utterances handed out and not settled. */
    maxInFlightUtterances: count.default(8),

    /** Pixels of a still by its header (12 MPx: 36 MB once decoded to RGB). */
    maxStillPixels: count.default(12_000_000),
    /** Longer side of a still, pixels. */
    maxStillSide: count.default(8192),
    /** Stills of one stream in one hop; of more, an even choice with the newest is kept. */
    maxStillsPerHop: count.default(4),
    /** A still lasts until the next is due, no longer than this, ms. */
    maxStillDistanceMs: ms.default(1000),
    /** Stills of one stream waiting for their hop. */
    maxPendingStills: count.default(128),

    /** Chat stamped further ahead is stamped anew, ms at pace 1. */
    maxChatAheadMs: ms.default(10_000),
    /** Messages sent again that wait for the media before them. */
    maxEarlyChats: ms.default(64),
    /** Chat times remembered to keep them unique. */
    maxChatStamps: count.default(4096),
    /** Ids of messages remembered, so that one sent again is ignored. */
    maxChatIds: count.default(4096),

    /** Fewest frames worth a voice-activity job while more are coming (7 x 32 ms, hidden by the allowed lateness). */
    minBatchFrames: count.default(7),
    /** Most frames of one voice-activity job (512 ms): so many go together where nothing may come of them sooner. */
    maxBatchFrames: count.default(16),
    /** A failed voice-activity job is tried once more after this, wall ms. */
    voiceActivityRetryMs: ms.default(100),
    /** A voice-activity job without an answer counts as failed after this, wall ms. */
    voiceActivityTimeoutMs: count.default(5000),
    /** Speech begins at this probability. */
    speechOn: share.default(0.5),
    /** Speech lasts while the probability is at least this. */
    speechOff: share.default(0.35),
    /** Shortest run of frames that counts as speech, ms; rounded down to frames (3), so that "yes" survives. */
    minSpeechMs: count.default(100),
    /** Frames quieter than this need no model, dBFS of the RMS. */
    quietDbfs: z.number().max(0).default(-60),
    /** Quiet this long before the model is left out, ms: longer than the endpoint, so that an open utterance closes by the model. */
    quietAfterMs: count.default(800),

    /** Audio kept before the first speech frame, ms. */
    preRollMs: ms.default(300),
    /** Audio kept behind the last speech frame, ms. */
    postRollMs: ms.default(300),
    /** Silence that ends an utterance, ms. */
    endpointMs: count.default(600),
    /** Longest utterance, ms. */
    maxUtteranceMs: count.default(15_000),
    /** Sound of an open utterance that must be new before it is told in part once more, ms; where partials are wanted. */
    partialEveryMs: count.default(1000),
    /** A too long utterance is cut at the least likely frame of its last part, ms. */
    cutSearchMs: ms.default(2000),
  })
  .refine((o) => o.postRollMs <= o.endpointMs, 'postRollMs must not exceed endpointMs')
  .refine((o) => o.speechOff <= o.speechOn, 'speechOff must not exceed speechOn')
  .refine((o) => o.minBatchFrames <= o.maxBatchFrames, 'minBatchFrames must not exceed maxBatchFrames')
  .refine((o) => o.cutSearchMs < o.maxUtteranceMs, 'cutSearchMs must be shorter than maxUtteranceMs')
  .refine(
    // Bytes that wait for their hop must leave room to send on, or sender and watermark wait for each other.
    (o) => o.voiceCreditBytes >= 4 * 2 * SAMPLES_PER_MS * (o.hopMs + o.allowedLatenessMs),
    'voiceCreditBytes must hold four times a hop and the lateness',
  );
export type StreamOptions = z.infer<typeof StreamOptions>;

/** Defaults with these overrides; throws ZodError on a bad one. */
export function streamOptions(overrides: z.input<typeof StreamOptions> = {}): StreamOptions {
  return StreamOptions.parse(overrides);
}
