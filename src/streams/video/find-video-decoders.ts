import { findFfmpegCore, openFfmpegCore } from './ffmpeg-core';
import type { FfmpegLimits } from './ffmpeg-arguments';
import { findFfmpeg, openFfmpeg } from './ffmpeg-process';
import type { VideoChoice } from './video-decoder';
import { type OpenVideoDecoder, VideoSlots } from './video-slots';

export interface VideoSettings {
  /** Name or path of the program; `off`: it is not used. */
  readonly ffmpeg: string;
  /** Name of the package or path of its folder; `off`: it is not used. */
  readonly ffmpegCore: string;
  /** Streams decoded at a time. */
  readonly maxStreams: number;
}

const OFF = 'off';

/** The first of: the program ffmpeg, the package @ffmpeg/core where the user installed it, none. */
export async function findVideoDecoders(
  { ffmpeg, ffmpegCore, maxStreams }: VideoSettings,
  limits: FfmpegLimits,
  onFailed: (why: string) => void,
): Promise<VideoSlots> {
  const slots = (decoder: VideoChoice['decoder'], detail: string, open?: OpenVideoDecoder): VideoSlots =>
    new VideoSlots({ decoder, detail }, maxStreams, open, onFailed);

  const program = ffmpeg === OFF ? 'switched off' : await findFfmpeg(ffmpeg);
  if (typeof program !== 'string') {
    return slots('ffmpeg', program.version, (head, events) => openFfmpeg(program, head, limits, events));
  }
  const core = ffmpegCore === OFF ? 'switched off' : await findFfmpegCore(ffmpegCore);
  if (typeof core !== 'string') {
    const detail = `@ffmpeg/core ${core.version}; ffmpeg: ${program}`;
    return slots('ffmpeg-core', detail, (head, events) => openFfmpegCore(core, head, limits, events));
  }
  return slots('none', `ffmpeg: ${program}; @ffmpeg/core: ${core}`);
}
