/** Where the program finds and leaves things: file descriptors of a process, or devices of the WebAssembly one. */
export interface FfmpegPlaces {
  readonly input: string;
  /** JPEGs, one behind the other. */
  readonly stills: string;
  /** Lines about pictures, see `StillReader`. */
  readonly log: string;
  /** From 5.1 on; older ones say it by another name. */
  readonly hasFpsMode: boolean;
}

/** Devices in the file system of the WebAssembly one. */
export const CORE_PLACES: FfmpegPlaces = { input: '/film', stills: '/stills', log: '/log', hasFpsMode: true };

export interface FfmpegLimits {
  readonly stillsPerSecond: number;
  readonly maxStillWidthPx: number;
  readonly maxVideoPixels: number;
  readonly maxVideoBytes: number;
}

/** The next still comes no sooner, ms: a little less than the spacing, or a camera of 29.97 pictures a second would miss each second one. */
export const stillSpacingMs = ({ stillsPerSecond }: Pick<FfmpegLimits, 'stillsPerSecond'>): number =>
  1000 / stillsPerSecond - 10;

/**
 * Pictures in, about two JPEGs a second out, and for each picture decoded a line with its time, for each still another
 * (`metadata=print`): in the time base of a millisecond, because in seconds it prints six digits only.
 * One thread; no `-fflags nobuffer`, which loses the first key frame; `-huffman default`, without which the WebAssembly
 * build crashes or hangs.
 */
export function ffmpegArguments(places: FfmpegPlaces, limits: FfmpegLimits): string[] {
  const { input, stills, log, hasFpsMode } = places;
  const { maxStillWidthPx, maxVideoPixels, maxVideoBytes } = limits;
  const spacing = (stillSpacingMs(limits) / 1000).toFixed(3);
  const print = `metadata=mode=print:file=${log.replaceAll(':', '\\\\:')}:direct=1`;
  const filters = [
    'settb=1/1000',
    'metadata=mode=add:key=rapport:value=decoded',
    print,
    `select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,${spacing})'`,
    'metadata=mode=modify:key=rapport:value=still',
    print,
    `scale=w='min(${maxStillWidthPx}\\,iw)':h=-2:flags=fast_bilinear`,
  ];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', '-max_alloc', String(maxVideoBytes)],
    // The container is ours and has one track: nothing to look for in it.
    ...['-copyts', '-threads', '1', '-filter_threads', '1', '-max_pixels', String(maxVideoPixels)],
    ...['-fpsprobesize', '0', '-probesize', '65536', '-analyzeduration', '500000', '-f', 'matroska', '-i', input],
    ...['-map', '0:v:0', '-vf', filters.join(','), hasFpsMode ? '-fps_mode' : '-vsync', 'passthrough'],
    ...['-c:v', 'mjpeg', '-huffman', 'default', '-q:v', '4', '-pix_fmt', 'yuvj420p', '-threads', '1'],
    ...['-flush_packets', '1', '-f', 'mjpeg', '-y', stills],
  ];
}
