/** Longest picture that is kept together, bytes; a stream with a longer one is no stream of stills. */
const MAX_PICTURE_BYTES = 8 * 1024 * 1024;

/**
 * Cuts a stream of JPEGs that follow each other into pictures. Inside the coded data 0xff is always followed by 0
 * or a restart marker (ITU-T T.81, B.1.1.5), so that 0xff 0xd9 is the end; ffmpeg's mjpeg has no embedded thumbnails.
 */
export async function* splitJpegs(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let searched = 0;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const end = held.indexOf(END, searched);
      if (end < 0) break;
      yield held.subarray(0, end + 2);
      held = held.subarray(end + 2);
      searched = 0;
    }
    if (held.length > MAX_PICTURE_BYTES) throw new Error(`a picture is larger than ${MAX_PICTURE_BYTES} bytes`);
    searched = Math.max(0, held.length - 1);
  }
}

const END = Buffer.from([0xff, 0xd9]);
